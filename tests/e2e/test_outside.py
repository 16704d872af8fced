"""Agents who are rung on their own phone numbers, over a trunk."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from ccapp.domain import events
from ccapp.domain.causes import DeclineReason
from tests.e2e.centres import agent, centre, queue
from tests.e2e.conftest import SHARED
from tests.e2e.house import DEADLINE_S, House
from tests.phone import Answers, Behaviour, Phone, Rejects, Rings
from tests.rows import rows

pytestmark = SHARED

OUR_NUMBER = "4930777"


@pytest.fixture(scope="module")
def configuration() -> dict[str, Any]:
    outside = {"outside": {"number": "0301234", "trunk": "carrier"}}
    mobile = {"name": "Mobile", "extension": "301", "reject_delay_s": 0, "skills": {"field": 1}, **outside}
    return centre(
        {"mobile": mobile, "alice": agent(201, {"desk": 1})},
        {
            "field": queue(requires={"field": 1}, caller_id=OUR_NUMBER, ring_s=4, wrap_up_s=1),
            "desk": queue(requires={"desk": 1}),
        },
    )


@asynccontextmanager
async def handset(house: House, behaviour: Behaviour) -> AsyncIterator[Phone]:
    """The mobile phone 0301234, registered nowhere."""
    host, port = house.asterisk.trunk("carrier").contact_address
    async with Phone("0301234", bind_host=host, port=port) as phone:
        phone.on_invite = behaviour
        yield phone


async def at_work(house: House) -> None:
    await house.move("mobile", "log_in")
    await house.move("mobile", "ready")


@rows("ST-29")
async def test_his_own_number_rings_with_the_queues_number_and_both_hear_each_other(house: House) -> None:
    assert (await house.presence("mobile"))["online"]
    await at_work(house)
    async with handset(house, Rings()) as phone:
        call = await house.call("101", tone_hz=1000)
        rung = await phone.incoming(DEADLINE_S)
        assert rung.invite.uri.startswith("sip:0301234@")
        assert rung.caller_id.number == OUR_NUMBER
        await house.in_state("mobile", "BUSY/RINGING")
        await rung.answer(tone_hz=900)
        await call.heard.hears(900)
        await rung.heard.hears(1000)
        await house.in_state("mobile", "BUSY/ANSWERED")
        await call.hang_up()
        await rung.ended()
    await house.in_state("mobile", "ACW")
    await house.in_state("mobile", "READY")
    story = await house.story(call)
    assert story.one(events.CallServed).agent == "mobile"
    await house.move("mobile", "log_out")


@rows("ST-29")
async def test_a_reject_and_silence_count_as_on_any_phone(house: House) -> None:
    await at_work(house)
    async with handset(house, Rejects(603)) as phone:
        call = await house.call("101")
        await house.until_fact(events.OfferDeclined, lambda fact: fact.reason is DeclineReason.REJECTED)
        phone.on_invite = Rings()
        await house.until_fact(events.OfferDeclined, lambda fact: fact.reason is DeclineReason.NO_ANSWER)
        phone.on_invite = Answers(tone_hz=900)
        await call.heard.hears(900, DEADLINE_S)
        await call.hang_up()
    await house.in_state("mobile", "READY")
    await house.move("mobile", "log_out")


@rows("ST-29")
async def test_a_wrong_setup_is_refused_with_file_and_field(house: House) -> None:
    whole = house.centre
    queues = {**whole["queues"], "field": {**whole["queues"]["field"], "caller_id": ""}}
    refused = await house.rest("PUT", "/v1/config", {**whole, "queues": queues}, ok=False)
    assert "queues.field.caller_id" in str(refused)
    for outside in (
        {"number": "0301234", "trunk": "nowhere"},
        {"trunk": "carrier"},
        {"number": "call me", "trunk": "carrier"},
    ):
        agents = {**whole["agents"], "mobile": {**whole["agents"]["mobile"], "outside": outside}}
        refused = await house.rest("PUT", "/v1/config", {**whole, "agents": agents}, ok=False)
        assert "agents.mobile.outside" in str(refused)


async def test_who_is_given_a_desk_phone_needs_it_from_then_on(house: House) -> None:
    whole = house.centre
    agents = {**whole["agents"], "mobile": agent(301, {"field": 1})}
    try:
        await house.apply({**whole, "agents": agents})
        assert not (await house.presence("mobile"))["online"]
    finally:
        await house.apply(whole)
    assert (await house.presence("mobile"))["online"]
