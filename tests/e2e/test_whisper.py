"""An agent hears who calls before he is joined; the caller hears music meanwhile, and never the whisper."""

from math import pi, sin
from typing import Any

import pytest

from ccapp.domain import events
from ccapp.domain.causes import DeclineReason
from ccapp.domain.events import Outcome
from tests.e2e.centres import agent, centre, queue
from tests.e2e.conftest import SHARED
from tests.e2e.house import House
from tests.phone import Answers, Rings, write_wav
from tests.phone.codec import RATE

pytestmark = SHARED

WHISPER, ALICE, CALLER = 500, 700, 1000
WHISPER_S = 4.0


@pytest.fixture(scope="module")
def configuration(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Asterisk reads the tone at its absolute path."""
    folder = tmp_path_factory.mktemp("sounds")
    for each in (folder, folder.parent):
        each.chmod(0o755)
    tone = [0.3 * sin(2 * pi * WHISPER * n / RATE) for n in range(round(WHISPER_S * RATE))]
    write_wav(folder / "whisper.wav", tone)
    whisper = {"sound": str(folder / "whisper")}
    return centre(
        {"alice": agent(201, technical_delay_s=1)},
        {"sales": queue(whisper=whisper), "spoken": queue(whisper="{Queue}, {CallerNumber}")},
    )


async def test_the_agent_hears_it_and_the_caller_only_music_and_then_both_talk(house: House) -> None:
    await house.agent("alice", Rings(), ready=False)
    call = await house.call("100", tone_hz=CALLER)
    await call.heard.hears_sound()
    await house.move("alice", "ready")
    ringing = await house.phones["alice"].incoming()
    await ringing.answer(tone_hz=ALICE)
    await ringing.heard.hears(WHISPER)
    await call.heard.hears_sound()
    await call.heard.hears(ALICE)
    await ringing.heard.hears(CALLER)
    assert call.heard.loudest_share(WHISPER, 20.0, window_s=0.3) < 0.5
    await call.hang_up()
    story = await house.story(call)
    served = story.one(events.CallServed)
    assert served.rang_s >= WHISPER_S
    assert story.ending[0] is Outcome.SERVED

    spoken = await house.call("102", tone_hz=CALLER)
    ringing = await house.phones["alice"].incoming()
    await ringing.answer(tone_hz=ALICE)
    await ringing.heard.hears_sound()
    await spoken.heard.hears(ALICE)


async def test_who_hangs_up_during_it_is_let_go_and_the_other_keeps_what_he_has(house: House) -> None:
    phone = await house.agent("alice", Rings())
    call = await house.call("100", tone_hz=CALLER)
    ringing = await phone.incoming()
    await ringing.answer(tone_hz=ALICE)
    await ringing.heard.hears(WHISPER)
    await ringing.hang_up()
    [declined] = await house.until_fact(events.OfferDeclined)
    assert (declined.reason, declined.cause) == (DeclineReason.AGENT_GONE, 16)
    again = await phone.incoming()
    await again.answer(tone_hz=ALICE)
    await again.heard.hears(WHISPER)
    await call.hang_up()
    assert (await again.ended()).by == "remote"
    story = await house.story(call)
    assert story.ending[0] is Outcome.ABANDONED
    assert story.all(events.OfferDeclined)[-1].reason is DeclineReason.CALLER_GONE
    await house.in_state("alice", "READY")


async def test_who_waits_on_the_line_is_whispered_to_there(house: House) -> None:
    phone = await house.agent("alice", Answers(tone_hz=ALICE), ready=False)
    line = await phone.call("*19", tone_hz=ALICE)
    await house.in_state("alice", "READY")
    await line.heard.hears_silence()
    call = await house.call("100", tone_hz=CALLER)
    await line.heard.hears(WHISPER)
    await call.heard.hears(ALICE)
    await line.heard.hears(CALLER)
    await call.hang_up()
    await house.story(call)
    await line.hang_up()


async def test_an_engine_that_dies_during_it_settles_the_offer_once_and_the_caller_is_served(
    house: House,
) -> None:
    phone = await house.agent("alice", Rings())
    call = await house.call("100", tone_hz=CALLER)
    ringing = await phone.incoming()
    await ringing.answer(tone_hz=ALICE)
    await ringing.heard.hears(WHISPER)
    await house.kill_engine()
    await house.start_engine()
    assert (await ringing.ended()).by == "remote"
    again = await phone.incoming(40.0)
    await again.answer(tone_hz=ALICE)
    await again.heard.hears(WHISPER)
    await call.heard.hears(ALICE)
    await call.hang_up()
    story = await house.story(call)
    assert [each.reason for each in story.all(events.OfferDeclined)] == [DeclineReason.ENGINE_RESTART]
    assert len(story.all(events.CallServed)) == 1
