"""How long calls will have to wait, if all goes on as it does: everybody in line looked at together.

Agents end calls at a steady rate and take the first call in line that they may serve; callers ahead give up
now and then. So seen, the k-th in a line of its own is served after k times the handling time by the number
of agents (spec/voximplant_acd.md §3). The rest is what several lines have to do with each other.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, expm1, inf, log1p, sqrt
from typing import NamedTuple

from ccapp.routing.experience import Habits

BOUND_Z = 1.2816
"""Of the standard normal law: nine in ten wait no longer than the bound."""

DOUBT = 0.05
"""Of what is not known: variance of the forecast's own error / forecast squared."""

SHAPE_MIN = 0.2
"""Of the law of a wait: what scatters more is not told apart."""

GONE = 1e-6


@dataclass(frozen=True, slots=True)
class Forecast:
    """Until an agent answers. `bound_s`: nine in ten wait no longer."""

    expected_s: float
    bound_s: float


class Waiting(NamedTuple):
    """A call in line. `who`: the bit of those who may serve it, from so many seconds on; the first from 0."""

    who: tuple[tuple[float, int], ...]
    giving_up: float  # per second

    def bits_at(self, at_s: float) -> int:
        bits = 0
        for from_s, bit in self.who:
            if from_s <= at_s:
                bits = bit
        return bits


class Team(NamedTuple):
    """Agents who may serve the same calls."""

    may: int  # bits
    agents: int
    free: int  # with nothing to do
    rate: float  # calls they end per second, all together


def served_after(line: Sequence[Waiting], teams: Sequence[Team]) -> list[float | None]:
    """Seconds until an agent is there for each call, in the order of the line. None: never."""
    return _Line(line, teams).run()


class _Line:
    """A call's `left` is what is still to be done until it is served; `real` the same times the chance that
    the caller has not given up by then: so much those behind wait for it."""

    def __init__(self, line: Sequence[Waiting], teams: Sequence[Team]) -> None:
        self._line = line
        self._teams = [team for team in teams if team.rate > 0]
        self._after: list[float | None] = [None] * len(line)
        self._left = [1.0] * len(line)
        self._real: list[float | None] = [None] * len(line)  # None: nobody has served it yet
        self._gone = [False] * len(line)
        self._bits = [call.bits_at(0.0) for call in line]
        self._first = [0] * len(self._teams)  # before it nothing is left for this team
        later = [
            (from_s, number, bit)
            for number, call in enumerate(line)
            for from_s, bit in call.who
            if from_s > 0
        ]
        self._steps = deque(sorted(later, key=lambda step: step[0]))  # then others may serve a call
        self._now = 0.0

    def run(self) -> list[float | None]:
        self._take_the_free()
        while True:
            rates = self._rates()
            step_s = self._steps[0][0] if self._steps else inf
            if not rates and step_s == inf:
                return self._after
            self._work(rates, step_s)

    def _take_the_free(self) -> None:
        free = [team.free for team in self._teams]
        for number, bits in enumerate(self._bits):
            for n, team in enumerate(self._teams):
                if free[n] and team.may & bits:
                    free[n] -= 1
                    self._after[number], self._gone[number] = 0.0, True
                    break

    def _rates(self) -> dict[int, float]:
        """At which the calls that are next are being reached."""
        rates: dict[int, float] = {}
        for n, team in enumerate(self._teams):
            at = self._first[n]
            while at < len(self._line) and (self._gone[at] or not team.may & self._bits[at]):
                at += 1
            self._first[n] = at
            if at < len(self._line):
                rates[at] = rates.get(at, 0.0) + team.rate
        return rates

    def _work(self, rates: dict[int, float], step_s: float) -> None:
        """Until the first of them is served, or somebody else may serve some call."""
        needs = {number: self._needs_s(number, rate) for number, rate in rates.items()}
        until = min(self._now + min(needs.values(), default=inf), step_s)
        lasts_s = until - self._now
        for number, rate in rates.items():
            real = self._real[number] = self._real_after(number, rate, lasts_s)
            self._left[number] -= lasts_s * rate
            if real <= GONE or self._now + needs[number] <= until:
                self._gone[number] = True
                self._after[number] = until + max(0.0, self._left[number]) / rate
        self._now = until
        while self._steps and self._steps[0][0] <= until:
            _, number, self._bits[number] = self._steps.popleft()
            self._first = [min(at, number) for at in self._first]

    def _real_left(self, number: int) -> float:
        real = self._real[number]
        return exp(-self._line[number].giving_up * self._now) if real is None else real

    def _needs_s(self, number: int, rate: float) -> float:
        """Until a call is served at this rate, or its caller has given up meanwhile."""
        real, giving_up = self._real_left(number), self._line[number].giving_up
        return log1p(giving_up * real / rate) / giving_up if giving_up else real / rate

    def _real_after(self, number: int, rate: float, lasts_s: float) -> float:
        real, giving_up = self._real_left(number), self._line[number].giving_up
        if not giving_up:
            return real - lasts_s * rate
        return real + (real + rate / giving_up) * expm1(-giving_up * lasts_s)


def forecast(after_s: float, habits: Habits, agents: int, rate: float, *, overtaken: float = 0.0) -> Forecast:
    """Of a call that is reached after `after_s`, by `agents` who end `rate` calls a second; `overtaken` is
    the share of their time that goes to calls that come later and are served before.

    That a call lasts a while already tells nothing of its end where calls scatter as they do by the
    exponential law; where they scatter less, it ends the sooner.
    """
    if after_s <= 0 or rate <= 0 or not agents:
        return Forecast(habits.ring_s, habits.ring_s)
    ends = after_s * rate * (1 - overtaken)  # of calls, until it is reached
    sooner = min(ends, agents) / agents * (1 - min(habits.spread, 1.0)) / (agents + 1)
    expected_s = max(0.0, after_s - sooner * habits.occupied_s)
    shape = max(max(ends, 1.0) * (1 - overtaken) / (1 + overtaken), SHAPE_MIN)
    return Forecast(expected_s + habits.ring_s, bound(expected_s, shape) + habits.ring_s)


def bound(expected_s: float, shape: float) -> float:
    """The 90 % point of a gamma law with this mean and shape (after Wilson and Hilferty), and some doubt."""
    variance = 1 / shape + DOUBT
    ninth = variance / 9
    return expected_s * max(0.0, 1 - ninth + BOUND_Z * sqrt(ninth)) ** 3
