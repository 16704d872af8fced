"""Which past calls are found, in which pages, and what happened in them."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ccapp.domain.events import Fact, Outcome
from ccapp.records import read
from ccapp.records.database import open_pool
from ccapp.records.history import History
from ccapp.records.journal import PostgresJournal
from ccapp.records.read import Wanted
from tests.records.stories import (
    START,
    abandoned_visit,
    arrived,
    ended,
    forwarded_visit,
    overflowed_visit,
    served_visit,
)

if TYPE_CHECKING:
    from ccapp.records.database import Pool

SERVED, GIVEN_UP, FORWARDED, OVERFLOWED, OPEN = "served", "given up", "forwarded", "overflowed", "open"


def facts() -> list[Fact]:
    return [
        *served_visit(SERVED),
        *abandoned_visit(GIVEN_UP, START + 100),
        *forwarded_visit(FORWARDED, START + 200),
        *overflowed_visit(OVERFLOWED, START + 300),
        arrived(OPEN, START + 400),
    ]


@pytest.fixture
async def pool(database_url: str, tmp_path: Path) -> AsyncIterator["Pool"]:
    async with PostgresJournal.open(database_url, tmp_path / "spool", epoch=1) as journal:
        for fact in facts():
            journal.publish(fact)
        assert await journal.settled(5)
    async with open_pool(database_url) as pool:
        yield pool


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Wanted(), [OPEN, OVERFLOWED, FORWARDED, GIVEN_UP, SERVED]),
        (Wanted(number="4930100"), [OPEN, OVERFLOWED, FORWARDED, GIVEN_UP, SERVED]),
        (Wanted(number="4930199"), []),
        (Wanted(caller_number="+4917612345", outcome=Outcome.FORWARDED), [FORWARDED]),
        (Wanted(caller_number="4917612345"), []),
        (Wanted(served=True), [SERVED]),
        (Wanted(served=False), [OPEN, OVERFLOWED, FORWARDED, GIVEN_UP]),
        (Wanted(ended_by="agent"), []),
        (Wanted(wait_s_min=30.0), [OVERFLOWED, GIVEN_UP]),
        (Wanted(wait_s_min=30.5), []),
        (Wanted(queue="help"), [OVERFLOWED]),
        (Wanted(queue="sales"), [OVERFLOWED, GIVEN_UP, SERVED]),  # also those who went on from there
        (Wanted(queue="gold"), [OVERFLOWED]),  # was not let in
        (Wanted(queue="nowhere"), []),
    ],
)
async def test_filters(pool: "Pool", wanted: Wanted, found: list[str]) -> None:
    assert [visit.id for visit in await read.visits(pool, wanted)] == found


async def test_pages_do_not_move_when_calls_come_in(pool: "Pool", database_url: str, tmp_path: Path) -> None:
    pages = [[visit.id for visit in await read.visits(pool, Wanted(limit=2))]]
    async with PostgresJournal.open(database_url, tmp_path / "spool", epoch=1) as journal:
        journal.publish(arrived("new", START + 500))
        assert await journal.settled(5)
    while pages[-1]:
        wanted = Wanted(limit=2, after=pages[-1][-1])
        pages.append([visit.id for visit in await read.visits(pool, wanted)])
    assert pages == [[OPEN, OVERFLOWED], [FORWARDED, GIVEN_UP], [SERVED], []]


async def test_calls_of_one_instant_are_each_on_one_page(database_url: str, tmp_path: Path) -> None:
    async with PostgresJournal.open(database_url, tmp_path / "spool", epoch=1) as journal:
        for number in range(5):
            journal.publish(arrived(f"v{number}", START))
        assert await journal.settled(5)
    async with open_pool(database_url) as pool:
        [first] = await read.visits(pool, Wanted(limit=1))
        rest = await read.visits(pool, Wanted(after=first.id))
    assert [first.id, *(visit.id for visit in rest)] == ["v4", "v3", "v2", "v1", "v0"]


async def test_a_call_whose_arrival_was_lost_is_on_a_page_too(database_url: str, tmp_path: Path) -> None:
    async with PostgresJournal.open(database_url, tmp_path / "spool", epoch=1) as journal:
        for fact in (arrived("known"), ended("lost", START + 9), ended("lost too", START + 9)):
            journal.publish(fact)
        assert await journal.settled(5)
    found: list[str] = []
    async with open_pool(database_url) as pool:
        while page := await read.visits(pool, Wanted(limit=1, after=found[-1] if found else None)):
            found += [visit.id for visit in page]
    assert found == ["lost too", "lost", "known"]


async def test_after_an_unknown_call_there_is_nothing(pool: "Pool") -> None:
    assert await read.visits(pool, Wanted(after="nobody")) == []


async def test_the_wrap_up_is_the_visits_too(pool: "Pool") -> None:
    [visit] = await read.visits(pool, Wanted(served=True))
    assert visit.wrap_up_s == 7.5
    assert all(visit.wrap_up_s is None for visit in await read.visits(pool, Wanted(served=False)))


async def test_what_happened_in_some_of_them(pool: "Pool", monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ccapp.records.history.FETCHED_MAX", 3)  # more than one question
    found = [item.fact async for items in History(pool).of_visits([SERVED, GIVEN_UP]) for item in items]
    wanted = [fact for fact in facts() if getattr(fact, "visit", None) in (SERVED, GIVEN_UP)]
    assert found == wanted
    assert [items async for items in History(pool).of_visits([])] == []
