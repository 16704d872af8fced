"""The telephone against the real Asterisk: what it believes about SIP, RTP and sound must hold there too."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest

from scripts.stack.asterisk import AsteriskServer

from . import Answers, Call, Phone, Rejects, SipError, read_sound

pytestmark = pytest.mark.real

APP = "phone-test"


class Ari:
    """As much of ARI as these tests need: commands over HTTP, and one application that keeps calls for us."""

    def __init__(self, http: aiohttp.ClientSession) -> None:
        self._http = http

    async def __call__(self, method: str, path: str, **params: str) -> Any:
        body = {"variables": {"PJSIP_HEADER(add,X-Call-Id)": "42"}} if method == "POST" else None
        async with self._http.request(method, f"/ari/{path}", params=params, json=body) as response:
            assert response.status < 300, (method, path, response.status, await response.text())
            return await response.json() if response.content_type == "application/json" else None

    async def push(self, kind: str, name: str, **fields: str) -> None:
        """Make a PJSIP object that lives in memory."""
        body = {"fields": [{"attribute": key, "value": value} for key, value in fields.items()]}
        path = f"/ari/asterisk/config/dynamic/res_pjsip/{kind}/{name}"
        async with self._http.put(path, json=body) as response:
            assert response.status < 300, await response.text()


@pytest.fixture
async def ari(asterisk: AsteriskServer) -> AsyncIterator[Ari]:
    """ARI, with the application `APP` connected and its events thrown away."""
    headers = {"Authorization": aiohttp.encode_basic_auth(asterisk.ari_user, asterisk.ari_password)}
    async with (
        aiohttp.ClientSession(asterisk.ari_url, headers=headers) as http,
        http.ws_connect(f"/ari/events?app={APP}") as events,
    ):
        drain = asyncio.create_task(_drain(events))
        yield Ari(http)
        drain.cancel()


async def _drain(events: aiohttp.ClientWebSocketResponse) -> None:
    async for _ in events:
        pass


@pytest.fixture
def server(asterisk: AsteriskServer) -> tuple[str, int]:
    return "127.0.0.1", asterisk.sip_port


@asynccontextmanager
async def agent_phone(ari: Ari, server: tuple[str, int], name: str) -> AsyncIterator[Phone]:
    """An agent's phone, registered at an endpoint pushed for it."""
    await ari.push("auth", name, auth_type="userpass", username=name, password="secret", realm="test")
    await ari.push("aor", name, max_contacts="1", remove_existing="yes")
    await ari.push(
        "endpoint",
        name,
        auth=name,
        aors=name,
        context="from-agent",
        disallow="all",
        allow="ulaw",
        direct_media="no",
    )
    async with Phone(name, server, password="secret") as phone:
        await phone.register()
        yield phone


async def talk_to(ari: Ari, phone: Phone, channel: str) -> Call:
    """Let Asterisk ring an agent's phone and wait until it has answered (into `APP`)."""
    phone.on_invite = Answers()
    await ari("POST", f"channels/{channel}", endpoint=f"PJSIP/{phone.user}", app=APP, callerId="Sales <777>")
    call = await phone.incoming()
    await call.answered()
    await until_so(lambda: in_stasis(ari, channel))
    return call


async def in_stasis(ari: Ari, channel: str) -> bool:
    """Whether our application holds the channel, which is a little after the phone has answered."""
    known = await ari("GET", f"channels/{channel}")
    return bool(known["dialplan"]["app_name"] == "Stasis")


async def is_in_state(ari: Ari, endpoint: str, state: str) -> bool:
    return bool((await ari("GET", f"endpoints/PJSIP/{endpoint}"))["state"] == state)


async def gone(ari: Ari, channel: str) -> bool:
    return channel not in [known["id"] for known in await ari("GET", "channels")]


async def until_so(condition: Callable[[], Awaitable[bool]]) -> None:
    """Ask again until it is true."""
    async with asyncio.timeout(10):
        while not await condition():  # noqa: ASYNC110
            await asyncio.sleep(0.02)


async def test_a_trunk_caller_hears_music_while_nobody_is_there(server: tuple[str, int]) -> None:
    async with Phone("carol", server, bind_host="127.0.0.2") as carol:
        call = await carol.call("1000", from_user="+4930123", tone_hz=1000)
        await call.answered()
        await call.heard.hears_sound(deadline=20)
        assert call.heard.share(1000, 0.3) < 0.2
        await call.hang_up()
    assert call.heard.lost == 0


async def test_a_wrong_password_is_refused(ari: Ari, server: tuple[str, int]) -> None:
    async with agent_phone(ari, server, "agent-pw"), Phone("agent-pw", server, password="wrong") as thief:
        with pytest.raises(SipError) as refusal:
            await thief.register()
        assert refusal.value.code == 401


async def test_registering_makes_an_endpoint_online(ari: Ari, server: tuple[str, int]) -> None:
    async with agent_phone(ari, server, "agent-on") as phone:
        assert phone.registered
        await until_so(lambda: is_in_state(ari, "agent-on", "online"))
        await phone.unregister()
        await until_so(lambda: is_in_state(ari, "agent-on", "offline"))


async def test_an_agent_is_challenged_and_learns_that_nobody_is_there(
    ari: Ari, server: tuple[str, int]
) -> None:
    async with agent_phone(ari, server, "agent-out") as phone:
        call = await phone.call("1000")
        with pytest.raises(SipError) as refusal:
            await call.answered()
    assert refusal.value.code >= 500
    assert "401 Unauthorized" in call.trace()


async def test_an_agent_is_rung_with_number_name_and_header(ari: Ari, server: tuple[str, int]) -> None:
    async with agent_phone(ari, server, "agent-in") as phone:
        call = await talk_to(ari, phone, "agent-in")
        assert call.header("X-Call-Id") == "42"
        assert (call.caller_id.number, call.caller_id.name) == ("777", "Sales")
        await ari("DELETE", "channels/agent-in")
        end = await call.ended()
        assert (end.by, end.cause) == ("remote", 16)


async def test_asterisk_takes_a_ringing_call_back(ari: Ari, server: tuple[str, int]) -> None:
    async with agent_phone(ari, server, "agent-ring") as phone:
        await ari("POST", "channels/ringing", endpoint="PJSIP/agent-ring", app=APP)
        call = await phone.incoming()
        await call.ringing()
        await ari("DELETE", "channels/ringing")
        assert (await call.ended()).code == 487


async def test_asterisk_learns_that_the_phone_is_busy(ari: Ari, server: tuple[str, int]) -> None:
    async with agent_phone(ari, server, "agent-busy") as phone:
        phone.on_invite = Rejects(486)
        await ari("POST", "channels/busy", endpoint="PJSIP/agent-busy", app=APP)
        assert (await (await phone.incoming()).ended()).code == 486
        await until_so(lambda: gone(ari, "busy"))


async def test_a_prompt_is_recognised(ari: Ari, server: tuple[str, int], asterisk: AsteriskServer) -> None:
    said, other = (asterisk.sounds / "en" / f"{name}.wav" for name in ("demo-congrats", "demo-instruct"))
    async with agent_phone(ari, server, "agent-prompt") as phone:
        call = await talk_to(ari, phone, "agent-prompt")
        await ari("POST", "channels/agent-prompt/play", media=f"sound:{said.with_suffix('')}")
        await call.heard.hears_prompt(read_sound(said))
        assert call.heard.matches(read_sound(other)) < 0.6


async def test_a_bridged_talk_by_tones_with_digits_and_hold(ari: Ari, server: tuple[str, int]) -> None:
    async with agent_phone(ari, server, "agent-a") as a, agent_phone(ari, server, "agent-b") as b:
        one, two = await bridged(ari, a, b, "talk")
        one.tone(700)
        two.tone(1000)
        await asyncio.gather(one.heard.hears(1000), two.heard.hears(700))
        await asyncio.sleep(0.5)
        assert one.heard.share(1000, 0.4) > 0.98
        assert one.heard.share(700, 0.4) < 0.01
        assert two.heard.gap_ms(asyncio.get_running_loop().time() - 0.4) < 60 + one.media.late_ms_max
        await one.send_digits("12#")
        await two.heard.hears_digits("12#")
        await two.hold()
        await one.heard.hears_not(1000)
        await two.resume()
        await one.heard.hears(1000)
        assert one.heard.lost == two.heard.lost == 0


async def test_a_blind_refer_is_accepted_and_reported(ari: Ari, server: tuple[str, int]) -> None:
    """What becomes of the one left behind is the dialplan's affair, where ccapp is not there."""
    async with agent_phone(ari, server, "agent-a") as a, agent_phone(ari, server, "agent-b") as b:
        one, _ = await bridged(ari, a, b, "blind")
        await one.refer("1000")
        assert await one.transferred() in (200, 503)


async def test_an_attended_refer_joins_the_others(ari: Ari, server: tuple[str, int]) -> None:
    async with (
        agent_phone(ari, server, "agent-a") as a,
        agent_phone(ari, server, "agent-b") as b,
        agent_phone(ari, server, "agent-c") as c,
    ):
        first, customer = await bridged(ari, a, b, "first")
        await first.hold()
        second, colleague = await bridged(ari, a, c, "second")
        customer.tone(700)
        colleague.tone(1000)
        await first.refer_to_call(second)
        await asyncio.gather(customer.heard.hears(1000), colleague.heard.hears(700))
        assert await first.transferred() == 200


async def bridged(ari: Ari, one: Phone, two: Phone, bridge: str) -> tuple[Call, Call]:
    """Both phones rung and joined; their calls."""
    calls = [await talk_to(ari, phone, f"{bridge}-{phone.user}") for phone in (one, two)]
    await ari("POST", f"bridges/{bridge}", type="mixing,dtmf_events")
    channels = ",".join(f"{bridge}-{phone.user}" for phone in (one, two))
    await ari("POST", f"bridges/{bridge}/addChannel", channel=channels)
    return calls[0], calls[1]
