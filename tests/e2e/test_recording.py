"""Recorded talks: what is in the files, where they are told of, and what becomes of them on a bad day."""

import asyncio
import io
import wave
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest

from ccapp.domain import events
from ccapp.domain.events import EndedBy
from tests.e2e.centres import agent, centre, queue
from tests.e2e.conftest import OpenHouse
from tests.e2e.house import DEADLINE_S, House
from tests.phone import Answers, Outgoing, Phone
from tests.phone.codec import RATE
from tests.phone.spectrum import share
from tests.rows import rows

pytestmark = pytest.mark.real

CALLER_HZ, AGENT_HZ = 1000, 700


def configuration(**more: Any) -> dict[str, Any]:
    """100 is recorded; 102 is not unless the caller's data say so."""
    return centre(
        {"alice": agent(201), "bob": agent(202)},
        {"taped": queue(record=True), "plain": queue()},
        **more,
    )


@asynccontextmanager
async def opened(open_house: OpenHouse, asterisk: Any, **more: Any) -> AsyncIterator[House]:
    async with open_house(configuration(**more), recordings_dir=str(asterisk.recordings)) as house:
        yield house


async def talking(house: House, number: str, headers: dict[str, str] | None = None) -> Outgoing:
    """A caller and alice who hear each other."""
    await house.agent("alice", Answers(tone_hz=AGENT_HZ))
    call = await house.call(number, headers=headers, tone_hz=CALLER_HZ)
    await call.heard.hears(AGENT_HZ)
    return call


async def listeners(house: House) -> int:
    return sum(channel["name"].startswith("Snoop/") for channel in await house.ari("channels"))


async def both_sides_listened_to(house: House) -> None:
    async def both() -> bool:
        return await listeners(house) == 2

    await house.until(both, "both sides recorded")


async def download(house: House, url: str) -> tuple[int, bytes]:
    headers = {"Authorization": f"Bearer {house.engine.token}"}
    async with aiohttp.ClientSession(headers=headers) as client, client.get(house.engine.url + url) as answer:
        return answer.status, await answer.read()


def channels(sound: bytes) -> tuple[list[float], list[float]]:
    """Left and right."""
    with wave.open(io.BytesIO(sound)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (2, 2, RATE)
        raw = memoryview(file.readframes(file.getnframes())).cast("h")
    return [s / 32768 for s in raw[0::2]], [s / 32768 for s in raw[1::2]]


def is_tone(sound: Sequence[float], hz: int, not_hz: int) -> None:
    assert len(sound) > RATE // 4, "too short to judge"
    assert share(sound, hz) > 0.7
    assert share(sound, not_hz) < 0.1


def middle(sound: Sequence[float]) -> Sequence[float]:
    """Where both had begun to talk and neither had hung up."""
    return sound[len(sound) // 3 : 2 * len(sound) // 3]


def beginning(sound: Sequence[float]) -> Sequence[float]:
    return sound[RATE // 10 : RATE * 9 // 10]


async def sounds_right(
    house: House,
    tape: events.TalkRecorded | events.AgentCallRecorded,
    part: Callable[[Sequence[float]], Sequence[float]] = middle,
) -> None:
    status, sound = await download(house, f"/v1/recordings/{tape.recording}")
    assert status == 200
    left, right = channels(sound)
    is_tone(part(left), CALLER_HZ, AGENT_HZ)
    is_tone(part(right), AGENT_HZ, CALLER_HZ)


async def files_are_there(house: House, tape: events.TalkRecorded | events.AgentCallRecorded) -> None:
    async def there() -> bool:
        return not await listeners(house) and all(
            (house.asterisk.recordings / file).exists() for file in tape.files
        )

    await house.until(there, "whole files")


@rows("ST-23")
async def test_both_tones_are_in_the_file_each_on_its_own_channel(
    open_house: OpenHouse, asterisk: Any
) -> None:
    async with opened(open_house, asterisk) as house:
        call = await talking(house, "100")
        await both_sides_listened_to(house)
        await house.phones["alice"].calls[-1].heard.hears(CALLER_HZ, window_s=1.0)
        await call.heard.hears(AGENT_HZ, window_s=1.0)
        await call.hang_up()
        story = await house.story(call)
        tape = story.one(events.TalkRecorded)
        assert (tape.agent, tape.segment, tape.ok, tape.detail) == ("alice", 1, True, "")
        assert 0 < tape.seconds == pytest.approx(story.one(events.TalkEnded).talk_s, abs=0.1)
        await files_are_there(house, tape)
        await sounds_right(house, tape)
        shown = await house.rest("GET", f"/v1/calls/{tape.visit}")
        assert shown["segments"][0]["recording"]["url"] == f"/v1/recordings/{tape.recording}"
        assert tape.recording in house.engine.cli("explain", tape.visit)
        await house.no_channel()


async def test_what_is_no_recording_is_not_given_out(open_house: OpenHouse, asterisk: Any) -> None:
    async with opened(open_house, asterisk) as house:
        for name in ("1.2/1.2-1", "..%2f..%2fengine", "../../etc/passwd", "1.2", "1.2/..", "a/b/c", "%00/a"):
            status, body = await download(house, f"/v1/recordings/{name}")
            assert status == 404, body
    async with open_house(configuration(), recordings_dir="/nonexistent/recording") as house:
        status, body = await download(house, "/v1/recordings/1.2/1.2-1")
        assert status == 404
        assert b"CCAPP_RECORDINGS_DIR" in body


@rows("ST-23")
async def test_without_the_flag_nothing_is_recorded(open_house: OpenHouse, asterisk: Any) -> None:
    async with opened(open_house, asterisk) as house:
        plain = await talking(house, "102")
        assert await listeners(house) == 0
        await plain.hang_up()
        story = await house.story(plain)
        visit = story.one(events.CallServed).visit
        await house.in_state("alice", "READY")
        unwanted = await house.call("100", headers={"X-Record": "N"}, tone_hz=CALLER_HZ)
        await unwanted.heard.hears(AGENT_HZ)
        assert await listeners(house) == 0
        await unwanted.hang_up()
        other = (await house.story(unwanted)).one(events.CallServed).visit
        assert not await house.facts(events.TalkRecorded)
        assert not any((asterisk.recordings / name).exists() for name in (visit, other))


@rows("VE-08")
async def test_a_call_that_asks_for_it_is_recorded_under_its_call_id(
    open_house: OpenHouse, asterisk: Any
) -> None:
    async with opened(open_house, asterisk) as house:
        call = await talking(house, "102", {"X-Record": "Y", "X-CallId": "../ab 4711"})
        await both_sides_listened_to(house)
        await call.hang_up()
        tape = (await house.story(call)).one(events.TalkRecorded)
        assert tape.ok
        assert tape.recording == f"{tape.visit}/_ab_4711-1"
        await files_are_there(house, tape)


@pytest.mark.parametrize("who", ["caller", "agent"])
async def test_a_recording_goes_on_while_the_engine_is_away(
    open_house: OpenHouse, asterisk: Any, who: str
) -> None:
    """Killed in the middle of the talk, which goes on after it, in one file."""
    async with opened(open_house, asterisk) as house:
        call = await talking(house, "100")
        await both_sides_listened_to(house)
        await house.kill_engine()
        await call.heard.hears(AGENT_HZ, window_s=1.0)
        await house.start_engine()
        await house.in_state("alice", "BUSY/ANSWERED")
        assert await listeners(house) == 2, "nobody new listens in"
        await call.heard.hears(AGENT_HZ, window_s=1.0)
        await (call if who == "caller" else house.phones["alice"].calls[-1]).hang_up()
        tape = (await house.story(call)).one(events.TalkRecorded)
        assert (tape.ok, tape.detail) == (True, "")
        await files_are_there(house, tape)
        await sounds_right(house, tape)


@pytest.mark.parametrize("who", ["caller", "agent"])
async def test_a_talk_that_ends_while_the_engine_is_away_has_its_recording(
    open_house: OpenHouse, asterisk: Any, who: str
) -> None:
    async with opened(open_house, asterisk) as house:
        call = await talking(house, "100")
        await both_sides_listened_to(house)
        await call.heard.hears(AGENT_HZ, window_s=1.0)
        await house.kill_engine()
        await (call if who == "caller" else house.phones["alice"].calls[-1]).hang_up()

        async def hung_up() -> bool:
            channels = await house.ari("channels")
            return sum(channel["name"].startswith("PJSIP/") for channel in channels) == 1

        await house.until(hung_up, f"{who} gone")
        await house.start_engine()
        tape = (await house.story(call)).one(events.TalkRecorded)
        assert tape.ok is None
        await files_are_there(house, tape)
        await sounds_right(house, tape, beginning)
        await house.no_channel()


async def test_a_recording_that_fails_is_told_and_the_talk_goes_on(
    open_house: OpenHouse, asterisk: Any
) -> None:
    async with opened(open_house, asterisk) as house:
        away = asterisk.recordings.rename(asterisk.recordings.with_name("away"))
        try:
            call = await talking(house, "100")
            await call.heard.hears(AGENT_HZ, window_s=1.0)
            await house.phones["alice"].calls[-1].heard.hears(CALLER_HZ)
            await call.hang_up()
            story = await house.story(call)
        finally:
            away.rename(asterisk.recordings)
        tape = story.one(events.TalkRecorded)
        assert tape.ok is False
        assert tape.detail
        assert story.one(events.TalkEnded).ended_by is EndedBy.CALLER
        await house.no_channel()


async def test_asterisk_dies_in_a_recorded_talk_and_records_the_next(
    open_house: OpenHouse, asterisk: Any
) -> None:
    async with opened(open_house, asterisk) as house:
        call = await talking(house, "100")
        await both_sides_listened_to(house)
        await asyncio.to_thread(asterisk.kill)
        await asyncio.to_thread(asterisk.start)
        story = await house.story(call)
        assert story.one(events.TalkEnded).ended_by is EndedBy.SWITCH
        tape = story.one(events.TalkRecorded)
        assert tape.ok is None, "nobody saw whether it was written to its end"
        assert "Asterisk" in tape.detail
        await house.move("alice", "log_out")
        bob = await house.agent("bob", Answers(tone_hz=AGENT_HZ))
        after = await house.call("100", tone_hz=CALLER_HZ)
        await (await bob.incoming(DEADLINE_S)).heard.hears(CALLER_HZ)
        await both_sides_listened_to(house)
        await after.hang_up()
        assert (await house.story(after)).one(events.TalkRecorded).ok


@rows("ST-23")
async def test_calls_outside_are_recorded_and_colleagues_are_not(
    open_house: OpenHouse, asterisk: Any
) -> None:
    own = {"outbound_trunk": "carrier", "record": True}
    async with opened(open_house, asterisk, own_calls=own) as house:
        alice = await house.agent("alice", ready=False)
        host, port = asterisk.trunk("carrier").contact_address
        async with Phone("0305550", bind_host=host, port=port) as customer:
            customer.on_invite = Answers(tone_hz=CALLER_HZ)
            mine = await alice.call("0305550", tone_hz=AGENT_HZ)
            await mine.heard.hears(CALLER_HZ)
            await both_sides_listened_to(house)
            await mine.heard.hears(CALLER_HZ, window_s=1.0)
            await mine.hang_up()
        [tape] = await house.until_fact(events.AgentCallRecorded)
        assert (tape.agent, tape.ok, tape.detail) == ("alice", True, "")
        await files_are_there(house, tape)
        await sounds_right(house, tape)
        await house.agent("bob", Answers(tone_hz=CALLER_HZ), ready=False)
        mine = await alice.call("202", tone_hz=AGENT_HZ)
        await mine.heard.hears(CALLER_HZ)
        assert await listeners(house) == 0
        await mine.hang_up()
