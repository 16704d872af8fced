"""The one task that records facts: whatever has gathered while the last commit ran is the next batch.

Facts that somebody waits for are recorded at once. Those nobody waits for are on the disk already: they wait
a moment for others, because a commit costs the same for one fact and for twenty.

One statement, so one transaction and one round trip: the facts, and the visits, segments and presences they
change. A database that is away is tried again with growing pauses; one that hangs is cut off after
COMMAND_S_MAX. Facts it refuses for what they say are found by halving the batch and set aside, so that one
odd fact does not stop all that follow. A newer epoch ends the task with Fenced: nothing more is written.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Sequence
from time import monotonic
from typing import TYPE_CHECKING, Never

import asyncpg

from ccapp.records.backlog import Backlog
from ccapp.records.database import AWAY, COMMAND_S_MAX, connect
from ccapp.records.errors import Fenced
from ccapp.records.spool import Line, Spool
from ccapp.records.sql import query

if TYPE_CHECKING:
    from ccapp.records.database import Connection

log = logging.getLogger(__name__)

BATCH_MAX = 1000
GATHER_S = 0.05
PAUSES_S = (0.0, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0)  # after the first, second … failure in a row
SAY_EVERY = 15  # failures

_REFUSED = (
    asyncpg.DataError,
    asyncpg.IntegrityConstraintViolationError,
    asyncpg.ProgramLimitExceededError,
)
# The statement's plan must not hang on how old the statistics are: always by index, planned once.
_PLANS = {
    "plan_cache_mode": "force_generic_plan",
    "enable_seqscan": "off",
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
}


class Writer:
    """Takes from the backlog, tells `on_recorded` the number up to which all facts are recorded.

    `wanted` is set while somebody waits for that.
    """

    def __init__(
        self,
        dsn: str,
        epoch: int,
        backlog: Backlog,
        spool: Spool,
        on_recorded: Callable[[int], None],
        wanted: asyncio.Event,
    ) -> None:
        self._dsn, self._epoch = dsn, epoch
        self._backlog, self._spool = backlog, spool
        self._on_recorded, self._wanted = on_recorded, wanted
        self._connection: Connection | None = None
        self.refused = 0
        self.last_error = ""
        self.failures = 0  # attempts in a row
        self.away_since: float | None = None  # monotonic s
        self.next_try_at: float | None = None  # monotonic s, while pausing
        self.last_commit_s = 0.0

    async def run(self) -> Never:
        """For the life of the journal; raises Fenced."""
        try:
            while True:
                batch = await self._backlog.take(BATCH_MAX)
                await self._until_recorded(batch)
                self._backlog.done()
                self._on_recorded(batch[-1].seq)
                if len(batch) < BATCH_MAX:
                    await self._gather()
        finally:
            self._hang_up()

    async def _gather(self) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(GATHER_S):
                await self._wanted.wait()

    async def _until_recorded(self, batch: Sequence[Line]) -> None:
        while True:
            try:
                await self._record(batch)
            except Fenced:
                log.critical("journal_fenced epoch=%d waiting=%d", self._epoch, len(self._backlog.waiting()))
                raise
            except (*AWAY, asyncpg.PostgresError) as error:
                self._hang_up()
                await self._pause(error)
            else:
                self._answered()
                return

    async def _record(self, batch: Sequence[Line]) -> None:
        """One transaction; or, when the database refuses what a fact says, one for each half."""
        try:
            await self._commit(batch)
        except _REFUSED as error:
            if len(batch) == 1:
                self._refuse(batch[0], error)
                return
            middle = len(batch) // 2
            await self._record(batch[:middle])
            await self._record(batch[middle:])

    async def _commit(self, batch: Sequence[Line]) -> None:
        if self._connection is None:
            self._connection = await connect(self._dsn, _PLANS)
        lines = b",".join([line.raw for line in batch]).decode()
        started = monotonic()
        async with asyncio.timeout(COMMAND_S_MAX + 1):
            row = await self._connection.fetchrow(query("record", "project"), self._epoch, f"[{lines}]")
        self.last_commit_s = monotonic() - started
        if row is None or not row["open"]:
            raise Fenced(self._epoch)

    def _refuse(self, line: Line, error: Exception) -> None:
        file = self._spool.set_aside("refused", line)
        self.refused += 1
        log.error("fact_refused seq=%d error=%r file=%s", line.seq, error, file)

    async def _pause(self, error: Exception) -> None:
        now = monotonic()
        self.last_error = repr(error)
        pause_s = PAUSES_S[min(self.failures, len(PAUSES_S) - 1)]
        self.failures += 1
        if self.away_since is None:
            self.away_since = now
        # a connection that had died in its sleep is nothing to shout about, a long outage is once in a while
        if 1 < self.failures <= len(PAUSES_S) or self.failures % SAY_EVERY == 0:
            log.error(
                "database_away for_s=%.1f error=%r next_try_s=%.2f", now - self.away_since, error, pause_s
            )
        self.next_try_at = now + pause_s
        await asyncio.sleep(pause_s)
        self.next_try_at = None

    def _answered(self) -> None:
        if self.failures > 1 and self.away_since is not None:
            log.warning("database_back after_s=%.1f", monotonic() - self.away_since)
        self.failures, self.away_since = 0, None

    def _hang_up(self) -> None:
        if self._connection is not None:
            self._connection.terminate()
            self._connection = None
