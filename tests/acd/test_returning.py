"""The places of callers who hung up, kept for those who call again."""

from ccapp.acd.returning import Returning
from ccapp.domain.centre import Queue
from ccapp.domain.events import CallAbandoned
from ccapp.domain.ids import QueueId, VisitId

SALES = Queue(id=QueueId("sales"), name="Sales", resume_within_s=60)


def left(number: str, at: float, waited_s: float = 100.0, brought_s: float = 0.0) -> CallAbandoned:
    return CallAbandoned(
        at=at, visit=VisitId(f"{number}-{at}"), queue=SALES.id, waited_s=waited_s, offered=False,
        caller_number=number, brought_s=brought_s,
    )  # fmt: skip


def returning(*facts: CallAbandoned) -> Returning:
    kept = Returning()
    for fact in facts:
        kept.left(fact)
    return kept


def test_he_brings_all_since_he_first_came_but_once() -> None:
    kept = returning(left("1", at=1000, waited_s=100, brought_s=7))
    assert kept.brought_s(SALES, "1", 1030) == 137
    assert kept.brought_s(SALES, "1", 1031) == 0


def test_too_late_or_somebody_else_or_another_queue_is_a_new_caller() -> None:
    help = Queue(id=QueueId("help"), name="Help", resume_within_s=60)
    kept = returning(left("1", at=1000))
    assert kept.brought_s(SALES, "2", 1010) == 0
    assert kept.brought_s(help, "1", 1010) == 0
    assert kept.brought_s(SALES, "1", 1061) == 0


def test_an_anonymous_caller_is_nobody() -> None:
    assert returning(left("", at=1000)).brought_s(SALES, "", 1010) == 0


def test_where_it_is_not_wanted_nothing_is_kept() -> None:
    never = Queue(id=SALES.id, name="Sales")
    assert returning(left("1", at=1000)).brought_s(never, "1", 1001) == 0
