"""A phone outside is rung so often an hour and no oftener."""

from ccapp.domain.causes import DeclineReason
from ccapp.domain.centre import Outside
from ccapp.domain.explanation import WhyNot
from ccapp.domain.ids import TrunkId
from tests.routing.floor import START, Floor, agent, pairs, queue

TWICE = Outside(number="0301234", trunk=TrunkId("carrier"), calls_per_hour_max=2)


THRICE_A_DAY = Outside(number="0301234", trunk=TrunkId("carrier"), calls_per_hour_max=2, calls_per_day_max=3)


def spare() -> Floor:
    there = Floor(agent("spare", outside=TWICE), queue("sales", retry_same_agent_s=0))
    there.ready("spare")
    return there


def test_after_as_many_calls_he_rests_until_the_first_is_an_hour_ago() -> None:
    there = spare()
    first_at = there.now
    for visit in ("one", "two"):
        there.join(visit, "sales")
        there.accept(visit, wrap_up_s=0)
        there.now += 60
        there.end_talk("spare")
    assert pairs(there.join("three", "sales")) == []
    assert there.router.next_deadline() == first_at + 3600
    there.now = first_at + 3599
    assert pairs(there.tick()) == []
    assert pairs(there.tick(1)) == [("three", "spare")]


def test_calls_he_does_not_take_count_too() -> None:
    there = spare()
    there.join("one", "sales")
    there.decline("one", DeclineReason.NOT_CONFIRMED)
    assert there.serves("one") == "spare"
    there.decline("one", DeclineReason.REJECTED)
    assert there.serves("one") is None
    assert there.presence("spare").not_before == START + 1 + 3600


def test_the_next_hour_counts_anew() -> None:
    there = spare()
    for number in range(6):
        there.join(str(number), "sales")
        assert there.serves(str(number)) == "spare"
        there.accept(str(number), wrap_up_s=0)
        there.end_talk("spare")
        there.now += 1801
        there.tick()


def test_the_day_has_a_limit_of_its_own() -> None:
    there = Floor(agent("spare", outside=THRICE_A_DAY), queue("sales", retry_same_agent_s=0))
    there.ready("spare")
    first_at = there.now
    for number in range(3):
        there.join(str(number), "sales")
        assert there.serves(str(number)) == "spare"
        there.accept(str(number), wrap_up_s=0)
        there.end_talk("spare")
        there.now += 1801
        there.tick()
    assert pairs(there.join("late", "sales")) == []
    assert there.router.next_deadline() == first_at + 24 * 3600
    there.now = first_at + 24 * 3600
    assert pairs(there.tick()) == [("late", "spare")]


def test_it_is_told_why_he_is_not_rung() -> None:
    there = Floor(agent("spare", outside=TWICE), agent("ann"), queue("sales", retry_same_agent_s=0))
    there.ready("spare")
    for visit in ("one", "two"):
        there.join(visit, "sales")
        there.accept(visit, wrap_up_s=0)
        there.end_talk("spare")
    there.ready("ann")
    there.join("three", "sales")
    told = there.router.explain(there.offer("three"), "call_joined", there.now)
    assert [(other.agent, other.why) for other in told.not_chosen] == [("spare", WhyNot.NOT_BEFORE)]
