"""The door `ports.Customers`, as it is in the real world."""

from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Self

from ccapp.hooks.addresses import Network
from ccapp.hooks.http import HttpClient
from ccapp.hooks.sql import SqlClient
from ccapp.ports import HttpQuestion, Json, SqlQuestion


class RealCustomers:
    """Used as `async with`."""

    def __init__(self, networks: Sequence[Network], dsn: str) -> None:
        self._http = HttpClient(networks)
        self._sql = SqlClient(dsn)
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        await self._stack.enter_async_context(self._http)
        await self._stack.enter_async_context(self._sql)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    async def http(self, question: HttpQuestion) -> Json:
        return await self._http.ask(question)

    async def tell(self, news: HttpQuestion) -> None:
        await self._http.answer(news)

    async def sql(self, question: SqlQuestion) -> Mapping[str, Json] | None:
        return await self._sql.ask(question)
