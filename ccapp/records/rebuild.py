"""Makes visits, segments, presences, managers and standing orders anew from the facts: when their meaning has
changed."""

from typing import TYPE_CHECKING

from ccapp.records.database import available, connect
from ccapp.records.sql import query

if TYPE_CHECKING:
    from ccapp.records.database import Connection


async def rebuild(dsn: str) -> None:
    """In one transaction; an engine's batches wait, and spool, meanwhile."""
    async with available():
        connection = await connect(dsn, {"statement_timeout": "0"}, command_s_max=None)
        try:
            async with connection.transaction():
                await _rebuild(connection)
        finally:
            connection.terminate()


async def _rebuild(connection: "Connection") -> None:
    await connection.execute("lock table fact in share row exclusive mode")
    await connection.execute("truncate visit, segment, presence, manager, message, standing_order")
    await connection.execute(query("rebuild", "project"))
