"""Plain figures of the connection to Asterisk, for whoever exports them. Nothing here decides anything."""

from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass, field

BOUNDS_S = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0)


@dataclass(slots=True)
class Durations:
    """A histogram. `counts[i]` holds what was at most `BOUNDS_S[i]` seconds, the last one the rest."""

    counts: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS_S) + 1))
    sum_s: float = 0.0

    def observe(self, seconds: float) -> None:
        self.counts[bisect_left(BOUNDS_S, seconds)] += 1
        self.sum_s += seconds

    @property
    def count(self) -> int:
        return sum(self.counts)


@dataclass(slots=True)
class Meter:
    round_trips: dict[str, Durations] = field(default_factory=dict)
    """By the kind of command."""
    refusals: Counter[tuple[str, int]] = field(default_factory=Counter)
    """By the kind of command and the status."""
    events: Counter[str] = field(default_factory=Counter)
    """By Asterisk's type."""
    connections: Counter[str] = field(default_factory=Counter)
    """Made, by application: all above the first are reconnects."""
    unanswered: Counter[str] = field(default_factory=Counter)
    """Commands that ran out of time, by kind."""
    unanswered_in_a_row: int = 0
    late_replies: int = 0
    news_waiting_max: int = 0

    def answered(self, kind: str, status: int, seconds: float) -> None:
        self.unanswered_in_a_row = 0
        self.round_trips.setdefault(kind, Durations()).observe(seconds)
        if status >= 400:
            self.refusals[kind, status] += 1

    def not_answered(self, kind: str) -> None:
        self.unanswered[kind] += 1
        self.unanswered_in_a_row += 1
