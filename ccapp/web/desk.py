"""All that the web edge knows of the engine. Built by the composition root; nothing else is reached for."""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from ccapp.acd import Acd
from ccapp.config.settings import RECORDINGS_DIR
from ccapp.domain.events import Fact, PresenceChanged
from ccapp.ports import Journal, Recorded
from ccapp.records.centres import Applied, Stored
from ccapp.records.history import Span
from ccapp.records.journal import JournalFigures
from ccapp.records.read import VisitRecord, Wanted
from ccapp.telephony.prompt_files import PromptFiles


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """What is up. Without the database calls go on; without the rest nothing can be decided."""

    started: bool  # recovered, and answering for what it says
    switch: bool  # connected to Asterisk
    lease: bool  # the one engine that may act
    database: bool

    @property
    def able(self) -> bool:
        return self.started and self.switch and self.lease

    @property
    def status(self) -> str:
        if not self.able:
            return "down" if self.started else "starting"
        return "ok" if self.database else "degraded"


class Durations(Protocol):
    """Counts of durations by upper bound, the last one without a bound."""

    counts: list[int]
    sum_s: float


class SwitchMeter(Protocol):
    """Figures of the connection to Asterisk."""

    @property
    def round_trips(self) -> Mapping[str, Durations]:
        """By the kind of command."""
        ...

    @property
    def connections(self) -> Mapping[str, int]:
        """Made, by application: all above the first are reconnects."""
        ...

    @property
    def unanswered(self) -> Mapping[str, int]:
        """Commands that ran out of time, by kind."""
        ...


class Past(Protocol):
    """The facts in the records, as `records.history.History` tells them."""

    async def span(self, since: datetime, until: datetime) -> Span | None: ...

    def of_visits(self, visits: Collection[str]) -> AsyncIterator[Sequence[Recorded]]: ...

    async def since_login(self, agent: str) -> Sequence[PresenceChanged]: ...

    def facts(self, span: Span, kinds: Collection[str]) -> AsyncIterator[Sequence[Fact]]: ...


class PastCentres(Protocol):
    """The configuration's versions, as `records.centres.Centres` keeps them."""

    async def history(self, limit: int = 100) -> list[Applied]: ...

    async def version(self, number: int) -> Stored | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """`apply` stores a configuration (a checked document, digests and all) in the name of somebody, puts it
    into effect and returns its version. It may raise ConfigError."""

    acd: Acd
    journal: Journal
    figures: Callable[[], JournalFigures]
    visits: Callable[[Wanted], Awaitable[Sequence[VisitRecord]]]
    apply: Callable[[Mapping[str, Any], str], Awaitable[int]]
    centre_version: Callable[[], int]
    health: Callable[[], Health]
    token: str
    started_at: float  # epoch s
    recordings: Path = RECORDINGS_DIR
    switch_meter: SwitchMeter | None = None
    past: Past | None = None
    past_centres: PastCentres | None = None
    prompts: PromptFiles | None = None
    round_trip_bounds_s: Sequence[float] = ()
