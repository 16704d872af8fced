"""Nothing that was published is lost: not by `kill -9`, not by a database that stops, hangs or refuses."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from time import monotonic

import asyncpg
import orjson
import pytest

from ccapp.domain.events import Fact
from ccapp.records.errors import DatabaseUnavailable, Fenced, SpoolBusy
from ccapp.records.facts_json import encode_line
from ccapp.records.journal import PostgresJournal
from ccapp.records.spool import Spool
from scripts.stack.postgres import Postgres, Server
from tests.records.stories import START, arrived, ended, served_visit, waits


@pytest.fixture
def spool(tmp_path: Path) -> Path:
    return tmp_path / "spool"


@pytest.fixture
def own_postgres(postgres: Server) -> Iterator[Postgres]:
    """One that may be stopped; started again whatever happens."""
    if not isinstance(postgres, Postgres):
        pytest.skip("DATABASE_URL is not ours to stop")
    yield postgres
    postgres.start()


# --- the engine dies --------------------------------------------------------------------------------------


@pytest.mark.parametrize("published", [1, 100, 3000])
async def test_whatever_publish_returned_outlives_kill_9(
    database_url: str, spool: Path, published: int
) -> None:
    said = 0
    for epoch in 1, 2:
        said = await asyncio.to_thread(_publish_and_kill, database_url, spool, epoch, said + published)
    async with PostgresJournal.open(database_url, spool, 3) as journal:
        last = journal.publish(arrived("after"))
        assert await journal.settled(10)
    assert last > said
    assert await _recorded(database_url) == list(range(1, last + 1))
    assert _left_in(spool) == []


async def test_a_torn_last_line_is_dropped_and_its_number_used_again(
    database_url: str, spool: Path, caplog: pytest.LogCaptureFixture
) -> None:
    facts = [arrived("v"), *waits("v", START)]
    _spooled(spool, facts)
    with (spool / "facts-000000000001.ndjson").open("ab") as file:
        file.write(encode_line(4, 1, ended("v", START + 9))[:-20])
    async with PostgresJournal.open(database_url, spool, 2) as journal:
        assert [list(visit) for visit in await journal.open_visits()] == [facts]
        assert journal.publish(ended("v", START + 9)) == 4
        assert await journal.settled(5)
        assert await journal.open_visits() == []
    assert "spool_torn" in caplog.text
    assert await _recorded(database_url) == [1, 2, 3, 4]


async def test_one_process_owns_the_spool(database_url: str, spool: Path) -> None:
    async with PostgresJournal.open(database_url, spool, 1):
        with pytest.raises(SpoolBusy):
            async with PostgresJournal.open(database_url, spool, 2):
                pass


# --- the database goes away -------------------------------------------------------------------------------


@pytest.mark.parametrize("memory_max", [10, 10_000])
async def test_facts_published_while_the_database_is_stopped_are_recorded_later_in_order(
    own_postgres: Postgres, database_url: str, spool: Path, memory_max: int
) -> None:
    facts = [fact for number in range(60) for fact in served_visit(f"v{number}")]
    async with PostgresJournal.open(database_url, spool, 1, memory_max=memory_max) as journal:
        for fact in facts[:100]:
            journal.publish(fact)
        assert await journal.settled(5)
        await asyncio.to_thread(own_postgres.stop)
        for fact in facts[100:]:
            journal.publish(fact)
            await asyncio.sleep(0)
        assert not await journal.settled(0.2)
        figures = journal.figures()
        assert (figures.published, figures.recorded, figures.backlog) == (600, 100, 500)
        assert figures.last_error
        assert figures.away_s > 0
        with pytest.raises(DatabaseUnavailable):
            await journal.open_visits()
        await asyncio.to_thread(own_postgres.start)
        assert await journal.settled(30)
        assert [item.fact for item in await journal.visit("v59")] == served_visit("v59")[:-1]
    assert await _recorded(database_url) == list(range(1, 601))
    assert _left_in(spool) == []


async def test_settled_does_not_wait_for_a_try_that_comes_too_late(
    own_postgres: Postgres, database_url: str, spool: Path
) -> None:
    async with PostgresJournal.open(database_url, spool, 1) as journal:
        await asyncio.to_thread(own_postgres.stop)
        journal.publish(arrived("v"))
        await asyncio.sleep(2.5)  # the pauses are 1 s and more by now
        waits_s = []
        for _ in range(20):
            started = monotonic()
            assert not await journal.settled(0.25)
            waits_s.append(monotonic() - started)
            await asyncio.sleep(0.01)
        assert min(waits_s) < 0.01
        await asyncio.to_thread(own_postgres.start)
        assert await journal.settled(30)


async def test_what_an_outage_left_is_recorded_by_the_next_engine(
    own_postgres: Postgres, database_url: str, spool: Path
) -> None:
    facts = served_visit("v")
    async with PostgresJournal.open(database_url, spool, 1) as journal:
        for fact in facts[:3]:
            journal.publish(fact)
        assert await journal.settled(5)
        await asyncio.to_thread(own_postgres.stop)
        for fact in facts[3:6]:
            journal.publish(fact)
    await asyncio.to_thread(own_postgres.start)
    async with PostgresJournal.open(database_url, spool, 2) as journal:
        assert [list(visit) for visit in await journal.open_visits()] == [facts[:6]]
        assert journal.publish(facts[6]) == 7
    assert await _recorded(database_url) == list(range(1, 8))


async def test_a_hung_database_holds_nobody_up(
    own_postgres: Postgres, database_url: str, spool: Path
) -> None:
    async with PostgresJournal.open(database_url, spool, 1) as journal:
        journal.publish(arrived("before"))
        assert await journal.settled(5)
        with _stopped(own_postgres):
            for number in range(50):
                started = monotonic()
                journal.publish(arrived(f"v{number}"))
                assert monotonic() - started < 0.1
            started = monotonic()
            assert not await journal.settled(0.25)
            assert monotonic() - started < 0.5
            await asyncio.sleep(6)  # longer than a command may last: the connection has been given up
            assert "Timeout" in journal.figures().last_error
        assert await journal.settled(30)
    assert await _recorded(database_url) == list(range(1, 52))


async def test_leaving_does_not_hang_with_the_database(
    own_postgres: Postgres, database_url: str, spool: Path
) -> None:
    async with asyncio.timeout(15):
        async with PostgresJournal.open(database_url, spool, 1) as journal:
            assert await journal.visit("v") == []  # leaves a connection in the pool
            stopped = _stopped(own_postgres)
            stopped.__enter__()
            journal.publish(arrived("v"))
        stopped.__exit__(None, None, None)
    async with PostgresJournal.open(database_url, spool, 2) as journal:
        assert len(await journal.open_visits()) == 1


@pytest.mark.parametrize("between_s", [0.0, 0.002, 0.05])
async def test_connections_cut_again_and_again_are_made_anew(
    database_url: str, spool: Path, between_s: float
) -> None:
    """In their sleep, while they are made, and at any point of a commit."""
    async with PostgresJournal.open(database_url, spool, 1) as journal, _connected(database_url) as other:
        for number in range(40):
            journal.publish(arrived(f"v{number}"))
            await asyncio.sleep(between_s)
            await other.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity"
                " where datname = current_database() and pid <> pg_backend_pid()"
            )
            journal.publish(arrived(f"w{number}"))
        assert await journal.settled(30)
    assert await _recorded(database_url) == list(range(1, 81))


async def test_without_any_database_opening_fails_within_its_bound(tmp_path: Path, spool: Path) -> None:
    with pytest.raises(DatabaseUnavailable, match=r"within 0\.3 s"):
        async with PostgresJournal.open(f"postgresql:///x?host={tmp_path}", spool, 1, within_s=0.3):
            pass


# --- the database refuses ---------------------------------------------------------------------------------


async def test_a_fact_the_database_cannot_hold_stops_no_other(database_url: str, spool: Path) -> None:
    facts: list[Fact] = [arrived(f"v{number}") for number in range(100)]
    facts[37] = replace(arrived("odd"), at=1e300)
    facts[38] = replace(arrived("long" * 10_000))
    facts[39] = replace(arrived("nul"), caller_name="a\0b\ud800")
    async with PostgresJournal.open(database_url, spool, 1) as journal:
        for fact in facts:
            journal.publish(fact)
        assert await journal.settled(10)
        refused = journal.figures().refused
    aside = [orjson.loads(line)["seq"] for line in (spool / "refused.ndjson").read_bytes().splitlines()]
    assert refused == len(aside)
    assert 38 in aside
    assert sorted([*aside, *await _recorded(database_url)]) == list(range(1, 101))
    assert 40 in await _recorded(database_url)


async def test_an_old_epoch_is_fenced(
    database_url: str, tmp_path: Path, spool: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with PostgresJournal.open(database_url, spool, 1) as old:
        old.publish(arrived("recorded"))
        assert await old.settled(5)
        await _lease_epoch(database_url, 2)
        async with PostgresJournal.open(database_url, tmp_path / "elsewhere", 2) as new:
            assert new.publish(arrived("new")) == 2
            assert await new.settled(5)
            assert old.publish(arrived("old")) == 2
            async with asyncio.timeout(20):
                with pytest.raises(Fenced, match="epoch 1"):
                    await old.watch()
            assert not await old.settled(1)
            old.publish(arrived("old too"))
    assert await _recorded(database_url) == [1, 2]
    async with PostgresJournal.open(database_url, spool, 3) as again:
        assert [visit[0].visit for visit in await again.open_visits()] == ["recorded", "new"]
        assert again.publish(arrived("again")) == 3
    aside = [
        orjson.loads(line)["fact"]["visit"] for line in (spool / "fenced.ndjson").read_bytes().splitlines()
    ]
    assert aside == ["old", "old too"]
    assert "spool_fenced facts=2" in caplog.text


async def test_a_batch_on_its_way_during_a_take_over_is_fenced(database_url: str, spool: Path) -> None:
    await _lease_epoch(database_url, 1)
    async with PostgresJournal.open(database_url, spool, 1) as old, _connected(database_url) as other:
        async with other.transaction():
            await other.execute("update engine_lease set epoch = 2")
            old.publish(arrived("old"))
            assert not await old.settled(0.3)  # waits for the outcome of the take-over
        async with asyncio.timeout(20):
            with pytest.raises(Fenced):
                await old.watch()
    assert await _recorded(database_url) == []


# --- the disk refuses -------------------------------------------------------------------------------------


async def test_a_full_disk_is_said_once_and_the_database_has_the_facts(
    database_url: str, spool: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ccapp.records.spool.RETRY_S", 0.05)
    async with PostgresJournal.open(database_url, spool, 1) as journal:
        (spool / "facts-000000000001.ndjson").symlink_to("/dev/full")
        for number in range(5):
            journal.publish(arrived(f"v{number}"))
        assert await journal.settled(5)
        assert journal.figures().spool_errors == 5
        assert "No space left" in journal.figures().last_error
        await asyncio.sleep(0.06)
        journal.publish(arrived("after"))
        assert journal.figures().spool_errors == 5
        assert await journal.settled(5)
    assert len([each for each in caplog.records if each.getMessage().startswith("spool_failed")]) == 1
    assert await _recorded(database_url) == list(range(1, 7))


# --- tools ------------------------------------------------------------------------------------------------


def _publish_and_kill(url: str, spool: Path, epoch: int, until: int) -> int:
    """The last number whose `publish` returned in a process killed soon after number `until`."""
    command = [sys.executable, "-m", "tests.records.endless_publisher", url, str(spool), str(epoch)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=Path(__file__).parents[2]) as process:
        assert process.stdout is not None
        said = 0
        while said < until:
            said = int(process.stdout.readline())
        process.send_signal(signal.SIGKILL)
        rest = [line for line in process.stdout.read().splitlines(keepends=True) if line.endswith(b"\n")]
    return int(rest[-1]) if rest else said


def _spooled(folder: Path, facts: Sequence[Fact]) -> None:
    """What an engine leaves that was killed before it recorded anything."""
    spool = Spool(folder)
    for seq, fact in enumerate(facts, 1):
        spool.append(seq, encode_line(seq, 1, fact))
    spool.close()


def _left_in(spool: Path) -> list[str]:
    return [path.name for path in spool.glob("*.ndjson")]


@contextmanager
def _stopped(postgres: Postgres) -> Iterator[None]:
    """The server and all its processes hang."""
    server = int((postgres.folder / "cluster" / "postmaster.pid").read_text().splitlines()[0])
    children = Path(f"/proc/{server}/task/{server}/children").read_text().split()
    processes = [server, *map(int, children)]
    for process in processes:
        os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        for process in processes:
            with suppress(ProcessLookupError):  # it had ended before, and the server has noticed by now
                os.kill(process, signal.SIGCONT)


@asynccontextmanager
async def _connected(url: str) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    connection = await asyncpg.connect(url)
    try:
        yield connection
    finally:
        await connection.close()


async def _recorded(url: str) -> list[int]:
    async with _connected(url) as connection:
        return [row["seq"] for row in await connection.fetch("select seq from fact order by seq")]


async def _lease_epoch(url: str, epoch: int) -> None:
    async with _connected(url) as connection:
        await connection.execute(
            "insert into engine_lease values (true, 'ccapp', $1, 'h', 'b', 's', 1, '', now(), now())", epoch
        )
