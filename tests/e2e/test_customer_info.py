"""A customer's server is asked who is calling, and the agent knows it before his phone rings."""

import json
from typing import Any

import pytest

from ccapp.domain import events
from ccapp.domain.events import Asked, Outcome
from ccapp.ports import Json
from tests.e2e.centres import agent, centre
from tests.e2e.conftest import OpenHouse
from tests.e2e.house import House
from tests.hooks.customer_server import CustomerServer, customer_server
from tests.phone import Incoming, Phone
from tests.rows import rows

pytestmark = pytest.mark.real

ANNA: Json = {"name": "Anna Müller", "skills": "spanish:2", "orders": [{"id": 7, "open": True}]}
DATA = "customDataFromYourServer"


def asking(server: CustomerServer, path: str, timeout_ms: int = 20_000) -> dict[str, Any]:
    return {
        "url": f"{server.url}/{path}?key=7",
        "timeout_ms": timeout_ms,
        "project": "shop",
        "answers": {"Skills": "skills", "Customer": "name"},
    }


async def rung(house: House, phone: Phone) -> tuple[Incoming, Json]:
    """The agent's phone rings; with what it shows of the customer."""
    call = await house.call("100")
    ringing = await phone.incoming()
    shown = ringing.invite.header(f"X-{DATA}")
    asked = (await house.presence("alice"))["call"]
    assert asked["visit"] == ringing.invite.header("X-Call-Id")
    assert not asked["answered"]
    assert asked[DATA] == (None if shown is None else json.loads(shown))
    await call.hang_up()
    await ringing.ended()
    assert (await house.story(call)).ending[0] is Outcome.ABANDONED
    return ringing, asked[DATA]


@rows("ST-45")
async def test_the_agent_has_the_answer_before_ringing_and_a_bad_server_holds_nobody_up(
    open_house: OpenHouse,
) -> None:
    async with customer_server() as server, customer_server("127.0.0.2") as private:
        server.customer = ANNA
        server.redirect_to = f"{private.url}/secret"
        settings = centre({"alice": agent(201, {"spanish": 2}), "bob": agent(202)})
        async with open_house(
            settings | {"customer_info": asking(server, "well")}, http_allow="127.0.0.1"
        ) as house:
            bob, alice = await house.agent("bob"), await house.agent("alice")
            ringing, shown = await rung(house, alice)
            assert shown == ANNA
            assert ringing.invite.header("X-Customer") == "Anna Müller"
            arrived = (await house.facts(events.CallArrived))[0]
            assert server.asked == [
                ("GET", f"/well?key=7&from={arrived.caller_number}&to=100&project=shop", None)
            ]
            [told] = await house.facts(events.CustomerInfoAsked)
            assert (told.result, json.loads(told.info), told.of) == (Asked.ANSWERED, ANNA, "127.0.0.1")

            await house.move("bob", "log_out")
            server.delay_s = 0.8
            await house.rest("PATCH", "/v1/config", {"customer_info": asking(server, "late")})
            assert (await rung(house, alice))[1] == ANNA
            for way in ("hang", "broken", "bad-json", "huge", "redirect"):
                changed = asking(server, way, 700 if way == "hang" else 20_000)
                await house.rest("PATCH", "/v1/config", {"customer_info": changed})
                ringing, shown = await rung(house, alice)
                assert shown is None
            results = [fact.result for fact in await house.facts(events.CustomerInfoAsked)]
            assert results == [Asked.ANSWERED] * 2 + [Asked.TIMED_OUT] + [Asked.FAILED] * 4
            assert not private.asked
            assert not bob.calls
            details = [fact.detail for fact in await house.facts(events.CustomerInfoAsked)]
            assert "private" in details[-1]


@rows("ST-45")
async def test_an_answer_still_out_when_the_engine_dies_is_asked_for_again(open_house: OpenHouse) -> None:
    async with customer_server() as server:
        server.customer = ANNA
        settings = centre({"alice": agent(201, {"spanish": 2})})
        async with open_house(
            settings | {"customer_info": asking(server, "hang")}, http_allow="127.0.0.1"
        ) as house:
            alice = await house.agent("alice")
            call = await house.call("100", tone_hz=1000)

            async def asked() -> bool:
                return bool(server.asked)

            await house.until(asked, "the server is asked")
            await house.kill_engine()
            server.released.set()
            await house.start_engine()
            ringing = await alice.incoming(40.0)
            assert json.loads(ringing.invite.need(f"X-{DATA}")) == ANNA
            await ringing.answer(tone_hz=700)
            await call.heard.hears(700)
            await ringing.heard.hears(1000)
            assert (await house.presence("alice"))["call"][DATA] == ANNA
            assert len(server.asked) == 2
