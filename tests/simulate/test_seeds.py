"""Whole worlds from seeds: no rule is broken, whatever the weather."""

import logging

import pytest

from ccapp.simulate.checks import Violation
from ccapp.simulate.scenario import Fault, Scenario
from ccapp.simulate.storm import storm
from ccapp.simulate.world import simulate

pytestmark = pytest.mark.timeout(600)

SEEDS = 40


@pytest.fixture(autouse=True)
def _quiet():
    """Stories that end in a fault say so at length; thousands do."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def broken(scenario: Scenario) -> list[Violation]:
    return simulate(scenario).violations


FOUND = [
    (155, (), "the talk bridge was forgotten when a join failed, and stayed"),
    (1, (), "a phone was rung before its last leg had been hung up"),
    (17, (Fault.DROP,), "a hall made while the survey came in was forgotten, and stayed"),
    (3, (Fault.KILL,), "talk bridges of the engine before were nobody's"),
    (30896, tuple(Fault), "a hall closed while a new engine looked was made again as a talk: callers met"),
    (5, (Fault.KILL,), "a restored agent was told twice, the second time from a state he had left"),
]


@pytest.mark.parametrize(
    ("seed", "faults", "found"), FOUND, ids=[f"{seed}-{what}" for seed, _, what in FOUND]
)
def test_found_once_and_never_again(seed, faults, found):
    assert broken(storm(seed, faults)) == [], found


@pytest.mark.parametrize("fault", [None, *Fault], ids=lambda fault: fault or "fair")
def test_storms(fault):
    for seed in range(SEEDS):
        assert broken(storm(seed, [fault] if fault else [])) == [], f"storm {seed} with {fault}"


def test_storms_of_everything():
    for seed in range(1_000, 1_000 + SEEDS):
        assert broken(storm(seed, list(Fault))) == [], f"storm {seed} with every fault"
