"""One engine acts; the next one takes over as soon as it may, and not sooner."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic

import asyncpg
import pytest

from ccapp.records.errors import DatabaseUnavailable, Fenced, LeaseHeld
from ccapp.records.holder import Holder, this_process
from ccapp.records.lease import Lease, held, take

HOLDS = """
import asyncio, sys
from ccapp.records.lease import take
print(asyncio.run(take(sys.argv[1], "ccapp", 60.0)), flush=True)
sys.stdin.read()
"""


@contextmanager
def other_engine(url: str) -> Iterator[subprocess.Popen[bytes]]:
    """A process that has taken the lease for a minute and lives on."""
    root = Path(__file__).parents[2]
    command = [sys.executable, "-c", HOLDS, url]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=root) as process:
        assert process.stdout is not None
        process.stdout.readline()
        try:
            yield process
        finally:
            process.kill()


async def test_each_taking_has_a_greater_epoch(database_url: str) -> None:
    for epoch in 1, 2, 3:
        async with held(database_url, "ccapp") as lease:
            assert lease.epoch == epoch


async def test_a_held_lease_is_refused_and_says_by_whom(database_url: str) -> None:
    with other_engine(database_url) as process:
        with pytest.raises(LeaseHeld, match=f"'ccapp' runs as process {process.pid} on .*epoch 1"):
            await take(database_url, "ccapp")
        with pytest.raises(LeaseHeld):
            await take(database_url, "another application")


async def test_a_killed_engine_is_taken_over_at_once(database_url: str) -> None:
    with other_engine(database_url) as process:
        process.kill()  # a zombie until it is waited for, and dead for all that
        started = monotonic()
        async with asyncio.timeout(20):
            while True:
                try:
                    assert await take(database_url, "ccapp") == 2
                    break
                except LeaseHeld:
                    await asyncio.sleep(0.01)
        assert monotonic() - started < 2


async def test_a_lease_not_renewed_runs_out(database_url: str) -> None:
    with other_engine(database_url):
        await _execute(database_url, "update engine_lease set expires_at = now() + interval '1 s'")
        async with held(database_url, "ccapp", within_s=10) as lease:
            assert lease.epoch == 2


async def test_renewing_keeps_it_and_a_take_over_ends_it(database_url: str) -> None:
    async with held(database_url, "ccapp", lease_s=1.0) as lease:
        renewing = asyncio.create_task(lease.renew())
        await asyncio.sleep(1.5)
        with pytest.raises(LeaseHeld):
            await take(database_url, "ccapp")
        await _execute(database_url, "update engine_lease set epoch = 7")
        async with asyncio.timeout(20):
            with pytest.raises(Fenced):
                await renewing


async def test_leaving_a_lost_lease_leaves_the_new_one_alone(database_url: str) -> None:
    async with held(database_url, "ccapp"):
        await _execute(database_url, "update engine_lease set epoch = 7")
    with pytest.raises(LeaseHeld):
        await take(database_url, "ccapp")


async def test_of_many_only_one_takes_it(database_url: str) -> None:
    taken = await asyncio.gather(*(take(database_url, "ccapp") for _ in range(8)), return_exceptions=True)
    assert [each for each in taken if not isinstance(each, LeaseHeld)] == [1]


async def test_without_a_database_there_is_no_lease(tmp_path: Path) -> None:
    with pytest.raises(DatabaseUnavailable):
        async with held(f"postgresql:///x?host={tmp_path}", "ccapp"):
            pass


async def test_renewing_outlasts_an_outage(tmp_path: Path) -> None:
    renewing = asyncio.create_task(Lease(f"postgresql:///x?host={tmp_path}", 1, 0.03).renew())
    await asyncio.sleep(0.2)
    assert not renewing.done()
    renewing.cancel()


@pytest.mark.parametrize(
    ("change", "dead"),
    [
        ({}, False),
        ({"pid": 2**22 + 1}, True),
        ({"pid_started": "1"}, True),  # the number is another process's now
        ({"host": "elsewhere", "pid": 2**22 + 1}, False),
        ({"pid_space": "pid:[1]", "pid": 2**22 + 1}, False),  # another container's: not to be seen from here
        ({"boot": "", "pid": 2**22 + 1}, False),
    ],
)
def test_who_is_surely_dead(change: dict[str, object], dead: bool) -> None:
    me = this_process()
    fields = {name: getattr(me, name) for name in ("host", "boot", "pid_space", "pid", "pid_started")}
    if "boot" in change and "/" not in me.host:
        pytest.skip("this machine has no id")
    assert Holder(**{**fields, **change}).is_surely_dead() is dead


async def _execute(url: str, sql: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(sql)
    finally:
        await connection.close()
