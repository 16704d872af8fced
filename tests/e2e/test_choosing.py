"""Who of several free agents is rung, on real calls: every strategy, tiers, groups, skills."""

from collections import defaultdict
from typing import Any

import pytest

from ccapp.domain import events
from ccapp.domain.causes import DeclineReason
from tests.e2e.centres import agent, centre, queue
from tests.e2e.conftest import SHARED
from tests.e2e.house import House
from tests.phone import Answers, Outgoing, Rings
from tests.rows import rows

pytestmark = SHARED

POSITIONS = {"alice": {"position": 2}, "bob": {"position": 1}, "carla": {"position": 3}}
WEIGHTS = {"carla": {"weight": 1000}}
PAIR = {"carla": {"position": 2}}
QUEUES = {
    "skilled": queue(),
    "round_robin": queue(strategy="round_robin", tiers=POSITIONS),
    "top_down": queue(strategy="top_down", tiers=POSITIONS),
    "sequential": queue(strategy="sequential", tiers=PAIR),
    "fewest_calls": queue(strategy="fewest_calls"),
    "least_talk_time": queue(strategy="least_talk_time"),
    "random": queue(strategy="random"),
    "weighted": queue(strategy="weighted", tiers=WEIGHTS),
    "tiers": queue(tiers={"bob": {"level": 2}}, tier_rules={"wait_s": 2}, agents=["alice", "bob"]),
    "grouped": queue(groups={"primary": ["north"], "backup": ["south"]}),
    "later": queue(groups={"primary": ["north"], "backup": ["south"], "backup_after_s": 2}),
    "both": queue(groups={"primary": ["south"]}),
    "silent": queue(ring_s=3, retry_same_agent_s=1, agents=["alice", "bob"]),
}
NUMBER = {name: str(101 + index) for index, name in enumerate(QUEUES)}
GROUPS = {"north": {"agents": ["alice", "bob"]}, "south": {"agents": ["bob", "carla"]}}
AGENTS = {name: agent(201 + n, max_misses=0) for n, name in enumerate(("alice", "bob", "carla"))}
CONFIGURATION = centre(AGENTS, QUEUES, groups=GROUPS)


@pytest.fixture(scope="module")
def configuration() -> dict[str, Any]:
    return CONFIGURATION


async def all_answer(house: House, *names: str) -> None:
    """Ready one after the other: the first is idle longest."""
    for name in names or ("alice", "bob", "carla"):
        await house.agent(name, Answers(tone_hz=700))


async def served_by(house: House, call: Outgoing) -> str:
    found: list[str] = []

    async def told() -> bool:
        found[:] = [fact.agent for fact in await house.told(call) if isinstance(fact, events.CallServed)]
        return bool(found)

    await house.until(told, "the caller is served")
    return found[0]


async def serve(house: House, at: str, calls: int = 1) -> str:
    """The first letters of those who serve so many calls, each done before the next one comes."""
    served = ""
    for _ in range(calls):
        call = await house.call(NUMBER[at])
        name = await served_by(house, call)
        await call.hang_up()
        await house.in_state(name, "READY")
        served += name[0]
    return served


async def with_a_break(house: House, at: str) -> str:
    """Twelve calls; Bob takes a break after the sixth, and is back for the tenth."""
    before = await serve(house, at, 6)
    await house.move("bob", "not_ready")
    without = await serve(house, at, 3)
    await house.move("bob", "ready")
    return f"{before} {without} {await serve(house, at, 3)}"


@rows("XS-13")
@pytest.mark.parametrize(
    ("strategy", "order"),
    [
        ("round_robin", "bacbac aca bca"),
        ("top_down", "bbbbbb aaa bbb"),
        ("sequential", "ababab aaa bab"),
        ("fewest_calls", "abcabc aca bcb"),
    ],
)
async def test_twelve_calls_in_order(house: House, strategy: str, order: str) -> None:
    await all_answer(house)
    assert await with_a_break(house, strategy) == order


@rows("XS-13")
async def test_twelve_calls_by_least_talk_time(house: House) -> None:
    """Each goes to whoever has talked least by then, as the records say."""
    await all_answer(house)
    talked_s: dict[str, float] = defaultdict(float)
    for number in range(12):
        call = await house.call(NUMBER["least_talk_time"], tone_hz=1000)
        name = await served_by(house, call)
        least_s = min(talked_s[other] for other in AGENTS)
        assert talked_s[name] == pytest.approx(least_s, abs=1e-3)
        if number % 4 == 0:
            await call.heard.hears(700)  # a longer one
        await call.hang_up()
        talked_s[name] += (await house.story(call)).one(events.TalkEnded).talk_s
        await house.in_state(name, "READY")


@rows("XS-13")
async def test_twelve_calls_by_lot(house: House) -> None:
    await all_answer(house)
    assert len(set(await serve(house, "random", 12))) > 1
    assert (await serve(house, "weighted", 12)).count("c") >= 9, "a thousand lots of 1002"


@rows("XS-14")
async def test_a_later_level_rings_after_its_time_or_at_once_when_nobody_is_there(house: House) -> None:
    await house.agent("alice", Rings())
    await house.agent("bob", Answers())
    call = await house.call(NUMBER["tiers"])
    talk = await house.phones["alice"].incoming()
    await talk.answer()
    assert await served_by(house, call) == "alice", "level 1 first"
    late = await house.call(NUMBER["tiers"])
    assert await served_by(house, late) == "bob", "level 1 is there, but busy: after its time"
    for each in (call, late):
        await each.hang_up()
    await house.in_state("alice", "READY")
    await house.in_state("bob", "READY")
    await house.move("alice", "not_ready")
    at_once = await house.call(NUMBER["tiers"])
    assert await served_by(house, at_once) == "bob", "nobody is there on level 1"
    await at_once.hang_up()
    [waited, soon] = [(await house.story(each)).one(events.CallServed).waited_s for each in (late, at_once)]
    assert waited >= 2
    assert soon < 2


@rows("ST-24", "ST-25")
async def test_primary_groups_first_backups_when_all_are_busy_and_primary_again(house: House) -> None:
    await all_answer(house, "carla", "alice", "bob")
    calls = [await house.call(NUMBER["grouped"])]
    primary = [await served_by(house, calls[0])]
    calls.append(await house.call(NUMBER["grouped"]))
    primary.append(await served_by(house, calls[1]))
    assert set(primary) == {"alice", "bob"}, "Carla is idle longest, but a backup"
    calls.append(await house.call(NUMBER["grouped"]))
    assert await served_by(house, calls[2]) == "carla", "all primary agents are busy"
    for each in calls[1:]:
        await each.hang_up()
    await house.in_state(primary[1], "READY")
    await house.in_state("carla", "READY")
    calls.append(await house.call(NUMBER["grouped"]))
    assert await served_by(house, calls[3]) == primary[1], "a primary agent is free again"
    for each in calls:
        await each.hang_up()


@rows("ST-25")
async def test_backups_may_have_to_wait(house: House) -> None:
    await all_answer(house, "carla", "alice")
    first = await house.call(NUMBER["later"])
    assert await served_by(house, first) == "alice"
    second = await house.call(NUMBER["later"])
    assert await served_by(house, second) == "carla"
    [fact] = [fact for fact in await house.told(second) if isinstance(fact, events.CallServed)]
    assert fact.waited_s >= 2
    for each in (first, second):
        await each.hang_up()


@rows("ST-24")
async def test_an_agent_of_two_groups_is_reached_through_both(house: House) -> None:
    queues = {each["id"]: each for each in (await house.rest("GET", "/v1/status"))["queues"]}
    assert sum(queues["both"]["agents"].values()) == 2
    assert sum(queues["grouped"]["agents"].values()) == 3
    await all_answer(house, "bob")
    assert await serve(house, "grouped") == "b"
    assert await serve(house, "both") == "b"


@rows("ST-19")
async def test_a_silent_agent_is_followed_by_the_next_and_alone_is_rung_again(house: House) -> None:
    await house.agent("alice", Rings())
    await house.agent("bob", Rings())
    call = await house.call(NUMBER["silent"])
    first = await house.phones["alice"].incoming()
    second = await house.phones["bob"].incoming()
    assert (await first.ended()).code == 487
    await house.move("bob", "log_out")
    assert (await second.ended()).code == 487
    again = await house.phones["alice"].incoming()
    await again.answer(tone_hz=700)
    await call.heard.hears(700)
    await call.hang_up()
    story = await house.story(call)
    assert [fact.agent for fact in story.all(events.OfferMade)] == ["alice", "bob", "alice"]
    missed = story.all(events.OfferDeclined)[0]
    assert missed.reason is DeclineReason.NO_ANSWER
    assert missed.rang_s == pytest.approx(3, abs=0.5)


@rows("VX-08")
async def test_a_skill_learned_serves_the_caller_who_waits(house: House) -> None:
    await house.agent("alice", Answers(tone_hz=700))
    skilled = {**QUEUES, "skilled": queue(requires={"french": 2})}
    known = AGENTS | {"carla": agent(203, {"french": 2})}  # who is not here today
    await house.apply(centre(known, skilled, groups=GROUPS))
    try:
        call = await house.call(NUMBER["skilled"])
        await call.heard.hears_sound()
        assert not [fact for fact in await house.told(call) if isinstance(fact, events.OfferMade)]
        taught = known | {"alice": agent(201, {"french": 2})}
        await house.apply(centre(taught, skilled, groups=GROUPS))
        await call.heard.hears(700)
        await call.hang_up()
    finally:
        await house.apply(CONFIGURATION)
