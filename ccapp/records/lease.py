"""Who may act: one engine per application and database, by a row with an epoch that only grows.

The epoch is the fencing token: the journal's batches carry it and are refused when it has grown. A lease
that is not renewed runs out; one whose holder is surely dead (holder.py) is taken over at once, so that a
`kill -9` costs nothing. While the database is away nobody can take over, so the holder goes on acting and
goes on trying: an outage is no reason to stop serving callers.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from time import monotonic
from typing import Never

import asyncpg

from ccapp.records.database import AWAY, available, connect
from ccapp.records.errors import Fenced, LeaseHeld
from ccapp.records.holder import Holder, this_process
from ccapp.records.sql import query

log = logging.getLogger(__name__)

LEASE_S = 15.0
POLL_S = 0.5


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to act. `renew` must run as long as it is used."""

    dsn: str
    epoch: int
    lease_s: float

    async def renew(self) -> Never:
        """Renews three times in a lease's time. Raises Fenced when another engine has taken over."""
        while True:
            await asyncio.sleep(self.lease_s / 3)
            try:
                await self._renew_once()
            except (*AWAY, asyncpg.PostgresError) as error:
                log.warning("lease_not_renewed epoch=%d error=%r", self.epoch, error)

    async def _renew_once(self) -> None:
        connection = await connect(self.dsn)
        try:
            renewed = await connection.fetchval(query("renew_lease"), self.epoch, self.lease_s)
        finally:
            connection.terminate()
        if renewed is None:
            log.critical("lease_lost epoch=%d", self.epoch)
            raise Fenced(self.epoch)

    async def _release(self) -> None:
        try:
            connection = await connect(self.dsn)
            try:
                await connection.execute(query("release_lease"), self.epoch)
            finally:
                connection.terminate()
        except (*AWAY, asyncpg.PostgresError) as error:
            log.warning("lease_not_released epoch=%d error=%r", self.epoch, error)


@asynccontextmanager
async def held(
    dsn: str, application: str, *, lease_s: float = LEASE_S, within_s: float = 0.0
) -> AsyncIterator[Lease]:
    """Takes the lease, waiting for it `within_s` (a stand-by waits for ever); lets it go on leaving.

    Raises LeaseHeld, which says by whom; DatabaseUnavailable.
    """
    deadline = monotonic() + within_s
    while True:
        try:
            async with available():
                epoch = await take(dsn, application, lease_s)
            break
        except LeaseHeld:
            if monotonic() + POLL_S > deadline:
                raise
        await asyncio.sleep(POLL_S)
    lease = Lease(dsn, epoch, lease_s)
    log.info("lease_taken application=%s epoch=%d", application, epoch)
    try:
        yield lease
    finally:
        await lease._release()


async def take(dsn: str, application: str, lease_s: float = LEASE_S) -> int:
    """The new epoch. Raises LeaseHeld."""
    connection = await connect(dsn)
    try:
        row = await connection.fetchrow(query("lease"))
        before = _holder(row) if row else None
        dead_epoch = row["epoch"] if row and before and before.is_surely_dead() else None
        me = this_process()
        epoch: int | None = await connection.fetchval(
            query("take_lease"),
            application, me.host, me.boot, me.pid_space, me.pid, me.pid_started, lease_s, dead_epoch,
        )  # fmt: skip
    finally:
        connection.terminate()
    if epoch is None:
        raise LeaseHeld(_said(row) if row else "another engine took the lease this very moment")
    return epoch


def _holder(row: asyncpg.Record) -> Holder:
    return Holder(row["host"], row["boot"], row["pid_space"], row["pid"], row["pid_started"])


def _said(row: asyncpg.Record) -> str:
    return (
        f"the engine of application {row['application']!r} runs as process {row['pid']} on {row['host']} "
        f"(epoch {row['epoch']}, lease for {row['left_s']:.1f} s more)"
    )
