"""What a database says of itself, for those who look whether it is fit."""

from dataclasses import dataclass

import asyncpg

from ccapp.records.database import available, connect
from ccapp.records.errors import DatabaseRefuses


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    release: str  # of PostgreSQL, as `15.8`
    clock: float  # epoch s
    schema: int | None  # version; None: no tables yet


async def probe(dsn: str) -> Probe:
    """Raises DatabaseUnavailable, or DatabaseRefuses when it answers but does not let us in."""
    try:
        async with available():
            connection = await connect(dsn)
            try:
                version = connection.get_server_version()
                clock = await connection.fetchval("select extract(epoch from clock_timestamp())::float8")
                return Probe(
                    release=f"{version.major}.{version.minor}", clock=clock, schema=await _schema(connection)
                )
            finally:
                connection.terminate()
    except (asyncpg.PostgresError, ValueError) as error:
        raise DatabaseRefuses(str(error)) from error


async def _schema(connection: "asyncpg.Connection[asyncpg.Record]") -> int | None:
    try:
        version: int = await connection.fetchval("select coalesce(max(version), 0) from schema_migration")
    except asyncpg.UndefinedTableError:
        return None
    return version
