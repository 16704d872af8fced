"""Questions to a customer's database: one statement, its values bound, in a transaction that can only read.

Values are texts; where the statement wants a number or a truth value they are turned into one.
"""

import asyncio
from collections.abc import Callable, Mapping
from decimal import Decimal
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self

import asyncpg

from ccapp.ports import Json, NoAnswer, SqlQuestion

if TYPE_CHECKING:
    from asyncpg.pool import Pool

AT_ONCE_MAX: Final = 8
ASK_S_MAX: Final = 30.0

_SETTINGS: Final = {
    "application_name": "ccapp lookup",
    "default_transaction_read_only": "on",
    "statement_timeout": f"{ASK_S_MAX:.0f}s",
    "idle_in_transaction_session_timeout": "10s",
}
_READ_AS: Final[Mapping[str, Callable[[str], Any]]] = {
    "int2": int,
    "int4": int,
    "int8": int,
    "numeric": Decimal,
    "float4": float,
    "float8": float,
    "bool": lambda text: text.strip().lower() in ("1", "t", "true", "y", "yes", "on"),
}


class SqlClient:
    """Used as `async with`. Without `dsn` nothing can be asked."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._pool: Pool[asyncpg.Record] | None = None
        self._opening = asyncio.Lock()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._pool is not None:
            self._pool.terminate()

    async def ask(self, question: SqlQuestion) -> Mapping[str, Json] | None:
        """The first row by column; None when there is none. Raises NoAnswer."""
        if not self._dsn:
            raise NoAnswer("no database is set: CCAPP_LOOKUP_DATABASE_URL")
        try:
            async with asyncio.timeout(ASK_S_MAX):
                return await self._row(question)
        except asyncpg.PostgresError as error:
            raise NoAnswer(f"the database refused it ({type(error).__name__})") from None
        except TimeoutError:
            raise NoAnswer("no answer in time") from None
        except (OSError, asyncpg.InterfaceError, asyncpg.InternalClientError) as error:
            raise NoAnswer(f"the database does not answer ({type(error).__name__})") from None

    async def _row(self, question: SqlQuestion) -> Mapping[str, Json] | None:
        pool = await self._open()
        async with pool.acquire() as connection, connection.transaction(readonly=True):
            statement = await connection.prepare(question.query)
            types = statement.get_parameters()
            if len(types) != len(question.values):
                raise NoAnswer(f"{len(types)} values are wanted, {len(question.values)} are given")
            values = [_as(type_.name, value) for type_, value in zip(types, question.values, strict=True)]
            row = await statement.fetchrow(*values)
        return None if row is None else {name: _plain(value) for name, value in row.items()}

    async def _open(self) -> "Pool[asyncpg.Record]":
        async with self._opening:
            if self._pool is None:
                self._pool = await asyncpg.create_pool(
                    self._dsn,
                    min_size=0,
                    max_size=AT_ONCE_MAX,
                    timeout=5.0,
                    command_timeout=ASK_S_MAX,
                    server_settings=_SETTINGS,
                )
            return self._pool


def _as(type_: str, value: str) -> Any:
    try:
        return _READ_AS.get(type_, str)(value)
    except (ValueError, ArithmeticError):
        raise NoAnswer(f"a value is no {type_}") from None


def _plain(value: Any) -> Json:
    return value if isinstance(value, str | int | float | bool | None) else str(value)
