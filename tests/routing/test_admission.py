"""Who is let into a line, and why not; how long he may stay there, and why no longer."""

from datetime import UTC, datetime
from typing import Any

import pytest

from ccapp.domain.admission import ExitReason, RefusalReason, WhenEmpty
from ccapp.domain.causes import DeclineReason
from ccapp.domain.hours import Hours, Span
from ccapp.domain.ids import HoursId, QueueId, VisitId
from ccapp.domain.presence import Move, SubState
from ccapp.routing.admission import Refusal
from ccapp.routing.decisions import Decision, Dismissed
from ccapp.routing.experience import Experience
from tests.routing.floor import Floor, agent, call, queue
from tests.rows import rows


def asked(floor: Floor, at: str = "sales", **more: Any) -> Refusal | None:
    """What the router says to somebody who wants to join."""
    where = floor.centre.queues[QueueId(at)]
    return floor.router.refusal(call("new", where, floor.now, **more), Experience(), floor.now)


def reason(refusal: Refusal | None) -> RefusalReason | None:
    return None if refusal is None else refusal.reason


def gone(decisions: list[Decision]) -> list[tuple[str, ExitReason]]:
    return [(str(one.visit), one.reason) for one in decisions if isinstance(one, Dismissed)]


# --- let in or not ----------------------------------------------------------------------------------------


@rows("ST-22", "VX-06")
def test_a_queue_takes_as_many_as_it_may() -> None:
    floor = Floor(queue("sales", size_max=2), agent("ann"))
    floor.ready("ann")
    floor.join("talks", "sales")
    floor.accept("talks")
    for visit in ("one", "two"):
        assert asked(floor) is None
        floor.join(visit, "sales")
    assert asked(floor) == Refusal(reason=RefusalReason.FULL, detail="2 wait, 2 may")
    floor.leave("one")
    assert asked(floor) is None


@rows("VX-06")
def test_who_would_wait_too_long_is_refused_with_the_prediction() -> None:
    floor = Floor(queue("sales", predicted_wait_s_max=200), agent("ann"), agent("ben"))
    floor.ready("ann", "ben")
    for visit in ("talks", "talks too"):
        floor.join(visit, "sales")
        floor.accept(visit)
    assert asked(floor) is None  # the first in line: 180 s by two agents
    floor.join("first", "sales")
    assert asked(floor) is None
    floor.join("second", "sales")
    assert asked(floor) == Refusal(reason=RefusalReason.WAIT_TOO_LONG, detail="270 s expected, 200 s may be")
    assert asked(floor, caller_priority=1) is None  # would be first
    floor.reconfigure(queue("sales", predicted_wait_s_max=200, handling_s=100), agent("ann"), agent("ben"))
    assert asked(floor) is None


def test_nobody_is_refused_for_a_wait_while_somebody_is_free() -> None:
    floor = Floor(queue("sales", predicted_wait_s_max=1), agent("ann"))
    assert asked(floor) is None  # nobody is there: nothing is known
    floor.ready("ann")
    assert asked(floor) is None
    floor.join("talks", "sales")
    floor.accept("talks")
    assert reason(asked(floor)) is RefusalReason.WAIT_TOO_LONG


@rows("VX-02", "VX-11")
def test_with_all_offline_nobody_is_let_in_with_one_online_he_waits() -> None:
    floor = Floor(queue("sales", "sales", join_when_empty=WhenEmpty.NO), agent("ann", "sales"), agent("ben"))
    floor.ready("ben")  # who may not serve it
    assert asked(floor) == Refusal(reason=RefusalReason.OFFLINE, detail="nobody is logged in")
    floor.online("ann")
    assert reason(asked(floor)) is RefusalReason.OFFLINE
    floor.move("ann", Move.LOG_IN)
    assert asked(floor) is None
    floor.move("ann", Move.LOG_OUT)
    assert reason(asked(floor)) is RefusalReason.OFFLINE


def test_strictly_somebody_must_take_calls() -> None:
    floor = Floor(queue("sales", join_when_empty=WhenEmpty.STRICT), agent("ann"))
    floor.ready("ann")
    floor.join("talks", "sales")
    floor.accept("talks")
    assert asked(floor) is None  # on a call: he does
    floor.end_talk("ann")
    floor.move("ann", Move.NOT_READY, SubState.BREAK)
    assert asked(floor) == Refusal(reason=RefusalReason.NOBODY_READY, detail="nobody takes calls")


@rows("ST-21")
@pytest.mark.parametrize(
    ("minute", "day", "expected"),
    [(539, 16, "closed"), (540, 16, None), (1019, 16, None), (1020, 16, "closed"), (600, 25, "closed")],
)
def test_hours_by_the_clock(minute: int, day: int, expected: str | None) -> None:
    """A Monday in November, open from 9 to 17; Wednesday the 25th is a holiday."""
    now = datetime(2026, 11, day, tzinfo=UTC).timestamp() + 60 * minute
    spans = (Span(540, 1020),)
    office = Hours(id=HoursId("office"), weekly={"mon": spans, "wed": spans}, exceptions={"2026-11-25": ()})
    floor = Floor(queue("sales", hours=office.id), office, agent("ann"), now=now)
    assert reason(asked(floor)) == expected


# --- how long ---------------------------------------------------------------------------------------------


@rows("XS-17")
def test_a_wait_ends_at_its_limit_and_not_before() -> None:
    floor = Floor(queue("sales", wait_s_max=60), agent("ann"))
    floor.join("one", "sales", waited_s=20)
    assert floor.router.next_deadline() == floor.now + 40
    assert gone(floor.tick(39.9)) == []
    assert gone(floor.tick(0.1)) == [("one", ExitReason.TIMEOUT)]
    assert floor.line() == []
    assert floor.router.next_deadline() is None


def test_a_phone_that_rings_at_the_limit_is_the_last_one() -> None:
    floor = Floor(queue("sales", wait_s_max=60, retry_same_agent_s=0), agent("ann"), agent("ben"))
    floor.join("one", "sales", waited_s=50)
    floor.ready("ann", "ben")
    assert gone(floor.tick(10)) == []
    assert floor.serves("one") == "ann"
    assert gone(floor.decline("one", DeclineReason.NO_ANSWER)) == [("one", ExitReason.TIMEOUT)]
    assert floor.state("ben") == "READY"


def test_answered_after_the_limit_is_answered() -> None:
    floor = Floor(queue("sales", wait_s_max=60), agent("ann"))
    floor.join("one", "sales", waited_s=59)
    floor.ready("ann")
    floor.tick(5)
    assert gone(floor.accept("one")) == []
    assert floor.state("ann") == "BUSY"


@rows("XS-17")
def test_with_nobody_logged_in_a_wait_is_shorter() -> None:
    floor = Floor(queue("sales", no_agent_wait_s_max=30, wait_s_max=100), agent("ann"))
    floor.ready("ann")
    floor.move("ann", Move.NOT_READY, SubState.BREAK)
    floor.join("one", "sales")
    assert gone(floor.tick(50)) == []  # somebody is logged in
    floor.move("ann", Move.LOG_OUT)
    assert gone(floor.tick(29.9)) == []
    assert gone(floor.tick(0.1)) == [("one", ExitReason.NO_AGENT_TIMEOUT)]


@rows("XS-17")
def test_who_comes_when_nobody_has_been_there_for_long_has_a_grace() -> None:
    floor = Floor(queue("sales", no_agent_wait_s_max=30, no_agent_grace_s=4), agent("ann"))
    floor.tick(1000)
    floor.join("one", "sales")
    assert gone(floor.tick(3.9)) == []
    assert gone(floor.tick(0.1)) == [("one", ExitReason.NO_AGENT_TIMEOUT)]
    floor.join("two", "sales")
    floor.online("ann")
    floor.move("ann", Move.LOG_IN)
    assert gone(floor.tick(500)) == []


@pytest.mark.parametrize("strictly", [False, True])
def test_a_queue_is_left_when_it_is_empty(strictly: bool) -> None:
    when = WhenEmpty.STRICT if strictly else WhenEmpty.YES
    floor = Floor(queue("sales", "sales", leave_when_empty=when, wrap_up_s=0), agent("ann", "sales"))
    floor.ready("ann")
    floor.join("served", "sales")
    floor.accept("served")
    floor.join("one", "sales")
    assert floor.line() == ["one"]
    floor.end_talk("ann")
    floor.decline("one", DeclineReason.REJECTED)
    left = gone(floor.move("ann", Move.NOT_READY, SubState.BREAK))
    assert left == ([("one", ExitReason.EMPTY)] if strictly else [])
    left += gone(floor.move("ann", Move.LOG_OUT))
    assert left == [("one", ExitReason.EMPTY)]


def test_limits_change_for_those_who_wait() -> None:
    floor = Floor(queue("sales"), agent("ann"))
    floor.join("old", "sales", waited_s=80)
    floor.join("new", "sales", waited_s=10)
    assert floor.router.next_deadline() is None
    left = floor.reconfigure(queue("sales", wait_s_max=60), agent("ann"))
    assert gone(left) == [("old", ExitReason.TIMEOUT)]
    assert floor.router.next_deadline() == floor.now + 50
    floor.reconfigure(queue("sales", wait_s_max=600), agent("ann"))
    assert gone(floor.tick(51)) == []
    assert floor.router.position(VisitId("new")) == 1
