"""Spare phones outside help while too many wait: so many at once, so often each, and within their hours."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from ccapp.domain import events
from ccapp.domain.explanation import WhyNot
from tests.e2e.centres import agent, centre, queue
from tests.e2e.conftest import SHARED
from tests.e2e.house import DEADLINE_S, House
from tests.phone import Answers, Incoming, Outgoing, Phone
from tests.rows import rows

pytestmark = SHARED

SPARES = ("cora", "dora", "emma")


def spare(extension: int, **more: Any) -> dict[str, Any]:
    outside = {"number": f"030{extension}", "trunk": "carrier", "confirm": "Press one.", "always_ready": True}
    return {"name": "Spare", "extension": str(extension), "outside": outside | more}


def spares(**more: Any) -> dict[str, Any]:
    return {name: spare(301 + number, **more) for number, name in enumerate(SPARES)}


@pytest.fixture(scope="module")
def configuration() -> dict[str, Any]:
    overflow = {"primary": ["desk"], "backup": ["spares"], "backup_above": 1}
    return centre(
        {"alice": agent(201), "rare": spare(399, calls_per_day_max=1), **spares()},
        {
            "sales": queue(groups=overflow, caller_id="4930777", ring_s=20),
            "rare": queue(groups={"primary": ["rares"]}, caller_id="4930777"),
        },
        groups={
            "desk": {"agents": ["alice"]},
            "spares": {"agents": [*SPARES], "at_once_max": 2},
            "rares": {"agents": ["rare"]},
        },
        hours={"never": {"weekly": {}}},
    )


@asynccontextmanager
async def outside(house: House) -> AsyncIterator[Phone]:
    """All phones behind the trunk: nobody there has registered or logged in."""
    host, port = house.asterisk.trunk("carrier").contact_address
    async with Phone("030", bind_host=host, port=port) as phones:
        yield phones


async def takes(phones: Phone, tone_hz: int) -> Incoming:
    """One of them rings, is answered, and 1 is pressed."""
    rung = await phones.incoming(DEADLINE_S)
    await rung.answer(tone_hz=tone_hz)
    await rung.heard.hears_sound()
    await rung.send_digits("1")
    return rung


async def desk_is_busy(house: House) -> Outgoing:
    await house.agent("alice", Answers(tone_hz=700))
    first = await house.call("100")
    await first.heard.hears(700)
    return first


async def waits(house: House, number: str = "100") -> Outgoing:
    call = await house.call(number)
    caller = house.number_of(call)
    arrived = await house.until_fact(events.CallArrived, lambda fact: fact.caller_number == caller)
    await house.until_fact(events.CallWaits, lambda fact: fact.visit == arrived[-1].visit)
    return call


async def offers(house: House, call: Outgoing) -> list[events.OfferMade]:
    return [fact for fact in await house.told(call) if isinstance(fact, events.OfferMade)]


@rows("VB-08")
async def test_a_spare_rings_from_the_threshold_on_and_not_before(house: House) -> None:
    async with outside(house) as phones:
        await desk_is_busy(house)
        one = await waits(house)
        two = await waits(house)
        await takes(phones, 900)
        await one.heard.hears(900)
        [offer] = await offers(house, one)
        [second_waits] = [fact for fact in await house.told(two) if isinstance(fact, events.CallWaits)]
        assert offer.at >= second_waits.at
        assert offer.explanation.steps == ("more than 1 wait: backup groups",)
        assert not await offers(house, two)


@rows("VB-08")
async def test_with_two_of_them_on_calls_the_third_caller_stays(house: House) -> None:
    async with outside(house) as phones:
        await desk_is_busy(house)
        calls = []
        for tone_hz in (900, 1100):
            calls.append(await waits(house))
            if len(calls) == 1:
                calls.append(await waits(house))
            await takes(phones, tone_hz)
            await calls[len(calls) - 2].heard.hears(tone_hz)
        third, fourth = calls[-1], await waits(house)
        assert not await offers(house, third)
        assert not await offers(house, fourth)
        await calls[0].hang_up()
        await takes(phones, 1300)
        await third.heard.hears(1300)
        served = {(await offers(house, call))[-1].agent for call in (calls[1], third)}
        assert len(served) == 2
        assert served <= {*SPARES}
        helped = await house.until_fact(events.CallServed, lambda fact: fact.agent in served, 2)
        assert all(fact.by_backup for fact in helped)


@rows("VB-08")
async def test_outside_their_hours_none_of_them_rings(house: House) -> None:
    whole = house.centre
    closed = {**whole, "agents": {**whole["agents"], **spares(hours="never")}}
    async with outside(house) as phones:
        first = await desk_is_busy(house)
        await house.apply(closed)
        try:
            one, two, three = await waits(house), await waits(house), await waits(house)
            await first.hang_up()
            await one.heard.hears(700)
            [offer] = await offers(house, one)
            assert {
                each.agent for each in offer.explanation.not_chosen if each.why is WhyNot.OUT_OF_HOURS
            } == {*SPARES}
            refused = await house.rest("POST", "/v1/agents/cora/state", {"move": "log_in"}, ok=False)
            assert "outside his hours" in str(refused)
            assert not phones.calls
        finally:
            await house.apply(whole)
        await takes(phones, 900)  # from now on they may, and one too many waits
        await two.heard.hears(900)
        assert not await offers(house, three)


@rows("VB-08")
async def test_a_phone_that_may_be_rung_once_a_day_is_rung_once(house: House) -> None:
    async with outside(house) as phones:
        call = await waits(house, "102")
        await takes(phones, 900)
        await call.heard.hears(900)
        await call.hang_up()
        await house.in_state("rare", "READY")
        again = await waits(house, "102")
        assert not await offers(house, again)
        assert len(phones.calls) == 1
