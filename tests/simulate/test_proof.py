"""Nobody is on the phone by nothing: lost events, a talk nobody ends, a state nobody owns."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from random import Random

from ccapp.calls.proof import PROOF_S, UNPROVEN_S_MAX
from ccapp.domain import events
from ccapp.domain.centre import Agent, Centre, Number, OwnCalls, Queue, ToQueue, Trunk
from ccapp.domain.ids import AgentId, ChannelId, QueueId, TrunkId, VisitId
from ccapp.domain.presence import Presence, State, SubState, state_of
from ccapp.routing.acts import NO_CHANNEL
from ccapp.simulate.exchange import Exchange
from ccapp.simulate.loop import run
from ccapp.simulate.people import CallerScript, React, Reaction
from ccapp.simulate.scenario import Call, Scenario
from ccapp.simulate.world import World

ANN = AgentId("ann")
SALES = QueueId("sales")
LONG_S = 10_000.0


def scenario(reaction: Reaction = Reaction.ANSWER, *, ring_s: float = 15.0, calls: int = 1) -> Scenario:
    def arrive(chance: Random) -> Iterator[Call]:
        for _ in range(calls):
            yield Call(after_s=10.0, script=CallerScript(talk_s=LONG_S))

    return Scenario(
        seed=1,
        centre=Centre(
            trunks={TrunkId("pstn"): Trunk(id=TrunkId("pstn"))},
            numbers={"100": Number(number="100", target=ToQueue(queue=SALES))},
            queues={SALES: Queue(id=SALES, name="Sales", ring_s=ring_s, wrap_up_s=0)},
            agents={ANN: Agent(id=ANN, name="Ann", extension="201", max_misses=0)},
            own_calls=OwnCalls(outbound_trunk=TrunkId("pstn")),
        ),
        calls=arrive,
        duration_s=LONG_S,
        reacts=lambda agent, chance: React(reaction),
        outside=lambda number, chance: React(Reaction.ANSWER),
        arrive_s=0.0,
        checked=False,
    )


def lived(what: Scenario, story: Callable[[World], Awaitable[None]]) -> None:
    async def main() -> None:
        world = World(what)
        world.start_engine()
        for desk in world.desks:
            desk.begin()
        world._calls()
        async with asyncio.timeout(LONG_S):
            await story(world)

    run(main(), what.seed)


def presence(world: World) -> Presence:
    assert world.engine is not None
    return world.engine.acd.presence(ANN)


def lost(exchange: Exchange, kind: str) -> None:
    """A channel ends, and the word of it does not come."""
    ear, exchange.ear = exchange.ear, None
    for channel in [each for each in exchange.channels.values() if each.kind == kind]:
        exchange.hang_up(channel)
    exchange.ear = ear


async def until(world: World, state: State, sub_state: SubState = SubState.NONE) -> None:
    while state_of(presence(world)) != (state, sub_state):  # noqa: ASYNC110
        await asyncio.sleep(0.1)


async def free_in_time(world: World) -> None:
    await asyncio.sleep(UNPROVEN_S_MAX)
    assert presence(world).state is not State.BUSY


def test_a_phone_whose_end_nobody_told() -> None:
    async def story(world: World) -> None:
        await until(world, State.BUSY, SubState.ANSWERED)
        lost(world.exchange, "dialled")
        await asyncio.sleep(PROOF_S / 2)
        assert presence(world).state is State.BUSY, "nobody has looked yet"
        await free_in_time(world)
        ended = [told.fact for told in world._store.facts if isinstance(told.fact, events.TalkEnded)]
        assert len(ended) == 1

    lived(scenario(), story)


def test_a_phone_that_rang_and_is_gone_unheard() -> None:
    async def story(world: World) -> None:
        await until(world, State.BUSY, SubState.RINGING)
        lost(world.exchange, "dialled")
        await asyncio.sleep(UNPROVEN_S_MAX)
        declines = [told.fact for told in world._store.facts if isinstance(told.fact, events.OfferDeclined)]
        assert [fact.agent for fact in declines][:1] == [ANN], "and was rung again"

    lived(scenario(Reaction.SILENT, ring_s=250.0), story)


def test_a_call_of_his_own_whose_end_nobody_told() -> None:
    async def story(world: World) -> None:
        await until(world, State.READY)
        world.exchange.call_from_phone(ANN, "0305550")
        await until(world, State.BUSY, SubState.ANSWERED)
        lost(world.exchange, "phone")
        lost(world.exchange, "dialled")
        await free_in_time(world)
        ended = [told.fact for told in world._store.facts if isinstance(told.fact, events.AgentCallEnded)]
        assert len(ended) == 1

    lived(scenario(calls=0), story)


def test_a_state_that_no_story_owns() -> None:
    """A fault of the engine's own: he talks, says the Router, and nobody knows to whom."""

    async def story(world: World) -> None:
        await until(world, State.READY)
        engine = world.engine
        assert engine is not None
        now = engine.clock.now()
        engine.do(lambda: engine.acd._router.restore_talking(ANN, VisitId("nobody"), SALES, None, now))
        assert presence(world).state is State.BUSY
        await free_in_time(world)
        after = presence(world)
        assert (state_of(after), after.reason) == ((State.UNREADY, SubState.AWAY), NO_CHANNEL)

    lived(scenario(calls=0), story)


def test_a_story_that_hears_nothing_any_more() -> None:
    """A fault of the engine's own: the leg is told gone, and the talk goes on all the same."""

    async def story(world: World) -> None:
        await until(world, State.BUSY, SubState.ANSWERED)
        engine = world.engine
        assert engine is not None
        for leg in engine.switch.legs.values():
            leg._watchers.clear()
        lost(world.exchange, "dialled")
        lost(world.exchange, "inbound")
        await free_in_time(world)
        assert presence(world).reason == NO_CHANNEL
        ended = [told.fact for told in world._store.facts if isinstance(told.fact, events.TalkEnded)]
        assert len(ended) == 1
        assert not engine.acd.talks()

    lived(scenario(), story)


def test_who_is_really_on_the_phone_stays_there() -> None:
    async def story(world: World) -> None:
        await until(world, State.BUSY, SubState.ANSWERED)
        await asyncio.sleep(10 * PROOF_S)
        assert state_of(presence(world)) == (State.BUSY, SubState.ANSWERED)
        assert world.engine is not None
        world.engine.do(lambda: world.engine.switch.drop_connection(5 * PROOF_S))  # type: ignore[union-attr]
        await asyncio.sleep(10 * PROOF_S)
        assert state_of(presence(world)) == (State.BUSY, SubState.ANSWERED)
        assert ChannelId("i1") in world.exchange.channels

    lived(scenario(), story)
