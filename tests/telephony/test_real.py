"""What only the real Asterisk can show: restarts, two engines, accounts, a voice, and its own oddities."""

import asyncio
from pathlib import Path

import pytest

from ccapp.clock import Clock
from ccapp.domain.ids import AgentId, BridgeId, ChannelId
from ccapp.domain.ivr import Say, Sound
from ccapp.ports import Connected, Dial, Disconnected, Replaced
from ccapp.telephony.settings import SpeechSettings
from ccapp.telephony.switch import AsteriskSwitch
from scripts.stack.asterisk import AsteriskServer
from scripts.stack.tools import tool
from tests.contract.real import RealPhone, account, settings_of, until, world
from tests.contract.steps import Told, answered, ended, within
from tests.contract.world import ALICE, BOB, Answers
from tests.listening import nobody_listens
from tests.phone import Incoming, read_sound

pytestmark = pytest.mark.real

OFFER = ChannelId("offer-v1-1")


async def no_channels(asterisk: AsteriskServer) -> None:
    """Returns once the last one is torn down: a phone hears of its end before that."""
    async with asyncio.timeout(20):
        while not (await asyncio.to_thread(asterisk.rx, "core show channels count")).startswith("0 active"):  # noqa: ASYNC110
            await asyncio.sleep(0.05)


async def picks_up(phone: RealPhone) -> None:
    assert isinstance(phone.call, Incoming)
    await phone.call.answer(tone_hz=700)


async def test_a_killed_asterisk_is_found_again_with_all_accounts(asterisk: AsteriskServer) -> None:
    async with world(asterisk) as here:
        told = Told(here)
        leg = await answered(here, told)
        dialled = here.switch.dial(Dial(channel=OFFER, endpoint=ALICE))
        await here.phone(ALICE).rung()
        await asyncio.sleep(2)  # Asterisk writes contacts to its database about once a second
        await asyncio.to_thread(asterisk.kill)
        await told.next(Disconnected)
        assert not here.switch.healthy
        await asyncio.to_thread(asterisk.start)
        assert not (await told.next(Connected)).legs
        assert leg.gone
        assert leg.gone.switch_lost
        assert dialled.gone
        assert dialled.gone.switch_lost
        await here.switch.push_accounts([account(asterisk, ALICE), account(asterisk, BOB)])
        await told.device(ALICE, online=True)
        assert here.switch.meter.connections["ccapp"] == 2


async def test_a_phone_is_heard_though_its_account_was_away_and_engines_died_before(
    asterisk: AsteriskServer, tmp_path: Path
) -> None:
    both = [account(asterisk, ALICE), account(asterisk, BOB)]
    for engine in range(3):
        async with AsteriskSwitch(settings_of(asterisk, tmp_path / str(engine)), Clock()) as before:
            assert isinstance(await within(20, anext(aiter(before.news()))), Connected)
            await before.push_accounts(both)
    async with world(asterisk) as here:
        told = Told(here)
        await here.switch.push_accounts(both[1:])
        await here.switch.push_accounts(both)
        await told.device(ALICE, online=True)
        await here.phone(ALICE).sip.unregister()
        await told.device(ALICE, online=False)
        await here.phone(ALICE).sip.register()
        await told.device(ALICE, online=True)


async def test_a_second_engine_takes_over_and_finds_everything(
    asterisk: AsteriskServer, tmp_path: Path
) -> None:
    async with world(asterisk) as here:
        told = Told(here)
        caller = await answered(here, told)
        waiting = await here.switch.hall(BridgeId("hall-s"), "hall s", "default")
        await waiting.add(caller)
        here.switch.dial(Dial(channel=OFFER, endpoint=ALICE))
        await here.phone(ALICE).rung()
        async with AsteriskSwitch(settings_of(asterisk, tmp_path), Clock()) as second:
            await told.next(Replaced)
            caller.release()  # must not be heard
            connected = await within(20, anext(aiter(second.news())))
            assert isinstance(connected, Connected)
            found = {one.leg.id: one for one in connected.legs}
            assert found.keys() == {caller.id, OFFER}
            assert found[caller.id].leg.answered
            assert found[caller.id].bridge == waiting.id
            assert (arrived := found[caller.id].arrived)
            assert (arrived.kind, arrived.endpoint, arrived.dialled) == ("inbound", "carrier", "1000")
            assert arrived.caller.number == "5551000"
            offer = found[OFFER]
            assert (offer.arrived, offer.leg.answered) == (None, False)
            await picks_up(here.phone(ALICE))
            await within(20, offer.leg.picked_up())
            await (await second.talk_bridge(BridgeId("talk-a"), "talk a")).add(
                found[caller.id].leg, offer.leg
            )
            await here.call.heard.hears(700)
            await here.phone(ALICE).hangs_up()
            await ended(offer.leg)


async def test_an_offer_that_ends_with_nobody_connected_is_gone(asterisk: AsteriskServer) -> None:
    async with world(asterisk) as here:
        told = Told(here)
        leg = here.switch.dial(Dial(channel=OFFER, endpoint=ALICE))
        await here.phone(ALICE).rung()
        await here.cut()
        await told.next(Disconnected)
        await here.phone(ALICE).hangs_up()
        await asyncio.sleep(0.2)
        await here.mend()
        await told.next(Connected)
        assert leg.gone


async def test_an_offer_answered_with_nobody_connected(asterisk: AsteriskServer) -> None:
    """Stasis() fails without an engine: the phone that answers is hung up on."""
    async with world(asterisk) as here:
        told = Told(here)
        leg = here.switch.dial(Dial(channel=OFFER, endpoint=ALICE))
        await here.phone(ALICE).rung()
        await here.cut()
        await told.next(Disconnected)
        await nobody_listens(asterisk)
        await picks_up(here.phone(ALICE))
        await here.phone(ALICE).over()
        await no_channels(asterisk)
        await here.mend()
        connected = await told.next(Connected)
        assert not connected.legs
        assert leg.gone
        assert leg.gone.switch_lost


async def test_accounts_are_made_equal_to_those_wanted(asterisk: AsteriskServer) -> None:
    async with world(asterisk) as here:
        told = Told(here)
        await told.device(BOB, online=True)
        bad = account(asterisk, "carrier")  # a trunk of that name stands in pjsip.conf
        await here.switch.push_accounts([account(asterisk, ALICE), bad])
        listed = await asyncio.to_thread(asterisk.rx, "pjsip show endpoints")
        assert ALICE in listed
        assert BOB not in listed
        assert "carrier" in listed
        await here.switch.push_accounts([account(asterisk, ALICE), account(asterisk, BOB)])
        await told.device(BOB, online=False)
        await here.phone(BOB).comes_online()
        await told.device(BOB, online=True)


async def test_many_accounts_are_pushed_quickly(asterisk: AsteriskServer) -> None:
    async with world(asterisk) as here:
        many = [account(asterisk, f"agent{n}") for n in range(300)]
        async with asyncio.timeout(10):
            await here.switch.push_accounts(many)
            await here.switch.push_accounts([account(asterisk, ALICE)])
        assert "agent299" not in await asyncio.to_thread(asterisk.rx, "pjsip show endpoints")


async def test_a_text_is_heard_by_the_caller(asterisk: AsteriskServer, tmp_path: Path) -> None:
    usual = SpeechSettings()
    speech = SpeechSettings(
        synthesise=(str(tool("espeak-ng")), *usual.synthesise[1:]),
        convert=(str(tool("sox")), *usual.convert[1:]),
        folder=tmp_path,
    )
    async with world(asterisk, speech=speech) as here:
        leg = await answered(here)
        await within(15, leg.play([Say(text="You are caller number one.")]))
        (made,) = tmp_path.glob("*.wav")  # noqa: ASYNC240
        await here.call.heard.hears_prompt(read_sound(made), deadline=2)


async def test_two_who_are_joined_hear_each_other(asterisk: AsteriskServer) -> None:
    async with world(asterisk) as here:
        caller = await answered(here)
        here.phone(ALICE).behaves(Answers())
        leg = here.switch.dial(Dial(channel=OFFER, endpoint=ALICE, originator=caller.id))
        await within(20, leg.picked_up())
        await (await here.switch.talk_bridge(BridgeId("talk-alice"), "talk alice")).add(caller, leg)
        await here.call.heard.hears(700)
        await here.phone(ALICE).call.heard.hears(1000)


async def test_an_agent_is_shown_a_text(asterisk: AsteriskServer) -> None:
    async with world(asterisk) as here:
        here.switch.tell(AgentId(ALICE), "Wrap up, please\r\nX-Evil: 1")
        here.switch.tell(AgentId("nobody"), "unheard")
        await until(lambda: "Wrap up" in here.phone(ALICE).sip.trace(full=True))
        assert "\r\nX-Evil" not in here.phone(ALICE).sip.trace(full=True)


async def test_who_waits_hears_music_and_announcements_instead(asterisk: AsteriskServer) -> None:
    async with world(asterisk) as here:
        caller = await answered(here)
        await caller.answer()
        hall = await here.switch.hall(BridgeId("hall-s"), "hall s", "default")
        await here.call.heard.hears_silence()
        await hall.add(caller)
        await here.call.heard.hears_sound()
        await caller.play([Sound(name="beep")])
        await here.call.heard.hears_sound()
        await hall.remove(caller)
        await here.call.heard.hears_silence()
