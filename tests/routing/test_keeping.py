"""A caller's own manager: who is rung, who waits for him, and when the call is for all."""

import pytest

from ccapp.domain.causes import DeclineReason
from ccapp.domain.explanation import WhyNot
from ccapp.domain.ids import VisitId
from ccapp.domain.managers import ManagerRules, Missed
from ccapp.domain.presence import Move
from ccapp.routing.decisions import Decision, ManagerMissed, Offer
from tests.routing.floor import Floor, agent, pairs, queue

RULES = ManagerRules(wait_s=20)


def floor(*names: str, **rules: float) -> Floor:
    """Ann and ben, those named ready, the first for longest; a queue with managers."""
    there = Floor(agent("ann"), agent("ben"), queue("sales", manager=ManagerRules(**{"wait_s": 20, **rules})))
    there.ready(*names)
    return there


def busy(name: str) -> Floor:
    """Both ready, one of them talking."""
    there = floor(name)
    there.join("before", "sales")
    there.accept("before", wrap_up_s=0)
    there.ready("ben" if name == "ann" else "ann")
    return there


def missed(told: list[Decision]) -> list[Missed]:
    return [decision.why for decision in told if isinstance(decision, ManagerMissed)]


def test_his_manager_is_rung_though_another_is_idle_longer() -> None:
    there = floor("ann", "ben")
    assert pairs(there.join("v", "sales", manager="ben")) == [("v", "ben")]
    told = there.router.explain(there.offer("v"), "call_joined", there.now)
    assert told.steps == ("ben is the caller's manager",)
    assert [(other.agent, other.why) for other in told.not_chosen] == [("ann", WhyNot.NOT_HIS_MANAGER)]


def test_a_busy_manager_is_waited_for_and_nobody_else_is_rung() -> None:
    there = busy("ben")
    assert pairs(there.join("v", "sales", manager="ben")) == []
    assert pairs(there.end_talk("ben")) == [("v", "ben")]


def test_when_the_time_is_over_the_call_is_for_all() -> None:
    there = busy("ben")
    there.join("v", "sales", manager="ben")
    assert there.router.next_deadline() == there.now + 20
    assert there.tick(19.9) == []
    told = there.tick(0.1)
    assert missed(told) == [Missed.WAITED]
    assert pairs(told) == [("v", "ann")]
    assert there.router.explain(there.offer("v"), "deadline", there.now).steps == (
        f"kept for the caller's manager ben until {there.now:.1f}",
    )


def test_who_goes_in_the_instant_the_time_is_over_has_his_offer_taken_back_and_explained() -> None:
    there = busy("ben")
    there.join("v", "sales", manager="ben")
    there.now += 20
    [offer] = [told for told in there.move("ann", Move.LOG_OUT) if isinstance(told, Offer)]
    assert there.router.explain(offer, "agent_free", there.now).steps
    assert there.serves("v") is None
    there.ready("ann")
    assert there.serves("v") == "ann"


@pytest.mark.parametrize("move", [Move.NOT_READY, Move.LOG_OUT])
def test_a_manager_who_will_not_come_back_after_his_talk_is_not_waited_for(move: Move) -> None:
    there = busy("ben")
    there.join("v", "sales", manager="ben")
    told = there.move("ben", move)
    assert missed(told) == [Missed.ABSENT]
    assert pairs(told) == [("v", "ann")]


def test_a_manager_whose_phone_goes_is_not_waited_for() -> None:
    there = busy("ben")
    there.join("v", "sales", manager="ben")
    assert pairs(there.online("ben", False)) == [("v", "ann")]


def test_an_absent_or_unknown_manager_costs_no_time() -> None:
    there = floor("ann")
    told = there.join("v", "sales", manager="ben")
    assert (missed(told), pairs(told)) == ([Missed.ABSENT], [("v", "ann")])
    assert missed(there.join("w", "sales", manager="nobody")) == [Missed.ABSENT]


def test_a_manager_who_does_not_serve_the_queue_is_passed_over() -> None:
    there = Floor(agent("ann", "a"), agent("ben"), queue("sales", "a", manager=RULES))
    there.ready("ann", "ben")
    told = there.join("v", "sales", manager="ben")
    assert (missed(told), pairs(told)) == ([Missed.UNABLE], [("v", "ann")])


@pytest.mark.parametrize("retry_s", [0, 5])
def test_a_manager_rung_in_vain_is_not_waited_for(retry_s: float) -> None:
    there = Floor(agent("ann"), agent("ben"), queue("sales", manager=RULES, retry_same_agent_s=retry_s))
    there.ready("ann", "ben")
    there.join("v", "sales", manager="ben")
    told = there.decline("v", DeclineReason.REJECTED)
    assert (missed(told), pairs(told)) == ([Missed.NOT_REACHED], [("v", "ann")])


def test_he_takes_his_own_callers_first_but_not_before_those_who_came_much_earlier() -> None:
    there = floor("ben")
    there.join("before", "sales")
    there.accept("before", wrap_up_s=0)
    there.join("old", "sales", waited_s=21)
    there.join("young", "sales", waited_s=19)
    there.join("own", "sales", manager="ben")
    order = []
    for _ in range(3):
        [(visit, _)] = pairs(there.end_talk("ben"))
        order.append(visit)
        there.accept(visit, wrap_up_s=0)
    assert order == ["old", "own", "young"]


def test_a_kept_caller_who_leaves_is_forgotten() -> None:
    there = busy("ben")
    there.join("v", "sales", manager="ben")
    there.leave("v")
    assert there.end_talk("ben")
    assert there.serves("v") is None
    assert there.router.next_deadline() is None


def test_new_rules_count_for_those_who_wait() -> None:
    there = busy("ben")
    there.join("v", "sales", manager="ben")
    told = there.reconfigure(agent("ann"), agent("ben"), queue("sales", manager=ManagerRules(wait_s=60)))
    assert pairs(told) == []
    assert there.router.next_deadline() == there.router.waiting()[0].entered_at + 60
    told = there.reconfigure(agent("ann"), agent("ben"), queue("sales"))
    assert pairs(told) == [("v", "ann")]


def test_a_manager_who_is_no_longer_configured_is_not_waited_for() -> None:
    there = busy("ben")
    there.join("v", "sales", manager="ben")
    told = there.reconfigure(agent("ann"), queue("sales", manager=RULES))
    assert (missed(told), pairs(told)) == ([Missed.ABSENT], [("v", "ann")])


def test_position_and_line_count_the_kept_as_everybody() -> None:
    there = busy("ben")
    there.move("ann", Move.NOT_READY)
    there.join("v", "sales", manager="ben")
    there.join("w", "sales")
    assert there.line() == ["v", "w"]
    assert there.router.position(VisitId("v")) == 1
