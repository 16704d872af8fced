"""Many days: their figures agree with theory, and their intervals with what they promise."""

from dataclasses import replace
from random import Random

import pytest

from ccapp.domain.centre import Agent, Centre, Queue
from ccapp.domain.ids import AgentId, QueueId
from ccapp.domain.traffic import Duration, Stream, Traffic
from ccapp.simulate.days.day import Plan
from ccapp.simulate.days.estimate import difference, estimate, student_t
from ccapp.simulate.days.measures import WHOLE, Counting
from ccapp.simulate.days.replications import Days, run_days
from tests.simulate.days.plans import HOUR_S, plan

Q = QueueId("q")


def one_queue(agents: int, per_hour: float, talk_s: float, patience_s: float) -> Plan:
    names = [AgentId(f"a{n}") for n in range(agents)]
    stream = Stream(
        name="all", queue=Q, per_hour=(per_hour,), talk=Duration(mean_s=talk_s),
        patience=Duration(mean_s=patience_s),
    )  # fmt: skip
    return Plan(
        centre=Centre(
            queues={Q: Queue(id=Q, name="Q", wrap_up_s=0)},
            agents={name: Agent(id=name, name=name, extension="") for name in names},
        ),
        traffic=Traffic(
            begin_s=0, end_s=8 * HOUR_S, interval_s=8 * HOUR_S, streams=(stream,), warm_up_s=HOUR_S
        ),
    )


def test_days_hit_the_row_of_erlang_a():
    """200 calls an hour of 180 s, patience 120 s, 12 agents: routing figures as theory has them."""
    counting = Counting(warm_up_s=HOUR_S, interval_s=8 * HOUR_S)
    [days] = run_days([one_queue(12, 200, 180, 120)], range(1, 41), counting)
    for name, exact in (("service_level", 0.825583), ("abandonment", 0.061597), ("occupancy", 0.7820)):
        found = days.estimate(WHOLE, name)
        assert found is not None
        assert found.low <= exact <= found.high, (name, found)
        assert found.half < 0.1 * exact


def test_a_comparison_has_the_same_people_on_both_sides_and_so_a_narrow_interval():
    first, second = plan(), plan()
    sales = replace(second.centre.queues["sales"], wrap_up_s=60)
    second = replace(second, centre=replace(second.centre, queues={**second.centre.queues, "sales": sales}))
    days, other = run_days([first, second], range(1, 11), Counting(interval_s=HOUR_S))
    assert days.values(WHOLE, "offered") == other.values(WHOLE, "offered")
    paired = days.difference(other, WHOLE, "service_level")
    alone = days.estimate(WHOLE, "service_level")
    assert paired.mean < 0
    assert paired.sure
    assert paired.half < alone.half


def test_two_alike_do_not_differ():
    days, other = run_days([plan(), plan()], range(1, 4), Counting(interval_s=HOUR_S))
    for key in days.subjects():
        for name in ("service_level", "asa_s", "occupancy"):
            found = days.difference(other, key, name)
            assert found is None or (found.mean, found.half) == (0, 0)


def test_several_processes_make_what_one_makes():
    counting = Counting(interval_s=HOUR_S)
    done = []
    many = run_days([plan(scale=6)], range(1, 4), counting, cores=2, done=lambda: done.append(1))
    assert len(done) == 3
    assert many == run_days([plan(scale=6)], range(1, 4), counting, cores=1)


def test_intervals_of_the_day_and_the_queues_make_the_whole():
    [days] = run_days([plan()], [5], Counting(interval_s=HOUR_S))

    def total(kind: str, name: str) -> float:
        return sum(days.values(key, name)[0] for key in days.subjects() if key[0] == kind)

    for name in ("offered", "answered"):
        assert total("queue", name) == total("interval", name) == days.values(WHOLE, name)[0]


def test_an_interval_holds_the_truth_nineteen_times_in_twenty():
    dice = Random(1)
    held = sum(
        found.low <= 10 <= found.high
        for found in (estimate([dice.gauss(10, 3) for _ in range(8)]) for _ in range(4_000))
    )
    assert held / 4_000 == pytest.approx(0.95, abs=0.01)


@pytest.mark.parametrize(
    ("freedom", "exact"), [(1, 12.706), (9, 2.262), (30, 2.042), (40, 2.021), (120, 1.980)]
)
def test_students_t(freedom, exact):
    assert student_t(freedom) == pytest.approx(exact, abs=0.001)


def test_what_cannot_be_estimated_is_none():
    assert estimate([]) is None
    assert estimate([None, None]) is None
    single = estimate([None, 3.0])
    assert single is not None
    assert (single.mean, single.half, single.sure) == (3.0, None, False)
    assert difference([1.0, None, 5.0], [2.0, 7.0, 6.0]) == estimate([1.0, 1.0])
    assert Days([{WHOLE: {"asa_s": 1.0}}]).estimate(("queue", "new"), "asa_s") is None
