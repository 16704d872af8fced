"""What supervisors ask of visits and segments, and that it follows from the facts alone."""

import random
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import pytest

from ccapp.domain.events import Fact, Outcome
from ccapp.domain.presence import State
from ccapp.records import read
from ccapp.records.database import open_pool
from ccapp.records.journal import PostgresJournal
from ccapp.records.rebuild import rebuild
from tests.records.stories import (
    START,
    abandoned_visit,
    arrived,
    called_back_visit,
    chosen,
    ended,
    forwarded_visit,
    message_deleted,
    message_heard,
    message_left,
    message_told,
    offered,
    overflowed_visit,
    presence,
    served,
    served_visit,
    standing_orders,
    talked,
    timed_out_visit,
    waits,
    wrapped_up,
)

TABLES = ("visit", "segment", "presence", "manager", "message", "standing_order")


class World:
    """A database that facts can be recorded in."""

    def __init__(self, url: str, spool: Path) -> None:
        self.url, self.spool = url, spool

    async def record(self, *facts: Fact, batches: int = 1) -> None:
        async with PostgresJournal.open(self.url, self.spool, epoch=1) as journal:
            size = max(1, len(facts) // batches)
            for number, fact in enumerate(facts, 1):
                journal.publish(fact)
                assert number % size or await journal.settled(5)

    async def tables(self) -> dict[str, list[tuple[object, ...]]]:
        connection = await asyncpg.connect(self.url)
        try:
            return {
                name: [tuple(row) for row in await connection.fetch(f"select * from {name} order by 1, 2")]
                for name in TABLES
            }
        finally:
            await connection.close()

    async def visit(self, id: str) -> tuple[read.VisitRecord, list[read.SegmentRecord]]:
        async with open_pool(self.url) as pool:
            found = await read.visit(pool, id)
        assert found is not None
        return found


@pytest.fixture
def world(database_url: str, tmp_path: Path) -> World:
    return World(database_url, tmp_path / "spool")


@pytest.mark.parametrize("batches", [1, 10])
async def test_a_served_visit(world: World, batches: int) -> None:
    await world.record(*served_visit("v"), batches=batches)
    visit, [segment] = await world.visit("v")
    assert visit.arrived_at == datetime.fromtimestamp(START, UTC)
    assert (visit.trunk, visit.number, visit.caller_name) == ("carrier", "4930100", "Erika Müller")
    assert (visit.queue, visit.waited_s, visit.offers, visit.declines) == ("sales", 2.5, 2, 1)
    assert (visit.outcome, visit.ended_by, visit.abandoned) == (Outcome.SERVED, "caller", False)
    assert (visit.agent, visit.segments, visit.talk_s, visit.duration_s) == ("alice", 1, 60.5, 64.5)
    assert visit.data["Ani"] == "+4917612345"
    assert (segment.agent, segment.queue, segment.offer) == ("alice", "sales", "v/2")
    assert (segment.rang_s, segment.talk_s, segment.ended_by) == (1.25, 60.5, "caller")
    assert (segment.wrap_up_granted_s, segment.wrap_up_s) == (10.0, 7.5)


async def test_a_callback_is_a_visit_of_the_number_that_was_called(world: World) -> None:
    await world.record(*called_back_visit("callback-1"), batches=3)
    visit, [segment] = await world.visit("callback-1")
    assert visit.arrived_at == datetime.fromtimestamp(START, UTC)
    assert (visit.caller_number, visit.trunk) == ("+4917612345", "carrier")
    assert (visit.queue, visit.outcome, visit.offers, visit.declines) == ("sales", Outcome.SERVED, 2, 1)
    assert segment.agent == "alice"


async def test_an_abandoned_visit_is_visible_as_such(world: World) -> None:
    await world.record(*abandoned_visit("v"))
    visit, segments = await world.visit("v")
    assert (visit.abandoned, visit.abandoned_ringing, visit.outcome) == (True, True, Outcome.ABANDONED)
    assert (visit.waited_s, visit.agent, segments) == (30.0, None, [])


async def test_a_wait_that_timed_out_lasted_to_the_end(world: World) -> None:
    await world.record(*timed_out_visit("v"))
    visit, _ = await world.visit("v")
    assert (visit.outcome, visit.waited_s, visit.abandoned) == (Outcome.TIMED_OUT, 60.0, False)


async def test_waits_in_several_lines_are_added(world: World) -> None:
    await world.record(*overflowed_visit("v"))
    visit, _ = await world.visit("v")
    assert (visit.outcome, visit.queue, visit.waited_s) == (Outcome.ABANDONED, "help", 30.0)


async def test_a_forwarded_visit(world: World) -> None:
    await world.record(*forwarded_visit("v"))
    visit, _ = await world.visit("v")
    assert (visit.forwarded_to, visit.forwarded_talk_s, visit.waited_s) == ("0301", 8.0, None)


async def test_an_open_visit_shows_how_far_it_is(world: World) -> None:
    await world.record(arrived("v"), *waits("v", START + 1), offered("v", 1, START + 2))
    visit, _ = await world.visit("v")
    assert (visit.node, visit.queue, visit.offers, visit.ended_at) == ("menu", "sales", 1, None)


@pytest.mark.parametrize("batches", [1, 99])
async def test_two_agents_are_two_segments_each_with_its_own_times(world: World, batches: int) -> None:
    await world.record(
        arrived("v"), *waits("v", START),
        offered("v", 1, START, "alice"), served("v", 1, START + 1, "alice"), talked("v", START + 9, "alice"),
        offered("v", 2, START, "bob"), served("v", 2, START + 10, "bob", 2),
        wrapped_up("alice", START + 12, 3),
        talked("v", START + 20, "bob", 2), ended("v", START + 20), wrapped_up("bob", START + 25, 5),
        batches=batches,
    )  # fmt: skip
    visit, segments = await world.visit("v")
    assert (visit.segments, visit.agent, visit.talk_s) == (2, "bob", 121.0)
    assert [(each.agent, each.wrap_up_s) for each in segments] == [("alice", 3), ("bob", 5)]


@pytest.mark.parametrize("batches", [1, 99])
async def test_a_wrap_up_belongs_to_the_last_talk_only(world: World, batches: int) -> None:
    """Alice took a second call before the first one's wrap-up was over: one wrap-up, after the second."""
    first, second = served_visit("a")[:-1], served_visit("b", START + 100)
    await world.record(*first, *second, batches=batches)
    assert (await world.visit("a"))[1][0].wrap_up_s is None
    assert (await world.visit("b"))[1][0].wrap_up_s == 7.5


async def test_presence_is_the_last_whatever_the_batch(world: World) -> None:
    await world.record(presence("alice"), presence("alice", State.BUSY), presence("alice", State.ACW))
    assert [(row[0], row[3]) for row in (await world.tables())["presence"]] == [("alice", "ACW")]


@pytest.mark.parametrize("seed", range(10))
async def test_replaying_the_facts_gives_the_same_tables(world: World, seed: int) -> None:
    """Stories interleaved at random, in random batches, some never ended."""
    dice = random.Random(seed)
    makers = [served_visit, abandoned_visit, timed_out_visit, forwarded_visit, overflowed_visit]
    makers += [called_back_visit]
    stories = [dice.choice(makers)(f"v{number}", START + number) for number in range(30)]
    stories += [[presence(agent, dice.choice(list(State)))] for agent in "abcabc"]
    stories += [[chosen(number, dice.choice(["alice", "bob", None]))] for number in "112123"]
    left = [message_left(f"v{number}", at=START + number) for number in range(3)]
    stories += [
        [fact, message_told(fact), message_heard(fact), message_heard(fact, "bob"), message_deleted(fact)]
        for fact in left
    ]
    stories += [[order] for order in standing_orders()]
    stories = [story[: dice.randint(1, len(story))] if dice.random() < 0.3 else story for story in stories]
    facts: list[Fact] = []
    while stories:
        story = dice.choice(stories)
        facts.append(story[0])
        stories = [each for each in (s[1:] if s is story else s for s in stories) if each]
    await world.record(*facts, batches=dice.choice([1, 5, 60]))
    before = await world.tables()
    await rebuild(world.url)
    assert await world.tables() == before
    assert len(before["visit"]) == 30


async def test_asking_for_visits(world: World) -> None:
    facts = [*served_visit("a"), *abandoned_visit("b", START + 100), arrived("c", START + 200)]
    await world.record(*facts)

    async def ids(**wanted: object) -> list[str]:
        async with open_pool(world.url) as pool:
            return [each.id for each in await read.visits(pool, read.Wanted(**wanted))]  # type: ignore[arg-type]

    assert await ids() == ["c", "b", "a"]
    assert await ids(limit=1) == ["c"]
    assert await ids(since=datetime.fromtimestamp(START + 50, UTC)) == ["c", "b"]
    assert await ids(until=datetime.fromtimestamp(START + 50, UTC)) == ["a"]
    assert await ids(agent="alice") == ["a"]
    assert await ids(agent="bob") == []
    assert await ids(queue="sales") == ["b", "a"]
    assert await ids(outcome=Outcome.SERVED) == ["a"]
    assert await ids(abandoned=True) == ["b"]
    assert await ids(open=True) == ["c"]


async def test_facts_since(world: World) -> None:
    facts = served_visit("a")
    await world.record(*facts)
    async with open_pool(world.url) as pool:
        found = await read.facts_since(pool, 3, limit=4)
    assert [(item.seq, item.fact) for item in found] == list(enumerate(facts[3:7], 4))
