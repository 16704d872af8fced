"""Offered traffic as values: who calls when, how long it takes, how patient they are, and who is on duty.

Times of day are seconds since midnight. Nothing here says what is decided: that is the centre's.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from ccapp.domain.ids import AgentId, QueueId
from ccapp.domain.priorities import CALLER_PRIORITY, Priority
from ccapp.domain.requirements import Requires

DAY_S = 86_400.0


class Law(StrEnum):
    """How a duration scatters around its mean."""

    EXPONENTIAL = "exponential"
    LOGNORMAL = "lognormal"
    FIXED = "fixed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Duration:
    mean_s: float
    law: Law = Law.EXPONENTIAL
    spread: float = 0.7  # standard deviation / mean, of the lognormal law


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """Callers of one kind. They come as a Poisson stream at `per_hour`, one rate for each interval."""

    name: str
    queue: QueueId
    per_hour: tuple[float, ...]
    talk: Duration
    patience: Duration | None = None  # None: they wait for ever
    requires: Requires = field(default_factory=dict)  # beside what the queue asks for
    priority_s: float = 0.0  # beside the queue's
    caller_priority: Priority = CALLER_PRIORITY


@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    at_s: float
    lasts_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    agents: frozenset[AgentId]
    begin_s: float
    end_s: float
    breaks: tuple[Break, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Answering:
    """What agents do when their phone rings."""

    after: Duration | None = None  # None: they answer at once
    missed: float = 0.0  # share of the rings nobody answers


@dataclass(frozen=True, slots=True, kw_only=True)
class Traffic:
    begin_s: float
    end_s: float
    interval_s: float  # of the streams' rates and of the figures over the day
    streams: tuple[Stream, ...]
    shifts: tuple[Shift, ...] = ()  # none: everybody is there from begin to end
    answering: Answering = Answering()
    warm_up_s: float = 0.0  # what happens before is not counted

    @property
    def intervals(self) -> tuple[float, ...]:
        """When each begins."""
        count = max(1, round((self.end_s - self.begin_s) / self.interval_s))
        return tuple(self.begin_s + n * self.interval_s for n in range(count))

    def interval_at(self, at_s: float) -> int:
        return int((at_s - self.begin_s) // self.interval_s)


def clock(at_s: float) -> str:
    """`08:30`."""
    minutes = round(at_s / 60)
    return f"{minutes // 60:02}:{minutes % 60:02}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PastCall:
    """A caller of a real day. What was never seen is None: the talk of one who gave up, the whole patience
    of one who was answered."""

    at_s: float
    queue: QueueId
    requires: Requires = field(default_factory=dict)
    priority_s: float = 0.0  # what he had waited before he came is in it
    caller_priority: Priority = CALLER_PRIORITY
    talk_s: float | None = None
    gave_up_after_s: float | None = None
    waited_s: float = 0.0


class Duty(StrEnum):
    """What an agent means to do."""

    READY = "ready"
    NOT_READY = "not_ready"
    AWAY = "away"


@dataclass(frozen=True, slots=True, kw_only=True)
class PastDay:
    """The facts of a real day, as far as callers and agents made them, not we."""

    begin_s: float
    end_s: float
    calls: tuple[PastCall, ...]
    duties: Mapping[AgentId, tuple[tuple[float, Duty], ...]]  # each: from when on what


class Through(StrEnum):
    """What runs the days."""

    ROUTER = "router"  # the Router alone
    STORIES = "stories"  # all the engine, on a fake switch
