"""Messages to customers' servers: the table `delivery`, written with the facts they come from."""

from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from ccapp.ports import Delivery, OutboxAway
from ccapp.records.database import available
from ccapp.records.errors import DatabaseUnavailable
from ccapp.records.sql import query

if TYPE_CHECKING:
    from ccapp.records.database import Pool


class PostgresOutbox:
    """As ports.Outbox."""

    def __init__(self, pool: "Pool") -> None:
        self._pool = pool

    async def heads(self, busy: Collection[str], limit: int) -> Sequence[Delivery]:
        async with _there():
            rows = await self._pool.fetch(query("delivery_heads"), list(busy), limit)
        return [
            Delivery(
                seq=row["seq"],
                stream=row["stream"],
                to=row["destination"],
                body=row["body"],
                due_at=row["due_at"],
                tries=row["tries"],
                next_at=row["next_at"],
            )
            for row in rows
        ]

    async def delivered(self, seq: int) -> None:
        await self._do("delivery_done", seq)

    async def failed(self, seq: int, next_at: float) -> None:
        await self._do("delivery_failed", seq, next_at)

    async def give_up(self, seq: int, why: str) -> None:
        await self._do("delivery_given_up", seq, why)

    async def keep_the_last(self, most: int) -> int:
        done = await self._do("delivery_oldest", most)
        return int(done.rpartition(" ")[2])

    async def _do(self, name: str, *values: object) -> str:
        async with _there():
            return await self._pool.execute(query(name), *values)


@asynccontextmanager
async def _there() -> AsyncIterator[None]:
    try:
        async with available():
            yield
    except DatabaseUnavailable as error:
        raise OutboxAway(str(error)) from error
