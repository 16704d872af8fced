"""The rhythm of what a queue tells one of its callers: position and wait, and prompts of its own."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Protocol

from ccapp.acd import Acd, Place
from ccapp.calls.ivr_values import filled, spoken
from ccapp.domain import calldata, waiting_words
from ccapp.domain.announcing import NOTHING, Announcements, Said, Standing, What, next_due
from ccapp.domain.centre import Centre
from ccapp.domain.events import CallerTold
from ccapp.domain.ivr import Prompt, Say
from ccapp.domain.waiting_words import Worded, minutes_of

AHEAD = 5
"""Positions and minutes whose sentences are spoken before anybody waits for them."""

EARLY_S = 0.001
"""Two clocks may differ by rounding: what is due so soon is due."""


class Telling(Protocol):
    def tell(self, words: Callable[[], Sequence[Prompt]]) -> Awaitable[None]: ...


def said(entered_at: float, told: Sequence[CallerTold] = ()) -> Said:
    """With what an engine before us told: the rhythm goes on, and nothing is said again."""
    so_far = Said(entered_at=entered_at)
    for fact in told:
        so_far.over_at = fact.at
        if fact.prompt is not None:
            so_far.prompt_at, so_far.prompts = fact.at, fact.prompt + 1
        else:
            minutes = None if fact.expected_wait_s is None else minutes_of(fact.expected_wait_s)
            so_far.standing_at = fact.at
            so_far.standing = Standing(position=fact.position, minutes=minutes)
    return so_far


async def announce(place: Place, caller: Telling, so_far: Said, acd: Acd) -> None:
    """Until cancelled; a change of the rules takes effect at once."""
    while True:
        due = next_due(rules_of(place, acd), so_far)
        if due is None:
            await place.rules_change()
            continue
        at, what = due
        if at - acd.clock.now() > EARLY_S:
            try:
                async with asyncio.timeout(at - acd.clock.now()):
                    await place.rules_change()
            except TimeoutError:
                pass
            continue
        await caller.tell(partial(_words, what, place, so_far, acd))
        so_far.over_at = acd.clock.now()


def usual(centre: Centre) -> Iterator[Say]:
    """What will be said most often, in the languages that have a voice."""
    for queue in centre.queues.values():
        rules = queue.announce
        for language in ("", *centre.voices) if rules.standing else ():
            for number in range(1, AHEAD + 1):
                yield from _says(sentences(rules, number, 60.0 * (number - 1), language, centre), centre)


def rules_of(place: Place, acd: Acd) -> Announcements:
    queue = acd.centre.queues.get(place.queue)
    return NOTHING if queue is None else queue.announce


def _words(what: What, place: Place, so_far: Said, acd: Acd) -> Sequence[Prompt]:
    """As things are in this instant."""
    return _prompt(place, so_far, acd) if what == "prompt" else _standing(place, so_far, acd)


def _prompt(place: Place, so_far: Said, acd: Acd) -> Sequence[Prompt]:
    so_far.prompt_at, prompts = acd.clock.now(), rules_of(place, acd).prompts
    if not prompts:
        return []
    number = so_far.prompts % len(prompts)
    so_far.prompts += 1
    acd.told_prompt(place, number)
    return [spoken(prompts[number], place.visit, acd.centre)]


def _standing(place: Place, so_far: Said, acd: Acd) -> Sequence[Prompt]:
    rules, so_far.standing_at = rules_of(place, acd), acd.clock.now()
    position = acd.position(place.visit.id) or None
    if position is None:
        return []
    wait_s = acd.expected_wait_s(place) if rules.wait else None
    now = Standing(
        position=position if rules.position else None,
        minutes=None if wait_s is None else minutes_of(wait_s),
    )
    if now == Standing() or (rules.changed_only and now == so_far.standing):
        return []
    so_far.standing = now
    acd.told_standing(place, now.position, wait_s)
    language = calldata.lookup(place.visit.data, "Language")
    says = _says(sentences(rules, now.position, wait_s, language, acd.centre), acd.centre)
    return [replace(say, text=filled(say.text, place.visit)) for say in says]


def sentences(
    rules: Announcements, position: int | None, wait_s: float | None, language: str, centre: Centre
) -> Sequence[Worded]:
    """`language`: the call's, empty where it has none."""
    words = []
    if position is not None and rules.position:
        words.append(waiting_words.position(position, language, centre.voice, rules.sentences))
    if wait_s is not None and rules.wait:
        words.append(waiting_words.wait(wait_s, language, centre.voice, rules.sentences))
    return words


def _says(words: Sequence[Worded], centre: Centre) -> list[Say]:
    return [Say(text=each.text, voice=each.voice or centre.voice_of(each.language)) for each in words]
