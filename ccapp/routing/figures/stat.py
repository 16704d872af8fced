"""Numbers that can be added up: what is kept of many measures, and of a length that changes with time.

Everything here merges: the figures of two intervals become those of both.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from math import inf
from typing import Self


@dataclass(slots=True)
class Stat:
    """Count, sum and extremes of measures, in seconds."""

    count: int = 0
    sum: float = 0.0
    least: float = inf
    most: float = -inf

    def add(self, value: float) -> None:
        self.count += 1
        self.sum += value
        if value < self.least:
            self.least = value
        if value > self.most:
            self.most = value

    def merge(self, other: Self) -> None:
        self.count += other.count
        self.sum += other.sum
        self.least = min(self.least, other.least)
        self.most = max(self.most, other.most)

    @property
    def avg(self) -> float | None:
        return self.sum / self.count if self.count else None

    @property
    def told(self) -> dict[str, float | None]:
        """As a document; what nobody measured is None."""
        some = self.count > 0
        return {
            "avg": self.avg,
            "count": self.count,
            "max": self.most if some else None,
            "min": self.least if some else None,
            "sum": self.sum,
        }


class Waits:
    """Every wait, kept whole, so that any threshold can be asked for afterwards."""

    __slots__ = ("_all", "_in_order", "sum_s")

    def __init__(self) -> None:
        self._all: list[float] = []
        self._in_order = True
        self.sum_s = 0.0

    def __len__(self) -> int:
        return len(self._all)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Waits) and self._sorted() == other._sorted()

    __hash__ = None  # type: ignore[assignment]  # it changes

    def add(self, wait_s: float) -> None:
        self._all.append(wait_s)
        self.sum_s += wait_s
        self._in_order = False

    def merge(self, other: Self) -> None:
        self._in_order = not self._all
        self._all.extend(other._sorted())
        self.sum_s += other.sum_s

    def within(self, threshold_s: float) -> int:
        """How many lasted at most `threshold_s`."""
        return bisect_right(self._sorted(), threshold_s)

    def below(self, threshold_s: float) -> int:
        """How many were shorter than `threshold_s`."""
        return bisect_left(self._sorted(), threshold_s)

    def in_order(self) -> Sequence[float]:
        """Shortest first; not to be changed."""
        return self._sorted()

    def _sorted(self) -> list[float]:
        if not self._in_order:
            self._all.sort()  # nearly sorted already: linear
            self._in_order = True
        return self._all


@dataclass(slots=True)
class Length:
    """Of a line, over time: its mean is weighted with the seconds it lasted."""

    area: float = 0.0  # callers times seconds
    seconds: float = 0.0
    most: int = 0
    least: int | None = None

    def lasted(self, length: int, seconds: float) -> None:
        self.area += length * seconds
        self.seconds += seconds
        self.most = max(self.most, length)
        self.least = length if self.least is None else min(self.least, length)

    def merge(self, other: Self) -> None:
        self.area += other.area
        self.seconds += other.seconds
        self.most = max(self.most, other.most)
        if other.least is not None:
            self.least = other.least if self.least is None else min(self.least, other.least)

    @property
    def told(self) -> dict[str, float | None]:
        return {
            "avg": self.area / self.seconds if self.seconds > 0 else None,
            "max": self.most,
            "min": self.least,
        }
