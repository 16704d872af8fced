"""Groups, tiers and relaxation: who may serve a call grows while it waits; its place stays."""

from typing import Any

import pytest

from ccapp.domain.causes import DeclineReason
from ccapp.domain.centre import Agent, Centre, Queue
from ccapp.domain.explanation import Explanation, WhyNot
from ccapp.domain.ids import AgentId, GroupId, SkillId
from ccapp.domain.presence import Move
from ccapp.domain.serving import AddBackup, AddGroup, AskLess, Group, QueueGroups, Standing, TierRules
from ccapp.routing.router import Router
from tests.routing.floor import Floor, agent, centre, pairs, queue

NORTH, SOUTH, EAST = GroupId("north"), GroupId("south"), GroupId("east")
GROUPS = {NORTH: "ann ben", SOUTH: "cat", EAST: "dan"}
CREW = [agent(name, "sales", no_answer_delay_s=0) for name in ("ann", "ben", "cat", "dan")]


class Grouped(Floor):
    """A floor whose four agents are in three groups."""

    def __init__(self, *things: Agent | Queue, seed: int = 0) -> None:
        super().__init__(*things)
        self.centre = self._grouped(self.centre)
        self.router = Router(self.centre, self.now, seed=seed)

    @staticmethod
    def _grouped(plain: Centre) -> Centre:
        groups = {
            name: Group(id=name, agents=frozenset(map(AgentId, agents.split())))
            for name, agents in GROUPS.items()
        }
        return Centre(agents=plain.agents, queues=plain.queues, groups=groups)

    def reconfigure(self, *things: Agent | Queue) -> list[Any]:
        self.centre = self._grouped(centre(*things))
        return self._hear(self.router.reconfigure(self.centre, self.now))

    def explained(self, visit: str) -> Explanation:
        return self.router.explain(self.offer(visit), "deadline", self.now)


def backed(**more: Any) -> Queue:
    return queue("sales", groups=QueueGroups(primary=(NORTH,), backup=(SOUTH,), **more), wrap_up_s=0)


def tiers(**levels: int) -> dict[AgentId, Standing]:
    return {AgentId(name): Standing(level=level) for name, level in levels.items()}


# --- groups -----------------------------------------------------------------------------------------------


def test_primary_idle_only_they_ring_all_busy_backup_rings_primary_freed_primary_again() -> None:
    floor = Grouped(backed(), *CREW)
    floor.ready("cat", "dan", "ann", "ben")
    assert [pairs(floor.join(f"v{n}", "sales")) for n in range(4)] == [
        [("v0", "ann")],
        [("v1", "ben")],
        [("v2", "cat")],
        [],  # dan is in neither
    ]
    floor.leave("v3")
    floor.leave("v2")
    floor.accept("v1")
    floor.end_talk("ben")
    assert pairs(floor.join("v4", "sales")) == [("v4", "ben")], "cat is idle longer"
    told = {other.agent: (other.why, other.detail) for other in floor.explained("v4").not_chosen}
    assert told["cat"] == (WhyNot.LATER_LEVEL, "2 > 1")
    assert told["dan"] == (WhyNot.NOT_A_MEMBER, "sales")


def test_the_backups_after_some_seconds() -> None:
    floor = Grouped(backed(backup_after_s=15), *CREW)
    floor.ready("ann", "ben", "cat")
    for visit in ("v0", "v1", "v2"):
        floor.join(visit, "sales")
    assert floor.serves("v2") is None
    assert floor.router.next_deadline() == floor.now + 15
    assert pairs(floor.tick(14.9)) == []
    assert pairs(floor.tick(0.1)) == [("v2", "cat")]
    assert floor.explained("v2").steps == ("after 15 s: backup groups",)
    assert floor.explained("v2").level == 2


def test_the_backups_at_once_while_no_primary_is_there() -> None:
    floor = Grouped(backed(backup_after_s=15), *CREW)
    floor.ready("ann", "cat")
    floor.join("v0", "sales")
    floor.accept("v0")
    floor.join("v1", "sales", waited_s=2)
    floor.join("v2", "sales", waited_s=3)
    assert floor.serves("v2") is None, "ann talks, but is there"
    assert pairs(floor.move("ann", Move.NOT_READY)) == [], "a break asked for in a call begins after it"
    assert pairs(floor.end_talk("ann")) == [("v2", "cat")], "the older call first"
    assert floor.explained("v2").steps == ("nobody else is there: backup groups",)
    assert pairs(floor.join("v3", "sales")) == []
    floor.leave("v2")
    assert floor.serves("v1") == "cat"


def test_the_backups_at_once_when_the_last_phone_goes_or_misses_too_often() -> None:
    floor = Grouped(backed(backup_after_s=15), *CREW[1:], agent("ann", "sales", max_misses=1))
    floor.ready("ann", "cat")
    floor.join("v0", "sales")
    assert pairs(floor.decline("v0", DeclineReason.NO_ANSWER)) == [("v0", "cat")]
    floor.leave("v0")
    floor.ready("ben")
    floor.join("v1", "sales")
    floor.join("v2", "sales")
    assert (floor.serves("v1"), floor.serves("v2")) == ("ben", None)
    floor.accept("v1")
    assert pairs(floor.online("ben", False)) == [("v2", "cat")]


def test_several_primary_groups_are_one_pool() -> None:
    pool = queue("sales", groups=QueueGroups(primary=(SOUTH, NORTH)))
    floor = Grouped(pool, *CREW)
    floor.ready("cat", "ann")
    assert pairs(floor.join("v0", "sales")) == [("v0", "cat")]
    assert pairs(floor.join("v1", "sales")) == [("v1", "ann")]


def test_a_group_changed_counts_at_once_for_those_who_wait() -> None:
    floor = Grouped(queue("sales", groups=QueueGroups(primary=(EAST,))), *CREW)
    floor.ready("cat")
    floor.join("v0", "sales")
    assert pairs(floor.reconfigure(queue("sales", groups=QueueGroups(primary=(SOUTH,))), *CREW)) == [
        ("v0", "cat")
    ]


# --- tiers ------------------------------------------------------------------------------------------------


def test_lower_levels_are_chosen_first() -> None:
    floor = Floor(queue("sales", tiers=tiers(ann=3, ben=2)), *CREW)
    floor.ready("ann", "ben", "cat")
    assert [pairs(floor.join(f"v{n}", "sales"))[0][1] for n in range(3)] == ["cat", "ben", "ann"]


@pytest.mark.parametrize(("multiply", "second_s", "third_s"), [(False, 10, 10), (True, 20, 30)])
def test_later_levels_wait(multiply: bool, second_s: float, third_s: float) -> None:
    rules = TierRules(wait_s=10, multiply_by_level=multiply, no_agent_no_wait=False)
    floor = Floor(queue("sales", tiers=tiers(ben=2, cat=3), tier_rules=rules), *CREW[:3])
    floor.ready("ann", "cat", "ben")
    for visit in ("v0", "v1", "v2"):
        floor.join(visit, "sales")
    start = floor.now
    assert pairs(floor.told) == [("v0", "ann")]
    while (at := floor.router.next_deadline()) is not None:
        floor.tick(at - floor.now)
    assert [(o.visit, o.agent, o.made_at - start) for o in floor.told if hasattr(o, "made_at")][1:] == [
        ("v1", "ben", second_s),
        ("v2", "cat", third_s),
    ]


def test_an_empty_level_is_not_waited_for() -> None:
    rules = TierRules(wait_s=300, no_agent_no_wait=True)
    floor = Floor(queue("sales", tiers=tiers(ben=2, cat=3), tier_rules=rules), *CREW[:3])
    floor.ready("ben")
    assert pairs(floor.join("v0", "sales")) == [("v0", "ben")]


# --- relaxation -------------------------------------------------------------------------------------------

STEPS = (
    AskLess(after_s=20, skill=SkillId("spanish"), level=1),
    AskLess(after_s=40, skill=SkillId("spanish")),
    AddGroup(after_s=60, group=EAST),
    AddBackup(after_s=90),
)
ASKING = queue(
    "sales",
    "spanish:3 sales",
    groups=QueueGroups(primary=(NORTH,), backup=(SOUTH,)),
    relax=STEPS,
    wrap_up_s=0,
)


def test_each_step_lets_more_serve_and_is_explained() -> None:
    crew = [agent("ann", "spanish:3 sales"), agent("ben", "spanish sales"), *CREW[2:]]
    floor = Grouped(ASKING, *crew)
    floor.ready("dan", "cat", "ben", "ann")
    began = floor.now
    for number in range(4):
        floor.join(f"v{number}", "sales")
    while (at := floor.router.next_deadline()) is not None:
        floor.tick(at - floor.now)
    made = [(o.visit, o.agent, o.made_at - began) for o in floor.told if hasattr(o, "made_at")]
    assert made == [("v0", "ann", 0), ("v1", "ben", 20), ("v2", "dan", 60), ("v3", "cat", 90)]
    assert floor.router.explain(floor.offer("v3"), "deadline", floor.now).steps == (
        "after 20 s: spanish 1",
        "after 40 s: without spanish",
        "after 60 s: group east",
        "after 90 s: backup groups",
    )


def test_a_relaxed_call_keeps_its_key() -> None:
    floor = Grouped(ASKING, queue("help", wrap_up_s=0), agent("ann", "spanish sales"), *CREW[1:])
    floor.join("old", "sales", waited_s=10)
    floor.join("young", "help", waited_s=5)
    floor.tick(10)
    assert pairs(floor.ready("ann")) == [("old", "ann")]
    assert floor.line() == ["old", "young"]


def test_a_place_taken_again_stands_where_its_clock_says() -> None:
    floor = Grouped(ASKING, agent("ann", "spanish sales"), *CREW[1:])
    floor.ready("ann")
    assert pairs(floor.join("v", "sales", waited_s=25)) == [("v", "ann")]
    floor.decline("v", DeclineReason.BUSY)
    assert floor.router.next_deadline() is not None
    floor.leave("v")
    floor.tick(1000)
    assert floor.router.next_deadline() is None


def test_what_the_caller_asks_for_himself_is_relaxed_too() -> None:
    relaxing = queue("sales", relax=(AskLess(after_s=20, skill=SkillId("spanish")),))
    floor = Floor(relaxing, agent("ann"))
    floor.ready("ann")
    assert pairs(floor.join("v", "sales", own="spanish:2")) == []
    assert pairs(floor.tick(20)) == [("v", "ann")]


def test_calls_due_at_one_instant_are_served_in_their_order_before_what_happens_then() -> None:
    relaxing = queue("sales", "spanish", relax=(AskLess(after_s=20, skill=SkillId("spanish")),))
    vip = queue("vip", "spanish", relax=(AskLess(after_s=20, skill=SkillId("spanish")),), priority_s=60)
    floor = Floor(relaxing, vip, queue("any"), agent("ann"))
    floor.join("first", "sales")
    floor.join("vip", "vip")
    floor.ready("ann")
    floor.now += 19
    assert pairs(floor.join("now", "any")) == [("vip", "ann")], "due by now, and before the one who joins"


def test_low_priority_waits_but_so_long() -> None:
    floor = Floor(queue("low", wrap_up_s=0), queue("high", priority_s=30, wrap_up_s=0), agent("ann"))
    floor.ready("ann")
    floor.join("first", "high")
    floor.accept("first")
    floor.join("low", "low")
    began, served = floor.now, 0
    for number in range(100):
        floor.now += 1
        floor.join(f"h{number}", "high")
        floor.join(f"h{number}'", "high")
        [(visit, _)] = pairs(floor.end_talk("ann"))
        floor.accept(visit)
        if visit == "low":
            served = number
            break
    assert floor.now - began <= 62, "overtaken only by those who came within 30 s of him"
    assert served
