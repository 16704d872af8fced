"""The configuration: every version ever applied, the present one, and word of a new one.

Documents are stored as they were written; what they mean is for the configuration's reader to say.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import asyncpg
import orjson

from ccapp.records.database import AWAY, available, connect
from ccapp.records.sql import query

if TYPE_CHECKING:
    from ccapp.records.database import Connection, Pool

log = logging.getLogger(__name__)

CHANNEL = "centre_applied"
LOOK_S = 30.0  # a connection that died silently, or word that got lost, is found out after so long
RETRY_S = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """That a version was applied, when and by whom."""

    version: int
    applied_at: datetime
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored(Applied):
    document: dict[str, Any]


class Centres:
    """The configuration's versions in the database of a pool."""

    def __init__(self, pool: "Pool", dsn: str) -> None:
        self._pool, self._dsn = pool, dsn

    async def apply(self, document: Mapping[str, Any], by: str) -> int:
        """Makes it the present one, whole; the new version, counted from 1."""
        text = orjson.dumps(document).decode()
        async with available(), self._pool.acquire() as connection, connection.transaction():
            await connection.execute("lock table centre_version in share row exclusive mode")
            version: int = await connection.fetchval(query("apply_centre"), text, by)
            return version

    async def current(self) -> Stored | None:
        """The present one; None when none was ever applied."""
        async with available():
            return _stored(await self._pool.fetchrow(query("current_centre")))

    async def version(self, number: int) -> Stored | None:
        async with available():
            return _stored(await self._pool.fetchrow(query("centre"), number))

    async def history(self, limit: int = 100) -> list[Applied]:
        """The newest first."""
        async with available():
            return [Applied(**dict(row)) for row in await self._pool.fetch(query("centre_history"), limit)]

    async def listen(self, after: int = 0) -> AsyncIterator[Stored]:
        """Every present configuration newer than version `after`, as it comes; of several at once the last.

        Lasts for ever, through outages of the database.
        """
        while True:
            try:
                connection = await connect(self._dsn)
            except AWAY as error:
                log.warning("centres_unheard error=%r", error)
            else:
                try:
                    async for stored in _heard(connection, after):
                        after = stored.version
                        yield stored
                except (*AWAY, asyncpg.PostgresError) as error:
                    log.warning("centres_unheard error=%r", error)
                finally:
                    connection.terminate()
            await asyncio.sleep(RETRY_S)


async def _heard(connection: "Connection", after: int) -> AsyncIterator[Stored]:
    """Newer versions until the connection breaks."""
    news = asyncio.Event()
    await connection.add_listener(CHANNEL, lambda *_: news.set())
    connection.add_termination_listener(lambda _: news.set())
    while True:
        news.clear()
        stored = _stored(await connection.fetchrow(query("current_centre")))
        if stored is not None and stored.version > after:
            after = stored.version
            yield stored
        try:
            async with asyncio.timeout(LOOK_S):
                await news.wait()
        except TimeoutError:
            continue


def _stored(row: asyncpg.Record | None) -> Stored | None:
    if row is None:
        return None
    return Stored(**{**dict(row), "document": orjson.loads(row["document"])})
