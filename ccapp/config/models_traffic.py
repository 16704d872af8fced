"""Offered traffic as it is written, for the simulator: a `traffic:` section, or a file of its own."""

from typing import Annotated, Self

from pydantic import BeforeValidator, Field, model_validator

from ccapp.config.fields import (
    AgentName,
    Asked,
    CallerPriority,
    Dialled,
    GroupName,
    Part,
    PrioritySeconds,
    QueueName,
    Title,
)
from ccapp.domain.centre import Centre, ToQueue
from ccapp.domain.ids import AgentId, QueueId
from ccapp.domain.priorities import CALLER_PRIORITY
from ccapp.domain.requirements import merged
from ccapp.domain.serving import of_groups
from ccapp.domain.traffic import Answering, Break, Duration, Law, Shift, Stream, Traffic

STREAMS_MAX = 500
SHIFTS_MAX = 2000
CALLS_PER_HOUR_MAX = 100_000


def _time_of_day(given: object) -> object:
    """`08:30` as seconds since midnight; 24:00 is the end of the day."""
    if isinstance(given, int | float):
        return given
    hours, colon, minutes = str(given).partition(":")
    if not (colon and hours.isascii() and hours.isdigit() and minutes.isascii() and minutes.isdigit()):
        raise ValueError("must be a time of day, such as 08:30")
    if len(hours) > 2 or len(minutes) != 2 or int(minutes) > 59 or int(hours) * 60 + int(minutes) > 24 * 60:
        raise ValueError("must be a time from 00:00 to 24:00")
    return int(hours) * 3600.0 + int(minutes) * 60.0


TimeOfDay = Annotated[float, BeforeValidator(_time_of_day), Field(ge=0, le=86_400)]
Rate = Annotated[float, Field(ge=0, le=CALLS_PER_HOUR_MAX, allow_inf_nan=False)]


class OpenPart(Part):
    begin: TimeOfDay = Field(alias="from")
    until: TimeOfDay

    @model_validator(mode="after")
    def _forwards(self) -> Self:
        if self.until <= self.begin:
            raise ValueError("until must be later than from")
        return self


class DurationPart(Part):
    """`{mean_s: 240}`, `{mean_s: 240, law: lognormal, spread: 0.8}`."""

    mean_s: float = Field(gt=0, le=86_400, allow_inf_nan=False)
    law: Law = Law.EXPONENTIAL
    spread: float | None = Field(None, gt=0, le=10, allow_inf_nan=False)

    @model_validator(mode="after")
    def _spread_of_what(self) -> Self:
        if self.spread is not None and self.law is not Law.LOGNORMAL:
            raise ValueError("spread goes with law: lognormal")
        return self

    def value(self) -> Duration:
        return Duration(mean_s=self.mean_s, law=self.law, spread=self.spread or 0.7)


class StreamPart(Part):
    """Callers of one kind: where they go, and `per_hour` all day or `calls` in each interval."""

    queue: QueueName | None = None
    number: Dialled | None = None
    requires: Asked = Field({})
    priority_s: PrioritySeconds = 0.0
    caller_priority: CallerPriority = CALLER_PRIORITY
    per_hour: Rate | None = None
    calls: tuple[Rate, ...] | None = Field(None, min_length=1, max_length=1440)
    talk: DurationPart | None = None
    patience: DurationPart | None = None

    @model_validator(mode="after")
    def _one_of_each(self) -> Self:
        if (self.queue is None) == (self.number is None):
            raise ValueError("needs exactly one of queue, number")
        if (self.per_hour is None) == (self.calls is None):
            raise ValueError("needs exactly one of per_hour, calls")
        return self

    def goes_to(self, centre: Centre) -> QueueId | None:
        if self.queue is not None:
            return self.queue
        number = centre.number(str(self.number))
        return number.target.queue if number is not None and isinstance(number.target, ToQueue) else None


class BreakPart(Part):
    at: TimeOfDay
    minutes: float = Field(gt=0, le=1440, allow_inf_nan=False)


class ShiftPart(Part):
    """`{agents: [alice, bob], from: "08:00", until: "16:30", breaks: [{at: "12:00", minutes: 30}]}`."""

    agents: tuple[AgentName, ...] = Field((), max_length=10_000)
    groups: tuple[GroupName, ...] = Field((), max_length=100)
    begin: TimeOfDay = Field(alias="from")
    until: TimeOfDay
    breaks: tuple[BreakPart, ...] = Field((), max_length=50)

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if not self.agents and not self.groups:
            raise ValueError("needs agents or groups")
        if self.until <= self.begin:
            raise ValueError("until must be later than from")
        if any(not self.begin <= each.at < self.until for each in self.breaks):
            raise ValueError("a break begins outside the shift")
        return self

    def value(self, centre: Centre) -> Shift:
        agents = frozenset[AgentId](self.agents) | of_groups(centre.groups, self.groups)
        breaks = tuple(Break(at_s=each.at, lasts_s=each.minutes * 60) for each in self.breaks)
        return Shift(agents=agents, begin_s=self.begin, end_s=self.until, breaks=breaks)


class AnswerPart(Part):
    """`{mean_s: 4}`; `missed`: the share of rings that nobody answers."""

    mean_s: float = Field(0.0, ge=0, le=300, allow_inf_nan=False)
    law: Law = Law.EXPONENTIAL
    missed: float = Field(0.0, ge=0, le=0.99, allow_inf_nan=False)

    def value(self) -> Answering:
        after = Duration(mean_s=self.mean_s, law=self.law) if self.mean_s else None
        return Answering(after=after, missed=self.missed)


class TrafficPart(Part):
    """All of it. `talk` and `patience` are those of every stream that has none of its own."""

    open: OpenPart = Field(OpenPart.model_validate({"from": 8 * 3600.0, "until": 18 * 3600.0}))
    interval_min: float = Field(30, ge=1, le=1440, allow_inf_nan=False)
    warm_up_min: float = Field(0, ge=0, le=1440, allow_inf_nan=False)
    talk: DurationPart = DurationPart(mean_s=240.0)
    patience: DurationPart | None = None
    answer: AnswerPart = AnswerPart()
    streams: dict[Title, StreamPart] = Field(min_length=1, max_length=STREAMS_MAX)
    shifts: tuple[ShiftPart, ...] = Field((), max_length=SHIFTS_MAX)

    @property
    def intervals(self) -> float:
        return (self.open.until - self.open.begin) / (self.interval_min * 60)

    def value(self, centre: Centre) -> Traffic:
        """Only of what `checks_traffic` had nothing to say against."""
        return Traffic(
            begin_s=self.open.begin,
            end_s=self.open.until,
            interval_s=self.interval_min * 60,
            streams=tuple(self._stream(name, part, centre) for name, part in self.streams.items()),
            shifts=tuple(part.value(centre) for part in self.shifts),
            answering=self.answer.value(),
            warm_up_s=self.warm_up_min * 60,
        )

    def _stream(self, name: str, part: StreamPart, centre: Centre) -> Stream:
        queue = part.goes_to(centre)
        assert queue is not None, "checked"
        if part.calls is not None:
            per_hour = tuple(calls * 60 / self.interval_min for calls in part.calls)
        else:
            per_hour = (part.per_hour or 0.0,) * round(self.intervals)
        patience = part.patience or self.patience
        return Stream(
            name=name,
            queue=queue,
            per_hour=per_hour,
            talk=(part.talk or self.talk).value(),
            patience=None if patience is None else patience.value(),
            requires=merged({}, part.requires),
            priority_s=part.priority_s,
            caller_priority=part.caller_priority,
        )
