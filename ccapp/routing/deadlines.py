"""What the clock alone will change: ends of pauses and wrap-ups, and pairs that may be tried again.

A heap with lazy deletion. A deadline that no longer applies is dropped when it comes to the top, so
`earliest` never wakes anybody for nothing that is already undone.
"""

from collections.abc import Mapping
from heapq import heappop, heappush

from ccapp.domain.ids import AgentId
from ccapp.routing.seats import Place, Seat

type Due = tuple[float, int, Seat, Place | None]
"""When, which (equal times go by it), whose; with a place: the pair may be tried again."""


class Deadlines:
    def __init__(self) -> None:
        self._heap: list[Due] = []
        self._number = 0

    def seat(self, seat: Seat, at: float) -> None:
        """The agent's one deadline; replaces an earlier one."""
        if seat.due_at != at:
            seat.due_at = at
            seat.due_number = self._push(at, seat, None)

    def pair(self, seat: Seat, place: Place, until: float) -> None:
        """The agent is not offered this call before `until`."""
        seat.excluded[place.visit] = until
        place.tried[seat.id] = until
        self._push(until, seat, place)

    def _push(self, at: float, seat: Seat, place: Place | None) -> int:
        self._number += 1
        heappush(self._heap, (at, self._number, seat, place))
        return self._number

    def earliest(self) -> float | None:
        heap = self._heap
        while heap and not _applies(heap[0]):
            heappop(heap)
        return heap[0][0] if heap else None

    def pop(self, now: float) -> tuple[Seat, Place | None] | None:
        """The next deadline that has come, taken off."""
        if not self._heap or self._heap[0][0] > now:  # nearly always
            return None
        at = self.earliest()
        if at is None or at > now:
            return None
        _, _, seat, place = heappop(self._heap)
        if place is None:
            seat.due_at = None
        else:
            del seat.excluded[place.visit]
            if place.tried.get(seat.id) == at:
                del place.tried[seat.id]
        return seat, place


class Steps:
    """When waiting calls climb their ladders, or have a further phone ring. Of each a call has one time, or
    none."""

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, Place]] = []
        self._number = 0

    def arm(self, place: Place, at: float | None) -> None:
        if at is not None:
            self._number += 1
            heappush(self._heap, (at, self._number, place))

    def earliest(self) -> float | None:
        heap = self._heap
        while heap and heap[0][0] not in (heap[0][2].step_at, heap[0][2].next_ring_at):
            heappop(heap)
        return heap[0][0] if heap else None

    def due(self, now: float) -> list[Place]:
        """The calls whose time has come, each once."""
        if not self._heap or self._heap[0][0] > now:  # nearly always
            return []
        due: dict[Place, None] = {}
        while self._heap and (at := self.earliest()) is not None and at <= now:
            place = heappop(self._heap)[2]
            if place.step_at is not None and place.step_at <= at:
                place.step_at = None
            if place.next_ring_at is not None and place.next_ring_at <= at:
                place.next_ring_at = None
            due[place] = None
        return list(due)


def _applies(due: Due) -> bool:
    at, number, seat, place = due
    if place is None:
        return seat.due_at == at and seat.due_number == number
    return seat.excluded.get(place.visit) == at


def forget_pairs(place: Place, seats: Mapping[AgentId, Seat]) -> None:
    """The call is out of line: nobody is kept from it any more."""
    for agent in place.tried:
        if agent in seats:
            seats[agent].excluded.pop(place.visit, None)
