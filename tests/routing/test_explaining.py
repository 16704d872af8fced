"""Why this agent, and for each of the others the first reason why not."""

import pytest

from ccapp.domain.causes import DeclineReason
from ccapp.domain.explanation import EXPLAINED_MAX, Explanation, WhyNot
from ccapp.domain.ids import AgentId
from ccapp.domain.presence import Move, SubState
from ccapp.routing.decisions import Decision, Offer
from ccapp.routing.router import UnknownOffer
from tests.routing.floor import Floor, agent, queue


def explained(floor: Floor, visit: str, trigger: str = "call_joined") -> Explanation:
    return floor.router.explain(floor.offer(visit), trigger, floor.now)


def reasons(explanation: Explanation) -> dict[str, tuple[WhyNot, str]]:
    return {other.agent: (other.why, other.detail) for other in explanation.not_chosen}


def test_every_reason_there_is() -> None:
    floor = Floor(
        queue("sales", "sales", retry_same_agent_s=30, wrap_up_s=20),
        queue("help", "help", wrap_up_s=20),
        queue("tech", "tech"),
        queue("vip", "sales:3", agents=frozenset(map(AgentId, _TEAM)), retry_same_agent_s=30),
        agent("chosen", "sales:3"),
        agent("less", "sales:3"),
        agent("broad", "sales:3 help tech"),
        agent("tried", "sales:3"),
        agent("paused", "sales:3", reject_delay_s=99),
        agent("wrapping", "sales:3 help"),
        agent("talking", "sales:3 help"),
        agent("resting", "sales:3"),
        agent("level", "sales:2"),
        agent("lacking", "help"),
        agent("alien", "sales:3"),
        agent("offline", "sales:3"),
        agent("out", "sales:3"),
    )
    floor.ready("talking", "wrapping")
    for name in ("talking", "wrapping"):
        floor.join(name, "help")
        floor.accept(name)
    floor.end_talk("wrapping")
    floor.ready("paused")
    floor.join("no", "sales")
    floor.decline("no", DeclineReason.REJECTED)
    floor.leave("no")
    floor.ready("tried", "chosen", "less", "broad", "resting", "level", "lacking", "alien", "offline")
    floor.online("out")
    floor.online("offline", False)
    floor.move("resting", Move.NOT_READY, SubState.BREAK)
    floor.join("call", "vip", waited_s=7)
    assert floor.serves("call") == "tried"
    floor.decline("call", DeclineReason.BUSY)
    assert floor.serves("call") == "chosen"
    told = explained(floor, "call")
    found = reasons(told)
    assert {name: why for name, (why, _) in found.items()} == {
        "less": WhyNot.IDLE_LESS,
        "broad": WhyNot.LATER_TIER,
        "tried": WhyNot.NOT_BEFORE,  # of his pause and his having been tried the first counts
        "paused": WhyNot.NOT_BEFORE,
        "wrapping": WhyNot.WRAP_UP,
        "talking": WhyNot.IN_CALL,
        "resting": WhyNot.NOT_READY,
        "level": WhyNot.SKILL_LEVEL,
        "lacking": WhyNot.SKILL_MISSING,
        "alien": WhyNot.NOT_A_MEMBER,
        "offline": WhyNot.OFFLINE,
        "out": WhyNot.LOGGED_OUT,
    }
    assert found["level"][1] == "sales 2 < 3"
    assert found["lacking"][1] == "sales"
    assert found["resting"][1] == "BREAK"
    assert told.not_chosen_count == 12
    assert [other.agent for other in told.not_chosen] == sorted(found)
    assert told.key == floor.now - 7
    assert told.idle_s == floor.now - floor.presence("chosen").idle_since
    assert told.trigger == "call_joined"


_TEAM = (
    *("chosen", "less", "broad", "tried", "paused", "wrapping", "talking", "resting", "level", "lacking"),
    *("offline", "out"),
)


def test_tried_a_moment_ago() -> None:
    floor = Floor(queue("sales", retry_same_agent_s=30), agent("ann"), agent("ben"))
    floor.ready("ann", "ben")
    floor.join("v", "sales")
    floor.decline("v", DeclineReason.ENGINE_RESTART)
    assert reasons(explained(floor, "v")) == {"ann": (WhyNot.TRIED, "30.0 s left")}


def test_calls_passed_over_for_this_agent_are_named() -> None:
    floor = Floor(queue("sales", retry_same_agent_s=30), queue("help"), agent("ann"))
    floor.ready("ann")
    floor.join("v", "sales")
    floor.join("younger", "help")
    floor.decline("v")
    told = explained(floor, "younger", "declined")
    assert told.calls_passed == (("v", "sales"),)
    assert explained(floor, "younger", "agent_free").trigger == "agent_free"


def test_agents_given_other_calls_in_the_same_breath_count_as_free() -> None:
    floor = Floor(queue("sales", "sales"), agent("ann"), agent("ben"))
    floor.ready("ann", "ben")
    floor.join("v", "sales")
    floor.join("w", "sales")
    told: list[Decision] = floor.reconfigure(queue("sales"), agent("ann"), agent("ben"))
    first, second = (one for one in told if isinstance(one, Offer))
    assert (first.agent, second.agent) == ("ann", "ben")
    assert reasons(floor.router.explain(first, "reconfigured", floor.now))["ben"][0] is WhyNot.IDLE_LESS
    assert reasons(floor.router.explain(second, "reconfigured", floor.now))["ann"][0] is WhyNot.IN_CALL


def test_a_big_floor_is_told_in_bounds_the_free_first() -> None:
    crowd = [agent(f"agent-{n:04}", "sales" if n % 2 else "help") for n in range(2000)]
    floor = Floor(queue("sales", "sales"), queue("help", "help"), *crowd)
    floor.ready("agent-1501", "agent-1503", "agent-1505")
    floor.join("v", "sales")
    told = explained(floor, "v")
    assert len(told.not_chosen) == EXPLAINED_MAX
    assert told.not_chosen_count == 1999
    assert {"agent-1503", "agent-1505"} <= reasons(told).keys()
    assert WhyNot.SKILL_MISSING not in {why for why, _ in reasons(told).values()}


def test_a_settled_offer_is_not_explained_any_more() -> None:
    floor = Floor(queue("sales"), agent("ann"))
    floor.ready("ann")
    floor.join("v", "sales")
    offer = floor.offer("v")
    floor.leave("v")
    floor.router.tick(floor.now)  # in the event that settled it, it still is
    with pytest.raises(UnknownOffer):
        floor.router.explain(offer, "call_joined", floor.now)
