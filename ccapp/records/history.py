"""The facts of a time long past, in order and in small slices: whoever reads them can breathe between."""

from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from ccapp.domain.events import Fact, PresenceChanged
from ccapp.ports import Recorded
from ccapp.records.database import available
from ccapp.records.read import facts_of
from ccapp.records.sql import query

if TYPE_CHECKING:
    from ccapp.records.database import Pool

FETCHED_MAX = 1000
SLICE_MAX = 50
"""Facts decoded at a time: about a millisecond."""


@dataclass(frozen=True, slots=True)
class Span:
    """Facts by their numbers, both ends within."""

    first: int
    last: int

    @property
    def size(self) -> int:
        """At least as many as there are."""
        return self.last - self.first + 1

    def through(self, last: int) -> "Span":
        return replace(self, last=min(self.last, last))


class History:
    """Raises DatabaseUnavailable."""

    def __init__(self, pool: "Pool") -> None:
        self._pool = pool

    async def span(self, since: datetime, until: datetime) -> Span | None:
        """What is to be read about the time from `since` until before `until`; None: nothing happened."""
        async with available():
            row = await self._pool.fetchrow(query("report_range"), since, until)
        if row is None or row["first"] is None:
            return None
        return Span(row["first"], row["last"])

    async def facts(self, span: Span, kinds: Collection[str]) -> AsyncIterator[Sequence[Fact]]:
        """How the agents were, the facts of the kinds, and the ends of the wrap-ups that were going on."""
        async for facts in self._sliced("report_before", span.first):
            yield facts
        after = span.first - 1
        while True:
            async with available():
                rows = await self._pool.fetch(
                    query("report_facts"), after, span.last, list(kinds), FETCHED_MAX
                )
            for begin in range(0, len(rows), SLICE_MAX):
                yield [item.fact for item in facts_of(rows[begin : begin + SLICE_MAX])]
            if len(rows) < FETCHED_MAX:
                break
            after = rows[-1]["seq"]
        async for facts in self._sliced("report_after", span.last):
            yield facts

    async def of_visits(self, visits: Collection[str]) -> AsyncIterator[Sequence[Recorded]]:
        """All facts of these visits, in order."""
        after, rows = 0, FETCHED_MAX
        while rows == FETCHED_MAX:
            async with available():
                found = await self._pool.fetch(query("visits_facts"), list(visits), after, FETCHED_MAX)
            for begin in range(0, len(found), SLICE_MAX):
                yield facts_of(found[begin : begin + SLICE_MAX])
            rows, after = len(found), found[-1]["seq"] if found else after

    async def since_login(self, agent: str) -> Sequence[PresenceChanged]:
        """What was told of an agent since his last login."""
        async with available():
            rows = await self._pool.fetch(query("last_login"), agent)
        return [item.fact for item in facts_of(rows) if isinstance(item.fact, PresenceChanged)]

    async def _sliced(self, name: str, seq: int) -> AsyncIterator[Sequence[Fact]]:
        async with available():
            rows = await self._pool.fetch(query(name), seq)
        for begin in range(0, len(rows), SLICE_MAX):
            yield [item.fact for item in facts_of(rows[begin : begin + SLICE_MAX])]
