"""Who of several free agents is chosen, by each strategy; and that chance can be repeated."""

from collections import Counter
from itertools import pairwise
from typing import Any

import pytest

from ccapp.domain.centre import Queue
from ccapp.domain.explanation import WhyNot
from ccapp.domain.ids import AgentId
from ccapp.domain.presence import Move
from ccapp.domain.serving import RINGS_SEVERAL, Standing, Strategy
from ccapp.routing.dice import Dice
from ccapp.routing.router import Router
from tests.routing.floor import Floor, agent, pairs, queue

CREW = [agent(name) for name in ("ann", "ben", "cat")]


def by(strategy: Strategy, name: str = "sales", **more: Any) -> Queue:
    return queue(name, strategy=strategy, wrap_up_s=0, retry_same_agent_s=5, **more)


def standing(**each: Standing) -> dict[AgentId, Standing]:
    return {AgentId(name): value for name, value in each.items()}


def one_by_one(floor: Floor, calls: int, at: str = "sales", talk_s: float = 1.0) -> str:
    """The first letters of those who serve, each done before the next call comes."""
    served = ""
    for _ in range(calls):
        visit = f"call-{len(floor.told)}"
        [(_, name)] = pairs(floor.join(visit, at))
        floor.accept(visit)
        floor.now += talk_s
        floor.end_talk(name)
        served += name[0]
    return served


@pytest.mark.parametrize(
    ("strategy", "served"),
    [
        (Strategy.LONGEST_IDLE, "cbacba"),
        (Strategy.ROUND_ROBIN, "bacbac"),
        (Strategy.TOP_DOWN, "bbbbbb"),
        (Strategy.SEQUENTIAL, "bbbbbb"),
        (Strategy.FEWEST_CALLS, "cbacba"),
        (Strategy.LEAST_TALK_TIME, "cbacba"),
    ],
)
def test_in_turn(strategy: Strategy, served: str) -> None:
    tiers = standing(ann=Standing(position=2), ben=Standing(position=1), cat=Standing(position=3))
    floor = Floor(by(strategy, tiers=tiers), *CREW)
    floor.ready("cat", "ben", "ann")
    assert one_by_one(floor, 6) == served


def test_sequential_equals_take_turns() -> None:
    tiers = standing(ann=Standing(position=2))
    floor = Floor(by(Strategy.SEQUENTIAL, tiers=tiers), *CREW)
    floor.ready("ann", "ben", "cat")
    assert one_by_one(floor, 4) == "bcbc"


def test_calls_and_talk_time_count_in_all_queues_and_from_log_in() -> None:
    floor = Floor(
        by(Strategy.FEWEST_CALLS), by(Strategy.LEAST_TALK_TIME, "help"), queue("any", wrap_up_s=0), *CREW[:2]
    )
    floor.ready("ann")
    assert one_by_one(floor, 2, "any", talk_s=5) == "aa"
    floor.ready("ben")
    assert one_by_one(floor, 3) == "bba", "two calls each, then the longest idle"
    assert one_by_one(floor, 2, "help", talk_s=8) == "bb", "2 s and 10 s of 11"
    floor.move("ann", Move.LOG_OUT)
    floor.ready("ann")
    assert one_by_one(floor, 2) == "aa"


def test_turns_are_each_queues_own() -> None:
    floor = Floor(by(Strategy.ROUND_ROBIN), by(Strategy.ROUND_ROBIN, "help"), *CREW)
    floor.ready("ann", "ben", "cat")
    assert one_by_one(floor, 1) + one_by_one(floor, 2, "help") + one_by_one(floor, 3) == "a" + "ab" + "bca"


def test_one_just_tried_is_passed_over() -> None:
    for strategy in set(Strategy) - RINGS_SEVERAL:
        floor = Floor(by(strategy), *CREW[:2])
        floor.ready("ann", "ben")
        floor.join("v", "sales")
        first = floor.serves("v")
        floor.decline("v")
        assert {first, floor.serves("v")} == {"ann", "ben"}, strategy


def test_who_comes_free_takes_the_oldest_call_whatever_the_strategy() -> None:
    floor = Floor(by(Strategy.RANDOM), by(Strategy.TOP_DOWN, "help"), queue("any"), agent("ann"))
    for number, at in enumerate(("help", "any", "sales")):
        floor.join(at, at, waited_s=number)
    assert pairs(floor.ready("ann")) == [("sales", "ann")]


def many(strategy: Strategy, seed: int, **tiers: Standing) -> str:
    floor = Floor(by(strategy, tiers=standing(**tiers)), *CREW)
    floor.router = Router(floor.centre, floor.now, seed=seed)
    floor.ready("ann", "ben", "cat")
    return one_by_one(floor, 3000)


def test_random_is_even_and_the_same_seed_decides_the_same() -> None:
    served = many(Strategy.RANDOM, 7)
    assert served == many(Strategy.RANDOM, 7)
    assert served != many(Strategy.RANDOM, 8)
    assert all(900 < count < 1100 for count in Counter(served).values())
    pairs_seen = Counter(pairwise(served))
    assert all(270 < count < 400 for count in pairs_seen.values()), "no memory of who served last"


def test_weights_are_shares() -> None:
    served = Counter(many(Strategy.WEIGHTED, 1, ann=Standing(weight=3), ben=Standing(weight=2)))
    assert 1400 < served["a"] < 1600
    assert 900 < served["b"] < 1100
    assert 400 < served["c"] < 600


def test_chance_minds_levels() -> None:
    assert set(many(Strategy.RANDOM, 1, cat=Standing(level=2))) == {"a", "b"}


def test_the_choice_is_explained() -> None:
    floor = Floor(by(Strategy.TOP_DOWN, tiers=standing(cat=Standing(level=2))), *CREW)
    floor.ready("cat", "ben", "ann")
    floor.join("v", "sales")
    told = floor.router.explain(floor.offer("v"), "call_joined", floor.now)
    assert (floor.serves("v"), told.strategy, told.level) == ("ann", Strategy.TOP_DOWN, 1)
    assert {other.agent: (other.why, other.detail) for other in told.not_chosen} == {
        "ben": (WhyNot.STRATEGY, "top_down"),
        "cat": (WhyNot.LATER_LEVEL, "2 > 1"),
    }


def test_dice_are_even_and_repeat() -> None:
    one, two = Dice(2**70 + 5), Dice(2**70 + 5)
    thrown = [one.below(6) for _ in range(6000)]
    assert thrown == [two.below(6) for _ in range(6000)]
    assert all(850 < count < 1150 for count in Counter(thrown).values())
    assert sum(one.happens(0.7) for _ in range(10_000)) in range(6800, 7200)
    assert all(one.happens(1.0) for _ in range(1000))
