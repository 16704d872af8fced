"""The customer's server directs the calls: it is asked, it says whom to ring, it is told what came of it."""

import asyncio
import io
import math
import struct
import wave
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import aiohttp
import pytest

from ccapp.domain import events
from tests.e2e.centres import agent, centre, queue
from tests.e2e.conftest import OpenHouse
from tests.e2e.house import DEADLINE_S, House
from tests.hooks.backend_server import BackendServer, backend_server
from tests.phone import Answers, CallOver, Outgoing, Phone, Rejects, Rings, Silent
from tests.rows import rows

pytestmark = pytest.mark.real

AGENTS = {"alice": agent(201, max_misses=0, reject_delay_s=0, busy_delay_s=0), "bob": agent(202)}


@asynccontextmanager
async def directed(
    open_house: OpenHouse, settings: dict[str, Any] | None = None, **rules: Any
) -> AsyncIterator[tuple[House, BackendServer]]:
    """A house whose queue `sales` is directed by a server."""
    async with backend_server() as server, open_house(centre(AGENTS), http_allow="127.0.0.1") as house:
        external = server.external(house.engine.url, **rules)
        lines = {"sales": queue(external=external, **(settings or {})), "other": queue()}
        await house.apply(centre(AGENTS, lines))
        yield house, server


async def asked(server: BackendServer, house: House, call: Outgoing) -> dict[str, Any]:
    return await server.asked_about(house.number_of(call))


def user(name: str, **more: Any) -> dict[str, Any]:
    return {"command": "connect", "operator": {"type": "user", "id": name}, **more}


@rows("VB-01", "VB-02", "VB-03", "VB-04")
async def test_it_is_asked_names_an_operator_later_and_is_told_everything(open_house: OpenHouse) -> None:
    async with directed(open_house) as (house, server):
        alice = await house.agent("alice", Answers(tone_hz=700))
        bob = await house.agent("bob", Answers(tone_hz=600))
        call = await house.call("100", tone_hz=1000)
        route = await asked(server, house, call)
        session, access = route["session_id"], route["access_url"]
        asked_for = [route[name] for name in ("type", "queue", "to", "attempt")]
        assert asked_for == ["call.alerting", "sales", "100", 1]
        await call.heard.hears_sound()  # music, though both are ready: the server decides
        assert await house.facts(events.OfferMade) == []

        bob.on_invite = Rejects(603)
        assert (await server.say(access, user("bob", command_id="a")))[0] == 202
        failed = await server.told(session, "operator.failed")
        assert (failed["reason"], failed["code"]) == ("rejected", 603)
        assert (await server.say(access, user("nobody")))[0] == 202
        assert (await server.told(session, "operator.failed", 2))["reason"] == "unavailable"

        status, accepted = await server.say(access, user("alice", command_id="b"))
        assert (status, accepted["accepted"], accepted["command_id"]) == (202, True, "b")
        await call.heard.hears(700)
        assert (await server.say(access, user("alice", command_id="b")))[0] == 202
        await alice.calls[-1].hold()
        await server.told(session, "call.held")
        await alice.calls[-1].resume()
        await server.told(session, "call.resumed")
        assert (await server.say(access, user("bob")))[1] == {
            "error": "busy", "state": "talking", "command_id": f"{session}.4",
        }  # fmt: skip
        assert (await server.say(access[:-1] + "x", user("bob")))[0] == 404
        assert (await server.say(access, b"{"))[0] == 400
        assert (await server.say(access, b" " * 70_000))[0] == 413
        bob.on_invite = Answers(tone_hz=600)
        assert (await server.say(access, {**user("bob"), "command": "transfer"}))[0] == 202
        await call.heard.hears(600)
        await alice.calls[-1].ended()
        await call.hang_up()
        ended = await server.told(session, "call.ended")
        assert ended["ended_by"] == "caller"
        assert [attempt["reason"] for attempt in ended["attempts"]] == [
            "rejected", "unavailable", "reached", "reached",
        ]  # fmt: skip
        assert server.types(session) == [
            "call.queued", "operator.calling", "operator.failed", "operator.failed",
            "operator.calling", "operator.reached", "call.joined", "call.held", "call.resumed",
            "operator.calling", "operator.reached", "call.joined", "caller.hungup", "call.ended",
        ]  # fmt: skip
        assert [report["seq"] for report in server.of(session)] == list(range(1, 15))
        assert (await server.say(access, user("bob")))[0] == 410


@rows("VB-02", "VB-05")
async def test_it_plays_asks_and_rings_numbers_and_sip_addresses(open_house: OpenHouse) -> None:
    async with directed(open_house, trunk="carrier") as (house, server):
        await upload(house, "hello", tone(500))
        host, port = house.asterisk.trunk("carrier").contact_address
        call = await house.call("100", tone_hz=1000)
        route = await asked(server, house, call)
        session, access = route["session_id"], route["access_url"]
        await call.heard.hears_sound()

        await server.say(access, {"command": "play", "file": "hello"})
        await call.heard.hears(500)
        await server.say(access, {"command": "stop"})
        await call.heard.hears_not(500)
        await server.say(access, {"command": "say", "text": "Thank you for waiting so long for us."})
        await call.heard.hears_sound()
        ask = {"command": "ask", "text": "Yes or no?", "dtmf": {"1": "yes", "2": "no"}, "timeout": 20}
        await server.say(access, ask)
        await call.send_digits("2")
        assert (await server.told(session, "answer"))["choice"] == "no"

        async with Phone("0301234", bind_host=host, port=port) as outside:
            outside.on_invite = Rings()
            number = {"type": "phone", "number": "0301234"}
            await server.say(access, {"command": "connect", "operator": number, "caller_id": "4930777"})
            first = await outside.incoming(DEADLINE_S)
            assert first.caller_id.number == "4930777"
            assert (await server.say(access, {"command": "cancel"}))[0] == 202
            await first.ended()
            assert (await server.told(session, "operator.failed"))["reason"] == "cancelled"

            address = {"type": "sip", "uri": f"sip:bob@{host}:{port}"}
            await server.say(access, {"command": "connect", "operator": address})
            second = await outside.incoming(DEADLINE_S)
            await second.answer(tone_hz=900)
            await call.heard.hears(900)
            await second.heard.hears(1000)
            await server.say(access, {**ask, "command_id": "after"})
            await second.hang_up()
            await server.told(session, "operator.hungup")
            with suppress(CallOver):  # the call may end before his finger has left the key
                await call.send_digits("1")
            assert (await server.told(session, "answer", 2))["choice"] == "yes"
            await call.ended()
        ended = await server.told(session, "call.ended")
        assert (ended["ended_by"], len(ended["attempts"])) == ("operator", 2)


@rows("VB-01", "VB-04")
async def test_whatever_it_was_when_the_engine_was_killed_goes_on(open_house: OpenHouse) -> None:
    async with directed(open_house) as (house, server):
        alice = await house.agent("alice", Rings())
        await house.agent("bob", Answers(tone_hz=600))
        number = "4930555"
        server.route_answers[number] = "hang"
        call = await house.call("100", name=number, tone_hz=1000)
        route = await asked(server, house, call)
        await house.kill_engine()  # while the route request is out
        server.route_answers[number] = {
            "action": "operator", "operator": {"type": "user", "id": "alice"}, "timeout": 60,
        }  # fmt: skip
        await house.start_engine()
        again = await server.asked_about(number, attempt=2)
        session, access = route["session_id"], route["access_url"]
        assert (again["session_id"], again["access_url"]) == (session, access)

        await alice.incoming(DEADLINE_S)
        await restart(house)  # while the operator rings
        failed = await server.told(session, "operator.failed")
        assert (failed["operator"]["id"], failed["reason"]) == ("alice", "error")
        assert len(server.routes) == 2
        await eventually_accepted(server, access, user("bob", command_id="late"))
        await call.heard.hears(600)

        await restart(house)  # while they talk
        assert (await server.say(access, user("bob", command_id="late")))[0] == 202  # the first result
        assert (await server.say(access, user("alice")))[0] == 409
        await call.heard.hears(600)
        await house.kill_engine()
        await call.hang_up()  # nobody sees it
        await house.start_engine()
        ended = await server.told(session, "call.ended")
        assert ended["ended_by"] == "caller"
        assert server.types(session) == [
            "call.queued", "operator.calling", "operator.failed", "operator.calling", "operator.reached",
            "call.joined", "caller.hungup", "call.ended",
        ]  # fmt: skip
        assert (await server.say(access, user("bob")))[0] == 410


@rows("VB-09", "VB-10", "VB-03", "VB-04")
async def test_who_hangs_up_is_not_rung_for_and_without_the_server_its_agents_serve(
    open_house: OpenHouse,
) -> None:
    async with directed(open_house, total_timeout_s=1) as (house, server):
        alice = await house.agent("alice", Silent())
        call = await house.call("100")
        route = await asked(server, house, call)
        session, access = route["session_id"], route["access_url"]
        await call.heard.hears_sound()
        await server.say(access, user("alice", timeout=1))
        assert (await server.told(session, "operator.failed"))["reason"] == "noanswer"
        await call.hang_up()
        assert (await server.told(session, "call.ended"))["ended_by"] == "caller"
        assert "call.abandoned" in server.types(session)
        alice.on_invite = Answers(tone_hz=700)
        assert (await server.say(access, user("alice"))) == (410, {"error": "gone"})

        for fault in ("500", "bad-json", "hang"):
            number = f"49{len(server.routes)}"
            server.route_answers[number] = fault
            call = await house.call("100", name=number, tone_hz=1000)
            route = await server.asked_about(number, attempt=3)
            await call.heard.hears(700)
            await server.told(route["session_id"], "call.released")
            await call.hang_up()
            await server.told(route["session_id"], "call.ended")
        assert [fact.agent for fact in await house.facts(events.OfferMade)] == ["alice"] * 4


async def restart(house: House) -> None:
    await house.kill_engine()
    await house.start_engine()


async def eventually_accepted(server: BackendServer, access: str, command: dict[str, Any]) -> None:
    """The engine may still be at its recovery, or has yet to see that a phone does not ring any more."""
    async with asyncio.timeout(DEADLINE_S):
        while (await server.say(access, command))[0] != 202:  # noqa: ASYNC110
            await asyncio.sleep(0.2)


def tone(hz: int, seconds: float = 30.0) -> bytes:
    """A WAV file."""
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setparams((1, 2, 8000, 0, "NONE", ""))
        samples = (round(8000 * math.sin(2 * math.pi * hz * n / 8000)) for n in range(round(seconds * 8000)))
        out.writeframes(b"".join(struct.pack("<h", sample) for sample in samples))
    return file.getvalue()


async def upload(house: House, name: str, content: bytes) -> None:
    headers = {"Authorization": f"Bearer {house.engine.token}", "Content-Type": "audio/wav"}
    async with (
        aiohttp.ClientSession(house.engine.url, headers=headers) as client,
        client.post(f"/v1/prompts/{name}", data=content) as answer,
    ):
        assert answer.status < 300, await answer.text()
