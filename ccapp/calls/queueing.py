"""Waiting in a queue's line, hearing music, until an agent answers; then the talk."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from typing import assert_never

from ccapp.acd import Place, TurnedAway, Visit
from ccapp.calls import (
    announcing,
    callback_number,
    conversation,
    customer_info,
    managers,
    outward,
)
from ccapp.calls.comfort import Comfort
from ccapp.calls.floor import Floor
from ccapp.calls.ivr_values import heard
from ccapp.calls.offering import Served
from ccapp.calls.outages import endured
from ccapp.calls.waypoint import InLine, InMailbox, InTree, Waypoint
from ccapp.domain import calldata
from ccapp.domain.admission import (
    ExitReason,
    Goodbye,
    ToAgent,
    ToCallback,
    ToCallCenter,
    ToNumber,
    ToQueue,
    ToTree,
    ToVoicemail,
)
from ccapp.domain.centre import Queue
from ccapp.domain.events import EndedBy, Outcome
from ccapp.domain.fifo import SLOT, Kind, in_slot
from ccapp.domain.ids import QueueId, SkillId
from ccapp.domain.priorities import CALLER_PRIORITY, CALLER_PRIORITY_MAX, Priority, TimeBase
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
        given=(requires, priority_s, caller_priority),
    )


def read_again(line: InLine, visit: Visit, queue: Queue) -> InLine:
    """The line as it is with call data that came only now."""
    if line.given is None:
        return line
    now = line_for(visit, line.queue, *line.given)
    line = replace(
        line, requires=now.requires, priority_s=now.priority_s, caller_priority=now.caller_priority
    )
    return in_a_slot(line, visit) if queue.kind is Kind.FIFO else line


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
    line, since = begun(visit, line, floor)
    try:
        if line.entered_at is None:
            line = await come_in(visit, caller, line, floor)
        async with in_line(visit, caller, line, since, floor) as (_, comfort):
            served = await comfort.until_served()
    except TurnedAway as away:
        if away.outcome is not Outcome.REFUSED:
            line = replace(line, brought_s=line.brought_s + floor.acd.clock.now() - since)
        return await elsewhere(visit, caller, line, away, floor)
    await talk(visit, caller, served, floor)
    return None


async def come_in(visit: Visit, caller: Leg, line: InLine, floor: Floor) -> InLine:
    """Let in, greeted, and with all that is told of the caller by now. Raises TurnedAway."""
    floor.acd.admit(visit, line.queue, line.caller_priority, line.brought_s, line.only)
    if line.only is not None:
        visit.manager = line.only.agent
        return line
    queue = floor.acd.centre.queues.get(line.queue, Queue(id=line.queue, name=line.queue))
    data = visit.data
    caller.forget_digits()
    await _greet(visit, caller, queue, floor)
    await customer_info.known(visit, caller, queue, floor)
    visit.manager = await managers.manager_of(visit, queue, floor)
    return line if visit.data is data else read_again(line, visit, queue)


def begun(visit: Visit, line: InLine, floor: Floor) -> tuple[InLine, float]:
    """The line with all that the caller brings to it, and since when (epoch s) he is in it."""
    since = floor.acd.clock.now() if line.entered_at is None else line.entered_at
    queue = floor.acd.centre.queues.get(line.queue)
    if queue is not None and queue.kind is Kind.FIFO:
        line = in_a_slot(line, visit)
    if line.entered_at is None and line.only is None and (returned_s := floor.acd.returns(visit, line.queue)):
        line = replace(line, brought_s=max(line.brought_s, returned_s))
    if queue is not None and queue.time_base is TimeBase.CALL and line.entered_at is None:
        line = replace(line, brought_s=max(line.brought_s, since - visit.arrived_at))
    return line, since


@asynccontextmanager
async def in_line(
    visit: Visit, caller: Leg, line: InLine, since: float, floor: Floor, *, directed: bool = False
) -> AsyncIterator[tuple[Place, Comfort]]:
    """The caller's place, as long as he waits, and what he hears there. Raises TurnedAway."""
    acd, again = floor.acd, line.entered_at is not None
    queue = acd.centre.queues.get(line.queue, Queue(id=line.queue, name=line.queue))
    said = announcing.said(since, line.told) if line.only is None and not directed else None
    with (
        acd.waiting(
            visit,
            line.queue,
            line.requires,
            line.priority_s,
            entered_at=since,
            caller_priority=line.caller_priority,
            brought_s=line.brought_s,
            tried=line.tried,
            again=again,
            manager=line.manager if again else visit.manager,
            only=line.only,
            directed=directed,
        ) as place,
        Comfort(place, caller, queue, floor, said) as comfort,
    ):
        yield place, comfort


async def talk(visit: Visit, caller: Leg, served: Served, floor: Floor) -> None:
    """The talk, and what is asked or learnt of it about the caller's manager."""
    name, agent = served.talk.queue, served.talk.agent
    queue = floor.acd.centre.queues.get(name, Queue(id=name, name=name))
    asked = managers.is_to_be_asked(visit, queue)
    managers.learn(visit, queue, agent, floor)
    await conversation.between(visit, caller, served, floor, caller_stays=lambda: asked)
    if asked and queue.manager is not None:
        await managers.ask(visit, caller, queue.manager, agent, floor)


async def _greet(visit: Visit, caller: Leg, queue: Queue, floor: Floor) -> None:
    """Once, on entering, on the queue's time; not again to one whose place is taken up after a crash."""
    if greeting := heard(queue.greeting, visit, floor.acd.centre):
        await caller.answer()
        await caller.play(greeting)


async def elsewhere(
    visit: Visit, caller: Leg, line: InLine, away: TurnedAway, floor: Floor
) -> Waypoint | None:
    """Where a caller goes whom a queue does not serve, over all ways that come to nothing.

    Into another line he goes with all he has waited.
    """
    while True:
        went = await endured(partial(_one_way, visit, caller, line, away, floor), visit, floor)
        if not isinstance(went, TurnedAway):
            return went
        away = went


async def _one_way(
    visit: Visit, caller: Leg, line: InLine, away: TurnedAway, floor: Floor
) -> Waypoint | TurnedAway | None:
    match away.to:
        case ToCallback():
            if not await callback_number.left(visit, caller, line, floor):
                if away.reason is ExitReason.KEY:  # back to where he waited
                    return replace(line, entered_at=None, tried={}, told=())
                queue = floor.acd.centre.queues.get(line.queue, Queue(id=line.queue, name=""))
                visit.ends(away.outcome, EndedBy.SYSTEM)
                await caller.play(heard(queue.sorry, visit, floor.acd.centre))
            return None
        case ToQueue(queue=other):
            return replace(line, queue=other, entered_at=None, tried={}, only=None, back=(), told=())
        case ToTree(tree=tree, node=node):
            return InTree(tree=tree, node=node, back=line.back)
        case ToAgent() as to:
            return replace(line, queue=to.queue or line.queue, entered_at=None, tried={}, only=to)
        case ToNumber() | ToCallCenter() as to:
            return await outward.forwarded(visit, caller, line, away, to, floor)
        case ToVoicemail(mailbox=mailbox):
            return InMailbox(mailbox=mailbox, queue=line.queue, otherwise=away.outcome)
        case Goodbye(say=last_word):
            visit.ends(away.outcome, EndedBy.SYSTEM)
            await caller.answer()
            await caller.play(heard(last_word, visit, floor.acd.centre))
            return None
        case _ as never:
            assert_never(never)
