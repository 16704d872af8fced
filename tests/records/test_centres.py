"""The configuration: versions, one after the other, and word of them."""

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest

from ccapp.records import centres
from ccapp.records.centres import Centres, Stored
from ccapp.records.database import open_pool

DOCUMENT = {"queues": {"zulu": 1, "alpha": 2}, "name": "Überall", "list": [1, 2.5, None, True]}


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[Centres]:
    async with open_pool(database_url) as pool:
        yield Centres(pool, database_url)


async def test_nothing_was_applied_yet(store: Centres) -> None:
    assert await store.current() is None
    assert await store.version(1) is None
    assert await store.history() == []


async def test_the_last_applied_is_the_present_one_as_it_was_written(store: Centres) -> None:
    assert await store.apply({"old": True}, "alice") == 1
    assert await store.apply(DOCUMENT, "bob") == 2
    current = await store.current()
    assert current is not None
    assert (current.version, current.by, current.document) == (2, "bob", DOCUMENT)
    assert list(current.document["queues"]) == ["zulu", "alpha"]
    old = await store.version(1)
    assert old is not None
    assert old.document == {"old": True}
    assert [(each.version, each.by) for each in await store.history()] == [(2, "bob"), (1, "alice")]


async def test_those_who_apply_at_once_follow_each_other(store: Centres) -> None:
    versions = await asyncio.gather(*(store.apply({"n": number}, "x") for number in range(10)))
    assert sorted(versions) == list(range(1, 11))


async def test_whoever_listens_hears_of_it(store: Centres) -> None:
    await store.apply({"n": 1}, "x")
    heard = store.listen()
    assert (await _next(heard)).version == 1
    waiting = asyncio.create_task(_next(heard))
    await asyncio.sleep(0.1)
    assert not waiting.done()
    await store.apply({"n": 2}, "x")
    assert (await waiting).document == {"n": 2}


async def test_a_version_already_known_is_not_told(store: Centres) -> None:
    await store.apply({"n": 1}, "x")
    heard = store.listen(after=1)
    waiting = asyncio.create_task(_next(heard))
    await asyncio.sleep(0.1)
    assert not waiting.done()
    await store.apply({"n": 2}, "x")
    assert (await waiting).version == 2


async def test_what_was_applied_while_the_line_was_cut_is_heard(
    store: Centres, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(centres, "RETRY_S", 0.2)
    heard = store.listen()
    waiting = asyncio.create_task(_next(heard))
    await asyncio.sleep(0.1)
    connection = await asyncpg.connect(database_url)
    await connection.execute(
        "select pg_terminate_backend(pid) from pg_stat_activity"
        " where datname = current_database() and pid <> pg_backend_pid()"
    )
    await connection.close()
    await asyncio.sleep(0.05)
    await store.apply({"n": 1}, "x")
    assert (await waiting).version == 1


async def _next(heard: AsyncIterator[Stored]) -> Stored:
    async with asyncio.timeout(10):
        return await anext(heard)
