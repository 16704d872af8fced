"""A caller whom a queue does not serve is forwarded out of the house: to a number, or to the call centre that
his call names. When nobody is reached there, there is another way."""

from dataclasses import replace

from ccapp.acd import TurnedAway, Visit
from ccapp.calls.floor import Floor
from ccapp.calls.forward import Outside, forward
from ccapp.calls.waypoint import InLine
from ccapp.domain.admission import Goodbye, Outward, ToCallCenter, ToNumber, Treatment
from ccapp.domain.call_center import named_by
from ccapp.domain.centre import Queue
from ccapp.domain.recording import recorded
from ccapp.ports import Leg

NOT_REACHED = "not reached"
NONE_NAMED = "none that can be dialled"


async def forwarded(
    visit: Visit, caller: Leg, line: InLine, away: TurnedAway, to: Outward, floor: Floor
) -> TurnedAway | None:
    """None: his visit is over. Else nobody was reached, and this is where he goes on to."""
    queue = floor.acd.centre.queues.get(line.queue, Queue(id=line.queue, name=""))
    visit.if_caller_leaves = away.outcome
    outside = _outside(to, visit, floor)
    if outside is not None and await forward(visit, caller, _as_in(queue, outside, visit), floor):
        return None
    then: Treatment = to.otherwise or Goodbye(say=queue.sorry)
    floor.acd.not_reached(visit, queue.id, to, NONE_NAMED if outside is None else NOT_REACHED, then)
    return TurnedAway(away.reason, then)


def _as_in(queue: Queue, outside: Outside, visit: Visit) -> Outside:
    """With the queue's music while it rings, and recorded as its talks are."""
    return replace(outside, music=queue.music, record=recorded(visit.data, queue))


def _outside(to: Outward, visit: Visit, floor: Floor) -> Outside | None:
    match to:
        case ToNumber(number=number, trunk=trunk):
            return Outside(number=number, trunk=trunk, caller_id=to.caller_id, ring_s=to.ring_s)
        case ToCallCenter():
            found = named_by(visit.data, visit.trunk, to.trunk, floor.acd.centre.trunks)
            if found is None:
                return None
            number, trunk = found
            return Outside(number=number, trunk=trunk, caller_id=to.caller_id, ring_s=to.ring_s)
