"""How long calls may wait: the instant each must leave its line at, should nobody have served it by then.

A phone that rings then may still be answered; it is the last one that is rung.
"""

from collections.abc import Iterable
from heapq import heappop, heappush

from ccapp.domain.admission import ExitReason, WhenEmpty
from ccapp.domain.centre import Queue
from ccapp.routing.crews import Crew
from ccapp.routing.seats import Place

type Limit = tuple[float, ExitReason]


def limit(place: Place, crew: Crew | None) -> Limit | None:
    """When (epoch s) and why it must leave, as things stand; None: it may stay."""
    return min(_limits(place.queue, place.call.entered_at, crew), default=None)


def _limits(queue: Queue, entered_at: float, crew: Crew | None) -> Iterable[Limit]:
    if queue.wait_s_max is not None:
        yield entered_at + queue.wait_s_max, ExitReason.TIMEOUT
    if crew is None:
        return
    if queue.no_agent_wait_s_max is not None and not crew.on_duty:
        wait_s = queue.no_agent_wait_s_max
        grace_s = min(queue.no_agent_grace_s, wait_s)
        at = max(crew.absent_since + wait_s, entered_at + grace_s)
        yield at, ExitReason.NO_AGENT_TIMEOUT
    nobody = not (crew.present if queue.leave_when_empty is WhenEmpty.STRICT else crew.on_duty)
    if queue.leave_when_empty is not WhenEmpty.NO and nobody:
        yield entered_at, ExitReason.EMPTY


class Limits:
    """Of all calls in line. A heap with lazy deletion, as `deadlines`."""

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, Place]] = []
        self._number = 0

    def set(self, place: Place, crew: Crew | None) -> Limit | None:
        """The limit of a call as things stand now."""
        found = limit(place, crew)
        if found != place.limit:
            place.limit = found
            if found is not None:
                self._number += 1
                heappush(self._heap, (found[0], self._number, place))
        return found

    def earliest(self) -> float | None:
        heap = self._heap
        while heap and not _applies(heap[0][0], heap[0][2]):
            heappop(heap)
        return heap[0][0] if heap else None

    def due(self, now: float) -> list[Place]:
        """The calls whose time is up, in the order in which it was; phones may still ring for some."""
        if not self._heap or self._heap[0][0] > now:  # nearly always
            return []
        due: list[Place] = []
        while self._heap and (at := self.earliest()) is not None and at <= now:
            due.append(heappop(self._heap)[2])
        return due


def _applies(at: float, place: Place) -> bool:
    return place.limit is not None and place.limit[0] == at


def is_over(place: Place, now: float) -> bool:
    return place.limit is not None and place.limit[0] <= now
