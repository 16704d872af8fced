"""A day of ten thousand calls through the whole stories, checked all the way, in seconds."""

import time

import pytest

from ccapp.domain.events import Outcome
from ccapp.domain.presence import State
from ccapp.simulate.day import day
from ccapp.simulate.world import simulate

pytestmark = pytest.mark.timeout(600)


def test_a_day_of_ten_thousand_calls(capsys):
    began = time.perf_counter()
    result = simulate(day(seed=1))
    took_s = time.perf_counter() - began
    with capsys.disabled():
        print(
            f"\n10,000 calls, {result.ended_at_s / 3600:.1f} h, {len(result.facts)} facts in {took_s:.1f} s"
        )
    assert result.violations == []
    assert result.called == 10_000
    assert sum(result.outcomes.values()) == 10_000
    assert result.turned_away == 0
    assert result.outcomes[Outcome.SERVED] > 4_000
    assert Outcome.LOST not in result.outcomes
    assert result.state_s[State.BUSY] > 4_000 * 60
