"""Connections to PostgreSQL that cannot hang for ever, and what their errors mean."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import asyncpg

from ccapp.records.errors import DatabaseUnavailable

if TYPE_CHECKING:
    from asyncpg.pool import PoolConnectionProxy

    type Connection = asyncpg.Connection[asyncpg.Record]
    type Pool = asyncpg.Pool[asyncpg.Record]
    type Session = Connection | PoolConnectionProxy[asyncpg.Record]

CONNECT_S_MAX = 3.0
COMMAND_S_MAX = 5.0

AWAY = (
    OSError,
    TimeoutError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # the connection was cut while asyncpg read its last words
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,  # shut down, starting up, terminated
    asyncpg.InsufficientResourcesError,  # too many connections, disk full
)
"""Errors that say the database is away, as distinct from having said no."""

_SETTINGS = {
    "application_name": "ccapp",
    "statement_timeout": "10s",
    "lock_timeout": "5s",
    "idle_in_transaction_session_timeout": "10s",
    "jit": "off",
}


async def connect(
    dsn: str, settings: Mapping[str, str] | None = None, command_s_max: float | None = COMMAND_S_MAX
) -> "Connection":
    """A connection whose every command is bounded; `settings` are the session's, beside the usual ones."""
    connection: Connection = await asyncpg.connect(
        dsn,
        timeout=CONNECT_S_MAX,
        command_timeout=command_s_max,
        server_settings={**_SETTINGS, **(settings or {})},
    )
    return connection


def open_pool(dsn: str, size_max: int = 4) -> "Pool":
    """Connections for questions, made when asked. Await it before use; `terminate()` never hangs."""
    return asyncpg.create_pool(
        dsn,
        min_size=0,
        max_size=size_max,
        timeout=CONNECT_S_MAX,
        command_timeout=2 * COMMAND_S_MAX,
        server_settings=_SETTINGS,
    )


@asynccontextmanager
async def available() -> AsyncIterator[None]:
    """Turns the many faces of a database that is away into DatabaseUnavailable."""
    try:
        yield
    except AWAY as error:
        raise DatabaseUnavailable(f"the database does not answer: {error!r}") from error
