"""Calling back on the fake switch: who is rung when, what a try in vain leads to, and an engine's death."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace

import pytest

from ccapp.acd import Acd, AskedAlready, Callback, NoCallback, Standing
from ccapp.domain import events
from ccapp.domain.admission import ToCallback
from ccapp.domain.callbacks import AskedBy, CallbackEnd, CallbackRules, RungFirst, TryResult
from ccapp.domain.causes import DeclineReason
from ccapp.domain.centre import Agent, Centre, Number, Queue, ToQueue, ToTree, Trunk
from ccapp.domain.hours import DAYS, Hours, Span
from ccapp.domain.ids import CALLBACK_PREFIX, AgentId, HoursId, NodeId, QueueId, TreeId, TrunkId
from ccapp.domain.ivr import AskCallback, Tree
from ccapp.domain.presence import Move, State, state_of
from ccapp.domain.standing import Closing, Listed, Waiting
from ccapp.simulate.loop import run
from ccapp.simulate.people import Caller, CallerScript, React, Reaction
from ccapp.simulate.scenario import Scenario
from ccapp.simulate.world import World

ANN, BEN = AgentId("ann"), AgentId("ben")
SALES, PSTN = QueueId("sales"), TrunkId("pstn")
RULES = CallbackRules(trunk=PSTN, numbers=("030X.",), caller_id="030100", ring_s=20, retry_s=60)
DANA, EVE = "0301111", "0302222"
LONG_S = 10_000.0


def centre(rules: CallbackRules | None = RULES, agents: int = 1, **queue: object) -> Centre:
    asking = Tree(id=TreeId("asking"), start=NodeId("ask"), nodes={NodeId("ask"): AskCallback(queue=SALES)})
    return Centre(
        trunks={PSTN: Trunk(id=PSTN)},
        numbers={
            "100": Number(number="100", target=ToQueue(queue=SALES)),
            "200": Number(number="200", target=ToTree(tree=asking.id)),
        },
        queues={SALES: Queue(id=SALES, name="Sales", callback=rules, wrap_up_s=0, **queue)},  # type: ignore[arg-type]
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


@FIRST
def test_both_sides_are_rung_and_talk(first: RungFirst) -> None:
    async def story(floor: Floor) -> None:
        await floor.ready()
        floor.ask(DANA)
        served = await floor.until(events.CallServed)
        assert served.agent == ANN
        assert floor.facts(events.CallbackDialled)[0].tries == 1
        await floor.until(events.CallEnded)
        assert floor.ended() == [CallbackEnd.SERVED]
        assert floor.facts(events.CallEnded)[0].outcome is events.Outcome.SERVED
        assert not floor.facts(events.CallAbandoned)
        assert not floor.acd.visits

    lived(story, centre(replace(RULES, rung_first=first)))


@pytest.mark.parametrize(
    ("customer", "result"),
    [
        (React(Reaction.BUSY, 1.0), TryResult.BUSY),
        (React(Reaction.REJECT, 1.0), TryResult.REJECTED),
        (React(Reaction.SILENT), TryResult.NO_ANSWER),
        (React(Reaction.FAIL, 1.0), TryResult.FAILED),
    ],
)
@FIRST
def test_who_is_not_reached_is_tried_so_often_and_costs_the_agent_nothing(
    first: RungFirst, customer: React, result: TryResult
) -> None:
    async def story(floor: Floor) -> None:
        await floor.ready()
        floor.ask(DANA)
        ended = await floor.until(events.CallbackEnded)
        assert (ended.reason, ended.tries) == (CallbackEnd.NOT_REACHED, 2)
        tried = floor.facts(events.CallbackTried)
        assert [fact.result for fact in tried] == [result] * 2
        assert tried[0].again_at == pytest.approx(tried[0].at + RULES.retry_s)
        assert floor.facts(events.CallbackDialled)[1].at >= tried[0].again_at
        assert {fact.reason for fact in floor.facts(events.OfferDeclined)} == {DeclineReason.CALLER_GONE}
        assert not floor.facts(events.WrapUpEnded)
        assert state_of(floor.acd.presence(ANN))[0] is State.READY
        assert floor.facts(events.CallEnded)[0].outcome is events.Outcome.NOT_CALLED_BACK

    lived(story, centre(replace(RULES, rung_first=first, tries_max=2)), customer)


def test_an_agent_who_rejects_costs_no_try() -> None:
    reacts = iter([React(Reaction.REJECT, 1.0), *[React(Reaction.ANSWER, 1.0)] * 9])

    async def story(floor: Floor) -> None:
        await floor.ready()
        floor.ask(DANA)
        await floor.until(events.CallServed)
        assert [fact.reason for fact in floor.facts(events.OfferDeclined)] == [DeclineReason.REJECTED]
        assert [fact.tries for fact in floor.facts(events.CallbackDialled)] == [1]

    lived(story, centre(), agents=reacts)


def test_an_agent_on_the_line_hears_music_until_the_customer_is_there_or_not_reached() -> None:
    async def story(floor: Floor) -> None:
        await floor.ready()
        line = floor.exchange.call_from_phone(ANN, "*19")
        await asyncio.sleep(10)
        floor.ask(DANA)
        await floor.until(events.CallbackDialled)
        await asyncio.sleep(0.5)
        assert line.music == "default"
        await floor.until(events.CallbackTried)
        await asyncio.sleep(0.5)
        assert (line.music, line.cause) == ("", None)
        floor.cancel(floor.acd.callbacks.all()[0])
        await floor.until(events.CallEnded)

    lived(story, centre(), React(Reaction.BUSY, 5.0))


def test_an_agent_who_does_not_wait_for_the_customer() -> None:
    async def story(floor: Floor) -> None:
        await floor.ready()
        floor.ask(DANA)
        await floor.until(events.CallbackDialled)
        floor.hangs_up(ANN)
        tried = await floor.until(events.CallbackTried)
        assert (tried.result, tried.again_at) == (TryResult.AGENT_GONE, tried.at)
        [declined] = floor.facts(events.OfferDeclined)
        assert declined.reason is DeclineReason.AGENT_GONE
        await floor.until(events.CallServed)
        assert [fact.tries for fact in floor.facts(events.CallbackDialled)] == [1, 2]

    lived(story, centre(), React(Reaction.ANSWER, 5.0))


def test_an_agent_who_is_gone_before_the_customer_is_dialled_costs_no_try() -> None:
    async def story(floor: Floor) -> None:
        await floor.ready()
        floor.ask(DANA)
        agent = (await floor.until(events.CallbackDialled)).agent
        assert agent is not None
        floor.logs_out(agent)
        tried = await floor.until(events.CallbackTried)
        assert (tried.result, tried.again_at) == (TryResult.NOT_DIALLED, tried.at)
        served = await floor.until(events.CallServed)
        assert served.agent != agent
        await floor.settled(1)

    lived(story, centre(replace(RULES, tries_max=1), agents=2), commit_s=0.2)


def test_a_customer_who_answered_first_waits_on_the_line_for_another_agent() -> None:
    reacts = iter([React(Reaction.REJECT, 1.0), *[React(Reaction.ANSWER, 1.0)] * 9])

    async def story(floor: Floor) -> None:
        await floor.ready()
        floor.ask(DANA)
        served = await floor.until(events.CallServed)
        [declined] = floor.facts(events.OfferDeclined)
        assert declined.agent != served.agent
        assert [fact.tries for fact in floor.facts(events.CallbackDialled)] == [1]
        await floor.until(events.CallEnded)

    lived(story, centre(replace(RULES, rung_first=RungFirst.CUSTOMER), agents=2), agents=reacts)


def test_his_place_is_kept_between_those_who_came_before_and_after() -> None:
    async def story(floor: Floor) -> None:
        await floor.ready()
        busy = floor.call(CallerScript(talk_s=100.0))
        await floor.until(events.CallServed)
        before = floor.call(CallerScript(talk_s=5.0))
        await asyncio.sleep(5)
        back = floor.ask(DANA)
        await asyncio.sleep(5)
        after = floor.call(CallerScript(talk_s=5.0))
        await floor.until(events.CallWaits, 4)
        assert [call.visit for call in floor.acd.line()] == [
            before.channel.id,
            back.visit.id,
            after.channel.id,
        ]
        await floor.until(events.CallServed, 4)
        served = [fact.visit for fact in floor.facts(events.CallServed)]
        assert served == [busy.channel.id, before.channel.id, back.visit.id, after.channel.id]

    lived(story, centre())


def test_never_more_under_way_than_agents() -> None:
    async def story(floor: Floor) -> None:
        await floor.ready()
        for n in range(6):
            floor.ask(f"030{n}00")
        await floor.until(events.CallbackEnded, 6)
        under_way, most = 0, 0
        for item in floor.world._store.facts:
            if isinstance(item.fact, events.CallbackDialled):
                under_way += 1
                most = max(most, under_way)
            under_way -= isinstance(item.fact, events.TalkEnded | events.CallbackTried)
        assert most == 2
        dialled = [fact.visit for fact in floor.facts(events.CallbackDialled)]
        assert dialled == [fact.visit for fact in floor.facts(events.CallbackRequested)]

    lived(story, centre(agents=2))


def test_one_for_a_number_and_only_to_numbers_that_are_allowed() -> None:
    async def story(floor: Floor) -> None:
        first = floor.ask(DANA)
        with pytest.raises(AskedAlready) as already:
            floor.ask(DANA)
        assert already.value.callback is first
        for number in ("09001234", "", "030", "0301;x", "tel:0301234"):
            with pytest.raises(NoCallback):
                floor.ask(number)
        floor.cancel(first)
        await floor.until(events.CallEnded)
        assert floor.ended() == [CallbackEnd.CANCELLED]
        floor.cancel(floor.ask(DANA))
        await floor.until(events.CallEnded, 2)

    lived(story, centre())


def test_who_calls_himself_meanwhile_takes_the_place() -> None:
    async def story(floor: Floor) -> None:
        await floor.ready()
        floor.call(CallerScript(talk_s=100.0))
        await floor.until(events.CallServed)
        floor.ask(DANA)
        await asyncio.sleep(20)
        between = floor.call(CallerScript(talk_s=5.0))
        await asyncio.sleep(20)
        himself = floor.call(CallerScript(talk_s=5.0), number=DANA)
        await floor.until(events.CallbackEnded)
        assert floor.ended() == [CallbackEnd.CALLED_IN]
        assert [call.visit for call in floor.acd.line()] == [himself.channel.id, between.channel.id]
        await floor.until(events.CallServed, 3)
        assert not floor.facts(events.CallbackDialled)

    lived(story, centre())


def test_asked_for_in_the_ivr_with_another_number() -> None:
    async def story(floor: Floor) -> None:
        floor.call(CallerScript(talk_s=5.0, keys=["2", EVE + "#", "1"]), "200", DANA)
        asked = await floor.until(events.CallbackRequested)
        ended = await floor.until(events.CallEnded)
        assert ended.outcome is events.Outcome.CALLBACK
        assert (asked.caller_number, asked.origin, asked.asked_by) == (EVE, ended.visit, AskedBy.CALLER)
        assert asked.data["Callback"] == "Y"
        floor.call(CallerScript(talk_s=5.0), "200", EVE)
        await floor.until(events.CallEnded, 2)
        assert len(floor.facts(events.CallbackRequested)) == 1, "he has one already"
        floor.cancel(floor.acd.callbacks.all()[0])
        await floor.until(events.CallEnded, 3)

    lived(story, centre(agents=0))


@pytest.mark.parametrize("keys", [["0900555#", "0900556#"], ["", ""], ["2", "0900555#"]])
def test_who_gives_no_number_that_may_be_called_is_not(keys: list[str]) -> None:
    async def story(floor: Floor) -> None:
        floor.call(CallerScript(talk_s=5.0, keys=keys), "200", "" if keys[0] != "2" else DANA)
        ended = await floor.until(events.CallEnded)
        assert ended.outcome is events.Outcome.IVR_ENDED
        assert not floor.facts(events.CallbackRequested)

    lived(story, centre())


def test_out_of_a_line_with_all_he_has_waited() -> None:
    async def story(floor: Floor) -> None:
        floor.call(CallerScript(talk_s=5.0, keys=["1"]), number=DANA)
        asked = await floor.until(events.CallbackRequested)
        waits = floor.facts(events.CallWaits)[0]
        assert waits.visit == asked.origin
        assert asked.at - asked.brought_s == pytest.approx(waits.entered_at)
        floor.cancel(floor.acd.callbacks.all()[0])
        await floor.until(events.CallEnded, 2)
        assert not floor.facts(events.CallAbandoned)

    lived(story, centre(overflow=ToCallback(), wait_s_max=30.0, agents=0))


def test_by_a_key_while_he_waits_with_his_place() -> None:
    async def story(floor: Floor) -> None:
        caller = floor.call(CallerScript(talk_s=5.0, keys=["1"]), number=DANA)
        waits = await floor.until(events.CallWaits)
        await asyncio.sleep(20)
        assert caller.channel is not None
        floor.exchange.press(caller.channel, "5")
        asked = await floor.until(events.CallbackRequested)
        assert asked.at - asked.brought_s == pytest.approx(waits.entered_at)
        floor.cancel(floor.acd.callbacks.all()[0])
        await floor.until(events.CallEnded, 2)
        assert not floor.facts(events.CallAbandoned)

    lived(story, centre(agents=0, keys={"5": ToCallback()}))


def test_who_gives_no_number_then_is_back_at_his_place() -> None:
    async def story(floor: Floor) -> None:
        caller = floor.call(CallerScript(talk_s=5.0, forsaken_s=None))
        before = await floor.until(events.CallWaits)
        await asyncio.sleep(20)
        assert caller.channel is not None
        floor.exchange.press(caller.channel, "5")
        again = await floor.until(events.CallWaits, 2)
        assert again.visit == before.visit
        assert again.entered_at - again.brought_s == pytest.approx(before.entered_at, abs=60)
        caller.hang_up()
        await floor.until(events.CallEnded)
        assert not floor.facts(events.CallbackRequested)

    lived(story, centre(agents=0, keys={"5": ToCallback()}))


def test_nobody_is_called_outside_the_business_hours() -> None:
    opens = 22 * 60 + 14  # a minute after the world begins, at 22:13:20 UTC
    hours = Hours(id=HoursId("day"), weekly={day: (Span(opens, opens + 60),) for day in DAYS})

    async def story(floor: Floor) -> None:
        await floor.ready()
        floor.ask(DANA)
        put_off = await floor.until(events.CallbackPutOff)
        dialled = await floor.until(events.CallbackDialled)
        assert dialled.at >= put_off.until
        await floor.until(events.CallEnded)

    lived(story, replace(centre(hours=hours.id), hours={hours.id: hours}))


def test_a_queue_that_is_closed_by_hand_calls_nobody_until_it_is_opened() -> None:
    async def story(floor: Floor) -> None:
        await floor.ready()
        floor.call(CallerScript(talk_s=30.0))
        await floor.until(events.CallServed)
        callback = floor.ask(DANA)
        await floor.until(events.CallWaits, 2)
        floor.do(lambda: floor.acd.close_queue(Closing(queue=SALES, waiting=Waiting.TREAT)))
        put_off = await floor.until(events.CallbackPutOff)
        assert put_off.until == callback.asked.expires_at
        await asyncio.sleep(60)
        assert not floor.facts(events.CallbackDialled)
        floor.do(lambda: floor.acd.open_queue(SALES, "test"))
        await floor.until(events.CallbackDialled)
        await floor.until(events.CallEnded, 2)
        assert floor.ended() == [CallbackEnd.SERVED]

    lived(story, centre())


def test_nobody_is_called_whom_the_queue_refuses_by_now() -> None:
    async def story(floor: Floor) -> None:
        floor.ask(DANA)
        await floor.until(events.CallWaits)
        floor.do(lambda: floor.acd.list_number(Listed(number=DANA, queue_blocked=True), "test"))
        await floor.until(events.CallEnded)
        assert floor.ended() == [CallbackEnd.NOT_ALLOWED]

    lived(story, centre(agents=0))


def test_nobody_is_there_until_it_expires() -> None:
    async def story(floor: Floor) -> None:
        floor.ask(DANA)
        await floor.until(events.CallEnded)
        assert floor.ended() == [CallbackEnd.EXPIRED]
        assert not floor.facts(events.CallbackDialled)

    lived(story, centre(replace(RULES, expires_s=100), agents=0))


@pytest.mark.parametrize(
    ("after", "end"),
    [
        (replace(centre(), queues={}, numbers={}, trees={}), CallbackEnd.QUEUE_GONE),
        (centre(replace(RULES, numbers=("0900X.",))), CallbackEnd.NOT_ALLOWED),
        (centre(None), CallbackEnd.EXPIRED),
    ],
)
def test_another_configuration_meanwhile(after: Centre, end: CallbackEnd) -> None:
    async def story(floor: Floor) -> None:
        floor.ask(DANA)
        await asyncio.sleep(5)
        floor.reconfigure(after)
        await floor.until(events.CallEnded)
        assert floor.ended() == [end]
        assert not floor.facts(events.CallbackDialled)

    lived(story, centre(replace(RULES, expires_s=100), agents=0))


# --- kill -9 ----------------------------------------------------------------------------------------------


def test_killed_while_it_waits_and_the_place_is_kept() -> None:
    async def story(floor: Floor) -> None:
        await floor.ready()
        floor.call(CallerScript(talk_s=100.0))
        await floor.until(events.CallServed)
        back = floor.ask(DANA)
        await asyncio.sleep(5)
        after = floor.call(CallerScript(talk_s=5.0))
        await floor.until(events.CallWaits, 3)
        await floor.killed()
        assert [call.visit for call in floor.acd.line()] == [back.visit.id, after.channel.id]
        await floor.until(events.CallServed, 3)
        assert [fact.visit for fact in floor.facts(events.CallServed)][1:] == [
            back.visit.id,
            after.channel.id,
        ]
        await floor.settled(3)

    lived(story, centre())


def test_killed_while_the_agent_is_rung() -> None:
    async def story(floor: Floor) -> None:
        await floor.ready()
        floor.ask(DANA)
        await floor.until(events.OfferMade)
        await floor.killed()
        await floor.until(events.CallServed)
        assert [fact.tries for fact in floor.facts(events.CallbackDialled)] == [1]
        await floor.settled(1)

    lived(story, centre(), agents=React(Reaction.ANSWER, 3.0))


@FIRST
def test_killed_while_the_customer_is_rung(first: RungFirst) -> None:
    async def story(floor: Floor) -> None:
        await floor.ready()
        floor.ask(DANA)
        await floor.until(events.CallbackDialled)
        await asyncio.sleep(1)
        await floor.killed()
        await floor.until(events.CallServed)
        assert [fact.result for fact in floor.facts(events.CallbackTried)] == [TryResult.ENGINE_RESTART]
        assert [fact.tries for fact in floor.facts(events.CallbackDialled)] == [1, 2]
        await floor.settled(1)

    rules = replace(RULES, rung_first=first, tries_max=1)
    lived(story, centre(rules), React(Reaction.ANSWER, 10.0))


def test_killed_while_the_customer_waits_on_the_line() -> None:
    async def story(floor: Floor) -> None:
        await floor.ready()
        floor.ask(DANA)
        await floor.until(events.CallbackDialled)
        await asyncio.sleep(4)
        await floor.killed()
        await floor.until(events.CallServed)
        assert [fact.tries for fact in floor.facts(events.CallbackDialled)] == [1]
        await floor.settled(1)

    rules = replace(RULES, rung_first=RungFirst.CUSTOMER)
    lived(story, centre(rules), React(Reaction.ANSWER, 1.0), React(Reaction.ANSWER, 10.0))


@FIRST
def test_killed_while_they_talk(first: RungFirst) -> None:
    async def story(floor: Floor) -> None:
        await floor.ready()
        floor.ask(DANA)
        await floor.until(events.CallServed)
        await floor.killed()
        assert floor.acd.callbacks.all()[0].talking
        await asyncio.sleep(2)
        floor.hangs_up(ANN)
        await floor.settled(1)
        assert len(floor.facts(events.CallServed)) == len(floor.facts(events.CallbackDialled)) == 1

    lived(story, centre(replace(RULES, rung_first=first)))


@pytest.mark.parametrize("who", ["agent", "customer"])
def test_hung_up_while_the_engine_was_away(who: str) -> None:
    async def story(floor: Floor) -> None:
        await floor.ready()
        floor.ask(DANA)
        await floor.until(events.CallServed)
        floor.world.exchange.after(0.5, floor.hangs_up, ANN if who == "agent" else None)
        await floor.killed(2.0)
        await floor.settled(1)
        assert len(floor.facts(events.CallbackDialled)) == 1

    lived(story, centre())
