"""Agents: what they say by codes, CLI and REST, what the lines prove, and what becomes of their phones."""

import asyncio
import json
from typing import Any

import pytest

from ccapp.domain import events
from ccapp.domain.causes import DeclineReason
from ccapp.domain.presence import State
from tests.e2e.centres import agent, centre, queue
from tests.e2e.conftest import SHARED
from tests.e2e.house import PASSWORD, House
from tests.phone import Answers, Phone, Rings, SipError
from tests.rows import rows

pytestmark = SHARED

TOLERANCE_S = 0.5


@pytest.fixture(scope="module")
def configuration() -> dict[str, Any]:
    return centre(
        {"alice": agent(201), "bob": agent(202), "carla": agent(203, {"care": 1})},
        {
            "sales": queue(retry_same_agent_s=60),
            "papers": queue(wrap_up_s=2),
            "long": queue(wrap_up_s=60),
            "care": queue(requires={"care": 1}, wrap_up_s=60),
        },
    )


async def dial(phone: Phone, code: str) -> None:
    """A feature code, until its spoken confirmation is over."""
    call = await phone.call(code)
    await call.answered()
    await call.heard.hears_sound(deadline=20)
    await call.ended(deadline=20)


async def states(house: House, name: str) -> list[str]:
    """What was told of the agent, repeats left out."""
    told = [
        f"{fact.state}/{fact.sub_state}".rstrip("/")
        for fact in await house.facts(events.PresenceChanged)
        if fact.agent == name
    ]
    return [state for index, state in enumerate(told) if index == 0 or told[index - 1] != state]


@rows("XS-05")
async def test_a_day_by_feature_codes(house: House) -> None:
    """Log in, ready, two kinds of break, a call, and home: all by dialling on the agent's own phone."""
    server = (house.asterisk.settings.bind, house.asterisk.sip_port)
    before = len(await states(house, "bob"))
    async with Phone("bob", server, password=PASSWORD) as bob:
        bob.on_invite = Answers(tone_hz=700)
        await bob.register()
        for code in ("*11", "*13", "*14", "*142", "*13"):
            await dial(bob, code)
        call = await house.call("103")
        await call.heard.hears(700)
        await dial(bob, "*14")  # during the call: done when it ends
        await house.in_state("bob", "BUSY/ANSWERED")
        await call.hang_up()
        await house.in_state("bob", "UNREADY/BREAK")
        await dial(bob, "*13")
        again = await house.call("103")
        await again.heard.hears(700)
        await again.hang_up()
        await house.in_state("bob", "ACW")
        await dial(bob, "*15")
        await house.in_state("bob", "READY")
        await dial(bob, "*12")
        await house.in_state("bob", "LOGOUT")
    assert (await states(house, "bob"))[before:] == [
        "LOGOUT", "LOGIN", "UNREADY/WAIT", "READY", "UNREADY/BREAK", "READY",
        "BUSY/RINGING", "BUSY/ANSWERED", "UNREADY/BREAK", "READY",
        "BUSY/RINGING", "BUSY/ANSWERED", "ACW", "READY", "LOGOUT",
    ]  # fmt: skip
    reasons = [
        fact.reason
        for fact in await house.facts(events.PresenceChanged)
        if fact.agent == "bob" and fact.sub_state == "BREAK"
    ]
    assert reasons[:2] == ["break", "lunch"]


@rows("ST-20", "XS-07")
async def test_the_states_of_a_call_and_wrap_up_that_ends_on_time(house: House) -> None:
    before = len(await states(house, "alice"))
    alice = await house.agent("alice", Rings())
    call = await house.call("102", tone_hz=1000)
    talk = await alice.incoming()
    await house.in_state("alice", "BUSY/RINGING")
    await talk.answer(tone_hz=700)
    await house.in_state("alice", "BUSY/ANSWERED")
    await call.heard.hears(700)
    await call.hang_up()
    await house.in_state("alice", "ACW")
    await house.in_state("alice", "READY")
    assert (await states(house, "alice"))[before:][-6:] == [
        "UNREADY/WAIT", "READY", "BUSY/RINGING", "BUSY/ANSWERED", "ACW", "READY",
    ]  # fmt: skip
    ended = (await house.facts(events.TalkEnded))[-1]
    over = (await house.facts(events.WrapUpEnded))[-1]
    assert over.at - ended.at == pytest.approx(2.0, abs=TOLERANCE_S)


async def test_commands_by_cli_and_rest_and_those_that_are_refused(house: House) -> None:
    await house.agent("alice", ready=False)

    async def cli(*words: str, ok: bool = True) -> str:
        return await asyncio.to_thread(lambda: house.engine.cli(*words, ok=ok))

    await cli("agent", "ready", "alice")
    await house.in_state("alice", "READY")
    await cli("agent", "not-ready", "alice", "--reason", "lunch")
    shown = json.loads(await cli("agents", "alice", "--json"))
    assert (shown["state"], shown["reason"]) == ("UNREADY", "lunch")
    refused = await house.rest("POST", "/v1/agents/alice/state", {"move": "wrap_up_done"}, ok=False)
    assert refused["error"]["code"] == "illegal_move"
    unknown = await house.rest("POST", "/v1/agents/nobody/state", {"move": "ready"}, ok=False)
    assert unknown["error"]["code"] == "not_found"
    bad = await house.rest("POST", "/v1/agents/alice/state", {"move": "fly"}, ok=False)
    assert bad["error"]["field"] == "move"
    await house.in_state("alice", "UNREADY/BREAK")


@rows("ST-30")
async def test_a_secret_is_never_read_back(house: House) -> None:
    """Neither from the engine, nor as clear text from Asterisk, nor from the log."""
    exported = await asyncio.to_thread(house.engine.cli, "config", "export")
    document = json.dumps(await house.rest("GET", "/v1/config"))
    auth = json.dumps(await house.ari("asterisk/config/dynamic/res_pjsip/auth/alice"))
    for text in (exported, document, auth, house.engine.log.read_text()):
        assert f'"{PASSWORD}"' not in text
        assert f"password: {PASSWORD}" not in text
    assert "digest" not in exported + document


@rows("ST-49")
async def test_a_phone_that_goes_is_not_rung_and_one_back_in_time_was_never_gone(house: House) -> None:
    alice = await house.agent("alice", Answers(tone_hz=700))
    gone_before = [fact for fact in await house.facts(events.DeviceChanged) if not fact.online]
    await alice.unregister()
    await alice.register()
    await asyncio.sleep(1.5)  # longer than the grace
    gone = [fact for fact in await house.facts(events.DeviceChanged) if not fact.online]
    assert gone == gone_before
    await alice.unregister()
    await house.until_fact(events.DeviceChanged, lambda fact: not fact.online, count=len(gone) + 1)
    call = await house.call("101")
    await call.answered()
    await call.heard.hears_sound()
    assert not alice.calls
    await alice.register()
    await call.heard.hears(700)
    await call.hang_up()


async def test_a_wrong_password_is_refused(house: House) -> None:
    server = (house.asterisk.settings.bind, house.asterisk.sip_port)
    async with Phone("alice", server, password="wrong") as thief:
        with pytest.raises(SipError, match="401"):
            await thief.register()


async def test_who_logs_out_while_his_phone_rings_is_rung_no_more(house: House) -> None:
    alice = await house.agent("alice", Rings())
    call = await house.call("101")
    rung = await alice.incoming()
    await house.in_state("alice", "BUSY/RINGING")
    bob = await house.agent("bob", Answers(tone_hz=800))
    await house.move("alice", "log_out")
    assert (await rung.ended()).code == 487
    await call.heard.hears(800)
    await house.in_state("alice", "LOGOUT")
    assert len(bob.calls) == 1
    declined = (await house.facts(events.OfferDeclined))[-1]
    assert (declined.agent, declined.reason) == ("alice", DeclineReason.WITHDRAWN)
    await call.hang_up()


async def test_phones_that_vanish_while_they_ring_and_talk(house: House) -> None:
    """Without a word. Who waits is served by the next; who talks finds the line dead, and hangs up; nobody is
    rung there any more."""
    alice, carla = await house.agent("alice", Rings()), await house.agent("carla", Answers(tone_hz=700))
    talking = await house.call("104")
    await talking.heard.hears(700)
    call = await house.call("101")
    await alice.incoming()
    await house.in_state("alice", "BUSY/RINGING")
    await asyncio.gather(alice.unplug(), carla.unplug())
    await house.agent("bob", Answers(tone_hz=800))
    await call.heard.hears(800, deadline=60)
    await call.hang_up()
    await house.until(lambda: _is(house, "alice", "READY", "UNREADY"), "alice off the phone")

    await house.until(lambda: _offline(house, "carla"), "carla offline")
    await talking.heard.hears_silence()
    await house.in_state("carla", "BUSY/ANSWERED")
    await talking.hang_up()
    await house.in_state("carla", "UNREADY/AWAY")
    unlucky = await house.call("104")
    await unlucky.heard.hears_sound()
    assert len(carla.calls) == 1
    await unlucky.hang_up()


async def _offline(house: House, name: str) -> bool:
    return not (await house.presence(name))["online"]


async def _is(house: House, name: str, *wanted: str) -> bool:
    return (await house.presence(name))["state"] in wanted


async def test_an_agent_removed_while_he_talks_finishes_his_call(house: House) -> None:
    await house.agent("alice", Answers(tone_hz=700))
    call = await house.call("101", tone_hz=1000)
    await call.heard.hears(700)
    whole = house.centre
    try:
        agents = {name: one for name, one in whole["agents"].items() if name != "alice"}
        await house.apply({**whole, "agents": agents})
        await call.heard.hears(700)
        await call.hang_up()
        talk = (await house.until_fact(events.TalkEnded, lambda fact: fact.agent == "alice"))[-1]
        assert talk.talk_s > 0
        await house.until(lambda: _logged_out(house), "alice is told to be logged out")
    finally:
        await house.apply(whole)


async def _logged_out(house: House) -> bool:
    told = [fact for fact in await house.facts(events.PresenceChanged) if fact.agent == "alice"]
    return told[-1].state is State.LOGOUT
