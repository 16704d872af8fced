"""Waiting in a queue's line, hearing music, until an agent answers; then the talk."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from ccapp.acd import Place, Stranding, Visit
from ccapp.calls import conversation, offering, ringing
from ccapp.calls.floor import Floor
from ccapp.calls.waypoint import InLine, Waypoint
from ccapp.domain import calldata
from ccapp.domain.centre import Queue
from ccapp.domain.events import EndedBy, Outcome
from ccapp.domain.fifo import SLOT, Kind, in_slot
from ccapp.domain.ids import QueueId, SkillId
from ccapp.domain.ivr import Say
from ccapp.domain.priorities import CALLER_PRIORITY, CALLER_PRIORITY_MAX, Priority
from ccapp.domain.requirements import Requires, merged
from ccapp.ports import Leg

PRIORITY_S_MAX = 3600


def line_for(
    visit: Visit,
    queue: QueueId,
    requires: Requires,
    priority_s: float,
    caller_priority: Priority | None = None,
) -> InLine:
    """The line of a queue; the call data's `Skills` and `Priority` (seconds) count beside what is given, its
    `CallerPriority` (1 to 100) where nothing is given."""
    wanted = {SkillId(name): level for name, level in calldata.skills(visit.data).items()}
    bonus_s = min(_number(visit, "Priority") or 0, PRIORITY_S_MAX)
    told = _number(visit, "CallerPriority") or CALLER_PRIORITY
    return InLine(
        queue=queue,
        requires=merged(requires, wanted),
        priority_s=priority_s + bonus_s,
        caller_priority=min(told, CALLER_PRIORITY_MAX) if caller_priority is None else caller_priority,
    )


def _number(visit: Visit, name: str) -> int | None:
    """A whole number in the call data; a caller is never lost to a typing slip."""
    told = calldata.lookup(visit.data, name)
    return int(told) if told.isascii() and told.isdigit() else None


def in_a_slot(line: InLine, visit: Visit) -> InLine:
    """In strict order: seconds of bonus do not count, the call data's `Slot` does where nothing is given."""
    priority = line.caller_priority
    if priority == CALLER_PRIORITY:
        told = _number(visit, "Slot")
        priority = in_slot(SLOT if told is None else told)
    return replace(line, priority_s=0.0, caller_priority=priority)


async def wait_and_talk(visit: Visit, caller: Leg, line: InLine, floor: Floor) -> Waypoint | None:
    """Returns where the caller goes next, None when his visit is over."""
    queue = floor.acd.centre.queues.get(line.queue, Queue(id=line.queue, name=line.queue))
    entered_at = floor.acd.clock.now() if line.entered_at is None else line.entered_at
    if queue.kind is Kind.FIFO:
        line = in_a_slot(line, visit)
    await _greet(caller, line, queue)
    try:
        with (
            floor.acd.waiting(
                visit,
                line.queue,
                line.requires,
                line.priority_s,
                entered_at=entered_at,
                caller_priority=line.caller_priority,
                brought_s=line.brought_s,
                tried=line.tried,
            ) as place,
            _ending_when_given_up(visit),
            offering.Comfort(place, caller, queue, floor) as comfort,
        ):
            served = await ringing.first_to_answer(place, caller, comfort, _give_up_at(place, queue, floor))
    except (TimeoutError, Stranding):
        visit.ends(Outcome.TIMED_OUT, EndedBy.SYSTEM)  # also where there was no line to leave
        await caller.answer()
        await caller.play([Say(text=queue.sorry)])
        return None
    await conversation.between(visit, caller, served, floor)
    return None


async def _greet(caller: Leg, line: InLine, queue: Queue) -> None:
    """Once, on entering, on the queue's time; not again to one whose place is taken up after a crash."""
    if queue.greeting and line.entered_at is None:
        await caller.answer()
        await caller.play([Say(text=queue.greeting)])


@contextmanager
def _ending_when_given_up(visit: Visit) -> Iterator[None]:
    """A wait that we end is not an abandonment: it is said before the place is left."""
    try:
        yield
    except (TimeoutError, Stranding):
        visit.ends(Outcome.TIMED_OUT, EndedBy.SYSTEM)
        raise


def _give_up_at(place: Place, queue: Queue, floor: Floor) -> float | None:
    """The loop's time after which no new attempt is waited for."""
    if queue.wait_s_max is None:
        return None
    return floor.acd.clock.loop_time(place.entered_at + queue.wait_s_max)
