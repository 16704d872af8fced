"""Several phones ring for one caller: one wins, the others hear a CANCEL and are free at once."""

import asyncio
import random
from typing import Any

import pytest

from ccapp.domain import events
from ccapp.domain.causes import DeclineReason
from ccapp.domain.events import EndedBy, Outcome
from tests.e2e.centres import agent, centre, queue
from tests.e2e.conftest import SHARED
from tests.e2e.house import House
from tests.phone import CallOver, Incoming, Outgoing, Rings
from tests.rows import rows

AGENTS = ["alice", "bob", "carla"]
QUEUES = {
    "sales": queue(strategy="ring_all"),
    "slow": queue(strategy="ring_progressively", ring_next_after_s=1.5),
    "one": queue(),
}
CONFIGURATION = centre({name: agent(201 + n) for n, name in enumerate(AGENTS)}, QUEUES)
ELSEWHERE = DeclineReason.ANSWERED_ELSEWHERE

pytestmark = SHARED


@pytest.fixture(scope="module")
def configuration() -> dict[str, Any]:
    return CONFIGURATION


async def all_ring(house: House, names: list[str]) -> list[Incoming]:
    rung = [await house.phones[name].incoming() for name in names]
    for phone in rung:
        await phone.ringing()
    return rung


async def served_by(house: House, call: Outgoing) -> events.CallServed:
    found: list[events.CallServed] = []

    async def told() -> bool:
        found[:] = [fact for fact in await house.told(call) if isinstance(fact, events.CallServed)]
        return bool(found)

    await house.until(told, "the caller is served")
    return found[0]


@rows("XS-13", "X-04")
async def test_all_ring_one_wins_the_others_are_cancelled(house: House) -> None:
    for name in AGENTS:
        await house.agent(name, Rings())
    call = await house.call("100", tone_hz=1000)
    first, winner, third = await all_ring(house, AGENTS)
    await winner.answer(tone_hz=700)
    await call.heard.hears(700)
    await winner.heard.hears(1000)
    for loser in (first, third):
        end = await loser.ended()
        assert (end.by, end.code) == ("remote", 487)
    for name in ("alice", "carla"):
        await house.in_state(name, "READY")
        presence = await house.presence(name)
        assert (presence["misses"], presence["not_before"]) == (0, None)
    await call.hang_up()
    story = await house.story(call)
    assert story.ending == (Outcome.SERVED, EndedBy.CALLER)
    assert story.one(events.CallServed).agent == "bob"
    assert {(fact.agent, fact.reason) for fact in story.all(events.OfferDeclined)} == {
        ("alice", ELSEWHERE),
        ("carla", ELSEWHERE),
    }
    assert [len(house.phones[name].calls) for name in AGENTS] == [1, 1, 1], "and nobody is rung again"


async def test_the_caller_goes_and_all_are_cancelled(house: House) -> None:
    for name in AGENTS:
        await house.agent(name, Rings())
    call = await house.call("100")
    rung = await all_ring(house, AGENTS)
    await call.hang_up()
    for phone in rung:
        assert (await phone.ended()).code == 487
    for name in AGENTS:
        await house.in_state(name, "READY")
    story = await house.story(call)
    assert story.ending == (Outcome.ABANDONED, EndedBy.CALLER)
    assert {fact.reason for fact in story.all(events.OfferDeclined)} == {DeclineReason.CALLER_GONE}


async def test_the_losers_ring_for_the_next_caller(house: House) -> None:
    for name in AGENTS:
        await house.agent(name, Rings())
    one = await house.call("100", tone_hz=1000)
    rung = await all_ring(house, AGENTS)
    two = await house.call("100", tone_hz=1300)
    await two.heard.hears_sound()
    await rung[0].answer(tone_hz=700)
    again = await all_ring(house, AGENTS[1:])
    assert {phone.caller_id.number for phone in again} == {house.number_of(two)}
    await again[1].answer(tone_hz=800)
    await two.heard.hears(800)
    await again[1].heard.hears(1300)
    await one.heard.hears(700)
    await one.hang_up()
    await two.hang_up()
    await house.story(one)
    assert (await house.story(two)).one(events.CallServed).agent == "carla"


@rows("XS-13")
async def test_one_more_rings_every_while(house: House) -> None:
    for name in AGENTS:
        await house.agent(name, Rings())
    call = await house.call("102")
    rung = await all_ring(house, AGENTS)
    made = [fact for fact in await house.told(call) if isinstance(fact, events.OfferMade)]
    assert [fact.agent for fact in made] == AGENTS
    assert made[1].at - made[0].at == pytest.approx(1.5, abs=0.3)
    assert made[2].at - made[1].at == pytest.approx(1.5, abs=0.3)
    assert all(phone.state == "ringing" for phone in rung), "the earlier ones ring on"
    await rung[0].answer(tone_hz=700)
    await call.heard.hears(700)
    for phone in rung[1:]:
        assert (await phone.ended()).code == 487
    await call.hang_up()
    assert (await house.story(call)).one(events.CallServed).agent == "alice"


@rows("X-04", "XS-13")
async def test_two_pick_up_in_the_same_instant(house: House) -> None:
    """One talks, the other hears a clean end; both are what they should be, round after round."""
    chance = random.Random(11)
    phones = {name: await house.agent(name, Rings()) for name in AGENTS[:2]}
    won = set()
    for _ in range(12):
        call = await house.call("100", tone_hz=1000)
        rung = dict(zip(phones, await all_ring(house, list(phones)), strict=True))
        for phone in rung.values():
            phone.tone(700)

        async def picks_up(phone: Incoming, after_s: float) -> None:
            await asyncio.sleep(after_s)
            try:
                await phone.answer()
            except CallOver:  # too late by a moment
                return

        await asyncio.gather(*(picks_up(phone, chance.uniform(0, 0.02)) for phone in rung.values()))
        served = await served_by(house, call)
        winner = served.agent
        [loser] = set(phones) - {winner}
        await rung[loser].ended()
        await house.in_state(loser, "READY")
        await rung[winner].heard.hears(1000)
        await call.heard.hears(700)
        await call.hang_up()
        await rung[winner].ended()
        for name in phones:
            await house.in_state(name, "READY")
        story = await house.story(call)
        [declined] = story.all(events.OfferDeclined)
        assert (declined.agent, declined.reason) == (loser, ELSEWHERE)
        won.add(winner)
    print("won:", won)
