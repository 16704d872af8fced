"""When the customer's server is asked for agents, and what its answers and its silence do, to the instant."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from contextlib import ExitStack, asynccontextmanager
from dataclasses import replace
from functools import wraps
from types import SimpleNamespace
from typing import Any

from ccapp.acd import Acd
from ccapp.calls.agent_lists import AgentLists
from ccapp.calls.floor import Floor, Rooms
from ccapp.calls.scope import forever
from ccapp.clock import Clock
from ccapp.domain import events
from ccapp.domain.causes import DeclineReason
from ccapp.domain.centre import Agent, Centre, Queue, Trunk
from ccapp.domain.events import Fact
from ccapp.domain.ids import AgentId, ChannelId, QueueId, TrunkId, VisitId
from ccapp.domain.presence import Move
from ccapp.ports import Arrived, CallerId, ListedAgent, ListQuestion, NoAnswer, NoCustomers
from ccapp.simulate.exchange import Exchange
from ccapp.simulate.link import AT_ONCE
from ccapp.simulate.loop import run
from ccapp.simulate.memory_journal import MemoryJournal
from ccapp.simulate.switch import FakeSwitch

VIP = QueueId("vip")
CARRIER = TrunkId("carrier")
LISTS = {"get_list_agents_url": "https://crm.example/agents", "caller_id": "100"}
type Answers = Mapping[str, Sequence[ListedAgent]]


class Server(NoCustomers):
    """Answers `takes_s` later with `answers`, or with what `fault` says; `asked` has when and about whom."""

    def __init__(self) -> None:
        self.asked: list[tuple[float, list[str]]] = []
        self.answers: Answers = {}
        self.takes_s = 0.0
        self.fault = ""
        self.at_once = 0

    async def list_agents(self, question: ListQuestion) -> Mapping[VisitId, Sequence[ListedAgent]]:
        loop = asyncio.get_running_loop()
        self.asked.append((round(loop.time(), 6), [call.visit for call in question.calls]))
        self.at_once += 1
        try:
            assert self.at_once == 1, "asked twice at once"
            if self.fault == "hang":
                await forever()
            await asyncio.sleep(self.takes_s)
        finally:
            self.at_once -= 1
        if self.fault:
            raise NoAnswer(self.fault)
        return {VisitId(visit): agents for visit, agents in self.answers.items()}


class Scene:
    """A queue with lists, ann and ben on their phones but not ready, and nobody in line."""

    def __init__(self, **settings: Any) -> None:
        loop = asyncio.get_running_loop()
        self.loop = loop
        self.server = Server()
        self.facts: list[Fact] = []
        queue = Queue(id=VIP, name="VIP", wrap_up_s=0.0, **{**LISTS, **settings})
        agents = {
            AgentId(name): Agent(id=AgentId(name), name=name, extension=name) for name in ("ann", "ben")
        }
        self.centre = Centre(queues={VIP: queue}, agents=agents, trunks={CARRIER: Trunk(id=CARRIER)})
        self.acd = Acd(self.centre, Clock(epoch=0.0, loop=loop), MemoryJournal())
        self.acd.watch(self.facts.append)
        self.switch = FakeSwitch(Exchange(), latency=AT_ONCE, seed=0)
        self.floor = Floor(self.acd, self.switch, Rooms(self.switch), customers=self.server)
        self._lines: dict[str, ExitStack] = {}
        for agent in agents:
            self.acd.device(agent, True)
            self.acd.move(agent, Move.LOG_IN)

    def join(self, name: str) -> None:
        leg: Any = SimpleNamespace(id=ChannelId(name))
        arrived = Arrived(
            leg=leg, kind="inbound", endpoint=CARRIER, dialled="100", caller=CallerId(number=f"49{name}")
        )
        visit = self.acd.arrive(arrived, {})
        line = self._lines[name] = ExitStack()
        line.enter_context(self.acd.visiting(visit))
        line.enter_context(self.acd.waiting(visit, VIP, {}, 0.0, entered_at=self.acd.clock.now()))

    def leave(self, name: str) -> None:
        self._lines.pop(name).close()

    def ready(self, agent: str) -> None:
        self.acd.move(AgentId(agent), Move.READY)

    def rings(self, name: str) -> list[str]:
        place = self.acd.place(VisitId(name))
        return [attempt.offer.agent for attempt in place.ringing.values()] if place else []

    def misses(self, name: str) -> None:
        place = self.acd.place(VisitId(name))
        assert place is not None
        [attempt] = place.ringing.values()
        attempt.declined(DeclineReason.NO_ANSWER)

    def told[F: Fact](self, kind: type[F]) -> list[F]:
        return [fact for fact in self.facts if isinstance(fact, kind)]

    async def at(self, seconds: float) -> None:
        """Returns at this instant, once all is done that is due by then."""
        await asyncio.sleep(seconds - self.loop.time())
        for _ in range(20):
            await asyncio.sleep(0)

    def asked_at(self) -> list[float]:
        return [at for at, _ in self.server.asked]


@asynccontextmanager
async def scene(**settings: Any) -> AsyncIterator[Scene]:
    there = Scene(**settings)
    asking = asyncio.create_task(AgentLists(there.floor).run())
    try:
        yield there
    finally:
        asking.cancel()


def virtually(story: Callable[[], Coroutine[Any, Any, None]]) -> Callable[[], None]:
    """A test in virtual time."""

    @wraps(story)
    def test() -> None:
        run(story(), shuffle=False)

    return test


def ann(ring_s: float = 15.0) -> ListedAgent:
    return ListedAgent(user="ann", ring_s=ring_s)


def ben() -> ListedAgent:
    return ListedAgent(user="ben", ring_s=15.0)


@virtually
async def test_asked_when_a_call_comes_and_every_five_seconds_until_nobody_waits() -> None:
    async with scene() as there:
        await there.at(1)
        there.join("v1")
        await there.at(3)
        there.join("v2")
        await there.at(9)
        there.leave("v1")
        await there.at(14)
        there.leave("v2")
        await there.at(60)
        assert there.server.asked == [(1, ["v1"]), (3, ["v1", "v2"]), (8, ["v1", "v2"]), (13, ["v2"])]


@virtually
async def test_asked_when_an_agent_comes_free_and_when_the_list_is_through() -> None:
    async with scene(retry_same_agent_s=0.0) as there:
        there.server.answers = {"v": [ann(), ben()]}
        there.join("v")
        await there.at(1)
        there.ready("ben")
        assert there.rings("v") == ["ben"]
        await there.at(2)
        there.ready("ann")
        await there.at(3)
        there.acd.move(AgentId("ann"), Move.NOT_READY)
        there.misses("v")
        assert there.rings("v") == []
        await there.at(3)
        assert there.rings("v") == ["ben"]
        assert there.asked_at() == [0, 2, 3]


@virtually
async def test_never_asked_twice_at_once_and_once_more_for_all_that_came_meanwhile() -> None:
    async with scene() as there:
        there.server.takes_s = 3.0
        there.join("v1")
        await there.at(1)
        there.join("v2")
        await there.at(2)
        there.join("v3")
        await there.at(5)
        assert there.server.asked == [(0, ["v1"]), (3, ["v1", "v2", "v3"])]
        await there.at(10)
        assert there.asked_at() == [0, 3]  # the second answer came at 6


@virtually
async def test_an_answer_that_does_not_come_is_given_up_after_five_seconds_and_lists_stay() -> None:
    async with scene() as there:
        there.server.answers = {"v1": [ann()]}
        there.join("v1")
        await there.at(1)
        there.server.fault = "hang"
        there.join("v2")
        await there.at(30)
        assert there.asked_at() == [0, 1, 11, 21]
        there.ready("ben")
        there.ready("ann")
        assert (there.rings("v1"), there.rings("v2")) == (["ann"], [])
        [lost] = there.told(events.ListServerLost)
        assert (lost.at, lost.queue, lost.why) == (6, VIP, "no answer within 5 s")
        there.server.fault = "status 500"
        await there.at(33)
        assert len(there.told(events.ListServerLost)) == 1
        there.server.fault, there.server.answers = "", {"v2": [ben()]}
        await there.at(45)
        [found] = there.told(events.ListServerFound)
        assert found.away_s == found.at - 6
        assert there.rings("v2") == ["ben"]
        assert there.acd.meter.list_answers["good"] >= 2
        assert there.acd.meter.list_answers["failed"] >= 4


@virtually
async def test_a_call_the_answer_does_not_name_has_nobody_any_more_and_a_stranger_is_ignored() -> None:
    async with scene() as there:
        there.server.answers = {"v": [ann(), ben()]}
        there.join("v")
        await there.at(1)
        there.server.answers = {"stranger": [ann()]}
        await there.at(6)
        there.ready("ann")
        assert there.rings("v") == []
        listed = [fact.agents for fact in there.told(events.AgentsListed)]
        assert listed == [("ann", "ben"), ()]


@virtually
async def test_who_cannot_be_rung_is_passed_over() -> None:
    async with scene() as there:
        number = {"by_number": True, "number": "+4930900"}
        there.server.answers = {
            "v": [
                ListedAgent(user="unknown", ring_s=9),
                ListedAgent(user="ann", ring_s=9, by_number=True),
                ListedAgent(user="ann", ring_s=9, **number),
                ben(),
            ]
        }
        there.join("v")
        await there.at(1)
        assert [fact.agents for fact in there.told(events.AgentsListed)] == [("ben",)]
        vip = replace(there.centre.queues[VIP], list_agents_trunk=CARRIER)
        there.acd.reconfigure(replace(there.centre, queues={VIP: vip}))
        await there.at(2)
        there.ready("ben")
        there.ready("ann")
        there.misses("v")
        assert there.rings("v") == ["ann"]


@virtually
async def test_guests_are_named_by_their_user_ids_as_far_as_these_are_fit_for_names() -> None:
    async with scene(list_agents_trunk=CARRIER) as there:
        number = {"by_number": True, "number": "+4930900"}
        there.server.answers = {
            "v": [
                ListedAgent(user="agent_7", ring_s=9, **number),
                ListedAgent(user="minh@example.vn/x", ring_s=9, **number),
            ]
        }
        there.join("v")
        await there.at(1)
        assert there.rings("v") == ["guest-agent_7"]
        there.misses("v")
        assert there.rings("v") == ["guest-minh-example-vn-x"]
        there.leave("v")
        assert set(there.acd.presences()) == {"ann", "ben"}
        states = [(fact.agent, fact.state) for fact in there.told(events.PresenceChanged)][-1]
        assert states == ("guest-minh-example-vn-x", "LOGOUT")


@virtually
async def test_a_queue_that_loses_its_url_is_asked_about_no_more() -> None:
    async with scene() as there:
        there.join("v")
        await there.at(1)
        plain = replace(there.centre.queues[VIP], get_list_agents_url="")
        there.acd.reconfigure(replace(there.centre, queues={VIP: plain}))
        there.ready("ann")
        assert there.rings("v") == ["ann"]
        await there.at(30)
        assert there.asked_at() == [0]
        there.acd.reconfigure(there.centre)
        await there.at(31)
        assert there.asked_at() == [0, 30]


@virtually
async def test_a_fault_of_ours_is_not_the_end_of_asking() -> None:
    async with scene() as there:
        there.server.answers = None  # type: ignore[assignment]  # breaks the server of this test
        there.join("v1")
        await there.at(1)
        there.server.answers = {"v1": [ann()]}
        there.join("v2")
        await there.at(2)
        there.ready("ann")
        assert there.rings("v1") == ["ann"]
