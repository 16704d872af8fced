"""Breaks with a limit, bans and wrap-ups: what the clock alone does, and what a new configuration changes."""

from dataclasses import replace
from typing import Any

import pytest

from ccapp.domain.centre import Agent, BreakLimit
from ccapp.domain.ids import AgentId
from ccapp.domain.presence import UNTIL_DONE, Move, State, SubState, state_of
from ccapp.routing.decisions import Moved
from ccapp.routing.presence import Line
from tests.routing.floor import Floor, agent, queue

LUNCH_S = 1800.0


def floor(ann: Agent, **limits: BreakLimit) -> Floor:
    made = Floor(ann, queue("sales"))
    limit(made, **limits)
    return made


def limit(made: Floor, **limits: BreakLimit) -> None:
    made.centre = replace(made.centre, break_limits=limits)
    made.told += made.router.reconfigure(made.centre, made.now)


def rests(made: Floor, reason: str = "lunch") -> None:
    made.ready("ann")
    made.move("ann", Move.NOT_READY, SubState.BREAK, reason)


def whys(made: Floor) -> list[str]:
    return [told.why for told in made.told if isinstance(told, Moved)]


@pytest.mark.parametrize(("then_away", "sub_state"), [(False, SubState.BREAK), (True, SubState.AWAY)])
def test_a_break_over_its_limit_is_marked_once(then_away: bool, sub_state: SubState) -> None:
    made = floor(agent("ann"), lunch=BreakLimit(limit_s=LUNCH_S, then_away=then_away))
    rests(made)
    assert made.router.next_deadline() == made.now + LUNCH_S
    made.tick(LUNCH_S - 1)
    assert not made.presence("ann").overdue
    made.tick(1)
    presence = made.presence("ann")
    assert (presence.overdue, state_of(presence)) == (True, (State.UNREADY, sub_state))
    assert (presence.reason, whys(made)[-1]) == ("lunch", "break longer than 1800 s")
    assert made.router.next_deadline() is None
    made.move("ann", Move.READY)
    assert not made.presence("ann").overdue


def test_the_same_break_asked_for_again_does_not_begin_anew() -> None:
    made = floor(agent("ann"), lunch=BreakLimit(limit_s=LUNCH_S))
    rests(made)
    made.tick(1000)
    made.move("ann", Move.NOT_READY, SubState.BREAK, "lunch")
    made.tick(800)
    assert made.presence("ann").overdue


def test_other_reasons_and_other_rests_have_no_limit() -> None:
    made = floor(agent("ann"), lunch=BreakLimit(limit_s=LUNCH_S))
    rests(made, "training")
    assert made.router.next_deadline() is None
    made.move("ann", Move.NOT_READY, SubState.CUSTOM, "lunch")
    assert made.router.next_deadline() is None


def test_a_limit_configured_meanwhile_counts_from_the_break_s_beginning() -> None:
    made = floor(agent("ann"))
    rests(made)
    made.tick(1000)
    limit(made, lunch=BreakLimit(limit_s=900))
    made.tick()
    assert made.presence("ann").overdue
    made.move("ann", Move.NOT_READY, SubState.BREAK, "tea")
    limit(made, tea=BreakLimit(limit_s=60))
    limit(made)
    made.tick(61)
    assert not made.presence("ann").overdue


def test_a_break_goes_on_during_a_call_of_his_own_and_is_marked_after_it() -> None:
    made = floor(agent("ann"), lunch=BreakLimit(limit_s=60))
    rests(made)
    made.told += made.router.hears(AgentId("ann"), Line.DIALS, made.now)
    made.tick(100)
    assert not made.presence("ann").overdue
    made.told += made.router.hears(AgentId("ann"), Line.NOT_REACHED, made.now)
    assert made.presence("ann").overdue


def banned(**more: Any) -> Floor:
    made = Floor(agent("ann", ban_s=100, **more), queue("sales", retry_same_agent_s=0))
    made.ready("ann")
    made.join("c1", "sales")
    made.decline("c1")
    return made


def test_a_banned_agent_is_offered_nothing_until_his_time_is_over() -> None:
    made = banned()
    assert (made.state("ann"), made.serves("c1")) == (State.UNREADY, None)
    assert made.router.next_deadline() == made.now + 100
    made.tick(100)
    assert (made.state("ann"), made.serves("c1")) == (State.BUSY, "ann")


@pytest.mark.parametrize("lifted_by", ["his return", "somebody's word"])
def test_a_ban_that_is_lifted_gives_him_the_call_that_waits(lifted_by: str) -> None:
    made = banned()
    if lifted_by == "his return":
        made.move("ann", Move.NOT_READY)
        made.move("ann", Move.READY)
    else:
        made.move("ann", Move.LIFT_BAN)
    assert made.serves("c1") == "ann"


def test_a_ban_while_his_phone_rings_takes_the_offer_back_without_a_miss() -> None:
    made = Floor(agent("ann"), agent("bob"), queue("sales"))
    made.ready("ann", "bob")
    made.join("c1", "sales")
    assert made.serves("c1") == "ann"
    made.told += made.router.move(AgentId("ann"), Move.BAN, made.now, until=made.now + 9)
    assert (made.serves("c1"), made.presence("ann").misses) == ("bob", 0)


def test_who_waits_to_be_asked_has_no_deadline() -> None:
    made = Floor(agent("ann"), queue("sales"))
    made.ready("ann")
    made.move("ann", Move.READY_ONCE)
    made.join("c1", "sales")
    made.accept("c1")
    made.end_talk("ann")
    assert made.presence("ann").wrap_up_until == UNTIL_DONE
    assert made.router.next_deadline() is None
    made.join("c2", "sales")
    made.tick(100_000)
    assert made.serves("c2") is None
    made.move("ann", Move.READY_ONCE)
    assert made.serves("c2") == "ann"


def test_who_calls_somebody_himself_is_offered_nothing_meanwhile() -> None:
    made = Floor(agent("ann"), queue("sales"))
    made.ready("ann")
    ann = AgentId("ann")
    made.told += made.router.hears(ann, Line.DIALS, made.now)
    made.join("c1", "sales")
    made.tick(5)
    assert made.serves("c1") is None
    made.told += made.router.hears(ann, Line.CONNECTED, made.now)
    made.tick(5)
    assert made.serves("c1") is None
    made.told += made.router.hears(ann, Line.OWN_TALK_ENDED, made.now, wrap_up_s=10)
    assert made.state("ann") is State.ACW
    made.tick(10)
    assert made.serves("c1") == "ann"
