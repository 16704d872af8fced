"""Messages to customers' servers, written with their facts and kept until they are delivered or given up."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from ccapp.domain.events import DeliveryDue
from ccapp.domain.ids import VisitId
from ccapp.ports import Delivery, OutboxAway
from ccapp.records.database import open_pool
from ccapp.records.journal import PostgresJournal
from ccapp.records.outbox import PostgresOutbox
from ccapp.records.rebuild import rebuild

pytestmark = pytest.mark.real

AT = 1_700_000_000.25


def due(stream: str, number: int) -> DeliveryDue:
    body = f'{{"n": {number}, "name": "Änna"}}'
    return DeliveryDue(at=AT, visit=VisitId("v"), stream=stream, number=number, to="queue sales", body=body)


@asynccontextmanager
async def outbox(url: str, spool: Path, *facts: DeliveryDue) -> AsyncIterator[PostgresOutbox]:
    async with PostgresJournal.open(url, spool, epoch=1) as journal:
        for fact in facts:
            journal.publish(fact)
        assert await journal.settled(5)
    async with open_pool(url) as pool:
        yield PostgresOutbox(pool)


def told(heads: Sequence[Delivery]) -> list[tuple[str, int]]:
    return [(head.stream, head.seq) for head in heads]


async def test_of_each_stream_the_first_until_it_is_delivered(database_url: str, tmp_path: Path) -> None:
    facts = [due("a", 1), due("b", 1), due("a", 2)]
    async with outbox(database_url, tmp_path / "spool", *facts) as box:
        heads = await box.heads([], 10)
        assert told(heads) == [("a", 1), ("b", 2)]
        assert (heads[0].body, heads[0].to, heads[0].due_at, heads[0].tries) == (
            '{"n": 1, "name": "Änna"}', "queue sales", AT, 0,
        )  # fmt: skip
        assert told(await box.heads(["a"], 10)) == [("b", 2)]
        assert told(await box.heads([], 1)) == [("a", 1)]
        await box.delivered(1)
        assert told(await box.heads([], 10)) == [("b", 2), ("a", 3)]


async def test_a_failure_waits_and_what_is_given_up_makes_way(database_url: str, tmp_path: Path) -> None:
    facts = [due("a", 1), due("b", 1), due("a", 2)]
    async with outbox(database_url, tmp_path / "spool", *facts) as box:
        await box.failed(1, AT + 60)
        heads = await box.heads([], 10)
        assert told(heads) == [("b", 2), ("a", 1)]
        assert (heads[1].tries, heads[1].next_at) == (1, AT + 60)
        await box.give_up(1, "too old")
        assert told(await box.heads([], 10)) == [("b", 2), ("a", 3)]


async def test_no_more_are_kept_than_so_many(database_url: str, tmp_path: Path) -> None:
    facts = [due("a", number) for number in range(1, 8)]
    async with outbox(database_url, tmp_path / "spool", *facts) as box:
        assert await box.keep_the_last(7) == 0
        assert await box.keep_the_last(3) == 4
        assert told(await box.heads([], 10)) == [("a", 5)]


async def test_a_rebuild_brings_back_nothing_that_was_delivered(database_url: str, tmp_path: Path) -> None:
    async with outbox(database_url, tmp_path / "spool", due("a", 1), due("a", 2)) as box:
        await box.delivered(1)
        await rebuild(database_url)
        assert told(await box.heads([], 10)) == [("a", 2)]


async def test_a_database_that_is_away_is_said_so() -> None:
    async with open_pool("postgresql://nobody@127.0.0.1:1/none") as pool:
        with pytest.raises(OutboxAway):
            await PostgresOutbox(pool).heads([], 1)
