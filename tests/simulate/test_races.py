"""Everything at one instant: caller and agent hang up, ring and wrap-up end, agents leave, engines die."""

import logging

import pytest

from ccapp.simulate.races import race
from ccapp.simulate.world import simulate

pytestmark = pytest.mark.timeout(600)

RACES = 2_000
"""In the default run; `scripts/seeds --races 20000` runs more."""

BLOCKS = 8

FOUND = [
    (54, "the making of a talk bridge was cancelled, and the bridge nobody's"),
    (277, "a visit that had ended began again after a restart"),
    (3104, "a hall whose making was not answered was nobody's"),
    (5255, "a phone was rung beside a leg that the engine before had let go of, not quite in time"),
    (19419, "a phone was rung beside the leg before, as the call that had waited for its end was gone"),
    (19224, "the next caller met the one before, whose hang-up was on its way, in the agent's bridge"),
    (3993, "a phone was rung beside the leg that a short disconnection kept alive"),
]


@pytest.fixture(autouse=True)
def _quiet():
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.mark.parametrize(("seed", "found"), FOUND, ids=[f"{seed}-{what}" for seed, what in FOUND])
def test_found_once_and_never_again(seed, found):
    assert simulate(race(seed)).violations == [], found


@pytest.mark.parametrize("block", range(BLOCKS))
def test_races(block):
    for seed in range(block, RACES, BLOCKS):
        assert simulate(race(seed)).violations == [], f"race {seed}"
