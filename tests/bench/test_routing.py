"""The Router's own benchmark: each size runs, small, and the scan beside it decides as the index does."""

from dataclasses import replace

import pytest

from ccapp.routing.index import Index
from scripts.bench.routing import SIZES, Load, Scan, Size

SMALL = [
    replace(
        size,
        agents=60,
        queues=12,
        skills=6,
        skills_mean=2,
        idle=min(size.idle, 10),
        waiting=min(size.waiting, 30),
    )
    for size in SIZES
]


@pytest.mark.parametrize("size", SMALL, ids=[size.name for size in SMALL])
def test_each_size_runs(size: Size) -> None:
    load = Load(size, Index)
    for _ in range(50):
        assert load.joins() + load.ends() >= 2
    assert load.line >= size.waiting


@pytest.mark.parametrize("size", [size for size in SMALL if size.naive], ids=lambda size: size.name)
def test_the_scan_decides_as_the_index(size: Size) -> None:
    both = Load(size, Index), Load(size, Scan)
    for _ in range(100):
        for load in both:
            load.joins()
            load.ends()
        assert both[0].talking == both[1].talking
