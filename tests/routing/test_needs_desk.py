"""Queues that are served at the desk only: who is offered what, at the instant a desk comes or goes."""

from typing import Any

import pytest

from ccapp.domain.admission import ExitReason, WhenEmpty
from ccapp.domain.explanation import WhyNot
from ccapp.domain.ids import AgentId
from ccapp.domain.managers import ManagerRules, Missed
from ccapp.domain.presence import Move
from ccapp.domain.serving import Standing, Strategy, TierRules
from ccapp.routing.decisions import Dismissed, ManagerMissed, Moved
from tests.routing.floor import Floor, agent, pairs, queue


def floor(**settings: Any) -> Floor:
    made = Floor(agent("ann"), agent("bob"), queue("desk", needs_desk=True, **settings), queue("any"))
    made.ready("ann", "bob")
    return made


@pytest.mark.parametrize(
    ("needs_desk", "at_desk", "serves"),
    [
        (False, False, "ann"),  # cond_routing 2: a phone will do
        (False, True, "ann"),
        (True, False, None),  # cond_routing 1: it will not
        (True, True, "ann"),
    ],
)
def test_a_phone_alone_will_do_unless_the_queue_needs_a_desk(
    needs_desk: bool, at_desk: bool, serves: str | None
) -> None:
    made = Floor(agent("ann"), queue("sales", needs_desk=needs_desk))
    made.ready("ann")
    made.desk("ann", at_desk)
    made.join("s", "sales")
    assert made.serves("s") == serves


def test_a_desk_alone_will_not_do() -> None:
    made = floor()
    made.online("ann", False)
    made.desk("ann")
    made.join("d", "desk")
    assert made.serves("d") is None


def test_his_desk_gives_him_the_call_that_waits_and_nobody_else() -> None:
    made = floor()
    made.join("d1", "desk")
    made.join("d2", "desk")
    assert pairs(made.desk("bob")) == [("d1", "bob")]
    assert (made.serves("d1"), made.serves("d2")) == ("bob", None)


def test_the_desk_may_be_there_before_he_logs_in() -> None:
    made = Floor(agent("ann"), queue("desk", needs_desk=True))
    made.desk("ann")
    made.join("d", "desk")
    made.ready("ann")
    assert made.serves("d") == "ann"


def test_a_phone_that_rings_rings_on_when_the_desk_goes_and_gets_no_other() -> None:
    made = floor()
    made.desk("ann")
    made.join("d1", "desk")
    assert pairs(made.desk("ann", False)) == []
    assert made.serves("d1") == "ann"
    made.accept("d1", wrap_up_s=0)
    made.end_talk("ann")
    made.join("d2", "desk")
    assert made.serves("d2") is None


def test_going_and_coming_leaves_him_his_place_among_the_idle() -> None:
    made = floor()
    for change in (True, False, True):
        made.desk("ann", change)
    made.join("a", "any")
    assert made.serves("a") == "ann"


def test_the_explanation_says_whose_desk_is_not_connected() -> None:
    made = floor()
    made.desk("bob")
    made.join("d", "desk")
    told = made.router.explain(made.offer("d"), "call_joined", made.now)
    [other] = told.not_chosen
    assert (other.agent, other.why, other.detail) == ("ann", WhyNot.NO_DESK, "desk")


def test_each_change_is_told_once() -> None:
    made = floor()
    begun = len(made.told)
    for change in (True, True, False, False):
        made.desk("ann", change)
    told = [one for one in made.told[begun:] if isinstance(one, Moved)]
    assert [(one.after.at_desk, one.why) for one in told] == [
        (True, "desk connected"),
        (False, "desk disconnected"),
    ]


def test_a_desk_of_nobody_configured_changes_nothing() -> None:
    assert floor().router.desk(AgentId("eve"), True, 2000.0) == []


def test_both_are_asked_of_a_queue_that_asks_for_both() -> None:
    made = Floor(agent("ann"), queue("both", needs_desk=True, sign_in=True), queue("other", sign_in=True))
    made.online("ann")
    made.move("ann", Move.SIGN_IN, queue="other")
    made.move("ann", Move.READY)
    made.join("b", "both")
    made.desk("ann")
    assert made.serves("b") is None
    made.desk("ann", False)
    made.move("ann", Move.SIGN_IN, queue="both")
    assert made.serves("b") is None
    made.desk("ann")
    assert made.serves("b") == "ann"


def test_a_queue_that_needs_it_no_more_serves_those_who_wait_and_from_now_on_it_may() -> None:
    made = floor()
    made.join("d", "desk")
    made.reconfigure(agent("ann"), agent("bob"), queue("desk"), queue("any"))
    assert made.serves("d") == "ann"
    made.reconfigure(agent("ann"), agent("bob"), queue("desk"), queue("any", needs_desk=True))
    assert made.serves("d") == "ann"
    made.join("a", "any")
    assert made.serves("a") is None
    made.desk("bob")
    assert made.serves("a") == "bob"


def test_who_is_configured_again_is_not_at_a_desk_he_left() -> None:
    made = floor()
    made.desk("ann")
    made.reconfigure(agent("bob"), queue("desk", needs_desk=True))
    assert made.router.desk(AgentId("ann"), False, made.now) == []
    made.reconfigure(agent("ann"), agent("bob"), queue("desk", needs_desk=True))
    made.move("ann", Move.LOG_IN)
    assert not made.presence("ann").at_desk


def test_several_ring_of_those_at_their_desks() -> None:
    made = floor(strategy=Strategy.RING_ALL)
    made.join("d", "desk")
    made.desk("ann")
    made.desk("bob")
    assert made.serves("d") == "ann bob"


def test_the_next_level_is_let_in_at_once_when_nobody_before_it_is_at_his_desk() -> None:
    made = floor(
        tiers={AgentId("bob"): Standing(level=2)},
        tier_rules=TierRules(wait_s=60, no_agent_no_wait=True),
    )
    made.desk("ann")
    made.join("d1", "desk")
    made.desk("bob")
    made.join("d2", "desk")
    assert (made.serves("d1"), made.serves("d2")) == ("ann", None)
    made.desk("ann", False)
    assert made.serves("d2") == "bob"


def test_a_manager_away_from_his_desk_is_not_waited_for() -> None:
    made = floor(manager=ManagerRules(wait_s=20))
    made.desk("ann")
    made.desk("bob")
    made.join("a", "any")
    assert made.serves("a") == "ann"
    made.join("d", "desk", manager="ann")
    assert made.serves("d") is None
    told = made.desk("ann", False)
    assert [one.why for one in told if isinstance(one, ManagerMissed)] == [Missed.ABSENT]
    assert made.serves("d") == "bob"


@pytest.mark.parametrize(("empty", "leaves"), [(WhenEmpty.YES, False), (WhenEmpty.STRICT, True)])
def test_who_is_logged_in_is_there_but_takes_no_calls_without_his_desk(
    empty: WhenEmpty, leaves: bool
) -> None:
    made = floor(leave_when_empty=empty)
    made.desk("ann")
    made.join("a", "any")
    made.join("d", "desk")
    told = made.desk("ann", False)
    gone = [one.reason for one in told if isinstance(one, Dismissed)]
    assert gone == ([ExitReason.EMPTY] if leaves else [])
