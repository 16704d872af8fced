"""Where queues send those they do not serve: to places that exist, and not round for ever."""

from collections.abc import Iterator

from ccapp.config.problem import Finding, Path, unknown
from ccapp.domain.admission import (
    Goodbye,
    ToCallback,
    ToCallCenter,
    ToNumber,
    ToQueue,
    ToTree,
    ToVoicemail,
    Treatment,
)
from ccapp.domain.centre import Centre
from ccapp.domain.ids import QueueId


def queues(centre: Centre) -> Iterator[Finding]:
    for id, queue in centre.queues.items():
        path: Path = ("queues", id)
        if queue.hours is not None:
            yield from unknown((*path, "hours"), "hours", queue.hours, centre.hours)
        if queue.callback is not None:
            yield from unknown((*path, "callback", "trunk"), "trunk", queue.callback.trunk, centre.trunks)
        for field, treatment in (("closed", queue.closed), ("overflow", queue.overflow)):
            if treatment is not None:
                yield from _treatment((*path, field), treatment, id, centre)


def _treatment(path: Path, treatment: Treatment, queue: QueueId, centre: Centre) -> Iterator[Finding]:
    match treatment:
        case ToQueue(queue=other) if other == queue:
            yield Finding((*path, "queue"), "leads back into the same queue")
        case ToQueue(queue=other):
            yield from unknown((*path, "queue"), "queue", other, centre.queues)
        case ToTree(tree=tree, node=node):
            yield from unknown((*path, "ivr"), "IVR", tree, centre.trees)
            if node is not None and tree in centre.trees:
                yield from unknown((*path, "node"), "node", node, centre.trees[tree].nodes)
        case ToNumber(trunk=trunk, otherwise=then) | ToCallCenter(trunk=trunk, otherwise=then):
            inside = (*path, "number" if isinstance(treatment, ToNumber) else "call_center")
            yield from unknown((*inside, "trunk"), "trunk", trunk, centre.trunks)
            if then is not None:
                yield from _treatment((*inside, "otherwise"), then, queue, centre)
        case ToVoicemail(mailbox=mailbox):
            yield from unknown((*path, "voicemail"), "mailbox", mailbox, centre.mailboxes)
        case ToCallback():
            if centre.queues[queue].callback is None:
                yield Finding((*path, "callback"), "the queue has no callback")
        case Goodbye():
            pass
