"""The backlog keeps order and everything, however its facts are spread over memory and file."""

import asyncio
import random
from pathlib import Path

import pytest

from ccapp.records.backlog import Backlog
from ccapp.records.facts_json import encode_line
from ccapp.records.spool import Spool
from tests.records.stories import arrived


@pytest.mark.parametrize("seed", range(50))
async def test_whatever_goes_in_comes_out_in_order(tmp_path: Path, seed: int) -> None:
    """Any mix of putting, taking and a disk that refuses, with small segments and little memory."""
    dice = random.Random(seed)
    spool = Spool(tmp_path, segment_bytes=dice.choice([1, 1000, 100_000]))
    backlog = Backlog(spool, memory_max=dice.choice([0, 1, 7, 50]))
    append = spool.append
    refusing = dice.choice([0.0, 0.1, 0.5])
    spool.append = lambda seq, line: dice.random() >= refusing and append(seq, line)  # type: ignore[method-assign]
    put, taken = 0, list[int]()
    for _ in range(100):
        for _ in range(dice.randint(0, 12)):
            put += 1
            backlog.put(put, 1, encode_line(put, 1, arrived(f"v{put}")))
        assert [line.seq for line in backlog.waiting()] == list(range(len(taken) + 1, put + 1))
        if dice.random() < 0.6 and len(taken) < put:
            taken += [line.seq for line in await backlog.take(dice.randint(1, 20))]
            backlog.done()
    while len(taken) < put:
        taken += [line.seq for line in await backlog.take(5)]
        backlog.done()
    assert taken == list(range(1, put + 1))
    spool.end_segment()
    spool.remove_through(put)
    assert list(spool.lines()) == []


async def test_taking_waits_for_a_fact(tmp_path: Path) -> None:
    backlog = Backlog(Spool(tmp_path))
    taking = asyncio.create_task(backlog.take(10))
    await asyncio.sleep(0.01)
    assert not taking.done()
    backlog.put(1, 1, encode_line(1, 1, arrived("v")))
    assert [line.seq for line in await taking] == [1]


def test_segments_go_when_their_facts_are_recorded(tmp_path: Path) -> None:
    spool = Spool(tmp_path, segment_bytes=1)  # one line each
    for seq in range(1, 6):
        assert spool.append(seq, encode_line(seq, 1, arrived("v")))
    spool.remove_through(3)
    assert len(list(tmp_path.glob("*.ndjson"))) == 2
    assert [line.seq for line, _ in spool.lines()] == [4, 5]


def test_the_spool_is_closed_to_others(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool")
    spool.append(1, encode_line(1, 1, arrived("v")))
    modes = [path.stat().st_mode & 0o777 for path in (spool.folder, *spool.folder.iterdir())]
    assert modes == [0o700, 0o600, 0o600]
