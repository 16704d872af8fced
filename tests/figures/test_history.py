"""What the records give for a part of the time is all that its figures need."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ccapp.domain.events import Fact
from ccapp.domain.presence import State, SubState
from ccapp.records.database import open_pool
from ccapp.records.history import History
from ccapp.records.journal import PostgresJournal
from ccapp.routing.figures import NEEDED, Belongs, By, Dimension, Figures, Selection, Tally
from ccapp.simulate.engine import EPOCH
from ccapp.simulate.scenario import Fault
from ccapp.simulate.storm import storm
from ccapp.simulate.world import simulate
from tests.figures.facts import START, is_now

BEGAN = datetime.fromtimestamp(EPOCH, UTC)


@pytest.fixture(scope="module")
def facts() -> list[Fact]:
    """Busy, with engines that die: calls and wrap-ups lie over every border. Two agents only stand by."""
    at = EPOCH - START
    still: list[Fact] = [
        is_now("ready", at, State.READY),
        is_now("resting", at, State.UNREADY, SubState.BREAK),
    ]
    return still + [item.fact for item in simulate(storm(5, [Fault.KILL])).facts]


@pytest.fixture
async def history(facts: list[Fact], database_url: str, tmp_path: Path) -> AsyncIterator[History]:
    async with PostgresJournal.open(database_url, tmp_path / "spool", epoch=1) as journal:
        for fact in facts:
            journal.publish(fact)
        assert await journal.settled(20)
    async with open_pool(database_url) as pool:
        yield History(pool)


async def read(history: History, since: datetime, until: datetime) -> list[Fact]:
    span = await history.span(since, until)
    if span is None:
        return []
    return [fact async for facts in history.facts(span, NEEDED) for fact in facts]


def is_something(tally: Tally) -> bool:
    """More than an agent not seen yet, or a line without its first caller."""
    on_duty = [state for state in State if state is not State.LOGOUT]
    return bool(tally.total or tally.offers or tally.length.area or tally.seconds(*on_duty))


async def test_every_part_of_the_time(history: History, facts: list[Fact]):
    assert sum(fact.at - EPOCH > 60 for fact in facts) > 200
    for begin in range(0, 330, 30):
        for length in (30, 130):
            since = BEGAN + timedelta(seconds=begin)
            until = since + timedelta(seconds=length)
            some = await read(history, since, until)
            for belongs in Belongs:
                selection = Selection(
                    since=since.timestamp(), until=until.timestamp(), belongs=belongs, by=By.HOUR
                )
                figures, whole = Figures(selection).feed_all(some), Figures(selection).feed_all(facts)
                for of in (Dimension.QUEUE, Dimension.AGENT, Dimension.SKILL):
                    mine = {row.key: row.tally for row in figures.rows(of, until.timestamp())}
                    for row in whole.rows(of, until.timestamp()):
                        if row.key in mine or is_something(row.tally):
                            assert mine[row.key] == row.tally, (begin, length, belongs, row.key)


async def test_a_time_in_which_nothing_happened(history: History):
    long_ago = BEGAN - timedelta(days=30)
    assert await history.span(long_ago, long_ago + timedelta(days=1)) is None


async def test_less_than_all_is_read(history: History, facts: list[Fact]):
    some = await read(history, BEGAN + timedelta(seconds=150), BEGAN + timedelta(seconds=160))
    assert 0 < len(some) < 0.75 * len(facts)
