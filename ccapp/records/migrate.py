"""Brings a database up to this code: db/migrations/<version>_<name>.sql, forward only, in order.

Each migration is one transaction under one lock, so that several engines may start at once and none sees
half of one. A database newer than this code is left alone.
"""

import logging
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from ccapp.records.database import available, connect
from ccapp.records.errors import DatabaseNewer
from ccapp.records.sql import db_folder, query

if TYPE_CHECKING:
    from ccapp.records.database import Connection

log = logging.getLogger(__name__)

_LOCK = 0x63636170  # "ccap"


@dataclass(frozen=True, slots=True)
class Migration:
    version: int
    name: str
    sql: str


@cache
def migrations() -> tuple[Migration, ...]:
    """All that this code knows, numbered from 1 without a gap."""
    found = []
    for path in sorted((db_folder() / "migrations").glob("*.sql")):
        version, _, name = path.stem.partition("_")
        found.append(Migration(int(version), name, path.read_text()))
    if [each.version for each in found] != list(range(1, len(found) + 1)):
        raise ValueError(
            f"migrations are not numbered from 1 without a gap: {[each.version for each in found]}"
        )
    return tuple(found)


async def migrate(dsn: str) -> list[Migration]:
    """Applies what is missing and returns it. Raises DatabaseNewer, DatabaseUnavailable."""
    async with available():
        connection = await connect(dsn, {"statement_timeout": "0", "lock_timeout": "60s"}, command_s_max=None)
        try:
            return [each for each in migrations() if await _apply(connection, each)]
        finally:
            connection.terminate()


async def check(dsn: str) -> None:
    """Raises DatabaseNewer when the database is newer than this code."""
    async with available():
        connection = await connect(dsn)
        try:
            await _refuse_newer(connection)
        finally:
            connection.terminate()


async def _apply(connection: "Connection", migration: Migration) -> bool:
    """Whether it was missing; then it is applied."""
    async with connection.transaction():
        await connection.execute("select pg_advisory_xact_lock($1)", _LOCK)
        await connection.execute(query("migration_table"))
        if await _refuse_newer(connection) >= migration.version:
            return False
        await connection.execute(migration.sql)
        await connection.execute(query("migrated"), migration.version, migration.name)
    log.info("migrated version=%d name=%s", migration.version, migration.name)
    return True


async def _refuse_newer(connection: "Connection") -> int:
    """The database's version."""
    version: int = await connection.fetchval("select coalesce(max(version), 0) from schema_migration")
    if version > len(migrations()):
        raise DatabaseNewer(
            f"the database is at version {version}, this ccapp knows {len(migrations())}: upgrade ccapp"
        )
    return version
