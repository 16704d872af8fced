"""Callers and shifts, drawn before anything is decided."""

import math
from collections import Counter
from dataclasses import replace
from random import Random

import pytest

from ccapp.domain.traffic import Answering, Break, Duration, Duty, Law, Shift
from ccapp.simulate.days.callers import callers, drawn, ring
from ccapp.simulate.days.duty import planned
from tests.simulate.days.plans import AGENTS, HOUR_S, centre, plan, traffic


@pytest.mark.parametrize(
    ("duration", "spread"),
    [
        (Duration(mean_s=200), 200),
        (Duration(mean_s=200, law=Law.LOGNORMAL, spread=0.5), 100),
        (Duration(mean_s=200, law=Law.FIXED), 0),
    ],
    ids=str,
)
def test_a_duration_has_the_mean_and_the_spread_it_says(duration, spread):
    dice = Random(1)
    values = [drawn(duration, dice) for _ in range(20_000)]
    mean = sum(values) / len(values)
    assert mean == pytest.approx(200, rel=0.03)
    assert math.sqrt(sum((each - mean) ** 2 for each in values) / len(values)) == pytest.approx(
        spread, rel=0.05
    )


def test_callers_come_in_order_at_the_rates_of_their_intervals():
    days = [callers(traffic(), seed) for seed in range(50)]
    for each in days:
        assert [caller.at_s for caller in each] == sorted(caller.at_s for caller in each)
    hours = Counter(int(caller.at_s // HOUR_S) for each in days for caller in each if caller.queue == "sales")
    for hour, per_hour in zip(range(9, 13), (40, 90, 120, 60), strict=True):
        assert hours[hour] / 50 == pytest.approx(per_hour, rel=0.07)
    assert set(hours) == {9, 10, 11, 12}


def test_a_configuration_changes_nothing_about_the_callers_of_a_day():
    other = replace(plan(), centre=replace(centre(), groups={}))
    assert plan().day(7).callers == other.day(7).callers
    assert plan().day(7).callers != plan().day(8).callers


def test_a_stream_more_leaves_the_others_as_they_are():
    whole = traffic()
    some = replace(whole, streams=whole.streams[:1])
    assert callers(some, 3) == [each for each in callers(whole, 3) if each.queue == "sales"]


def test_a_ring_is_answered_the_same_way_whenever_the_same_caller_is_offered():
    answering = Answering(after=Duration(mean_s=5), missed=0.25)
    rings = [ring(answering, 1, caller, 1) for caller in range(8_000)]
    assert rings == [ring(answering, 1, caller, 1) for caller in range(8_000)]
    answered = [after_s for after_s in rings if after_s is not None]
    assert 1 - len(answered) / len(rings) == pytest.approx(0.25, abs=0.02)
    assert sum(answered) / len(answered) == pytest.approx(5, rel=0.05)
    assert ring(Answering(), 1, 1, 1) == 0.0


def test_shifts_become_changes_of_duty_one_after_the_other():
    one, two = AGENTS[:2]
    shift = Shift(agents=frozenset([one, two]), begin_s=0, end_s=100, breaks=(Break(at_s=40, lasts_s=20),))
    late = Shift(agents=frozenset([two]), begin_s=200, end_s=300, breaks=(Break(at_s=290, lasts_s=20),))
    changes = planned(replace(traffic(), shifts=(shift, late)), centre())
    assert [(round(at_s), agent, duty) for at_s, agent, duty in changes] == [
        (0, one, Duty.READY), (0, two, Duty.READY), (40, one, Duty.NOT_READY), (40, two, Duty.NOT_READY),
        (60, one, Duty.READY), (60, two, Duty.READY), (100, one, Duty.AWAY), (100, two, Duty.AWAY),
        (200, two, Duty.READY), (290, two, Duty.NOT_READY), (300, two, Duty.AWAY),
    ]  # fmt: skip
    assert len({at_s for at_s, *_ in changes}) == len(changes)


def test_without_shifts_everybody_is_there_all_day():
    changes = planned(replace(traffic(), shifts=()), centre())
    assert {agent for _, agent, duty in changes if duty is Duty.READY} == set(AGENTS)
    assert len(changes) == 2 * len(AGENTS)
