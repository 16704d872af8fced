"""Queues that ring only agents whose desk is connected, beside those for whom a phone will do."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest

from ccapp.domain import events
from ccapp.domain.events import Fact
from tests.e2e.centres import agent, centre, queue
from tests.e2e.conftest import SHARED
from tests.e2e.house import House
from tests.phone import Answers, Rings
from tests.rows import rows

pytestmark = SHARED


@pytest.fixture(scope="module")
def configuration() -> dict[str, Any]:
    return centre(
        {"alice": agent(201)}, {"sales": queue(needs_desk=True), "help": queue()}, offline_grace_s=0.2
    )


@asynccontextmanager
async def desk_of(house: House, name: str) -> AsyncIterator[None]:
    """Connected as long as it is entered."""
    headers = {"Authorization": f"Bearer {house.engine.token}"}
    async with (
        aiohttp.ClientSession(house.engine.url, headers=headers) as client,
        client.ws_connect(f"/v1/live?agent={name}") as socket,
    ):
        reading = asyncio.create_task(_read(socket))
        try:
            yield
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)


async def _read(socket: aiohttp.ClientWebSocketResponse) -> None:
    async for _ in socket:
        pass


async def at_desk(house: House, name: str, wanted: bool) -> None:
    async def so() -> bool:
        return bool((await house.presence(name))["at_desk"] is wanted)

    await house.until(so, f"{name} {'at' if wanted else 'away from'} the desk")


async def fact_after_the_desk(house: House) -> Fact:
    """What happened next, when a desk was connected last."""
    facts = await house.facts(Fact)
    changes = [
        number
        for number, fact in enumerate(facts)
        if isinstance(fact, events.PresenceChanged) and fact.why == "desk connected"
    ]
    return facts[changes[-1] + 1]


@rows("ST-28")
async def test_with_a_phone_alone_she_is_rung_only_where_no_desk_is_needed(house: House) -> None:
    alice = await house.agent("alice", Answers(tone_hz=700))
    waiting = await house.call("101")
    await waiting.heard.hears_sound()
    await house.until_fact(events.CallWaits, lambda fact: fact.queue == "sales")
    other = await house.call("102")
    await other.heard.hears(700)  # idle, and rung with a phone alone: it is the queue that keeps her
    await other.hang_up()
    await house.in_state("alice", "READY")
    assert len(alice.calls) == 1
    await waiting.heard.hears_sound()
    async with desk_of(house, "alice"):
        await waiting.heard.hears(700)
        assert isinstance(await fact_after_the_desk(house), events.OfferMade)
        await waiting.hang_up()
        await house.in_state("alice", "READY")
    await at_desk(house, "alice", False)
    again = await house.call("101")
    await again.heard.hears_sound()
    assert len(alice.calls) == 2
    await again.hang_up()
    assert not (await house.story(again)).all(events.OfferMade)


async def test_her_phone_rings_on_when_her_desk_goes_and_she_may_answer(house: House) -> None:
    alice = await house.agent("alice", Rings())
    async with desk_of(house, "alice"):
        call = await house.call("101")
        talk = await alice.incoming()
    await at_desk(house, "alice", False)
    await talk.answer(tone_hz=700)
    await call.heard.hears(700)
    await call.hang_up()
    assert (await house.story(call)).one(events.CallServed).agent == "alice"


async def test_a_queue_that_needs_no_desk_any_more_rings_her_for_who_waits(house: House) -> None:
    await house.agent("alice", Answers(tone_hz=700))
    call = await house.call("101")
    await call.heard.hears_sound()
    await house.until_fact(events.CallWaits, lambda fact: fact.queue == "sales")
    await house.rest("PATCH", "/v1/config", {"queues": {"sales": {"needs_desk": False}}})
    try:
        await call.heard.hears(700)
        await call.hang_up()
    finally:
        await house.rest("PATCH", "/v1/config", {"queues": {"sales": {"needs_desk": True}}})


async def test_over_a_restart_of_the_engine_her_desk_is_gone_until_it_connects_again(house: House) -> None:
    await house.agent("alice", Answers(tone_hz=700))
    async with desk_of(house, "alice"):
        await at_desk(house, "alice", True)
        await house.until_fact(events.PresenceChanged, lambda fact: fact.at_desk)
        await house.kill_engine()
    await house.start_engine()
    await at_desk(house, "alice", False)
    call = await house.call("101")
    await call.heard.hears_sound()
    async with desk_of(house, "alice"):
        await call.heard.hears(700)
        await call.hang_up()
