"""Whose calls go first: by queue, by caller, and nobody waits for ever."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccapp.routing.decisions import Offer
from tests.routing.floor import Floor, agent, pairs, queue
from tests.rows import rows

SALES = queue("sales", wrap_up_s=0)


def served(floor: Floor, name: str) -> list[str]:
    """The waiting calls in the order in which one agent takes them."""
    order = []
    decisions = floor.ready(name)
    while offers := [one for one in decisions if isinstance(one, Offer)]:
        order.append(str(offers[0].visit))
        floor.accept(offers[0].visit)
        decisions = floor.end_talk(name)
    return order


@rows("VX-01")
def test_callers_are_served_by_priority_and_ties_by_time() -> None:
    floor = Floor(SALES, agent("ann"))
    for visit, priority in (("a50", 50), ("b100", 100), ("c1", 1), ("d50", 50), ("e30", 30), ("f1", 1)):
        floor.join(visit, "sales", caller_priority=priority)
        floor.now += 1
    assert floor.line() == ["c1", "f1", "e30", "a50", "d50", "b100"]
    assert served(floor, "ann") == ["c1", "f1", "e30", "a50", "d50", "b100"]


def test_a_caller_priority_counts_over_all_queues_an_agent_serves() -> None:
    floor = Floor(SALES, queue("help", wrap_up_s=0), agent("ann"))
    floor.join("old", "help", waited_s=100)
    floor.join("vip", "sales", caller_priority=1)
    assert served(floor, "ann") == ["vip", "old"]


@rows("XS-15")
def test_a_base_score_lets_a_vip_overtake() -> None:
    floor = Floor(SALES, agent("ann"))
    floor.join("first", "sales", waited_s=30)
    floor.join("vip", "sales", own_priority_s=31)
    assert served(floor, "ann") == ["vip", "first"]


def test_seconds_brought_from_elsewhere_count_as_waited_here() -> None:
    floor = Floor(SALES, agent("ann"))
    floor.join("here", "sales", waited_s=30)
    floor.join("elsewhere", "sales", brought_s=31)
    [first, _] = floor.router.waiting()
    assert (first.visit, first.entered_at) == ("elsewhere", floor.now)
    assert served(floor, "ann") == ["elsewhere", "here"]


@rows("VX-07")
def test_the_queue_of_the_highest_priority_goes_first() -> None:
    floor = Floor(
        SALES, queue("low", priority=7, wrap_up_s=0), queue("mid", priority=1, wrap_up_s=0), agent("ann")
    )
    for place in ("low", "mid", "sales"):
        floor.join(f"{place}-1", place, waited_s=100 if place == "low" else 0)
        floor.join(f"{place}-2", place, caller_priority=1)
    order = served(floor, "ann")
    assert [visit.split("-")[0] for visit in order] == ["sales", "sales", "mid", "mid", "low", "low"]
    assert [visit.split("-")[1] for visit in order] == ["2", "1"] * 3


@rows("VX-07")
@pytest.mark.parametrize("probability", [0.5, 0.8, 1.0])
def test_a_service_probability_is_kept_over_a_thousand_choices(probability: float) -> None:
    high = queue("high", wrap_up_s=0, service_probability=probability)
    floor = Floor(high, queue("low", priority=1, wrap_up_s=0, overdue_s=0), agent("ann"))
    floor.ready("ann")
    chosen: Counter[str] = Counter()
    [offer] = [one for one in floor.join("first", "high") if isinstance(one, Offer)]
    floor.join("high-first", "high")
    floor.join("low-first", "low")
    for number in range(1000):
        floor.accept(offer.visit)
        floor.now += 1
        [offer] = [one for one in floor.end_talk("ann") if isinstance(one, Offer)]
        chosen[offer.queue] += 1
        explained = floor.router.explain(offer, "agent_free", floor.now)
        assert explained.queues_passed == (("high",) if offer.queue == "low" else ())
        floor.join(f"{offer.queue}-{number}", str(offer.queue))
    sigma = (1000 * probability * (1 - probability)) ** 0.5
    assert abs(chosen["high"] - 1000 * probability) <= 3 * sigma


def test_the_last_queue_with_a_call_always_gets_the_agent() -> None:
    floor = Floor(SALES, queue("low", priority=1, wrap_up_s=0, service_probability=0.5), agent("ann"))
    for number in range(20):
        floor.join(f"low-{number}", "low")
    assert served(floor, "ann") == [f"low-{number}" for number in range(20)]


def test_an_overdue_call_goes_before_higher_priorities() -> None:
    floor = Floor(SALES, queue("low", priority=9, wrap_up_s=0, overdue_s=60), agent("ann"))
    floor.join("low", "low", caller_priority=100)
    floor.now += 59
    floor.join("high", "sales", caller_priority=1)
    assert floor.line() == ["high", "low"]
    assert floor.router.next_deadline() == floor.now + 1
    floor.tick(1)
    assert floor.line() == ["low", "high"]
    assert pairs(floor.ready("ann")) == [("low", "ann")]
    told = floor.router.explain(floor.offer("low"), "agent_free", floor.now)
    assert (told.overdue, told.queue_priority, told.caller_priority) == (True, 9, 100)


def test_a_changed_priority_counts_for_those_who_wait() -> None:
    floor = Floor(SALES, queue("low", priority=9), agent("ann"))
    floor.join("low", "low", waited_s=10)
    floor.join("high", "sales")
    assert floor.line() == ["high", "low"]
    floor.reconfigure(SALES, queue("low"), agent("ann"))
    assert floor.line() == ["low", "high"]
    floor.reconfigure(queue("sales", priority=3), queue("low", priority=9), agent("ann"))
    assert floor.line() == ["high", "low"]


def test_without_priorities_nothing_is_ever_overdue() -> None:
    floor = Floor(SALES, agent("ann"))
    floor.join("one", "sales")
    assert floor.router.next_deadline() is None
    floor.join("two", "sales", caller_priority=49)
    assert floor.router.next_deadline() == floor.now + 600


COMING = st.lists(
    st.tuples(st.sampled_from(["high", "low"]), st.integers(1, 100), st.integers(0, 20)),
    min_size=10,
    max_size=60,
)


@given(coming=COMING, talk_s=st.integers(1, 30), probability=st.sampled_from([1.0, 0.7]))
def test_the_least_important_caller_waits_for_a_bounded_time(
    coming: list[tuple[str, int, int]], talk_s: int, probability: float
) -> None:
    """However many more important ones come, he is served next once he is overdue."""
    high = queue("high", wrap_up_s=0, overdue_s=120, service_probability=probability)
    floor = Floor(high, queue("low", priority=5, wrap_up_s=0, overdue_s=60), agent("ann"))
    floor.ready("ann")
    floor.join("before", "high")
    floor.accept("before")
    came, talks_until, began = floor.now, floor.now + talk_s, {}
    floor.join("least", "low", caller_priority=100)

    def takes_next() -> None:
        nonlocal talks_until
        floor.now = max(floor.now, talks_until)
        talks_until = floor.now + talk_s
        for offer in [one for one in floor.end_talk("ann") if isinstance(one, Offer)]:
            began[offer.visit] = floor.now
            floor.accept(offer.visit)

    for number, (place, priority, gap_s) in enumerate([*coming, *[("high", 1, 0)] * 60]):
        due = floor.now + gap_s
        while talks_until <= due and floor.router.waiting():
            takes_next()
        floor.now = max(floor.now, due)
        floor.join(f"v{number}", place, caller_priority=priority)
    while "least" not in began:
        takes_next()
    assert began["least"] - came <= 60 + talk_s
