"""How fast decisions are and how much happens: plain counters, exported by the web edge."""

from bisect import bisect_left
from collections import Counter

from ccapp.domain.events import Fact

BOUNDS_S = (0.00001, 0.000025, 0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.25)


class Histogram:
    """Counts of observations up to each bound, in seconds; the last bucket has no bound."""

    def __init__(self, bounds_s: tuple[float, ...] = BOUNDS_S) -> None:
        self.bounds_s = bounds_s
        self.counts = [0] * (len(bounds_s) + 1)
        self.sum_s = 0.0

    def observe(self, seconds: float) -> None:
        self.counts[bisect_left(self.bounds_s, seconds)] += 1
        self.sum_s += seconds


class Meter:
    def __init__(self) -> None:
        self.decisions = Histogram()
        self.facts: Counter[str] = Counter()
        self.list_answers: Counter[str] = Counter()  # of customers' servers that list agents: good, failed

    def decision_s(self, seconds: float) -> None:
        self.decisions.observe(seconds)

    def fact(self, fact: Fact) -> None:
        self.facts[type(fact).__name__] += 1
