"""With `backup_above` the backups serve the first callers, as many as there are more than that."""

from typing import Any

from ccapp.domain.causes import DeclineReason
from ccapp.domain.centre import Queue
from ccapp.domain.ids import GroupId
from ccapp.domain.serving import QueueGroups
from tests.routing.floor import Floor, Thing, agent, group, pairs, queue

PEOPLE: tuple[Thing, ...] = (
    agent("ann"),
    agent("spare"),
    agent("other"),
    group("desk", "ann"),
    group("spares", "spare", "other"),
)


def sales(above: int | None, **more: Any) -> Queue:
    groups = QueueGroups(primary=(GroupId("desk"),), backup=(GroupId("spares"),), backup_above=above, **more)
    return queue("sales", wrap_up_s=0, retry_same_agent_s=0, groups=groups)


def busy_desk(above: int | None = 2, **more: Any) -> Floor:
    there = Floor(*PEOPLE, sales(above, **more))
    there.ready("ann", "spare", "other")
    there.join("zero", "sales")
    there.accept("zero")
    return there


def test_nobody_outside_rings_for_as_many_as_may_wait() -> None:
    there = busy_desk()
    for visit in ("one", "two"):
        assert pairs(there.join(visit, "sales")) == []
        there.now += 3600
    assert there.router.next_deadline() is None


def test_one_more_and_the_first_is_served_by_a_spare() -> None:
    there = busy_desk()
    for visit in ("one", "two"):
        there.join(visit, "sales")
    assert pairs(there.join("three", "sales")) == [("one", "spare")]
    assert pairs(there.join("four", "sales")) == [("two", "other")]
    told = there.router.explain(there.offer("two"), "call_joined", there.now)
    assert told.steps == ("more than 2 wait: backup groups",)


def test_he_keeps_his_right_when_the_line_is_short_again() -> None:
    there = busy_desk(1)
    there.join("one", "sales")
    there.join("two", "sales")
    there.leave("two")
    there.decline("one", DeclineReason.REJECTED)
    assert there.serves("one") == "other"


def test_those_whom_a_phone_rings_for_are_not_too_many() -> None:
    there = Floor(*PEOPLE, sales(1))
    there.ready("ann", "spare")
    there.join("one", "sales")  # rings at the desk
    assert there.serves("one") == "ann"
    assert pairs(there.join("two", "sales")) == []
    assert pairs(there.decline("one", DeclineReason.NO_ANSWER)) == [("one", "ann")]


def test_while_nobody_is_at_the_desk_there_is_no_threshold() -> None:
    there = Floor(*PEOPLE, sales(5))
    there.ready("spare")
    assert pairs(there.join("one", "sales")) == [("one", "spare")]


def test_whichever_comes_first_the_number_or_the_time() -> None:
    there = busy_desk(2, backup_after_s=60)
    for visit in ("one", "two"):
        there.join(visit, "sales")
        there.now += 20
    assert pairs(there.tick(20)) == [("one", "spare")]
    there.join("three", "sales")
    there.join("four", "sales")
    assert there.serves("two") == "other"


def test_a_threshold_changed_meanwhile_counts_for_those_who_wait() -> None:
    there = busy_desk(5)
    for visit in ("one", "two", "three"):
        there.join(visit, "sales")
    assert pairs(there.reconfigure(*PEOPLE, sales(2))) == [("one", "spare")]
    there.leave("one")
    assert pairs(there.reconfigure(*PEOPLE, sales(1))) == [("two", "spare")]
