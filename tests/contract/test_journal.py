"""What every journal keeps: one suite over the one in memory and the one on PostgreSQL."""

import asyncio

import pytest

from ccapp.domain.events import NumberUnlisted
from ccapp.domain.presence import State
from ccapp.ports import Recorded
from tests.contract.journals import Opening, opening
from tests.records.stories import (
    START,
    abandoned_visit,
    arrived,
    chosen,
    message_deleted,
    message_heard,
    message_left,
    message_told,
    presence,
    served_visit,
    standing_orders,
    waits,
)

__all__ = ["opening"]


async def test_numbers_follow_each_other_from_one(opening: Opening) -> None:
    async with opening() as journal:
        assert [journal.publish(fact) for fact in served_visit("v")] == list(range(1, 11))


async def test_numbers_go_on_after_a_restart(opening: Opening) -> None:
    async with opening() as journal:
        last = [journal.publish(fact) for fact in served_visit("v")][-1]
    async with opening() as journal:
        assert journal.publish(arrived("w")) == last + 1


async def test_a_visit_is_read_back_as_it_was_published(opening: Opening) -> None:
    facts = served_visit("v")[:-1]
    async with opening() as journal:
        expected = [Recorded(seq=journal.publish(fact), fact=fact) for fact in facts]
        assert list(await journal.visit("v")) == expected
        assert await journal.settled(5)
        assert list(await journal.visit("v")) == expected
    async with opening() as journal:
        assert list(await journal.visit("v")) == expected


async def test_an_unknown_visit_has_no_facts(opening: Opening) -> None:
    async with opening() as journal:
        assert list(await journal.visit("nobody")) == []


async def test_visits_do_not_mix(opening: Opening) -> None:
    async with opening() as journal:
        for one, other in zip(abandoned_visit("a"), abandoned_visit("b"), strict=True):
            journal.publish(one)
            journal.publish(other)
        assert [item.fact for item in await journal.visit("b")] == abandoned_visit("b")


@pytest.mark.parametrize("settle", [True, False])
async def test_open_visits_are_those_without_an_end_oldest_first(opening: Opening, settle: bool) -> None:
    older, newer = [arrived("older"), *waits("older", START)], [arrived("newer", START + 1)]
    async with opening() as journal:
        for fact in [*served_visit("done"), older[0], *newer, *older[1:], *abandoned_visit("left")]:
            journal.publish(fact)
        assert not settle or await journal.settled(5)
        assert [list(visit) for visit in await journal.open_visits()] == [older, newer]
    async with opening() as journal:
        assert [list(visit) for visit in await journal.open_visits()] == [older, newer]


async def test_a_visit_that_ends_after_a_restart_is_open_no_more(opening: Opening) -> None:
    facts = served_visit("v")
    async with opening() as journal:
        for fact in facts[:5]:
            journal.publish(fact)
    async with opening() as journal:
        for fact in facts[5:]:
            journal.publish(fact)
        assert list(await journal.open_visits()) == []
        assert [item.fact for item in await journal.visit("v")] == facts[:-1]


async def test_those_who_hung_up_in_a_line_are_known_to_the_next_engine(opening: Opening) -> None:
    async with opening() as journal:
        for fact in abandoned_visit("old") + abandoned_visit("new", START + 1000):
            journal.publish(fact)
        assert [left.visit for left in await journal.abandoned(START + 500)] == ["new"]
    async with opening() as journal:
        assert [left.visit for left in await journal.abandoned(START)] == ["old", "new"]


async def test_presences_are_the_last_of_every_agent(opening: Opening) -> None:
    last = {"alice": presence("alice", State.BUSY, START + 2), "bob": presence("bob", at=START + 1)}
    async with opening() as journal:
        for fact in (presence("alice"), last["bob"], last["alice"]):
            journal.publish(fact)
        assert {fact.agent: fact for fact in await journal.presences()} == last
    async with opening() as journal:
        assert {fact.agent: fact for fact in await journal.presences()} == last
        later = presence("bob", State.LOGOUT, START + 9)
        journal.publish(later)
        assert {fact.agent: fact for fact in await journal.presences()} == last | {"bob": later}


@pytest.mark.parametrize("settle", [True, False])
async def test_the_manager_of_a_number_is_the_last_chosen(opening: Opening, settle: bool) -> None:
    async with opening() as journal:
        assert await journal.manager("49301", 5) is None
        for number, agent in [("49301", "alice"), ("49302", "alice"), ("49301", "bob"), ("49302", None)]:
            journal.publish(chosen(number, agent))
        assert not settle or await journal.settled(5)
        assert await journal.manager("49301", 5) == "bob"
        assert await journal.manager("49302", 5) is None
    async with opening() as journal:
        assert await journal.manager("49301", 5) == "bob"
        assert await journal.manager("49302", 5) is None
        assert await journal.manager("no such; drop table manager", 5) is None


@pytest.mark.parametrize("settle", [True, False])
async def test_messages_are_those_nobody_has_deleted(opening: Opening, settle: bool) -> None:
    new, heard, gone = (message_left("v", number, START + number) for number in (1, 2, 3))
    news = [new, heard, message_heard(heard, "alice", START + 5), gone, message_told(new, START + 6)]
    async with opening() as journal:
        for fact in (arrived("v"), *news, message_heard(heard, "bob", START + 7), message_deleted(gone)):
            journal.publish(fact)
            assert not settle or await journal.settled(5)
        told = [(each.id, each.heard_at, each.heard_by, each.told_at) for each in await journal.messages()]
        assert told == [("v-1", None, "", START + 6), ("v-2", START + 5, "alice", None)]
    async with opening() as journal:
        first, _ = await journal.messages()
        assert (first.mailbox, first.queue, first.visit, first.left_at) == ("sales", "sales", "v", new.at)
        assert (first.caller_number, first.caller_name) == ("4917612345", "Erika Müller")
        assert (first.seconds, first.file, first.data) == (12.25, "v/message-1.wav", new.data)
        journal.publish(message_deleted(heard))
        journal.publish(message_heard(new, "api", START + 9))
        assert [(each.id, each.heard_by) for each in await journal.messages()] == [("v-1", "api")]


@pytest.mark.parametrize("settle", [True, False])
async def test_the_standing_orders_are_the_last_in_force_of_each(opening: Opening, settle: bool) -> None:
    orders = standing_orders()
    async with opening() as journal:
        for number, order in enumerate(orders):
            journal.publish(order)
            assert not settle or number % 3 or await journal.settled(5)
        assert [*await journal.standing_orders()] == [orders[5], orders[7]]
    async with opening() as journal:
        assert [*await journal.standing_orders()] == [orders[5], orders[7]]
        journal.publish(orders[4])
        journal.publish(NumberUnlisted(at=START, number="49302"))
        assert [*await journal.standing_orders()] == [orders[7]]


async def test_nothing_published_is_settled(opening: Opening) -> None:
    async with opening() as journal:
        assert await journal.settled(0)


async def test_settled_waits_for_what_was_published_so_far(opening: Opening) -> None:
    async with opening() as journal:
        journal.publish(arrived("v"))
        assert not await journal.settled(0)
        waiting = [asyncio.create_task(journal.settled(5)) for _ in range(20)]
        journal.publish(arrived("w"))
        assert await journal.settled(5)
        assert all(await asyncio.gather(*waiting))


async def test_a_cancelled_wait_disturbs_nobody(opening: Opening) -> None:
    async with opening() as journal:
        journal.publish(arrived("v"))
        cancelled, other = (asyncio.create_task(journal.settled(5)) for _ in range(2))
        await asyncio.sleep(0)
        cancelled.cancel()
        assert await other


async def test_followers_see_everything_from_now_on_in_order(opening: Opening) -> None:
    facts = served_visit("v")
    async with opening() as journal:
        journal.publish(facts[0])
        one, other = journal.follow(), journal.follow()
        for fact in facts[1:]:
            journal.publish(fact)
        expected = [Recorded(seq=number, fact=fact) for number, fact in enumerate(facts[1:], 2)]
        for follower in one, other:
            assert [await anext(follower) for _ in expected] == expected


async def test_a_follower_waits_for_news_and_ends_with_the_journal(opening: Opening) -> None:
    async with opening() as journal:
        seen: list[Recorded] = []
        follower = journal.follow()

        async def read() -> None:
            seen.extend([item async for item in follower])

        reading = asyncio.create_task(read())
        await asyncio.sleep(0.01)
        journal.publish(arrived("v"))
        await asyncio.sleep(0.01)
    async with asyncio.timeout(20):
        await reading
    assert [item.seq for item in seen] == [1]


async def test_a_follower_too_slow_is_ended_and_the_others_go_on(opening: Opening) -> None:
    async with opening() as journal:
        slow, quick = journal.follow(), journal.follow()
        for number in range(150):  # the fixture's bound is 100
            journal.publish(arrived(str(number)))
            await anext(quick)
        assert len([item async for item in slow]) < 150
        journal.publish(arrived("one more"))
        assert (await anext(quick)).seq == 151
