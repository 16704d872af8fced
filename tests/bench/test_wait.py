"""Waits foretold beside those that came, on a few days of each kind; and that the measure can fail."""

from dataclasses import replace

import pytest

from scripts.bench.wait import HELD_MIN, Told, broken, measured, row
from scripts.bench.wait_plans import KINDS

DAYS = 4


@pytest.fixture(scope="module")
def told() -> dict[str, list[Told]]:
    return measured(list(KINDS), DAYS, cores=1)


def test_waits_are_foretold_within_a_tenth_and_the_bound_holds(told: dict[str, list[Told]]) -> None:
    assert broken(told) == []
    assert all(len(each) > 50 * DAYS / 4 for each in told.values()), "of some kind hardly anybody waited"


def test_a_forecast_that_is_wrong_is_found_out(told: dict[str, list[Told]]) -> None:
    late = {
        kind: [replace(each, waited_s=1.5 * each.waited_s) for each in some] for kind, some in told.items()
    }
    assert len(broken(late)) >= len(KINDS)
    timid = [replace(each, bound_s=each.expected_s) for each in told["one queue"]]
    assert row(timid).held < HELD_MIN
    assert broken({"one queue": timid})
