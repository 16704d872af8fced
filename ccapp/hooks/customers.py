"""The door `ports.Customers`, as it is in the real world."""

from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Self

from ccapp.domain.ids import VisitId
from ccapp.hooks import list_agents
from ccapp.hooks.addresses import Network
from ccapp.hooks.http import Bounds, HttpClient
from ccapp.hooks.sql import SqlClient
from ccapp.ports import HttpQuestion, Json, ListedAgent, ListQuestion, SignedPost, SqlQuestion

LIST_BYTES_MAX = 2_000_000
"""Of an answer that lists agents: it is about all calls that wait."""


class RealCustomers:
    """Used as `async with`."""

    def __init__(self, networks: Sequence[Network], dsn: str, secret: str = "") -> None:
        """`secret` signs every question that brings none of its own."""
        self._http = HttpClient(networks, secret=secret)
        lists = Bounds(bytes_max=LIST_BYTES_MAX)
        self._lists = HttpClient(networks, lists, secret)  # not held up by what others ask
        self._sql = SqlClient(dsn)
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        await self._stack.enter_async_context(self._http)
        await self._stack.enter_async_context(self._lists)
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

    async def post(self, message: SignedPost) -> Json:
        return await self._http.post(message)

    async def sql(self, question: SqlQuestion) -> Mapping[str, Json] | None:
        return await self._sql.ask(question)

    async def list_agents(self, question: ListQuestion) -> Mapping[VisitId, Sequence[ListedAgent]]:
        body = list_agents.body(question)
        return list_agents.lists(
            await self._lists.ask(HttpQuestion(method="POST", url=question.url, body=body))
        )
