"""Calls that the customer's server directs: rung is who was named, and nobody else until it is given up."""

from typing import Any

import pytest

from ccapp.domain.backend import Backend
from ccapp.domain.causes import DeclineReason
from ccapp.domain.explanation import WhyNot
from ccapp.domain.ids import AgentId, VisitId
from ccapp.domain.presence import Move, State
from ccapp.domain.serving import Strategy
from ccapp.routing.decisions import Decision, Dismissed, Withdrawn
from tests.routing.floor import Floor, agent, pairs, queue

RULES = Backend(route_url="https://crm.example", access_base_url="https://acd.example")
V = VisitId("v")


def floor(*names: str, **more: Any) -> Floor:
    """Ann and ben, those named ready; a queue that is directed, and one that is not."""
    there = Floor(agent("ann"), agent("ben"), queue("far", external=RULES, **more), queue("near"))
    there.ready(*names)
    return there


def direct(there: Floor, name: str, visit: str = "v", ring_s: float = 7.0) -> list[Decision]:
    told = there.router.direct(VisitId(visit), AgentId(name), ring_s, there.now)
    there.told += told
    return told


def why_not(there: Floor, name: str, visit: str = "v") -> tuple[str, bool] | None:
    why = there.router.why_not(VisitId(visit), AgentId(name))
    return None if why is None else (str(why), why.busy)


def test_nobody_is_rung_before_one_is_named_and_then_he_alone() -> None:
    there = floor("ann", "ben", strategy=Strategy.RING_ALL)
    assert pairs(there.join("v", "far", directed=True)) == []
    assert there.line("far") == ["v"]
    assert pairs(there.tick(1000)) == []
    assert pairs(direct(there, "ben")) == [("v", "ben")]
    assert there.offer("v").ring_s == 7.0
    told = there.router.explain(there.offer("v"), "named", there.now)
    assert told.steps == ("the customer's server named him",)
    assert [(other.agent, other.why) for other in told.not_chosen] == [("ann", WhyNot.NOT_NAMED)]
    there.accept("v")
    assert there.state("ben") is State.BUSY
    assert there.line() == []


def test_who_cannot_be_rung_now() -> None:
    there = floor("ann")
    there.join("v", "far", directed=True)
    there.join("other", "near")
    assert there.serves("other") == "ann"
    assert why_not(there, "ann") == ("on a call", True)
    assert why_not(there, "ben") == ("does not take calls now", False)
    assert why_not(there, "nobody") == ("no such operator", False)
    assert direct(there, "ben") == []
    there.ready("ben")
    direct(there, "ben")
    assert why_not(there, "ann") == ("the call waits for nobody", True)
    assert direct(there, "ben") == []


def test_an_operator_who_declines_costs_the_call_nothing() -> None:
    there = floor("ann", "ben")
    there.join("v", "far", directed=True)
    direct(there, "ann")
    assert pairs(there.decline("v", DeclineReason.REJECTED)) == []
    assert there.serves("v") is None
    assert pairs(direct(there, "ben")) == [("v", "ben")]
    assert Withdrawn(
        offer=there.offer("v").offer, visit=V, agent=AgentId("ben"), reason=DeclineReason.WITHDRAWN
    ) in there.move("ben", Move.LOG_OUT)
    assert there.line() == ["v"]


def test_named_again_at_once_though_he_has_just_declined() -> None:
    there = floor("ann", retry_same_agent_s=60)
    there.join("v", "far", directed=True)
    direct(there, "ann")
    there.decline("v", DeclineReason.NO_ANSWER)
    assert pairs(direct(there, "ann")) == [("v", "ann")]


def test_other_calls_are_served_beside_it() -> None:
    there = floor()
    there.join("v", "far", directed=True)
    there.tick(10)
    there.join("w", "near")
    assert pairs(there.ready("ann")) == [("w", "ann")]


def test_given_up_it_is_served_by_all_with_what_it_has_waited() -> None:
    there = floor()
    there.join("v", "far", directed=True)
    there.tick(10)
    there.join("w", "near")
    assert there.router.undirect(V, there.now) == []
    assert pairs(there.ready("ann")) == [("v", "ann")]
    assert direct(there, "ann") == []
    assert there.router.undirect(V, there.now) == []


def test_given_up_while_he_is_rung_the_others_serve_if_he_declines() -> None:
    there = floor("ann", "ben")
    there.join("v", "far", directed=True)
    direct(there, "ann")
    assert pairs(there.router.undirect(V, there.now)) == []
    assert pairs(there.decline("v", DeclineReason.REJECTED)) == [("v", "ben")]


def test_the_queues_own_limits_count_from_then_on() -> None:
    there = floor(wait_s_max=30)
    there.join("v", "far", directed=True)
    assert there.tick(100) == []
    assert [type(told) for told in there.router.undirect(V, there.now)] == [Dismissed]


@pytest.mark.parametrize("external", [RULES, None])
def test_another_configuration(external: Backend | None) -> None:
    there = floor("ann")
    there.join("v", "far", directed=True)
    told = there.reconfigure(agent("ann"), agent("ben"), queue("far", external=external))
    assert pairs(told) == ([] if external else [("v", "ann")])
    assert there.line() == ["v"]


def test_a_queue_that_is_gone_sends_it_away() -> None:
    there = floor("ann")
    there.join("v", "far", directed=True)
    assert [type(told) for told in there.reconfigure(agent("ann"), queue("near"))] == [Dismissed]
