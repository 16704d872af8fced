"""Many seeds, on all cores: how many broke a rule, and which."""

import argparse
import logging
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial

from ccapp.simulate.races import race
from ccapp.simulate.scenario import Fault
from ccapp.simulate.storm import storm
from ccapp.simulate.world import simulate

BLOCK = 50
SHOWN = 10


@dataclass(frozen=True, slots=True)
class Broken:
    seed: int
    what: str


def try_seeds(seeds: Sequence[int], *, races: bool, faults: Sequence[Fault]) -> list[Broken]:
    """The seeds of a block that broke a rule, or failed altogether."""
    logging.disable(logging.CRITICAL)
    return [broken for seed in seeds if (broken := _try(seed, races=races, faults=faults))]


def _try(seed: int, *, races: bool, faults: Sequence[Fault]) -> Broken | None:
    try:
        result = simulate(race(seed) if races else storm(seed, faults))
    except Exception as error:
        return Broken(seed, repr(error)[:500])
    return Broken(seed, str(result.violations[0])[:500]) if result.violations else None


def _blocks(first: int, count: int) -> Iterator[range]:
    for at in range(first, first + count, BLOCK):
        yield range(at, min(at + BLOCK, first + count))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", type=int, nargs="?", default=1_000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--races", action="store_true", help="same-instant races instead of storms")
    parser.add_argument("--faults", nargs="*", default=[], choices=[fault.value for fault in Fault])
    parser.add_argument("--cores", type=int, default=None)
    arguments = parser.parse_args()
    faults = [Fault(fault) for fault in arguments.faults]
    began = time.perf_counter()
    with ProcessPoolExecutor(arguments.cores) as pool:
        one = partial(try_seeds, races=arguments.races, faults=faults)
        broken = [
            each for block in pool.map(one, _blocks(arguments.first, arguments.count)) for each in block
        ]
    took_s = time.perf_counter() - began
    print(f"{arguments.count} seeds in {took_s:.1f} s, {len(broken)} broke a rule")
    for each in broken[:SHOWN]:
        print(f"  {each.seed}: {each.what}")
    return 1 if broken else 0
