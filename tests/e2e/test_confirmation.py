"""A spare phone outside helps a queue after a threshold, and only a person who presses 1 takes the caller."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from ccapp.domain import events
from ccapp.domain.causes import DeclineReason
from tests.e2e.centres import agent, centre, queue
from tests.e2e.conftest import SHARED
from tests.e2e.house import DEADLINE_S, House
from tests.phone import Answers, Behaviour, Phone, Rings
from tests.rows import rows

pytestmark = SHARED

THRESHOLD_S = 3


@pytest.fixture(scope="module")
def configuration() -> dict[str, Any]:
    outside = {"number": "0301234", "trunk": "carrier", "confirm": "Press one.", "confirm_s": 3}
    spare = {"name": "Spare", "extension": "301", "outside": outside, "max_misses": 0}
    return centre(
        {"spare": spare, "alice": agent(201)},
        {
            "sales": queue(
                groups={"primary": ["desk"], "backup": ["spares"], "backup_after_s": THRESHOLD_S},
                caller_id="4930777",
                ring_s=6,
            )
        },
        groups={"desk": {"agents": ["alice"]}, "spares": {"agents": ["spare"]}},
    )


@asynccontextmanager
async def handset(house: House, behaviour: Behaviour) -> AsyncIterator[Phone]:
    """The spare phone 0301234, whose owner helps when asked."""
    host, port = house.asterisk.trunk("carrier").contact_address
    async with Phone("0301234", bind_host=host, port=port) as phone:
        phone.on_invite = behaviour
        await house.move("spare", "log_in")
        await house.move("spare", "ready")
        yield phone
        await house.move("spare", "log_out")


async def desk_is_busy(house: House) -> Any:
    """Alice is there and talks: nobody else is free."""
    await house.agent("alice", Answers(tone_hz=700))
    first = await house.call("100")
    await first.heard.hears(700)
    return first


@rows("VB-08")
async def test_after_the_threshold_the_spare_phone_rings_and_one_takes_the_caller(house: House) -> None:
    async with handset(house, Rings()) as phone:
        await desk_is_busy(house)
        call = await house.call("100", tone_hz=1000)
        rung = await phone.incoming(DEADLINE_S)
        await rung.answer(tone_hz=900)
        await rung.heard.hears_sound()  # the question
        await rung.send_digits("7")
        await rung.send_digits("1")
        await call.heard.hears(900)
        await rung.heard.hears(1000)
        [offer] = [fact for fact in await house.told(call) if isinstance(fact, events.OfferMade)]
        assert offer.waited_s >= THRESHOLD_S
        assert "backup groups" in offer.explanation.steps[-1]
        await call.hang_up()
        await rung.ended()
        assert (await house.story(call)).one(events.CallServed).agent == "spare"


@rows("VB-08")
async def test_a_mailbox_takes_no_caller(house: House) -> None:
    async with handset(house, Answers(tone_hz=900)):
        first = await desk_is_busy(house)
        call = await house.call("100")
        declined = await house.until_fact(events.OfferDeclined, lambda fact: fact.agent == "spare")
        assert declined[-1].reason is DeclineReason.NOT_CONFIRMED
        await house.move("spare", "not_ready")
        await first.hang_up()
        await call.heard.hears(700)  # he kept his place for those at the desk


@rows("VB-08")
async def test_a_caller_who_goes_while_the_spare_phone_rings_or_asks_lets_it_go(house: House) -> None:
    async with handset(house, Rings()) as phone:
        await desk_is_busy(house)
        call = await house.call("100")
        rung = await phone.incoming(DEADLINE_S)
        await call.hang_up()
        assert (await rung.ended()).code == 487  # CANCEL
        again = await house.call("100")
        answered = await phone.incoming(DEADLINE_S)
        await answered.answer()
        await answered.heard.hears_sound()
        await again.hang_up()
        assert (await answered.ended()).by == "remote"
