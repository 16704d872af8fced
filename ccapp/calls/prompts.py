"""Every text that is known before a call needs it, so that no caller waits for it to be spoken."""

from collections.abc import Iterator
from itertools import chain

from ccapp.calls import announcing, delivering, feature_codes, listening, prompt_recording
from ccapp.domain import ivr
from ccapp.domain.admission import Goodbye, ways
from ccapp.domain.centre import Centre, Queue


def texts(centre: Centre) -> list[ivr.Say]:
    """Without those that hold a caller's data: they differ from call to call."""
    return [say for say in dict.fromkeys(_all(centre)) if say.text and "{" not in say.text]


def prompts(centre: Centre) -> Iterator[tuple[str, ivr.Prompt]]:
    """All that is configured, and where: as `main/welcome` in an IVR, `queue sales`, `agent anna` or
    `mailbox sales`."""
    for tree in centre.trees.values():
        for name, node in tree.nodes.items():
            for field in ("prompt", "wrong"):
                if (prompt := getattr(node, field, None)) is not None:
                    yield f"{tree.id}/{name}", prompt
    for queue in centre.queues.values():
        yield from ((f"queue {queue.id}", prompt) for prompt in _of_queue(queue) if prompt is not None)
    for agent in centre.agents.values():
        if agent.outside is not None and agent.outside.confirm is not None:
            yield f"agent {agent.id}", agent.outside.confirm
    for mailbox in centre.mailboxes.values():
        for prompt in (mailbox.greeting, mailbox.thanks, mailbox.empty, mailbox.sorry):
            yield f"mailbox {mailbox.id}", prompt


def _of_queue(queue: Queue) -> Iterator[ivr.Prompt | None]:
    yield queue.greeting
    yield queue.sorry
    yield queue.whisper
    yield from queue.announce.prompts
    for treatment in chain.from_iterable(ways(first) for _, first in queue.treatments):
        if isinstance(treatment, Goodbye):
            yield treatment.say
    if (rules := queue.callback) is not None:
        yield from (rules.confirm, rules.ask, rules.wrong, rules.taken, rules.known)
    if queue.manager is not None:
        yield queue.manager.absent
        yield queue.manager.ask


def _in_all_languages(say: ivr.Say, centre: Centre) -> Iterator[ivr.Say]:
    yield ivr.Say(text=say.text, voice=say.voice, speed=say.speed)
    for language, text in say.translations:
        yield ivr.Say(text=text, voice=say.voice or centre.voice_of(language), speed=say.speed)


def _all(centre: Centre) -> Iterator[ivr.Say]:
    for _, prompt in prompts(centre):
        if isinstance(prompt, ivr.Say):
            yield from _in_all_languages(prompt, centre)
    yield from announcing.usual(centre)
    if centre.mailboxes:
        for text in (*listening.SENTENCES, delivering.KEYS):
            yield ivr.Say(text=text)
    if centre.record_prompts.agents:
        for text in prompt_recording.SENTENCES:
            yield ivr.Say(text=text)
    for text in feature_codes.sentences(centre):
        yield ivr.Say(text=text)
