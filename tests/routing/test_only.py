"""A call for one agent alone: he is rung, waited for, or missed; nobody else ever is."""

from typing import Any

import pytest

from ccapp.domain.admission import ExitReason
from ccapp.domain.causes import DeclineReason
from ccapp.domain.fifo import Kind
from ccapp.domain.presence import Move
from ccapp.routing.decisions import Decision, Dismissed, ManagerMissed
from tests.routing.floor import Floor, agent, pairs, queue


def floor(*names: str, **settings: Any) -> Floor:
    there = Floor(agent("ann"), agent("ben"), queue("sales", **settings))
    there.ready(*names)
    return there


def missed(told: list[Decision]) -> list[ExitReason]:
    assert not any(isinstance(decision, ManagerMissed) for decision in told)
    return [decision.reason for decision in told if isinstance(decision, Dismissed)]


def test_he_is_rung_though_another_is_idle_longer() -> None:
    there = floor("ann", "ben")
    assert pairs(there.join("v", "sales", manager="ben", only_s=20)) == [("v", "ben")]
    told = there.router.explain(there.offer("v"), "call_joined", there.now)
    assert told.steps == ("the call is for ben alone",)


def test_while_he_is_busy_he_is_waited_for_and_then_the_call_leaves() -> None:
    there = floor("ben")
    there.join("before", "sales")
    there.accept("before", wrap_up_s=0)
    there.ready("ann")
    assert pairs(there.join("v", "sales", manager="ben", only_s=20)) == []
    assert there.tick(19.9) == []
    told = there.tick(0.1)
    assert missed(told) == [ExitReason.AGENT_MISSED]
    assert not pairs(told)
    assert not there.router.waiting()


def test_he_takes_it_when_he_comes_free() -> None:
    there = floor("ben")
    there.join("before", "sales")
    there.accept("before", wrap_up_s=0)
    there.join("v", "sales", manager="ben", only_s=20)
    assert pairs(there.end_talk("ben")) == [("v", "ben")]


@pytest.mark.parametrize("name", ["ben", "nobody"])
def test_who_is_not_there_is_not_waited_for(name: str) -> None:
    there = floor("ann")
    assert missed(there.join("v", "sales", manager=name, only_s=20)) == [ExitReason.AGENT_MISSED]


def test_rung_in_vain_he_is_missed() -> None:
    there = floor("ann", "ben")
    there.join("v", "sales", manager="ben", only_s=20)
    told = there.decline("v", DeclineReason.NO_ANSWER)
    assert missed(told) == [ExitReason.AGENT_MISSED]
    assert not pairs(told)


def test_he_logs_out_while_he_is_waited_for() -> None:
    there = floor("ben")
    there.join("before", "sales")
    there.accept("before", wrap_up_s=0)
    there.ready("ann")
    there.join("v", "sales", manager="ben", only_s=20)
    assert missed(there.move("ben", Move.LOG_OUT)) == [ExitReason.AGENT_MISSED]


def test_the_limits_of_the_queue_are_not_his() -> None:
    there = floor("ben", wait_s_max=5)
    there.join("before", "sales")
    there.accept("before", wrap_up_s=0)
    there.join("v", "sales", manager="ben", only_s=20)
    assert there.tick(19.9) == []


def test_in_a_strict_line_nobody_can_be_asked_for() -> None:
    there = floor("ann", "ben", kind=Kind.FIFO)
    assert missed(there.join("v", "sales", manager="ben", only_s=20)) == [ExitReason.AGENT_MISSED]
