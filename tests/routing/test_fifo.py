"""Strict order, few phones at once, and those who wait on the line first."""

from typing import Any

from ccapp.domain.causes import DeclineReason
from ccapp.domain.centre import Queue
from ccapp.domain.explanation import WhyNot
from ccapp.domain.fifo import Kind
from ccapp.domain.ids import AgentId
from ccapp.domain.presence import Move
from ccapp.domain.serving import Strategy
from ccapp.routing.decisions import Decision
from tests.routing.floor import Floor, agent, pairs, queue

CREW = [agent(name, reject_delay_s=0, max_misses=0) for name in ("ann", "ben", "cat")]


def strict(**more: Any) -> Queue:
    return queue("q", kind=Kind.FIFO, overdue_s=0, retry_same_agent_s=0, wrap_up_s=0, **more)


def on_line(floor: Floor, name: str, waits: bool = True) -> list[Decision]:
    return floor.router.on_line(AgentId(name), waits, floor.now)


def test_phones_ring_for_so_many_callers_at_once() -> None:
    floor = Floor(strict(simo=2), *CREW)
    floor.ready("ann", "ben", "cat")
    for visit in "uvw":
        floor.join(visit, "q")
    assert [floor.serves(visit) for visit in "uvw"] == ["ann", "ben", None]
    assert pairs(floor.accept("u")) == [("w", "cat")]
    floor.join("x", "q")
    assert pairs(floor.end_talk("ann")) == [], "two ring"
    assert pairs(floor.leave("v")) == [("x", "ben")], "he has just let one go, and takes the next"


def test_the_head_is_rung_again_before_the_next_one() -> None:
    floor = Floor(strict(simo=1), *CREW)
    floor.ready("ann", "ben")
    floor.join("u", "q")
    floor.join("v", "q")
    assert pairs(floor.decline("u", DeclineReason.REJECTED)) == [("u", "ben")]
    assert floor.serves("v") is None


def test_one_who_goes_first_and_came_while_another_rang_is_rung_before_him_again() -> None:
    floor = Floor(strict(simo=1), *CREW)
    floor.ready("ann", "ben")
    floor.join("u", "q")
    floor.join("v", "q", caller_priority=1)
    assert pairs(floor.decline("u", DeclineReason.REJECTED)) == [("v", "ben")]
    assert floor.line("q") == ["v", "u"]


def test_who_waits_on_the_line_goes_first_and_is_not_counted() -> None:
    floor = Floor(strict(simo=1), *CREW)
    floor.ready("ann", "ben", "cat")
    on_line(floor, "cat")
    told = floor.join("u", "q")
    assert pairs(told) == [("u", "cat")]
    assert floor.offer("u").on_line
    why = floor.router.explain(floor.offer("u"), "call_joined", floor.now)
    assert why.on_line
    assert {other.why for other in why.not_chosen} == {WhyNot.NOT_ON_LINE}
    assert pairs(floor.join("v", "q")) == [("v", "ann")]
    assert pairs(floor.join("w", "q")) == [], "one rings, Cat's is no ringing"
    assert pairs(on_line(floor, "ben")) == [("w", "ben")], "on the line he need not wait for that"


def test_who_leaves_the_line_is_rung_like_the_others() -> None:
    floor = Floor(strict(simo=1), *CREW)
    floor.ready("ann", "ben")
    on_line(floor, "ben")
    on_line(floor, "ben", False)
    floor.join("u", "q")
    assert floor.serves("u") == "ann"
    floor.join("v", "q")
    assert floor.serves("v") is None
    floor.move("ann", Move.NOT_READY)
    assert (floor.serves("u"), floor.serves("v")) == ("ben", None)


def test_all_phones_may_ring_for_the_one_caller() -> None:
    floor = Floor(strict(simo=1, strategy=Strategy.RING_ALL), *CREW)
    floor.ready("ann", "ben")
    floor.join("u", "q")
    floor.join("v", "q")
    assert floor.serves("u") == "ann ben"
    assert pairs(floor.ready("cat")) == [("u", "cat")]
    assert pairs(floor.accept("u", by="ben")) == [("v", "ann"), ("v", "cat")]


def test_the_limit_changes_while_they_ring() -> None:
    floor = Floor(strict(simo=1), *CREW)
    floor.ready("ann", "ben", "cat")
    for visit in "uvw":
        floor.join(visit, "q")
    assert pairs(floor.reconfigure(strict(simo=2), *CREW)) == [("v", "ben")]
    assert pairs(floor.reconfigure(strict(simo=1), *CREW)) == []
    assert pairs(floor.accept("u")) == [], "one still rings"
    assert pairs(floor.accept("v")) == [("w", "cat")]
