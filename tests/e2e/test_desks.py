"""Shared telephones: who logs in at one is rung there, and one telephone has one agent."""

from typing import Any

import pytest

from ccapp.domain import events
from tests.e2e.centres import agent, centre, queue
from tests.e2e.conftest import SHARED
from tests.e2e.house import PASSWORD, House
from tests.phone import Answers, Behaviour, Phone, Rings

pytestmark = SHARED


@pytest.fixture(scope="module")
def configuration() -> dict[str, Any]:
    walker = {"name": "Walker", "extension": "202"}
    return centre(
        {"alice": agent(201), "bob": walker},
        {"sales": queue()},
        phones={
            "desk1": {"password": PASSWORD, "log_in_by_code": True},
            "desk2": {"password": PASSWORD},
        },
    )


def telephone(house: House, name: str, behaviour: Behaviour) -> Phone:
    phone = Phone(name, (house.asterisk.settings.bind, house.asterisk.sip_port), password=PASSWORD)
    phone.on_invite = behaviour
    return phone


async def online(house: House, name: str, wanted: bool = True) -> None:
    async def so() -> bool:
        return bool((await house.presence(name))["online"] is wanted)

    await house.until(so, f"{name} {'online' if wanted else 'offline'}")


async def dial(phone: Phone, code: str) -> None:
    call = await phone.call(code)
    await call.answered(20)
    await call.ended(30)


async def test_who_logs_in_at_a_desk_is_rung_there_and_not_on_his_own_phone(house: House) -> None:
    alice = await house.agent("alice", Rings(), ready=False)
    await house.move("alice", "log_out")
    async with telephone(house, "desk2", Answers(tone_hz=800)) as desk:
        await desk.register()
        await house.rest("POST", "/v1/agents/alice/state", {"move": "log_in", "phone": "desk2"})
        await online(house, "alice")
        await house.move("alice", "ready")
        shown = await house.presence("alice")
        assert (shown["phone"], shown["state"]) == ("desk2", "READY")
        call = await house.call("100")
        await call.heard.hears(800)
        assert not alice.calls
        await call.hang_up()
        await desk.unregister()
        await online(house, "alice", False)
        waiting = await house.call("100")
        await waiting.heard.hears_sound()
        assert not alice.calls, "her own phone is there, but she is not"
        await desk.register()
        await waiting.heard.hears(800)
        await waiting.hang_up()
        await house.in_state("alice", "READY")
        await house.move("alice", "log_out")
    await house.move("alice", "log_in")
    assert (await house.presence("alice"))["phone"] is None
    await online(house, "alice")


async def test_one_telephone_has_one_agent(house: House) -> None:
    async with telephone(house, "desk1", Rings()) as desk:
        await desk.register()
        await house.rest("POST", "/v1/agents/alice/state", {"move": "log_in", "phone": "desk1"})
        wish = {"move": "log_in", "phone": "desk1"}
        taken = await house.rest("POST", "/v1/agents/bob/state", wish, ok=False)
        assert taken["error"]["code"] == "illegal_move"
        assert "alice sits at desk1" in taken["error"]["message"]
        away = {"move": "log_in", "phone": "desk2"}
        moving = await house.rest("POST", "/v1/agents/alice/state", away, ok=False)
        assert "log out first" in moving["error"]["message"]
        unknown = {"move": "log_in", "phone": "desk9"}
        assert (await house.rest("POST", "/v1/agents/bob/state", unknown, ok=False))["error"][
            "field"
        ] == "phone"
        await house.move("alice", "log_out")
        await house.rest("POST", "/v1/agents/bob/state", wish)
        assert (await house.presence("bob"))["phone"] == "desk1"
        await house.move("bob", "log_out")


async def test_by_codes_on_the_desk_itself_and_over_a_restart_of_the_engine(house: House) -> None:
    async with telephone(house, "desk1", Answers(tone_hz=700)) as desk:
        await desk.register()
        await dial(desk, "*11202")
        await house.in_state("bob", "UNREADY/WAIT")
        await dial(desk, "*13")
        await house.in_state("bob", "READY")
        await house.kill_engine()
        await house.start_engine()
        await house.in_state("bob", "READY")
        call = await house.call("100")
        await call.heard.hears(700)
        await call.hang_up()
        served = (await house.story(call)).one(events.CallServed)
        assert served.agent == "bob"
        await dial(desk, "*12")
        await house.in_state("bob", "LOGOUT")
    async with telephone(house, "desk2", Rings()) as desk:
        await desk.register()
        await dial(desk, "*11202")  # not on this one
        await house.in_state("bob", "LOGOUT")


async def test_a_desk_that_is_taken_away_rings_nobody(house: House) -> None:
    whole = house.centre
    async with telephone(house, "desk2", Answers(tone_hz=700)) as desk:
        await desk.register()
        await house.rest("POST", "/v1/agents/bob/state", {"move": "log_in", "phone": "desk2"})
        await online(house, "bob")
        await house.move("bob", "ready")
        try:
            await house.apply({**whole, "phones": {"desk1": whole["phones"]["desk1"]}})
            await online(house, "bob", False)
            call = await house.call("100")
            await call.heard.hears_sound()
            assert not desk.calls
            await call.hang_up()
        finally:
            await house.apply(whole)
            await house.move("bob", "log_out")


async def test_a_shared_telephone_s_secret_is_not_read_back(house: House) -> None:
    shown = str(await house.rest("GET", "/v1/config"))
    assert "desk1" in shown
    assert f"'{PASSWORD}'" not in shown
    assert "digest" not in shown
