"""A day that was, had again: its callers and agents from its facts, the unseen drawn."""

from dataclasses import replace
from functools import cache
from math import exp

import pytest

from ccapp.domain import events
from ccapp.domain.events import Fact, Outcome
from ccapp.domain.traffic import Through, Traffic
from ccapp.simulate.days.day import MIDNIGHT, Plan
from ccapp.simulate.days.measures import WHOLE, Counting
from ccapp.simulate.days.replay import NothingToReplay, replayed
from ccapp.simulate.days.replications import run_day, run_days
from tests.simulate.days.plans import HOUR_S, plan


@cache
def facts(seed: int = 4, scale: float = 1.0) -> list[Fact]:
    told: list[Fact] = []
    run_day(plan(scale=scale).day(seed), Through.STORIES, told.append)
    return told


def again(told: list[Fact]) -> Plan:
    past, answering = replayed(told, MIDNIGHT)
    traffic = Traffic(
        begin_s=past.begin_s, end_s=past.end_s, interval_s=HOUR_S, streams=(), answering=answering
    )
    return Plan(centre=plan().centre, traffic=traffic, past=past)


def test_the_same_people_call_and_talk_as_long():
    told = facts()
    past, _ = replayed(told, MIDNIGHT)
    assert len(past.calls) == sum(isinstance(fact, events.CallWaits) for fact in told)
    assert sum(call.talk_s or 0 for call in past.calls) == pytest.approx(
        sum(fact.talk_s for fact in told if isinstance(fact, events.TalkEnded))
    )
    assert sum(call.gave_up_after_s is not None for call in past.calls) == sum(
        isinstance(fact, events.CallAbandoned) for fact in told
    )
    callers = again(told).day(1).callers
    assert [caller.at_s for caller in callers] == [call.at_s for call in past.calls]
    for caller, call in zip(callers, past.calls, strict=True):
        if call.talk_s is not None:
            assert caller.talk_s == call.talk_s
            assert caller.patience_s > call.waited_s
        elif call.gave_up_after_s is not None:
            assert caller.patience_s == call.gave_up_after_s
        assert caller.talk_s > 0
        assert (caller.requires, caller.priority_s) == (call.requires, call.priority_s)


def test_agents_come_rest_and_go_as_they_did():
    told = facts()
    past, answering = replayed(told, MIDNIGHT)
    assert (past.begin_s, past.end_s) == (9 * HOUR_S, 13 * HOUR_S)
    early, late = past.duties["a0"], past.duties["a7"]
    assert [duty for _, duty in early][-1] == "away"
    assert early[0] == (9 * HOUR_S, "ready") or early[1][1] == "ready"
    assert late[0] == (9 * HOUR_S, "away")
    assert any(at_s == pytest.approx(9.5 * HOUR_S, abs=1) and duty == "ready" for at_s, duty in late)
    rung_out = 0.9 * exp(-8 / 4)  # who answers after the phone has ceased to ring has missed it, too
    assert answering.missed == pytest.approx(0.1 + rung_out, abs=0.05)
    assert 2 < answering.after.mean_s < 4.5


def test_a_day_had_again_is_much_like_the_day():
    told = facts()
    served = sum(isinstance(fact, events.CallServed) for fact in told)
    gave_up = sum(isinstance(fact, events.CallAbandoned) for fact in told)
    [days] = run_days([again(told)], range(1, 11), Counting(interval_s=HOUR_S))
    assert days.estimate(WHOLE, "answered").mean == pytest.approx(served, rel=0.08)
    assert days.estimate(WHOLE, "abandonment").mean == pytest.approx(gave_up / (served + gave_up), abs=0.07)


def test_a_new_agent_helps_on_the_day_that_was():
    first = again(facts())
    new = replace(first.centre.agents["a3"], id="a99", name="a99", extension="299")
    second = replace(first, centre=replace(first.centre, agents={**first.centre.agents, "a99": new}))
    days, other = run_days([first, second], range(1, 6), Counting(interval_s=HOUR_S))
    assert days.difference(other, WHOLE, "abandonment").high < 0


def test_a_place_told_again_after_a_crash_is_one_caller():
    told = facts()
    first = next(fact for fact in told if isinstance(fact, events.CallWaits))
    repeated = [
        fact for each in told for fact in ([each, replace(each, at=each.at + 1)] if each is first else [each])
    ]
    assert replayed(repeated, MIDNIGHT) == replayed(told, MIDNIGHT)


def test_calls_of_another_day_are_left_out():
    with pytest.raises(NothingToReplay):
        replayed(facts(), MIDNIGHT + 86_400)
    with pytest.raises(NothingToReplay):
        replayed([], MIDNIGHT)


def test_who_was_released_at_the_limit_is_no_less_patient_than_that():
    told = facts(scale=2.0)
    released = {
        fact.visit
        for fact in told
        if isinstance(fact, events.CallEnded) and fact.outcome is Outcome.TIMED_OUT
    }
    assert released
    past, _ = replayed(told, MIDNIGHT)
    waited = [call.waited_s for call in past.calls if call.talk_s is None and call.gave_up_after_s is None]
    assert len(waited) >= len(released)
    assert all(wait_s >= 90 for wait_s in waited)
