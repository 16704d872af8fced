"""A small world in which people are called back, and what is asked of it."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from ccapp.acd import Acd, Callback, Standing
from ccapp.domain import events
from ccapp.domain.callbacks import AskedBy, CallbackEnd, CallbackRules, RungFirst
from ccapp.domain.centre import Agent, Centre, Number, Queue, ToQueue, ToTree, Trunk
from ccapp.domain.ids import CALLBACK_PREFIX, AgentId, NodeId, QueueId, TreeId, TrunkId
from ccapp.domain.ivr import AskCallback, Tree
from ccapp.domain.presence import Move, State, state_of
from ccapp.simulate.loop import run
from ccapp.simulate.people import Caller, CallerScript, React, Reaction
from ccapp.simulate.scenario import Scenario
from ccapp.simulate.world import World

ANN, BEN = AgentId("ann"), AgentId("ben")
SALES, PSTN = QueueId("sales"), TrunkId("pstn")
RULES = CallbackRules(trunk=PSTN, numbers=("030X.",), caller_id="030100", ring_s=20, retry_s=60)
DANA, EVE = "0301111", "0302222"
LONG_S = 10_000.0


def centre(rules: CallbackRules | None = RULES, agents: int = 1, **queue: Any) -> Centre:
    asking = Tree(id=TreeId("asking"), start=NodeId("ask"), nodes={NodeId("ask"): AskCallback(queue=SALES)})
    return Centre(
        trunks={PSTN: Trunk(id=PSTN)},
        numbers={
            "100": Number(number="100", target=ToQueue(queue=SALES)),
            "200": Number(number="200", target=ToTree(tree=asking.id)),
        },
        queues={SALES: Queue(id=SALES, name="Sales", callback=rules, wrap_up_s=0, **queue)},
        agents={
            id: Agent(id=id, name=id, extension=str(201 + n), max_misses=0)
            for n, id in enumerate([ANN, BEN][:agents])
        },
        trees={asking.id: asking},
    )


class Floor:
    """A small world, and what is asked of it."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.exchange = world.exchange

    @property
    def acd(self) -> Acd:
        assert self.world.engine is not None
        return self.world.engine.acd

    def facts[F: events.Fact](self, kind: type[F]) -> list[F]:
        return [item.fact for item in self.world._store.facts if isinstance(item.fact, kind)]

    def ask(self, number: str) -> Callback:
        assert self.world.engine is not None
        ask = lambda: self.acd.callbacks.ask(Standing(queue=SALES), number, by=AskedBy.COMMAND)  # noqa: E731
        return self.world.engine.do(ask)

    def call(self, script: CallerScript, dialled: str = "100", number: str = "") -> Caller:
        caller = Caller(self.exchange, script)
        caller.calls(trunk=PSTN, dialled=dialled, number=number)
        return caller

    def ended(self) -> list[CallbackEnd]:
        return [fact.reason for fact in self.facts(events.CallbackEnded)]

    def cancel(self, callback: Callback) -> None:
        assert self.world.engine is not None
        assert self.world.engine.do(lambda: self.acd.callbacks.cancel(callback, "test"))

    def do(self, act: Callable[[], object]) -> None:
        """In the engine's own process."""
        assert self.world.engine is not None
        self.world.engine.do(act)

    def logs_out(self, agent: AgentId) -> None:
        self.do(lambda: self.acd.move(agent, Move.LOG_OUT))

    def hangs_up(self, agent: AgentId | None) -> None:
        """The agent's phone, or the customer's."""
        for channel in list(self.exchange.channels.values()):
            if channel.endpoint == agent or (agent is None and channel.id.startswith(CALLBACK_PREFIX)):
                self.exchange.hang_up(channel)

    async def settled(self, visits: int) -> None:
        """Each has its one end."""
        await self.until(events.CallEnded, visits)
        asked, ended = self.facts(events.CallbackRequested), self.facts(events.CallbackEnded)
        assert [fact.visit for fact in asked] == [fact.visit for fact in ended]
        assert not self.acd.visits

    async def until[F: events.Fact](self, kind: type[F], count: int = 1) -> F:
        while len(self.facts(kind)) < count:  # noqa: ASYNC110
            await asyncio.sleep(0.1)
        return self.facts(kind)[count - 1]

    async def ready(self) -> None:
        while any(state_of(p)[0] is not State.READY for p in self.acd.presences().values()):  # noqa: ASYNC110
            await asyncio.sleep(0.1)

    async def recovered(self) -> None:
        while self.world._living() is None:  # noqa: ASYNC110
            await asyncio.sleep(0.1)

    async def killed(self, away_s: float = 1.0) -> None:
        """`kill -9`, and the next engine."""
        assert self.world.engine is not None
        self.world.engine.kill()
        self.world.checks.engine_died()
        await asyncio.sleep(away_s)
        self.world.start_engine()
        await self.recovered()

    def reconfigure(self, centre: Centre) -> None:
        assert self.world.engine is not None
        self.world.engine.do(lambda: self.acd.reconfigure(centre))
        self.world.scenario = replace(self.world.scenario, centre=centre)


type Story = Callable[[Floor], Awaitable[None]]


def lived(
    story: Story,
    centre: Centre,
    outside: React = React(Reaction.ANSWER, 2.0),  # noqa: B008
    agents: React | Iterator[React] = React(Reaction.ANSWER, 1.0),  # noqa: B008
    commit_s: float = 0.0005,
) -> None:
    scenario = Scenario(
        seed=1,
        centre=centre,
        calls=lambda chance: iter(()),
        duration_s=LONG_S,
        reacts=lambda agent, chance: agents if isinstance(agents, React) else next(agents),
        outside=lambda number, chance: outside,
        arrive_s=0.0,
        commit_s=commit_s,
    )

    async def main() -> None:
        world = World(scenario)
        world._watch()
        world.start_engine()
        for desk in world.desks:
            desk.begin()
        floor = Floor(world)
        await floor.recovered()
        async with asyncio.timeout(LONG_S):
            await story(floor)
        assert not world.checks.verdict.violations

    run(main(), scenario.seed)


FIRST = pytest.mark.parametrize("first", RungFirst)
