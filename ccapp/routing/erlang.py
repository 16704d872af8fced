"""Erlang's formulas: what a queue of one skill must do in the long run.

`load` is offered load in erlangs (arrival rate x mean handling time), `agents` a whole number of them.
B: blocked calls are lost. C: they wait for ever. A (Palm): they wait until their patience is over.
"""

from dataclasses import dataclass
from math import exp, expm1, inf


def erlang_b(load: float, agents: int) -> float:
    """The share of calls lost."""
    blocked = 1.0
    for n in range(1, agents + 1):
        blocked = load * blocked / (n + load * blocked)
    return blocked


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """What callers and agents will see. Shares from 0 to 1, times in seconds."""

    waits: float  # share of calls that do not find a free agent
    wait_s: float  # mean over all calls
    served_in_time: float  # share of all calls that is answered within the time asked for
    abandons: float  # share of calls that give up
    occupancy: float  # share of agents' time on calls


def erlang_c(load: float, agents: int, handling_s: float, within_s: float) -> Forecast:
    """Patient callers. With as much load as agents or more, the line grows for ever."""
    if load >= agents:
        return Forecast(waits=1.0, wait_s=inf, served_in_time=0.0, abandons=0.0, occupancy=1.0)
    lost = erlang_b(load, agents)
    waits = lost / (1 - load / agents * (1 - lost))
    return Forecast(
        waits=waits,
        wait_s=waits * handling_s / (agents - load),
        served_in_time=1 - waits * exp(-(agents - load) * within_s / handling_s),
        abandons=0.0,
        occupancy=load / agents,
    )


def erlang_a(
    calls_per_s: float, agents: int, handling_s: float, patience_s: float, within_s: float
) -> Forecast:
    """Callers whose patience is exponential with mean `patience_s`."""
    waiting = _Waiting(calls_per_s, agents, handling_s, patience_s)
    idle = 1 / erlang_b(calls_per_s * handling_s, agents - 1)
    whole = idle + calls_per_s * waiting.integral(0.0, waiting.end_s)
    served = idle / whole + calls_per_s / whole * waiting.integral(1 / patience_s, waiting.end_s)
    in_time = idle / whole + calls_per_s / whole * waiting.integral(1 / patience_s, within_s)
    abandons = 1 - served
    return Forecast(
        waits=1 - idle / whole,
        wait_s=abandons * patience_s,
        served_in_time=in_time,
        abandons=abandons,
        occupancy=calls_per_s * served * handling_s / agents,
    )


@dataclass(frozen=True, slots=True)
class _Waiting:
    """The density (not normed) of the virtual wait: f(x) = exp(l(1 - e^-tx)/t - n m x)."""

    calls_per_s: float
    agents: int
    handling_s: float
    patience_s: float

    @property
    def end_s(self) -> float:
        """Where f is below e^-60 of f(0) for good: (l t)(1 - e^-x/t) - n m x <= l t - n m x."""
        return (60 + self.calls_per_s * self.patience_s) * self.handling_s / self.agents

    def integral(self, decay: float, upto_s: float, steps: int = 20_000) -> float:
        """Simpson's rule over f(x) e^(-decay x) from 0 to `upto_s`."""
        width = upto_s / steps
        total = self._at(0.0, decay) + self._at(upto_s, decay)
        total += 4 * sum(self._at(width * n, decay) for n in range(1, steps, 2))
        total += 2 * sum(self._at(width * n, decay) for n in range(2, steps, 2))
        return total * width / 3

    def _at(self, x: float, decay: float) -> float:
        gained = -self.calls_per_s * self.patience_s * expm1(-x / self.patience_s)
        return exp(gained - x * self.agents / self.handling_s - decay * x)
