"""One engine in the simulated world: the real Acd, the real stories, in a process that can be killed."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import suppress

from ccapp.acd import Acd
from ccapp.calls.floor import Floor, Rooms
from ccapp.calls.reception import AnotherEngine, Reception
from ccapp.clock import Clock
from ccapp.domain.centre import Centre
from ccapp.domain.events import CallAbandoned, Fact, PresenceChanged, StandingOrder, VisitFact
from ccapp.domain.ids import AgentId
from ccapp.domain.voicemail import Message
from ccapp.ports import Customers, Journal, Recorded
from ccapp.routing.index import TIERS
from ccapp.simulate.customers import MoodyCustomers
from ccapp.simulate.exchange import Exchange
from ccapp.simulate.link import Latency
from ccapp.simulate.loop import Process, VirtualLoop
from ccapp.simulate.switch import FakeSwitch

EPOCH = 1_700_000_000.0
"""Of the world: epoch seconds when its loop's time is 0."""


class Pen:
    """One engine's access to the journal; taken away when it is killed. `read` sees every fact written."""

    def __init__(self, journal: Journal, read: Callable[[Fact], None]) -> None:
        self.journal = journal
        self._read = read
        self.taken = False

    def publish(self, fact: Fact) -> int:
        if self.taken:
            return 0
        seq = self.journal.publish(fact)
        self._read(fact)
        return seq

    async def settled(self, within_s: float = 0.25) -> bool:
        return await self.journal.settled(within_s)

    def follow(self) -> AsyncIterator[Recorded]:
        return self.journal.follow()

    async def open_visits(self) -> Sequence[Sequence[VisitFact]]:
        return await self.journal.open_visits()

    async def presences(self) -> Sequence[PresenceChanged]:
        return await self.journal.presences()

    async def abandoned(self, since: float) -> Sequence[CallAbandoned]:
        return await self.journal.abandoned(since)

    async def standing_orders(self) -> Sequence[StandingOrder]:
        return await self.journal.standing_orders()

    async def manager(self, number: str, within_s: float = 0.25) -> AgentId | None:
        return await self.journal.manager(number, within_s)

    async def messages(self) -> Sequence[Message]:
        return await self.journal.messages()

    async def visit(self, visit: str) -> Sequence[Recorded]:
        return await self.journal.visit(visit)


class Engine:
    """Made and started by the world; its pen and its switch are its only ways to act."""

    def __init__(
        self,
        exchange: Exchange,
        centre: Centre,
        journal: Callable[[], Journal],
        read: Callable[[Fact], None],
        *,
        latency: Latency,
        seed: object,
        tiers: int = TIERS,
        customers: Callable[[object], Customers] = MoodyCustomers,
    ) -> None:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualLoop)
        self._loop = loop
        self._exchange = exchange
        self.process = Process(f"engine {seed}")
        self.process.context.run(self._build, centre, journal, read, latency, seed, tiers, customers(seed))
        self.running = loop.create_task(self._run(), name=self.process.name, context=self.process.context)

    def _build(
        self,
        centre: Centre,
        journal: Callable[[], Journal],
        read: Callable[[Fact], None],
        latency: Latency,
        seed: object,
        tiers: int,
        customers: Customers,
    ) -> None:
        self.pen = Pen(journal(), read)
        self.clock = Clock(epoch=EPOCH + self._loop.time(), loop=self._loop)
        self.acd = Acd(centre, self.clock, self.pen, tiers=tiers)
        self.switch = FakeSwitch(self._exchange, latency=latency, seed=seed)
        floor = Floor(self.acd, self.switch, Rooms(self.switch), customers=customers)
        self.reception = Reception(floor, self.pen)

    async def _run(self) -> None:
        with suppress(AnotherEngine):
            await self.reception.run()

    @property
    def alive(self) -> bool:
        return self.process.alive and not self.running.done()

    def do[T](self, act: Callable[[], T]) -> T:
        """Something done to the engine from outside (a desk, a command), in its own process."""
        return self.process.context.run(act)

    def kill(self) -> None:
        """As `kill -9`: no `finally` runs, the connection breaks, nothing more is written."""
        self.pen.taken = True
        self._exchange.cut_off()
        self._loop.kill(self.process)

    def stop(self) -> None:
        """In order, as on SIGTERM: calls live on for the next engine."""
        self.do(self.reception.let_go)
        self.pen.taken = True
        self.running.cancel()
