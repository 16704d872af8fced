"""Instants that come by themselves, and whose they are: a heap with lazy deletion.

What no longer applies is dropped when it comes to the top, so `earliest` never wakes anybody for nothing that
is already undone. Most events find nothing due: they need not call anything to see that.
"""

from abc import ABC, abstractmethod
from heapq import heappop, heappush
from math import inf


class Times[Whose](ABC):
    def __init__(self) -> None:
        self._heap: list[tuple[float, int, Whose]] = []
        self._number = 0
        self.next_at = inf
        """Before this nothing is due (epoch s). What comes then may have been undone meanwhile."""

    @abstractmethod
    def applies(self, at: float, number: int, whose: Whose) -> bool:
        """Whether it has not been undone."""

    def push(self, at: float, whose: Whose) -> int:
        """The number it goes by among those of the same instant."""
        self._number += 1
        heappush(self._heap, (at, self._number, whose))
        if at < self.next_at:
            self.next_at = at
        return self._number

    def earliest(self) -> float | None:
        heap = self._heap
        while heap and not self.applies(*heap[0]):
            heappop(heap)
        self.next_at = heap[0][0] if heap else inf
        return heap[0][0] if heap else None

    def take(self, now: float) -> tuple[float, Whose] | None:
        """The next that has come, taken off."""
        at = self.earliest()
        if at is None or at > now:
            return None
        whose = heappop(self._heap)[2]
        self.next_at = self._heap[0][0] if self._heap else inf
        return at, whose
