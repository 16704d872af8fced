"""Of a group no more are on calls at once than may be."""

from typing import Any

from ccapp.domain.causes import DeclineReason
from ccapp.domain.explanation import WhyNot
from ccapp.domain.ids import AgentId, QueueId, VisitId
from ccapp.domain.presence import Move
from ccapp.domain.serving import Strategy
from tests.routing.floor import Floor, agent, group, pairs, queue

SPARES = (agent("ann"), agent("ben"), agent("cat"))


def three(at_once_max: int | None = 2, **more: Any) -> Floor:
    there = Floor(
        *SPARES,
        group("spares", "ann", "ben", "cat", at_once_max=at_once_max),
        queue("sales", wrap_up_s=0, retry_same_agent_s=0, **more),
    )
    there.ready("ann", "ben", "cat")
    return there


def test_the_third_caller_waits_though_a_third_is_free() -> None:
    there = three()
    for visit in ("one", "two", "three"):
        there.join(visit, "sales")
    assert (there.serves("one"), there.serves("two"), there.serves("three")) == ("ann", "ben", None)
    there.accept("one")
    assert there.serves("three") is None


def test_when_one_hangs_up_the_one_idle_longest_takes_the_next() -> None:
    there = three()
    for visit in ("one", "two", "three"):
        there.join(visit, "sales")
        if visit != "three":
            there.accept(visit)
    there.now += 60
    assert pairs(there.end_talk("ann")) == [("three", "cat")]


def test_a_phone_that_is_let_go_makes_room() -> None:
    there = three()
    for visit in ("one", "two", "three"):
        there.join(visit, "sales")
    assert pairs(there.leave("one")) == [("three", "ann")]
    assert pairs(there.decline("two", DeclineReason.REJECTED)) == [("two", "cat")]


def test_who_logs_out_while_his_phone_rings_makes_room() -> None:
    there = three()
    for visit in ("one", "two", "three"):
        there.join(visit, "sales")
    assert pairs(there.move("ann", Move.LOG_OUT)) == [("one", "cat")]
    assert there.serves("three") is None


def test_a_group_that_rings_all_rings_no_more_than_may_be_on_calls() -> None:
    there = three(strategy=Strategy.RING_ALL)
    there.join("one", "sales")
    assert there.serves("one") == "ann ben"


def test_a_limit_changed_meanwhile_counts_for_those_who_wait() -> None:
    there = three(1)
    line = queue("sales", wrap_up_s=0, retry_same_agent_s=0)
    for visit in ("one", "two", "three"):
        there.join(visit, "sales")
    there.accept("one")
    assert pairs(there.reconfigure(*SPARES, group("spares", "ann", "ben", "cat", at_once_max=2), line)) == [
        ("two", "ben")
    ]
    assert pairs(there.reconfigure(*SPARES, group("spares", "ann", "ben", "cat"), line)) == [("three", "cat")]


def test_a_talk_that_outlived_the_engine_counts() -> None:
    there = Floor(*SPARES, group("spares", "ann", "ben", "cat", at_once_max=1), queue("sales"))
    there.ready("ann", "ben")
    there.router.restore_talking(AgentId("ann"), VisitId("old"), QueueId("sales"), 0.0, there.now)
    assert pairs(there.join("one", "sales")) == []
    assert pairs(there.end_talk("ann")) == [("one", "ben")]


def test_it_is_told_that_the_group_is_full() -> None:
    there = three(1)
    there.join("one", "sales")
    told = there.router.explain(there.offer("one"), "call_joined", there.now)
    assert [other.why for other in told.not_chosen] == [WhyNot.IDLE_LESS, WhyNot.IDLE_LESS]
    other = Floor(*SPARES, agent("dan"), group("spares", "ann", "ben", at_once_max=1), queue("sales"))
    other.ready("ann", "ben", "dan")
    other.join("one", "sales")
    other.join("two", "sales")
    told = other.router.explain(other.offer("two"), "call_joined", other.now)
    [ben] = [each for each in told.not_chosen if each.agent == "ben"]
    assert (ben.why, ben.detail) == (WhyNot.GROUP_FULL, "spares: 1 of 1 on calls")
