"""A phone outside is rung within its hours only, and with `always_ready` without logging in."""

from typing import Any

import pytest

from ccapp.domain.centre import Agent, Outside
from ccapp.domain.explanation import WhyNot
from ccapp.domain.hours import Hours, Span
from ccapp.domain.ids import AgentId, HoursId, TrunkId
from ccapp.domain.presence import IllegalMove, Move, State
from ccapp.domain.serving import Strategy
from ccapp.routing.decisions import Withdrawn
from tests.routing.floor import Floor, agent, moves, pairs, queue

NINE_TO_FIVE = Hours(id=HoursId("office"), weekly={"thu": (Span(9 * 60, 17 * 60),)})
NINE, FIVE = 9 * 3600.0, 17 * 3600.0  # of 1970-01-01, a Thursday
SALES = queue("sales", wrap_up_s=0)


def spare(**more: Any) -> Agent:
    return agent("spare", outside=Outside(number="030", trunk=TrunkId("carrier"), **more))


def at(now: float, *, always_ready: bool = True) -> Floor:
    who = spare(hours=HoursId("office"), always_ready=always_ready)
    there = Floor(who, agent("ann"), SALES, NINE_TO_FIVE, now=now)
    there.online("spare")
    return there


def test_he_is_rung_from_the_minute_his_hours_begin() -> None:
    there = at(NINE - 60)
    assert pairs(there.join("one", "sales")) == []
    assert there.state("spare") is State.LOGOUT
    assert there.router.next_deadline() == NINE
    assert pairs(there.tick(60)) == [("one", "spare")]


def test_he_is_not_rung_from_the_minute_they_end() -> None:
    there = at(NINE)
    assert there.state("spare") is State.READY
    there.now = FIVE - 1
    told = there.tick() + there.tick(1)
    assert moves(told) == ["spare READY>LOGOUT outside his hours"]
    assert pairs(there.join("one", "sales")) == []


def test_a_call_that_comes_in_the_very_instant_does_not_ring_him() -> None:
    there = at(NINE)
    there.now = FIVE
    assert pairs(there.join("one", "sales")) == []


def test_a_phone_that_rings_when_they_end_is_let_go_and_the_caller_kept() -> None:
    there = at(FIVE - 5)
    there.join("one", "sales")
    told = there.tick(5)
    assert [decision.visit for decision in told if isinstance(decision, Withdrawn)] == ["one"]
    assert there.line("sales") == ["one"]
    assert there.state("spare") is State.LOGOUT


def test_a_call_that_rang_two_of_them_is_in_line_once_when_both_have_to_go() -> None:
    all_at_once = queue("sales", strategy=Strategy.RING_ALL, ring_at_once_max=2)
    spares = [
        agent(name, outside=Outside(number="030", trunk=TrunkId("carrier"), hours=HoursId("office")))
        for name in ("one", "two")
    ]
    there = Floor(*spares, agent("ann"), all_at_once, NINE_TO_FIVE, now=FIVE - 5)
    there.ready("one", "two")
    assert len(pairs(there.join("caller", "sales"))) == 2
    there.tick(5)
    assert there.line("sales") == ["caller"]
    assert pairs(there.ready("ann")) == [("caller", "ann")]
    there.leave("caller")
    assert pairs(there.move("ann", Move.NOT_READY) + there.ready("ann")) == []


def test_a_talk_goes_on_and_is_his_last() -> None:
    there = at(FIVE - 5)
    there.join("one", "sales")
    there.accept("one")
    there.join("two", "sales")
    there.tick(60)
    assert there.state("spare") is State.BUSY
    assert pairs(there.end_talk("spare")) == []
    assert there.state("spare") is State.LOGOUT


def test_outside_his_hours_he_cannot_say_otherwise() -> None:
    there = at(FIVE, always_ready=False)
    for move in (Move.LOG_IN, Move.READY, Move.NOT_READY):
        with pytest.raises(IllegalMove, match="outside his hours"):
            there.move("spare", move)
    assert there.move("spare", Move.LOG_OUT) == []


def test_who_is_not_always_ready_logs_in_by_himself() -> None:
    there = at(NINE, always_ready=False)
    assert there.state("spare") is State.LOGOUT
    there.ready("spare")
    assert pairs(there.join("one", "sales")) == [("one", "spare")]


def test_he_may_rest_within_his_hours_until_they_begin_again() -> None:
    there = at(NINE)
    there.move("spare", Move.NOT_READY)
    there.tick(3600)
    assert pairs(there.join("one", "sales")) == []
    there.now = FIVE
    there.tick()
    there.now = NINE + 7 * 24 * 3600
    assert pairs(there.tick()) == [("one", "spare")]


def test_hours_changed_meanwhile_count_for_who_waits() -> None:
    there = at(FIVE)
    there.join("one", "sales")
    told = there.reconfigure(spare(always_ready=True), agent("ann"), SALES, NINE_TO_FIVE)
    assert pairs(told) == [("one", "spare")]
    told = there.reconfigure(spare(hours=HoursId("office")), agent("ann"), SALES, NINE_TO_FIVE)
    assert [decision.visit for decision in told if isinstance(decision, Withdrawn)] == ["one"]
    there.ready("ann")
    assert there.serves("one") == "ann"


def test_who_was_restored_out_of_hours_is_logged_out() -> None:
    there = at(NINE)
    ready = there.presence("spare")
    later = at(FIVE - 1)
    later.router.restore(ready)
    later.tick(1)
    assert later.state("spare") is State.LOGOUT


def test_it_is_told_why_he_is_not_rung() -> None:
    there = at(FIVE)
    there.ready("ann")
    there.join("one", "sales")
    told = there.router.explain(there.offer("one"), "call_joined", there.now)
    assert [(each.agent, each.why) for each in told.not_chosen] == [(AgentId("spare"), WhyNot.OUT_OF_HOURS)]
