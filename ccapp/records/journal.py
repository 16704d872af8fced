"""The journal on PostgreSQL: ports.Journal, durable against `kill -9` at once and against more soon after.

`publish` numbers the fact, puts it on the local disk (spool), into the live stream and into the backlog: no
await, no failure. One task (writer) records the backlog in batches. The numbers have one owner: the engine
that holds the lease, whose epoch every batch carries.

The database must answer once, at `open`: without it the visits that were recorded as open would be
forgotten. From then on it may go away for as long as the disk is wide; what was published is recorded when
it is back, in order.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import chain, repeat
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Never, Self

from ccapp.domain.events import (
    CallAbandoned,
    CallEnded,
    Fact,
    ManagerChosen,
    PresenceChanged,
    StandingOrder,
    VisitFact,
)
from ccapp.domain.ids import AgentId, VisitId
from ccapp.domain.messages import fold
from ccapp.domain.orders import standing
from ccapp.domain.voicemail import Message
from ccapp.ports import Recorded
from ccapp.records import read
from ccapp.records.backlog import MEMORY_MAX, Backlog
from ccapp.records.database import AWAY, available, connect, open_pool
from ccapp.records.errors import DatabaseUnavailable, Fenced
from ccapp.records.facts_json import decode_line, encode_line, naming_visit
from ccapp.records.followers import BEHIND_MAX, Followers
from ccapp.records.managers import KnownManagers, ask
from ccapp.records.resume import Resumed, resume
from ccapp.records.settling import Settling
from ccapp.records.spool import Spool
from ccapp.records.writer import Writer

if TYPE_CHECKING:
    from ccapp.records.database import Pool

log = logging.getLogger(__name__)

CLOSE_S_MAX = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalFigures:
    """How the journal does, for metrics and the wallboard; none of them should grow but the first two."""

    published: int  # the number of the last fact
    recorded: int  # all facts up to this number are in the database
    backlog: int
    away_s: float  # for how long the database has not answered
    last_error: str
    last_commit_s: float
    spool_errors: int  # facts the disk did not take
    refused: int  # facts the database did not take, set aside
    followers: int


class PostgresJournal:
    """Made by `open`. All methods belong to the event loop it was opened in."""

    def __init__(
        self,
        dsn: str,
        pool: "Pool",
        spool: Spool,
        backlog: Backlog,
        followers: Followers,
        epoch: int,
        last: int,
    ) -> None:
        self._pool, self._spool, self._backlog, self._followers = pool, spool, backlog, followers
        self._epoch, self._published = epoch, last
        self._managers = KnownManagers()
        settling = self._settling = Settling()
        self._writer = Writer(dsn, epoch, backlog, spool, settling.recorded_through, settling.wanted)
        self._writing = asyncio.create_task(self._writer.run(), name="journal writer")

    @classmethod
    @asynccontextmanager
    async def open(
        cls,
        dsn: str,
        spool_folder: Path,
        epoch: int,
        *,
        within_s: float = 30.0,
        memory_max: int = MEMORY_MAX,
        behind_max: int = BEHIND_MAX,
    ) -> AsyncIterator[Self]:
        """Opens the spool, compares it with the database, and records what was left in it.

        Raises SpoolBusy; DatabaseUnavailable when no database answers `within_s`. Leaving waits a moment for
        what is not recorded; the rest stays in the spool for the next engine.
        """
        spool = Spool(spool_folder)
        try:
            found = await _compared(dsn, spool, within_s)
            pool = await open_pool(dsn, size_max=2)
            backlog = Backlog(spool, memory_max)
            if found.due:
                backlog.resume(found.is_due)
            journal = cls(dsn, pool, spool, backlog, Followers(behind_max), epoch, found.last)
            journal._settling.recorded_through(found.recorded)
            try:
                yield journal
            finally:
                await journal._close()
                pool.terminate()
        finally:
            spool.close()

    # --- ports.Journal ------------------------------------------------------------------------------------

    def publish(self, fact: Fact) -> int:
        self._published = seq = self._published + 1
        self._backlog.put(seq, self._epoch, encode_line(seq, self._epoch, fact))
        if isinstance(fact, ManagerChosen):
            self._managers.chosen(seq, fact)
        if self._followers:
            self._followers.publish(Recorded(seq=seq, fact=fact))
        return seq

    async def settled(self, within_s: float = 0.25) -> bool:
        """As ports.Journal. False at once when the database is away and will not be tried in that time."""
        if self._settling.recorded >= self._published:
            return True
        again_at = self._writer.next_try_at
        if self._writing.done() or (again_at is not None and again_at > monotonic() + within_s):
            return False
        return await self._settling.wait(self._published, within_s)

    def follow(self) -> AsyncIterator[Recorded]:
        return self._followers.follow()

    async def open_visits(self) -> Sequence[Sequence[VisitFact]]:
        waiting = _visit_facts(self._waiting())
        async with available():
            known = await read.open_visit_facts(self._pool, {fact.visit for _, fact in waiting})
        return _open_visits({**dict(_visit_facts(known)), **dict(waiting)})

    async def presences(self) -> Sequence[PresenceChanged]:
        waiting = self._waiting()
        async with available():
            known = await read.presence_facts(self._pool)
        changes = (item.fact for item in sorted([*known, *waiting], key=_seq))
        return list({fact.agent: fact for fact in changes if isinstance(fact, PresenceChanged)}.values())

    async def standing_orders(self) -> Sequence[StandingOrder]:
        waiting = self._waiting()
        async with available():
            known = await read.standing_orders(self._pool)
        return standing(item.fact for item in sorted([*known, *waiting], key=_seq))

    async def abandoned(self, since: float) -> Sequence[CallAbandoned]:
        waiting = self._waiting()
        async with available():
            known = await read.abandoned_facts(self._pool, since)
        facts = (item.fact for item in {item.seq: item for item in [*known, *waiting]}.values())
        return [fact for fact in facts if isinstance(fact, CallAbandoned) and fact.at > since]

    async def manager(self, number: str, within_s: float = 0.25) -> AgentId | None:
        known = self._managers
        known.recorded(number, self._settling.recorded)
        if known.seq(number) == 0 and self._writer.away_since is None:
            answered, agent = await ask(self._pool, number, within_s)
            if answered:
                known.learnt(number, agent)
        return known.of(number)

    async def messages(self) -> Sequence[Message]:
        waiting = self._waiting()
        async with available():
            known = {message.id: message for message in await read.messages(self._pool)}
        for item in waiting:
            fold(known, item.fact)
        return list(known.values())

    async def visit(self, visit: str) -> Sequence[Recorded]:
        waiting = [
            item
            for item in self._waiting(naming_visit(visit))
            if isinstance(item.fact, VisitFact) and item.fact.visit == visit
        ]
        async with available():
            known = await read.visit_facts(self._pool, visit)
        return sorted({item.seq: item for item in (*known, *waiting)}.values(), key=_seq)

    # --- for the composition root -------------------------------------------------------------------------

    async def watch(self) -> Never:
        """Lasts as long as the journal records. Raises Fenced when another engine has taken over."""
        await asyncio.shield(self._writing)
        raise AssertionError("the writer never returns")

    def figures(self) -> JournalFigures:
        writer = self._writer
        return JournalFigures(
            published=self._published,
            recorded=self._settling.recorded,
            backlog=self._published - self._settling.recorded,
            away_s=0.0 if writer.away_since is None else monotonic() - writer.away_since,
            last_error=writer.last_error or self._spool.last_error,
            last_commit_s=writer.last_commit_s,
            spool_errors=self._spool.errors,
            refused=writer.refused,
            followers=len(self._followers),
        )

    async def _close(self) -> None:
        if not await self.settled(CLOSE_S_MAX):
            log.error("journal_closed backlog=%d kept_in=%s", self.figures().backlog, self._spool.folder)
        self._followers.end()
        self._writing.cancel()
        [error] = await asyncio.gather(self._writing, return_exceptions=True)
        if not isinstance(error, asyncio.CancelledError | Fenced):
            log.critical("journal_writer_failed", exc_info=error)
        self._spool.end_segment()
        self._spool.remove_through(self._settling.recorded)

    def _waiting(self, part: bytes = b"") -> list[Recorded]:
        """The facts not recorded yet, those only whose line contains the part."""
        return [decode_line(line.raw) for line in self._backlog.waiting() if part in line.raw]


async def _compared(dsn: str, spool: Spool, within_s: float) -> Resumed:
    """Waits for the database, then finds out where the order of facts goes on."""
    deadline = monotonic() + within_s
    for pause_s in chain((0.1, 0.2, 0.5), repeat(1.0)):
        try:
            connection = await connect(dsn)
            try:
                return await resume(connection, spool)
            finally:
                connection.terminate()
        except AWAY as error:
            if monotonic() + pause_s > deadline:
                raise DatabaseUnavailable(f"no database answers within {within_s:g} s: {error!r}") from error
            log.warning("database_awaited error=%r", error)
        await asyncio.sleep(pause_s)
    raise AssertionError("the pauses never end")


def _seq(item: Recorded) -> int:
    return item.seq


def _visit_facts(items: Iterable[Recorded]) -> list[tuple[int, VisitFact]]:
    return [(item.seq, item.fact) for item in items if isinstance(item.fact, VisitFact)]


def _open_visits(facts: Mapping[int, VisitFact]) -> list[list[VisitFact]]:
    """The facts by visit, in order, without the visits that have ended."""
    visits: dict[VisitId, list[VisitFact]] = {}
    for seq in sorted(facts):
        visits.setdefault(facts[seq].visit, []).append(facts[seq])
    return [visit for visit in visits.values() if not any(isinstance(fact, CallEnded) for fact in visit)]
