"""A whole contact centre for one test: the worker's Asterisk and PostgreSQL, its own engine, real phones.

Everything is asked through the doors a user has: SIP phones, REST, the records. What is waited for is a fact
or a sound, with generous deadlines; nothing here measures time.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import aiohttp
import asyncpg

from ccapp.domain import events
from ccapp.domain.events import Fact, VisitFact
from ccapp.records.read import facts_since
from scripts.stack.asterisk import AsteriskServer
from scripts.stack.engine import Engine
from tests.e2e.story import Story
from tests.listening import nobody_listens
from tests.phone import Behaviour, Outgoing, Phone, Rings

DEADLINE_S = 40.0
LOOK_S = 0.05
TRUNKS = {"carrier": "127.0.0.2", "public": "127.0.0.3"}
PASSWORD = "test"


class House:
    """Used as `async with`; leaving it hangs up, logs out, stops the engine, whatever became of the test."""

    def __init__(
        self,
        folder: Path,
        asterisk: AsteriskServer,
        database_url: str,
        centre: dict[str, Any],
        **settings: str,
    ) -> None:
        """`settings` are further ones of the engine, as `log_level="debug"`."""
        self.asterisk = asterisk
        self.database_url = database_url
        self.centre = centre
        self.engine = Engine(folder, asterisk, database_url, **settings)
        self.phones: dict[str, Phone] = {}
        self._stack = AsyncExitStack()
        self._records: asyncpg.Connection | None = None
        self._reading = asyncio.Lock()
        self._numbers = count(49301000)
        self._called_from: dict[str, str] = {}  # Call-ID -> number

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
            if self._records is not None:
                await self._records.close()

    async def _leave_nothing(self) -> None:
        await self._log_out(*self.centre["agents"])
        await self.nothing_left()

    async def _log_out(self, *agents: str) -> None:
        for agent in agents:
            await self.rest("POST", f"/v1/agents/{agent}/state", {"move": "log_out"}, ok=False)

    async def clear(self) -> None:
        """Between two tests in one house: all hang up and go home, and what happened is whole."""
        await self._stack.aclose()
        self._stack = AsyncExitStack()
        await self._log_out(*self.phones)
        self.phones.clear()
        await self.no_channel()
        await self.all_settled()

    # --- the engine ---------------------------------------------------------------------------------------

    async def start_engine(self) -> None:
        await asyncio.to_thread(self.engine.start)

    async def stop_engine(self) -> int:
        return await asyncio.to_thread(self.engine.stop)

    async def kill_engine(self) -> None:
        """`kill -9`."""
        await asyncio.to_thread(self.engine.kill)

    async def cli(self, *words: str) -> str:
        """`ccapp WORDS`; servers of the test go on meanwhile."""
        return await asyncio.to_thread(self.engine.cli, *words)

    async def nobody_listens(self) -> None:
        await nobody_listens(self.asterisk)

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
        name: str = "",
        trunk: str = "carrier",
        headers: dict[str, str] | None = None,
        tone_hz: int | None = None,
    ) -> Outgoing:
        """A call from outside, begun; from a number of its own unless one is given."""
        name = name or str(next(self._numbers))
        phone = await self.caller(name, trunk=trunk)
        call = await phone.call(number, headers or {}, tone_hz=tone_hz)
        self._called_from[call.call_id] = name
        return call

    def number_of(self, call: Outgoing) -> str:
        """The caller's."""
        return self._called_from[call.call_id]

    # --- what happened ------------------------------------------------------------------------------------

    async def facts[F: Fact](self, *kinds: type[F]) -> list[F]:
        """The recorded facts in order, of these kinds."""
        async with self._reading:
            if self._records is None or self._records.is_closed():
                self._records = await asyncpg.connect(self.database_url)
            recorded = await facts_since(self._records, 0, limit=100_000)
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

    async def told(self, call: Outgoing) -> list[VisitFact]:
        """What is recorded of the visit of this call."""
        facts = await self.facts(VisitFact)
        number = self.number_of(call)
        visits = {
            fact.visit
            for fact in facts
            if isinstance(fact, events.CallArrived) and fact.caller_number == number
        }
        return [fact for fact in facts if fact.visit in visits]

    async def story(self, call: Outgoing) -> Story:
        """The whole visit of this call, once it is over."""
        facts: list[VisitFact] = []

        async def over() -> bool:
            facts[:] = await self.told(call)
            return any(isinstance(fact, events.CallEnded) for fact in facts)

        await self.until(over, "the visit's end")
        return Story(facts)

    async def all_settled(self) -> None:
        """Returns once every visit has its one ending, and every offer its one outcome."""
        seen: list[Counter[str]] = []

        async def settled() -> bool:
            facts = await self.facts(Fact)
            seen[:] = [
                Counter(
                    fact.visit
                    for fact in facts
                    if isinstance(fact, events.CallArrived | events.CallbackRequested)
                ),
                Counter(fact.visit for fact in facts if isinstance(fact, events.CallEnded)),
                Counter(fact.offer for fact in facts if isinstance(fact, events.OfferMade)),
                Counter(
                    fact.offer for fact in facts if isinstance(fact, events.OfferDeclined | events.CallServed)
                ),
            ]
            once = all(number == 1 for counter in seen for number in counter.values())
            return once and seen[0] == seen[1] and seen[2] == seen[3]

        await self.until(settled, "all settled", deadline_s=15)

    async def until(self, holds: Callable[[], Any], what: str, deadline_s: float = DEADLINE_S) -> None:
        """Returns once `holds()`, asked again and again, is true."""
        try:
            async with asyncio.timeout(deadline_s):
                while not await holds():  # noqa: ASYNC110
                    await asyncio.sleep(LOOK_S)
        except TimeoutError:
            raise AssertionError(f"not in {deadline_s:g} s: {what}\n{self.engine.last_words(60)}") from None

    @staticmethod
    def now() -> float:
        """The facts' clock."""
        return time.time()

    # --- the switch ---------------------------------------------------------------------------------------

    async def ari(self, path: str) -> Any:
        login = aiohttp.encode_basic_auth(self.asterisk.ari_user, self.asterisk.ari_password)
        async with (
            aiohttp.ClientSession(self.asterisk.ari_url, headers={"Authorization": login}) as client,
            client.get(f"/ari/{path}") as answer,
        ):
            return await answer.json()

    async def no_channel(self) -> None:
        """Returns once Asterisk has no channel any more."""

        async def empty() -> bool:
            return not await self.ari("channels")

        await self.until(empty, "no channel")

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
