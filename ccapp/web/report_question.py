"""What can be asked of reports and of today's figures, and what it means."""

import os
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime, timedelta, tzinfo
from enum import StrEnum
from math import isfinite
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from aiohttp import web
from pydantic import AfterValidator, Field

from ccapp.domain.ids import AgentId, QueueId
from ccapp.routing.figures import (
    AGENTS,
    CALLERS,
    CALLS,
    WHOLE,
    Belongs,
    By,
    Choice,
    Dimension,
    Figure,
    Formula,
    Selection,
)
from ccapp.web.past_calls import Name
from ccapp.web.wire import ID_LENGTH_MAX, Body, bad

THRESHOLDS_MAX = 20


class Of(StrEnum):
    QUEUES = "queues"
    AGENTS = "agents"
    GROUPS = "groups"  # of agents, as they are now
    SKILLS = "skills"
    CALLERS = "callers"
    INTERVALS = "intervals"

    @property
    def dimension(self) -> Dimension:
        return _DIMENSIONS[self]

    @property
    def figures(self) -> tuple[Figure, ...]:
        return _FIGURES.get(self, CALLS)


_DIMENSIONS = {
    Of.QUEUES: Dimension.QUEUE,
    Of.AGENTS: Dimension.AGENT,
    Of.GROUPS: Dimension.AGENT,
    Of.SKILLS: Dimension.SKILL,
    Of.CALLERS: Dimension.CALLER,
    Of.INTERVALS: Dimension.WHOLE,
}
_FIGURES = {Of.AGENTS: AGENTS, Of.GROUPS: AGENTS, Of.CALLERS: CALLERS, Of.INTERVALS: WHOLE}


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("must be a time zone as Europe/Berlin") from None
    return name


def _thresholds(text: str) -> str:
    try:
        seconds = [float(part) for part in text.split(",")]
    except ValueError:
        raise ValueError("must be seconds, parted by commas") from None
    if len(seconds) > THRESHOLDS_MAX or not all(isfinite(each) and each >= 0 for each in seconds):
        raise ValueError(f"must be at most {THRESHOLDS_MAX} numbers of seconds")
    return text


def _era(at: datetime) -> datetime:
    if not 1971 <= at.year <= 9000:
        raise ValueError("must be a time in this era")
    return at


type When = Annotated[datetime, AfterValidator(_era)]


class Reading(Body):
    """How figures are read from their counts: everything that can be chosen afterwards."""

    of: Of = Of.QUEUES
    sl: Annotated[str, Field(max_length=200), AfterValidator(_thresholds)] = "20"
    formula: Formula = Formula.F3
    short: Annotated[float, Field(ge=0, le=3600, allow_inf_nan=False)] = 0.0
    ring: bool = False
    abbreviation: bool = False

    @property
    def choice(self) -> Choice:
        thresholds_s = tuple(float(part) for part in self.sl.split(","))
        return Choice(
            formula=self.formula, thresholds_s=thresholds_s, short_s=self.short, ring_is_work=self.ring
        )


class Period(Body):
    """A time past. Times without an offset are in the time zone."""

    since: When | None = None
    until: When | None = None
    tz: Annotated[str, Field(max_length=64), AfterValidator(_zone)] | None = None

    @property
    def zone(self) -> tzinfo:
        return ZoneInfo(self.tz) if self.tz else local_zone()

    def times(self, now: float) -> tuple[datetime, datetime]:
        """From the midnight before `now`, until now, unless asked otherwise. Raises ApiError."""
        here = datetime.fromtimestamp(now, self.zone)
        since = self._in_zone(self.since) or midnight(here)
        until = self._in_zone(self.until) or max(here, since + timedelta(seconds=1))
        if until <= since:
            raise bad("until", "must be after since")
        return since, until

    def _in_zone(self, at: datetime | None) -> datetime | None:
        return at.replace(tzinfo=self.zone) if at is not None and at.tzinfo is None else at


class Question(Reading, Period):
    """A report."""

    queue: Name | None = None
    agent: Name | None = None
    by: By | None = None
    belongs: Belongs = Belongs.ARRIVAL

    def selection(self, since: datetime, until: datetime) -> Selection:
        if self.agent is not None and self.of is not Of.AGENTS:
            raise bad("agent", "goes with agents only")
        return Selection(
            since=since.timestamp(),
            until=until.timestamp(),
            by=self.by or (By.HOUR if self.of is Of.INTERVALS else By.WHOLE),
            zone=self.zone,
            belongs=self.belongs,
            queue=QueueId(self.queue) if self.queue else None,
            agent=AgentId(self.agent) if self.agent else None,
            dimensions=frozenset({self.of.dimension}),
        )


def midnight(at: datetime) -> datetime:
    """Of the day of `at`, in its zone."""
    return at.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)


def local_zone() -> tzinfo:
    """Of this process (TZ), else of the machine, summer time and all; UTC when neither says."""
    with suppress(ValueError, OSError, ZoneInfoNotFoundError):
        if name := os.environ.get("TZ", "").removeprefix(":"):
            return ZoneInfo(name)
    with suppress(ValueError, OSError), Path("/etc/localtime").open("rb") as file:
        return ZoneInfo.from_file(file, key="local")
    return UTC


def once_each(request: web.Request, names: Iterable[str]) -> None:
    for name in names:
        if len(request.query.getall(name)) > 1:
            raise bad(name[:ID_LENGTH_MAX], "is given twice")
