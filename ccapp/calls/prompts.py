"""Every text that is known before a call needs it, so that no caller waits for it to be spoken."""

from collections.abc import Iterator
from itertools import chain

from ccapp.calls import feature_codes
from ccapp.domain import ivr
from ccapp.domain.admission import Goodbye, ways
from ccapp.domain.centre import Centre


def texts(centre: Centre) -> list[ivr.Say]:
    """Without those that hold a caller's data: they differ from call to call."""
    return [say for say in dict.fromkeys(_all(centre)) if say.text and "{" not in say.text]


def _in_all_languages(say: ivr.Say, centre: Centre) -> Iterator[ivr.Say]:
    yield ivr.Say(text=say.text, voice=say.voice)
    for language, text in say.translations:
        yield ivr.Say(text=text, voice=say.voice or centre.voice_of(language))


def _all(centre: Centre) -> Iterator[ivr.Say]:
    for tree in centre.trees.values():
        for node in tree.nodes.values():
            for name in ("prompt", "wrong"):
                if isinstance(prompt := getattr(node, name, None), ivr.Say):
                    yield from _in_all_languages(prompt, centre)
    for queue in centre.queues.values():
        yield ivr.Say(text=queue.greeting)
        yield ivr.Say(text=queue.sorry)
        if isinstance(queue.whisper, ivr.Say):
            yield from _in_all_languages(queue.whisper, centre)
        for treatment in chain(ways(queue.closed), ways(queue.overflow)):
            if isinstance(treatment, Goodbye):
                yield ivr.Say(text=treatment.say)
        if queue.manager is not None:
            yield ivr.Say(text=queue.manager.absent)
            yield ivr.Say(text=queue.manager.ask)
    for agent in centre.agents.values():
        if agent.outside is not None:
            yield ivr.Say(text=agent.outside.confirm)
    for text in feature_codes.sentences(centre):
        yield ivr.Say(text=text)
