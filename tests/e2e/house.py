"""A whole contact centre for one test: the worker's Asterisk and PostgreSQL, its own engine, real phones.

Everything is asked through the doors a user has: SIP phones, REST, the records. What is waited for is a fact
or a sound, with generous deadlines; nothing here measures time.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import aiohttp
import asyncpg

from ccapp.domain.events import Fact
from ccapp.records.read import facts_since
from scripts.stack.asterisk import AsteriskServer
from scripts.stack.engine import Engine
from tests.phone import Behaviour, Outgoing, Phone, Rings

DEADLINE_S = 40.0
LOOK_S = 0.05
TRUNKS = {"carrier": "127.0.0.2", "public": "127.0.0.3"}
PASSWORD = "test"


class House:
    """Used as `async with`; leaving it hangs up, logs out, stops the engine, whatever became of the test."""

    def __init__(
        self, folder: Path, asterisk: AsteriskServer, database_url: str, centre: dict[str, Any]
    ) -> None:
        self.asterisk = asterisk
        self.database_url = database_url
        self.centre = centre
        self.engine = Engine(folder, asterisk, database_url)
        self.phones: dict[str, Phone] = {}
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        try:
            await self.start_engine()
            await self.apply(self.centre)
        except BaseException:
            await asyncio.to_thread(self.engine.kill)
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            print(f"--- engine ---\n{self.engine.last_words(80)}")
        try:
            await self._stack.aclose()
            if self.engine.running and self.asterisk.running:
                await self._leave_nothing()
        finally:
            await asyncio.to_thread(self.engine.stop)

    async def _leave_nothing(self) -> None:
        for agent in self.phones:
            await self.rest("POST", f"/v1/agents/{agent}/state", {"move": "log_out"}, ok=False)
        await self.nothing_left()

    # --- the engine ---------------------------------------------------------------------------------------

    async def start_engine(self) -> None:
        await asyncio.to_thread(self.engine.start)

    async def stop_engine(self) -> int:
        return await asyncio.to_thread(self.engine.stop)

    async def kill_engine(self) -> None:
        """`kill -9`."""
        await asyncio.to_thread(self.engine.kill)

    async def apply(self, centre: dict[str, Any]) -> None:
        """The configuration, as an operator does it."""
        self.centre = centre
        await self.rest("PUT", "/v1/config", centre)

    async def rest(self, method: str, path: str, body: object = None, *, ok: bool = True) -> Any:
        """The JSON of the answer. A refusal raises unless `ok` is off."""
        headers = {"Authorization": f"Bearer {self.engine.token}"}
        async with (
            aiohttp.ClientSession(self.engine.url, headers=headers) as client,
            client.request(method, path, json=body) as answer,
        ):
            document = await answer.json()
            if ok and answer.status >= 400:
                raise AssertionError(f"{method} {path}: {answer.status} {document}")
            return document

    # --- people -------------------------------------------------------------------------------------------

    async def agent(self, name: str, behaviour: Behaviour | None = None, *, ready: bool = True) -> Phone:
        """An agent with a registered phone, logged in and, if wanted, ready."""
        phone = Phone(name, (self.asterisk.settings.bind, self.asterisk.sip_port), password=PASSWORD)
        self.phones[name] = await self._stack.enter_async_context(phone)
        phone.on_invite = behaviour or Rings()
        await phone.register()
        await self.until(lambda: self._is_online(name), f"{name} online")
        await self.move(name, "log_in")
        if ready:
            await self.move(name, "ready")
        return phone

    async def _is_online(self, agent: str) -> bool:
        return bool((await self.presence(agent))["online"])

    async def move(self, agent: str, move: str, **more: str) -> Any:
        return await self.rest("POST", f"/v1/agents/{agent}/state", {"move": move, **more})

    async def presence(self, agent: str) -> Any:
        return await self.rest("GET", f"/v1/agents/{agent}")

    async def in_state(self, agent: str, *states: str) -> None:
        """Returns once the agent is in one of these, as `BUSY/RINGING` or `READY`."""

        async def found() -> bool:
            now = await self.presence(agent)
            return f"{now['state']}/{now['sub_state']}".rstrip("/") in states

        await self.until(found, f"{agent} in {' or '.join(states)}")

    async def caller(self, name: str, *, trunk: str = "carrier") -> Phone:
        """A telephone outside, behind one of the trunks."""
        server = (self.asterisk.settings.bind, self.asterisk.sip_port)
        phone = Phone(name, server, bind_host=TRUNKS[trunk])
        return await self._stack.enter_async_context(phone)

    async def call(
        self,
        number: str,
        *,
        name: str = "4930100",
        trunk: str = "carrier",
        headers: dict[str, str] | None = None,
        tone_hz: int | None = None,
    ) -> Outgoing:
        """A call from outside, begun."""
        phone = await self.caller(name, trunk=trunk)
        return await phone.call(number, headers or {}, tone_hz=tone_hz)

    # --- what happened ------------------------------------------------------------------------------------

    async def facts[F: Fact](self, *kinds: type[F]) -> list[F]:
        """The recorded facts in order, of these kinds."""
        connection = await asyncpg.connect(self.database_url)
        try:
            recorded = await facts_since(connection, 0, limit=100_000)
        finally:
            await connection.close()
        return [item.fact for item in recorded if isinstance(item.fact, kinds)]

    async def until_fact[F: Fact](
        self, kind: type[F], holds: Callable[[F], bool] = lambda _: True, count: int = 1
    ) -> list[F]:
        """Returns those facts once so many of them are recorded."""
        found: list[F] = []

        async def enough() -> bool:
            found[:] = [fact for fact in await self.facts(kind) if holds(fact)]
            return len(found) >= count

        await self.until(enough, f"{count} x {kind.__name__}")
        return found

    async def until(self, holds: Callable[[], Any], what: str, deadline_s: float = DEADLINE_S) -> None:
        """Returns once `holds()`, asked again and again, is true."""
        try:
            async with asyncio.timeout(deadline_s):
                while not await holds():  # noqa: ASYNC110
                    await asyncio.sleep(LOOK_S)
        except TimeoutError:
            raise AssertionError(f"not in {deadline_s:g} s: {what}\n{self.engine.last_words(60)}") from None

    # --- the switch ---------------------------------------------------------------------------------------

    async def ari(self, path: str) -> Any:
        login = aiohttp.encode_basic_auth(self.asterisk.ari_user, self.asterisk.ari_password)
        async with (
            aiohttp.ClientSession(self.asterisk.ari_url, headers={"Authorization": login}) as client,
            client.get(f"/ari/{path}") as answer,
        ):
            return await answer.json()

    async def nothing_left(self) -> None:
        """Returns once Asterisk has no channel and no bridge any more."""
        left: Sequence[Any] = []

        async def empty() -> bool:
            nonlocal left
            left = [*await self.ari("channels"), *await self.ari("bridges")]
            return not left

        try:
            await self.until(empty, "no channel and no bridge")
        except AssertionError as error:
            raise AssertionError(f"{error}\nleft: {left}") from None
