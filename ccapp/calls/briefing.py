"""What an agent hears between picking up and being joined; the caller hears his music meanwhile.

Whoever answers a number outside says by a key that he takes the caller: a mailbox cannot. Then the queue's
whisper tells him who it is.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress

from ccapp.acd import Acd, Attempt, Visit
from ccapp.calls.ivr_values import filled, heard
from ccapp.calls.keys import key_during
from ccapp.calls.scope import until
from ccapp.domain.causes import DeclineReason
from ccapp.domain.centre import Agent, Centre, Queue
from ccapp.domain.ivr import Prompt, Say
from ccapp.ports import Leg, LegGone, SwitchError

TAKES_HIM = "1"
WHISPER_S_MAX = 30.0
"""Of a longer one the rest is not said."""


async def confirmed(attempt: Attempt, leg: Leg, acd: Acd) -> bool:
    """Whether the caller may be joined; if not, the offer is declined. Other keys are not listened to."""
    person = acd.centre.agents.get(attempt.offer.agent)
    outside = person.outside if person is not None else None
    if outside is None or outside.confirm is None:
        return True
    question = heard(outside.confirm, attempt.visit, acd.centre)
    try:
        async with asyncio.timeout(outside.confirm_s):
            key = None
            while key != TAKES_HIM:
                key = await key_during(leg, question, barge_in=True, then_within_s=outside.confirm_s)
    except (TimeoutError, LegGone):
        attempt.declined(DeclineReason.NOT_CONFIRMED)
        return False
    return True


async def whispered(attempt: Attempt, leg: Leg, acd: Acd) -> bool:
    """Whether he has heard what his queue whispers, if anything, and is still to be joined."""
    queue = acd.centre.queues.get(attempt.offer.queue)
    agent = acd.centre.agents.get(attempt.offer.agent)
    whisper = whisper_of(queue, agent, attempt.visit, acd.centre) if queue and agent else None
    return whisper is None or await hears(attempt, leg, [whisper])


def whisper_of(queue: Queue, agent: Agent, visit: Visit, centre: Centre) -> Prompt | None:
    """In the agent's language, with the call's data; None where nothing is left to be said."""
    if not isinstance(queue.whisper, Say):
        return queue.whisper
    text = queue.whisper.in_language(agent.language).replace("{Queue}", queue.name)
    said = Say(text=filled(text, visit), voice=queue.whisper.voice or centre.voice_of(agent.language))
    return said if said.text.strip() else None


async def hears(attempt: Attempt, leg: Leg | None, prompts: Sequence[Prompt]) -> bool:
    """Plays it to him. Whether he is still to be joined after it; if he has gone, the offer is declined."""
    try:
        if leg is None:
            raise LegGone("he has just hung up")
        with suppress(TimeoutError):
            async with until(attempt.withdrawn.on), asyncio.timeout(WHISPER_S_MAX):
                await leg.play(prompts)
    except LegGone:
        cause = leg.gone.cause if leg is not None and leg.gone is not None else 0
        attempt.declined(DeclineReason.AGENT_GONE, cause)
    except SwitchError:
        attempt.declined(DeclineReason.TECHNICAL)
    return not attempt.settled
