"""One distinct requirement: who can meet it, who of them is idle, and which calls ask for it."""

from collections import OrderedDict
from collections.abc import Callable
from heapq import heapify, heappop, heappush
from typing import TYPE_CHECKING

from ccapp.domain.ids import AgentId
from ccapp.routing.seats import Place, Seat

if TYPE_CHECKING:
    from ccapp.routing.order import Bench

type Entry = tuple[int, float, int, Place]
"""Rank, key, order of joining, whose: smallest first."""

type Tier = OrderedDict[Seat, None]
"""Idle agents, longest idle first. Taking the first of a plain dict again and again is ten times slower."""


class Signature:
    """One distinct requirement: its agents and its calls."""

    __slots__ = ("bench", "calls", "capable", "heap", "live", "present", "queues", "seen", "staff", "tiers")

    def __init__(self, capable: list[Seat], tiers: int, bench: "Bench | None" = None) -> None:
        self.capable = capable  # by agent id
        self.bench = bench  # holds the idle in place of the tiers where a queue has an order of its own
        self.tiers: tuple[Tier, ...] = tuple(OrderedDict() for _ in range(tiers)) if bench is None else ()
        self.heap: list[Entry] = []
        self.live = 0  # calls in the heap that do wait
        self.calls = 0  # calls in line, those being offered too
        self.queues = 0  # with this requirement
        self.staff = 0  # of the capable, on duty
        self.present = 0  # of the capable, ready and with a phone; counted where a ladder asks for it
        self.seen = 0.0  # calls that came, older ones counting less

    def enqueue(self, place: Place) -> None:
        place.waiting = True
        self.live += 1
        if not place.in_heap:
            place.in_heap = True
            heappush(self.heap, (place.rank, place.key, place.seq, place))

    def dequeue(self, place: Place) -> None:
        """Takes a waiting call out; its entry stays until it is the head or the dead outnumber the rest."""
        place.waiting = False
        self.live -= 1
        if len(self.heap) > 32 + 2 * self.live:
            self._compact()

    def _compact(self) -> None:
        for _, _, _, place in self.heap:
            if place.signature is self:
                place.in_heap = place.waiting
        self.heap = [entry for entry in self.heap if self._holds(entry[3])]
        heapify(self.heap)

    def _holds(self, place: Place) -> bool:
        return place.waiting and place.signature is self

    def waiting(self) -> list[Place]:
        return [place for _, _, _, place in self.heap if self._holds(place)]

    def head(self) -> Entry:
        """The first waiting call. Only to be asked while `live`."""
        heap = self.heap
        while not (place := heap[0][3]).waiting or place.signature is not self:
            heappop(heap)
            if place.signature is self:
                place.in_heap = False
        return heap[0]

    def head_for(self, agent: AgentId, now: float) -> Entry | None:
        """The first waiting call for which the agent was not just tried."""
        return self.head_that(lambda place: not place.barred(agent, now))

    def head_that(self, fits: Callable[[Place], bool]) -> Entry | None:
        """The first waiting call that fits."""
        passed: list[Entry] = []
        found = None
        while self.live > len(passed):
            found = self.head()
            if fits(found[3]):
                break
            passed.append(heappop(self.heap))
            found = None
        for entry in passed:
            heappush(self.heap, entry)
        return found
