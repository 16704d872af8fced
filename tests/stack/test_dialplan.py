"""The contract of extensions.conf and pjsip.conf, kept with real calls: nobody is left alone."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest

from scripts.stack.asterisk import AsteriskServer
from tests.phone import Phone, SipError
from tests.stack.ari import App, connected

pytestmark = pytest.mark.real

CARRIER = "127.0.0.2"


@pytest.fixture(scope="module")
def impatient(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AsteriskServer]:
    """An Asterisk that offers an unattended call again each second, for three seconds."""
    folder = tmp_path_factory.mktemp("impatient")
    with AsteriskServer(folder, absent_retry_s=1, absent_total_s=3) as server:
        yield server


def sip(server: AsteriskServer) -> tuple[str, int]:
    return "127.0.0.1", server.sip_port


@pytest.mark.parametrize("number", ["4711", "+4930123456", "0", "*1", "s", "sales", "h5", "_x", "a-b.c"])
async def test_a_call_from_a_trunk_says_where_from_and_what_was_dialled(
    asterisk: AsteriskServer, number: str
) -> None:
    async with connected(asterisk) as app, Phone("0301", sip(asterisk), CARRIER) as caller:
        await caller.call(number)
        start = await app.event("StasisStart")
    assert start["args"] == ["inbound", "carrier"]
    assert start["channel"]["dialplan"]["exten"] == number
    assert start["channel"]["caller"]["number"] == "0301"
    assert start["channel"]["state"] == "Ring"


async def test_what_a_caller_dials_is_never_evaluated(asterisk: AsteriskServer) -> None:
    number = "1,2)&${SHELL(x)}"
    async with connected(asterisk) as app, Phone("0301", sip(asterisk), CARRIER) as caller:
        await caller.call(f"sip:1%2C2%29%26%24%7BSHELL%28x%29%7D@127.0.0.1:{asterisk.sip_port}")
        start = await app.event("StasisStart")
    assert start["args"] == ["inbound", "carrier"]
    assert start["channel"]["dialplan"]["exten"] == number


async def test_a_trunk_caller_with_an_agents_name_is_still_the_trunk(asterisk: AsteriskServer) -> None:
    async with connected(asterisk) as app, Phone("anna", sip(asterisk), CARRIER) as caller:
        await app.push_phone("anna", "secret")
        await caller.call("4711")
        start = await app.event("StasisStart")
    assert start["args"] == ["inbound", "carrier"]


async def test_a_stranger_gets_nowhere(asterisk: AsteriskServer) -> None:
    async with connected(asterisk) as app, Phone("eve", sip(asterisk)) as stranger:
        call = await stranger.call("4711")
        with pytest.raises(SipError) as refused:
            await call.answered()
    assert refused.value.code in (401, 403)
    assert app.events == []


async def test_while_ccapp_is_away_a_caller_hears_music_then_the_regret_and_is_released(
    impatient: AsteriskServer,
) -> None:
    async with Phone("0301", sip(impatient), CARRIER) as caller:
        call = await caller.call("4711")
        await call.answered()
        await call.heard.hears_sound()
        end = await call.ended(deadline=20)
    assert end.code == 200
    assert call.heard.gap_ms() < 500


async def test_when_ccapp_comes_back_the_waiting_caller_is_offered_again(impatient: AsteriskServer) -> None:
    async with Phone("0301", sip(impatient), CARRIER) as caller:
        call = await caller.call("4711")
        await call.answered()
        async with connected(impatient) as app:
            start = await app.event("StasisStart")
            assert start["args"] == ["inbound", "carrier"]
            assert start["channel"]["dialplan"]["exten"] == "4711"
            assert start["channel"]["state"] == "Up"
            await app.ask("DELETE", f"channels/{start['channel']['id']}")
        assert (await call.ended()).code == 200


async def test_a_caller_who_gives_up_in_between_leaves_nothing(impatient: AsteriskServer) -> None:
    async with Phone("0301", sip(impatient), CARRIER) as caller:
        call = await caller.call("4711")
        await call.answered()
        await call.hang_up()
    await asyncio.sleep(0.2)
    assert "0 active channels" in await asyncio.to_thread(impatient.rx, "core show channels")


async def test_an_agents_call_is_ccapps(asterisk: AsteriskServer) -> None:
    async with connected(asterisk) as app, registered(app, asterisk, "bert") as phone:
        await phone.call("200")
        start = await app.event("StasisStart")
    assert start["args"] == ["phone", "bert"]
    assert start["channel"]["dialplan"]["exten"] == "200"


async def test_an_agents_call_without_ccapp_is_refused_at_once(asterisk: AsteriskServer) -> None:
    async with connected(asterisk, "other") as app, registered(app, asterisk, "bert") as phone:
        call = await phone.call("200")
        with pytest.raises(SipError) as refused:
            await call.answered()
    assert refused.value.code in (500, 502, 503)


async def test_ringing_is_audible_on_an_answered_call(asterisk: AsteriskServer) -> None:
    async with connected(asterisk) as app, Phone("0301", sip(asterisk), CARRIER) as caller:
        call = await caller.call("4711")
        channel = await arrived(app)
        await app.ask("POST", f"channels/{channel}/answer")
        await app.ask("POST", f"channels/{channel}/ring")
        await call.heard.hears(440, least=0.3)


async def test_a_call_goes_out_through_the_trunk(asterisk: AsteriskServer) -> None:
    host, port = asterisk.trunk("carrier").contact_address
    async with connected(asterisk) as app, Phone("carrier", None, host, port=port) as carrier:
        await app.ask("POST", "channels", endpoint="PJSIP/0401@carrier", app="ccapp", callerId="100")
        incoming = await carrier.incoming()
        assert incoming.invite.uri.startswith(f"sip:0401@{host}:{port}")


async def test_a_phones_transfer_is_asked_of_ccapp(asterisk: AsteriskServer) -> None:
    async with connected(asterisk) as app, registered(app, asterisk, "cora") as phone:
        call = await phone.call("200")
        channel = await arrived(app)
        await app.ask("POST", f"channels/{channel}/answer")
        await call.answered()
        refer = asyncio.ensure_future(call.refer("300"))
        transfer = await app.event("ChannelTransfer")
        assert transfer["refer_to"]["requested_destination"]["destination"] == "300"
        await app.ask("POST", f"channels/{channel}/transfer_progress", states="channel_answered")
        await refer


async def arrived(app: App) -> str:
    """The id of the next channel that is handed over."""
    start = await app.event("StasisStart")
    return str(start["channel"]["id"])


@asynccontextmanager
async def registered(app: App, server: AsteriskServer, name: str) -> AsyncIterator[Phone]:
    """An agent's telephone, known to Asterisk and registered."""
    await app.push_phone(name, "secret")
    async with Phone(name, sip(server), password="secret") as phone:
        await phone.register()
        yield phone
