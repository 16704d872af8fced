"""Several phones ring for one call: who, how many, when, and what becomes of those who were slower."""

from collections.abc import Callable
from typing import Any

import pytest

from ccapp.domain.causes import DeclineReason
from ccapp.domain.centre import Queue
from ccapp.domain.explanation import WhyNot
from ccapp.domain.ids import AgentId
from ccapp.domain.presence import Move, State, Traffic
from ccapp.domain.serving import Standing, Strategy, TierRules
from ccapp.routing.decisions import Decision, Withdrawn
from tests.routing.floor import Floor, agent, moves, pairs, queue

CREW = [agent(name, reject_delay_s=10) for name in ("ann", "ben", "cat", "dan")]


def all_at_once(name: str = "sales", **more: Any) -> Queue:
    return queue(name, strategy=Strategy.RING_ALL, wrap_up_s=0, retry_same_agent_s=5, **more)


def one_more(**more: Any) -> Queue:
    return queue("sales", strategy=Strategy.RING_PROGRESSIVELY, ring_next_after_s=4, wrap_up_s=0, **more)


def taken_back(decisions: list[Decision]) -> list[tuple[str, str]]:
    return [(one.agent, one.reason.value) for one in decisions if isinstance(one, Withdrawn)]


def test_all_ring_and_one_wins() -> None:
    floor = Floor(all_at_once(), *CREW)
    floor.ready("cat", "ann", "ben")
    assert pairs(floor.join("v", "sales")) == [("v", "cat"), ("v", "ann"), ("v", "ben")]
    idle_since = floor.presence("cat").idle_since
    floor.now += 3
    told = floor.accept("v", by="ann")
    assert taken_back(told) == [("cat", "answered_elsewhere"), ("ben", "answered_elsewhere")]
    assert moves(told) == [
        "ann BUSY>BUSY answered",
        "cat BUSY>READY answered_elsewhere",
        "ben BUSY>READY answered_elsewhere",
    ]
    cat = floor.presence("cat")
    assert (cat.misses, cat.idle_since, cat.not_before <= floor.now) == (0, idle_since, True)
    assert pairs(floor.join("w", "sales")) == [("w", "cat"), ("w", "ben")]


def test_who_comes_free_rings_too_until_enough_do() -> None:
    floor = Floor(all_at_once(ring_at_once_max=2), queue("help"), *CREW)
    floor.ready("ann")
    floor.join("v", "sales")
    assert pairs(floor.ready("ben")) == [("v", "ben")]
    assert pairs(floor.ready("cat")) == [], "two ring already"
    assert pairs(floor.join("w", "sales")) == [("w", "cat")]
    assert pairs(floor.ready("dan")) == [("w", "dan")]


def test_one_who_does_not_want_to_is_followed_by_another() -> None:
    floor = Floor(all_at_once(ring_at_once_max=2), *CREW)
    floor.ready("ann", "ben", "cat")
    floor.join("v", "sales")
    assert floor.serves("v") == "ann ben"
    assert pairs(floor.decline("v", DeclineReason.REJECTED, by="ann")) == [("v", "cat")]
    floor.move("ben", Move.LOG_OUT)
    assert floor.serves("v") == "cat"
    assert pairs(floor.decline("v", DeclineReason.NO_ANSWER, by="cat")) == []
    assert floor.line() == ["v"]
    assert pairs(floor.tick(5)) == [("v", "cat")]
    assert pairs(floor.tick(5)) == [("v", "ann")], "his pause is over"


def test_the_losers_take_the_next_call_at_once() -> None:
    floor = Floor(all_at_once(), *CREW)
    floor.ready("ann", "ben", "cat")
    floor.join("v", "sales")
    floor.join("w", "sales")
    assert floor.serves("w") is None, "all ring for the first"
    told = floor.accept("v", by="ben")
    assert pairs(told) == [("w", "ann"), ("w", "cat")]


def test_the_caller_goes_and_all_are_free() -> None:
    floor = Floor(all_at_once(), *CREW)
    floor.ready("ann", "ben")
    floor.join("v", "sales")
    floor.leave("v")
    assert {floor.state("ann"), floor.state("ben")} == {State.READY}
    assert floor.serves("v") is None
    assert floor.router.next_deadline() is None


def test_one_more_every_few_seconds() -> None:
    tiers = {AgentId("cat"): Standing(position=1), AgentId("ann"): Standing(position=2)}
    floor = Floor(one_more(ring_at_once_max=3, tiers=tiers), *CREW)
    floor.ready("dan", "ann", "ben", "cat")
    began = floor.now
    assert pairs(floor.join("v", "sales")) == [("v", "dan")], "first position, idle longest"
    assert floor.router.next_deadline() == began + 4
    assert pairs(floor.tick(3.5)) == []
    assert pairs(floor.tick(0.5)) == [("v", "ben")]
    assert pairs(floor.tick(4)) == [("v", "cat")]
    assert pairs(floor.tick(4)) == [], "three ring"
    told = floor.accept("v", by="ben")
    assert taken_back(told) == [("dan", "answered_elsewhere"), ("cat", "answered_elsewhere")]
    assert floor.router.next_deadline() is None


@pytest.mark.parametrize("goes", [lambda floor: floor.online("ben", False), lambda floor: floor.desk("ben")])
def test_whose_phone_or_desk_changes_at_the_instant_he_is_rung_rings(goes: Callable[[Floor], Any]) -> None:
    floor = Floor(one_more(), *CREW)
    floor.ready("ann", "ben")
    floor.join("v", "sales")
    floor.now += 4
    assert pairs(goes(floor)) == [("v", "ben")]
    assert (floor.serves("v"), floor.presence("ben").traffic) == ("ann ben", Traffic.OFFERED)
    assert taken_back(floor.accept("v", by="ann")) == [("ben", "answered_elsewhere")]
    assert floor.state("ben") is State.READY


def test_the_next_one_rings_at_once_when_nobody_rings_any_more() -> None:
    floor = Floor(one_more(), *CREW)
    floor.ready("ann", "ben")
    floor.join("v", "sales")
    assert pairs(floor.decline("v", DeclineReason.BUSY)) == [("v", "ben")]


def test_one_who_comes_too_late_waits_for_his_turn() -> None:
    floor = Floor(one_more(), *CREW)
    floor.ready("ann")
    floor.join("v", "sales")
    assert pairs(floor.ready("ben")) == [], "not yet"
    assert pairs(floor.tick(3)) == [("v", "ben")]
    floor.tick(4)
    assert pairs(floor.ready("cat")) == [("v", "cat")], "the pause is over, and nobody came"


def test_a_later_level_rings_too_once_it_may() -> None:
    tiers = {AgentId("ben"): Standing(level=2)}
    floor = Floor(all_at_once(tiers=tiers, tier_rules=TierRules(wait_s=10)), *CREW[:2])
    floor.ready("ann", "ben")
    floor.join("v", "sales")
    assert floor.serves("v") == "ann"
    floor.tick(10)
    assert floor.serves("v") == "ann ben"


def test_another_strategy_while_they_ring() -> None:
    floor = Floor(all_at_once(), *CREW)
    floor.ready("ann", "ben")
    floor.join("v", "sales")
    assert pairs(floor.reconfigure(queue("sales"), *CREW)) == [], "who rings, rings on"
    assert floor.serves("v") == "ann ben"
    assert pairs(floor.ready("cat")) == [], "but nobody more"
    floor.decline("v", DeclineReason.REJECTED, by="ann")
    floor.reconfigure(all_at_once(), *CREW)
    assert floor.serves("v") == "ben", "one who rings alone does so to the end"
    told = floor.decline("v", DeclineReason.REJECTED, by="ben")
    assert pairs(told) == [("v", "cat")]
    assert pairs(floor.ready("dan")) == [("v", "dan")]


def test_the_pause_is_kept_over_a_new_configuration() -> None:
    floor = Floor(one_more(), *CREW)
    floor.ready("ann", "ben")
    floor.join("v", "sales")
    floor.now += 1
    assert pairs(floor.reconfigure(one_more(priority_s=5), *CREW)) == []
    assert pairs(floor.tick(3)) == [("v", "ben")]


def test_an_agent_or_the_queue_is_removed_while_they_ring() -> None:
    floor = Floor(all_at_once(), *CREW[:2])
    floor.ready("ann", "ben")
    floor.join("v", "sales")
    assert taken_back(floor.reconfigure(all_at_once(), CREW[0])) == [("ben", "withdrawn")]
    assert taken_back(floor.reconfigure(queue("other"), CREW[0])) == []
    assert floor.serves("v") == "ann"
    assert floor.line() == ["v"]
    floor.decline("v", DeclineReason.NO_ANSWER)
    assert floor.line() == [], "stranded"


def test_why_they_all_ring_and_others_do_not() -> None:
    floor = Floor(all_at_once(ring_at_once_max=2), *CREW)
    floor.ready("ann", "ben", "cat")
    floor.join("v", "sales")
    told = floor.router.explain(floor.offer("v", "ann"), "call_joined", floor.now)
    assert told.strategy is Strategy.RING_ALL
    assert {other.agent: other.why for other in told.not_chosen} == {
        "ben": WhyNot.RINGS_TOO,
        "cat": WhyNot.STRATEGY,
        "dan": WhyNot.LOGGED_OUT,
    }


def test_a_call_that_widens_and_rings_on_in_one_go_is_served_once() -> None:
    tiers = {AgentId("cat"): Standing(level=2)}
    floor = Floor(one_more(tiers=tiers, tier_rules=TierRules(wait_s=3, no_agent_no_wait=False)), *CREW[:3])
    floor.ready("ann")
    floor.join("v", "sales")
    floor.ready("ben", "cat")
    floor.move("ben", Move.NOT_READY)
    assert pairs(floor.tick(10)) == [("v", "cat")]
    floor.leave("v")
    assert pairs(floor.join("w", "sales")) == [("w", "ann")]
    assert floor.line() == ["w"]
