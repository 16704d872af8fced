"""Callers on the list, and queues closed by hand, on the fake switch; under another engine, too."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from random import Random

import pytest

from ccapp.acd import Acd
from ccapp.domain import events
from ccapp.domain.admission import ExitReason, RefusalReason
from ccapp.domain.centre import Centre, Number, Queue, ToTree, Trunk
from ccapp.domain.events import EndedBy, Fact, Outcome, VisitFact
from ccapp.domain.ids import NodeId, QueueId, TreeId, TrunkId
from ccapp.domain.ivr import Enqueue, Play, Say, Tree
from ccapp.domain.numbering import Numbering
from ccapp.domain.standing import Closing, Listed, Waiting
from ccapp.simulate.loop import run
from ccapp.simulate.people import CallerScript
from ccapp.simulate.scenario import Call, Scenario
from ccapp.simulate.world import World

PSTN, SALES, MENU = TrunkId("pstn"), QueueId("sales"), TreeId("menu")
WELCOME, LINE = NodeId("welcome"), NodeId("line")
CALLER = "030 123456"
LONG_S = 10_000.0


def scenario(calls: int = 1) -> Scenario:
    """Callers one a minute, to an IVR that leads to a queue nobody serves."""

    def arrive(chance: Random) -> Iterator[Call]:
        for _ in range(calls):
            yield Call(after_s=60.0, script=CallerScript(talk_s=5), headers={"X-Ani": CALLER})

    return Scenario(
        seed=1,
        centre=Centre(
            trunks={PSTN: Trunk(id=PSTN, trusted=True)},
            numbers={"100": Number(number="100", target=ToTree(tree=MENU))},
            queues={SALES: Queue(id=SALES, name="Sales")},
            trees={
                MENU: Tree(
                    id=MENU,
                    start=WELCOME,
                    nodes={WELCOME: Play(prompt=Say(text="hello"), then=LINE), LINE: Enqueue(queue=SALES)},
                )
            },
            numbering=Numbering(country_code="49"),
        ),
        calls=arrive,
        duration_s=LONG_S,
        checked=False,
    )


class Story:
    def __init__(self, world: World) -> None:
        self.world = world

    @property
    def acd(self) -> Acd:
        assert self.world.engine is not None
        return self.world.engine.acd

    def orders(self, give: Callable[[], object]) -> None:
        assert self.world.engine is not None
        self.world.engine.do(give)

    async def engine_dies(self) -> None:
        assert self.world.engine is not None
        self.world.engine.kill()
        self.world.start_engine()
        await asyncio.sleep(2)

    def told[F: Fact](self, kind: type[F]) -> list[F]:
        return [item.fact for item in self.world._store.facts if isinstance(item.fact, kind)]

    async def until[F: Fact](self, kind: type[F], count: int = 1) -> F:
        while len(self.told(kind)) < count:  # noqa: ASYNC110
            await asyncio.sleep(0.1)
        return self.told(kind)[count - 1]


def lived(story: Callable[[Story], Awaitable[None]], calls: int = 1) -> None:
    async def main() -> None:
        world = World(scenario(calls))
        world.start_engine()
        await asyncio.sleep(2)
        world._calls()
        async with asyncio.timeout(LONG_S):
            await story(Story(world))

    run(main(), 1)


@pytest.mark.parametrize("written", ["+49 30 123456", "004930123456", "030123456", "4930 123456"])
@pytest.mark.parametrize("dies", [False, True])
def test_a_blocked_number_hears_nothing_however_it_is_written(written: str, dies: bool) -> None:
    async def story(it: Story) -> None:
        it.orders(lambda: it.acd.list_number(Listed(number=written, ivr_blocked=True, note="rude"), "anna"))
        if dies:
            await it.engine_dies()
        ended = await it.until(events.CallEnded)
        assert (ended.outcome, ended.ended_by) == (Outcome.REFUSED, EndedBy.SYSTEM)
        [blocked] = it.told(events.CallerBlocked)
        assert (blocked.number, blocked.detail) == ("4930123456", "rude")
        kinds = {type(fact) for fact in it.told(VisitFact)}
        assert kinds == {events.CallArrived, events.CallerBlocked, events.CallEnded}

    lived(story)


def test_a_number_blocked_in_queues_walks_the_ivr_and_is_refused_at_the_line() -> None:
    async def story(it: Story) -> None:
        it.orders(lambda: it.acd.list_number(Listed(number="+4930123456", queue_blocked=True), "anna"))
        ended = await it.until(events.CallEnded)
        [refused] = it.told(events.EntryRefused)
        assert (refused.reason, refused.to) == (RefusalReason.BLOCKED, "")
        assert ended.outcome is Outcome.REFUSED
        assert [fact.node for fact in it.told(events.IvrVisited)] == [WELCOME, LINE]
        assert not it.told(events.CallWaits)
        assert not it.told(events.CallAbandoned)

    lived(story)


def test_a_vip_counts_from_the_next_call_on_and_no_more_once_removed() -> None:
    async def story(it: Story) -> None:
        await it.until(events.CallWaits)
        vip = Listed(number="4930123456", caller_priority=10, priority_s=60, gives={"Tier": "gold"})
        it.orders(lambda: it.acd.list_number(vip, "anna"))
        await it.until(events.CallWaits, 2)
        it.orders(lambda: it.acd.unlist_number(vip, "anna"))
        await it.until(events.CallWaits, 3)
        waits = it.told(events.CallWaits)
        told = [(each.caller_priority, each.own_priority_s, each.data.get("Tier")) for each in waits]
        assert told == [(50, 0, None), (10, 60, "gold"), (50, 0, None)]

    lived(story, calls=3)


@pytest.mark.parametrize("dies", [False, True])
@pytest.mark.parametrize("waiting", Waiting)
def test_a_queue_closed_by_hand_refuses_new_callers_and_treats_the_others_as_said(
    waiting: Waiting, dies: bool
) -> None:
    async def story(it: Story) -> None:
        await it.until(events.CallWaits)
        closing = Closing(queue=SALES, say="Fire drill.", waiting=waiting, by="anna")
        it.orders(lambda: it.acd.close_queue(closing))
        if dies:
            await it.engine_dies()
        refused = await it.until(events.EntryRefused)
        assert (refused.reason, refused.detail, refused.to) == (RefusalReason.CLOSED, "closed by anna", "")
        sent = [fact.reason for fact in it.told(events.WaitEnded)]
        assert sent == ([ExitReason.CLOSED] if waiting is Waiting.TREAT else [])
        assert len(it.acd.line()) == (0 if waiting is Waiting.TREAT else 1)
        it.orders(lambda: it.acd.open_queue(SALES, "anna"))
        await asyncio.sleep(60)
        assert len(it.told(events.EntryRefused)) == 1
        assert not it.told(events.CallAbandoned)

    lived(story, calls=3)


def test_a_queue_closed_until_later_opens_by_itself() -> None:
    async def story(it: Story) -> None:
        until = it.acd.clock.now() + 90
        it.orders(lambda: it.acd.close_queue(Closing(queue=SALES, until=until)))
        await it.until(events.CallWaits)
        assert len(it.told(events.EntryRefused)) == 1

    lived(story, calls=2)
