"""The gate's own rules: app_queue's turns and strategies as its source has them, and what is counted."""

import pytest

from scripts.bench.gate import OURS, THEIRS, Results, broken, calls_of, figures, floor_of, through_router
from scripts.bench.gate_models import STRATEGIES, AppQueue, Call, Floor, Watch

ONE = frozenset({0})


def run(floor: Floor, calls: list[Call], strategy: str, *, shared: bool = False) -> Watch:
    watch = Watch(floor)
    AppQueue(floor, watch, strategy, 1, shared=shared).run(calls)
    return watch


def call(at: float, *, kind: int = 0, talk_s: float = 10.0, patience_s: float = 1e6) -> Call:
    return Call(at, kind, talk_s, patience_s)


def waits(watch: Watch) -> list[float]:
    return [fate.waited_s for fate in watch.fates.values()]


def test_a_caller_looks_at_his_own_whole_seconds_only():
    watch = run(Floor(1, [ONE]), [call(0.0), call(0.25)], "rrmemory")
    assert waits(watch) == [0.0, pytest.approx(10.0)]  # free at 10.0, he looks at 10.25
    assert watch.beside_s == pytest.approx(0.25)


def test_inside_a_queue_the_first_has_his_turn_although_a_later_one_looks_first():
    watch = run(Floor(1, [ONE]), [call(0.0), call(1.9), call(2.1)], "rrmemory")
    assert waits(watch)[1:] == [pytest.approx(9.0), pytest.approx(19.0)]


def test_between_queues_whoever_looks_first_is_served():
    watch = run(Floor(2, [frozenset({0, 1})]), [call(0.0), call(1.9), call(2.1, kind=1)], "rrmemory")
    fates = watch.fates
    assert fates[2].waited_s < fates[1].waited_s
    assert (fates[2].overtook, fates[1].overtook) == (True, False)


def test_ringing_all_serves_one_at_a_time():
    """Two come free in one instant; the second in line may not look past the first."""
    calls = [call(0.0), call(0.0), call(1.9), call(1.1)]
    calls.sort(key=lambda each: each.at)
    ringall, rrmemory = (run(Floor(1, [ONE, ONE]), calls, each) for each in ("ringall", "rrmemory"))
    assert sorted(waits(rrmemory)) == sorted(waits(ringall))
    late = [call(0.0), call(0.0), call(1.9), call(2.05)]  # the later one looks sooner, at 10.05
    assert waits(run(Floor(1, [ONE, ONE]), late, "rrmemory"))[3] == pytest.approx(8.0)
    assert waits(run(Floor(1, [ONE, ONE]), late, "ringall"))[3] == pytest.approx(9.0)


@pytest.mark.parametrize(
    ("strategy", "taken"),
    [
        ("linear", [0, 0, 0, 0]),
        ("rrmemory", [0, 1, 2, 0]),
        ("leastrecent", [0, 1, 2, 0]),
        ("fewestcalls", [0, 1, 2, 0]),
    ],
)
def test_strategies_take_turns_as_they_say(strategy, taken):
    """Each call is over before the next one comes; who talked is told by how long."""
    floor = Floor(1, [ONE] * 3)
    calls = [call(20.0 * n, talk_s=2.0**n) for n in range(1, 5)]
    busy_s = [0.0] * 3
    for agent, each in zip(taken, calls, strict=True):
        busy_s[agent] += each.talk_s
    assert run(floor, calls, strategy).busy_s == busy_s


def test_a_caller_who_gives_up_is_gone():
    watch = run(Floor(1, [ONE]), [call(0.0), call(1.0, patience_s=3.0), call(1.5)], "random")
    gone = watch.fates[1]
    assert (gone.answered, gone.waited_s) == (False, pytest.approx(3.0))
    assert watch.fates[2].answered


def test_the_routers_callers_are_never_overtaken_nor_left_beside_an_idle_agent():
    floor, calls = floor_of(1), calls_of(1, 3_000)
    watch = Watch(floor)
    through_router(floor, calls, watch, 1)
    found = figures(watch, calls)
    assert (found["overtaken"], found["beside"]) == (0, 0)
    assert 0.02 < found["abandoned"] < 0.12
    theirs = run(floor, calls, "leastrecent")
    assert len(theirs.fates) == len(watch.fates) == 3_000
    assert figures(theirs, calls)["overtaken"] > 0.01


def results(**worse: float) -> Results:
    theirs = {"level": 0.8, "abandoned": 0.06, "asa_s": 9.0, "p99_s": 90.0, "overtaken": 0.04, "beside": 0.04,
              "worst": 0.2, "spread": 0.02}  # fmt: skip
    ours = theirs | {"abandoned": 0.05, "asa_s": 8.0, "p99_s": 80.0, "overtaken": 0.0, "beside": 0.0} | worse

    def noisy(figures: dict[str, float]) -> list[dict[str, float]]:
        return [{name: value * (1 + 0.01 * n) for name, value in figures.items()} for n in range(3)]

    return Results({policy: noisy(ours if policy == OURS else theirs) for policy in (OURS, *THEIRS)})


def test_the_gate_holds_when_all_is_better():
    assert broken(results()) == []


@pytest.mark.parametrize(
    "worse",
    [
        {"abandoned": 0.06},
        {"asa_s": 9.5},
        {"p99_s": 90.0},
        {"level": 0.79},
        {"overtaken": 0.001},
        {"beside": 0.001},
        {"worst": 0.21},
        {"spread": 0.03},
    ],
    ids=str,
)
def test_the_gate_does_not_hold_when_anything_is_not(worse):
    assert broken(results(**worse))


def test_every_strategy_of_app_queue_is_met():
    assert {policy.split(",")[0] for policy in THEIRS} == set(STRATEGIES)
