"""Whose calls go first, beyond their keys: those overdue, then by queue, then by caller.

Strict as they are, priorities would let the least of them wait for ever. So a call that has waited its
queue's `overdue_s` goes before all that are not overdue, and among the overdue the key alone counts.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from ccapp.domain.centre import Queue
from ccapp.domain.ids import QueueId
from ccapp.domain.priorities import CALLER_PRIORITY_MAX, Priority
from ccapp.routing.dice import Dice

if TYPE_CHECKING:
    from ccapp.routing.seats import Place
    from ccapp.routing.signatures import Entry


class Precedence(NamedTuple):
    """Of one queue's calls among those of others."""

    priority: Priority  # 0 first
    probability: float = 1.0  # that an agent who comes free is given to them, and not to those after them


OVERDUE = Precedence(-1)


def precedence_of(queue: Queue) -> Precedence:
    return Precedence(queue.priority, queue.service_probability)


def rank(precedence: Precedence, caller_priority: Priority) -> int:
    """Smallest first; calls of the same rank go by their keys."""
    if precedence is OVERDUE:
        return -1
    return precedence.priority * (CALLER_PRIORITY_MAX + 1) + caller_priority


def ranks_at(now: float, calls: "Sequence[tuple[Queue, Priority, float]]") -> list[int]:
    """The rank each waiting call has, of its queue, caller priority and the beginning of its wait."""
    mixed = len({(queue.priority, caller) for queue, caller, _ in calls}) > 1
    return [
        rank(OVERDUE if mixed and _is_overdue(queue, since, now) else precedence_of(queue), caller)
        for queue, caller, since in calls
    ]


def _is_overdue(queue: Queue, since: float, now: float) -> bool:
    return bool(queue.overdue_s) and since + queue.overdue_s <= now


def drawn(heads: Sequence["Entry"], dice: Dice) -> "tuple[Place, tuple[QueueId, ...]]":
    """The call an agent takes of those at the heads of his lines, and the queues the lot passed over.

    Of each priority the first call stands for all; its queue takes him with its probability, else the next
    priority may; the last one always does.
    """
    firsts: dict[Priority, Place] = {}
    for _, _, _, place in sorted(heads, key=lambda head: head[:3]):
        firsts.setdefault(place.precedence.priority, place)
    *before, last = firsts.values()
    passed: list[QueueId] = []
    for place in before:
        if dice.happens(place.precedence.probability):
            return place, tuple(passed)
        passed.append(place.queue.id)
    return last, tuple(passed)
