"""Messages: left, listed, heard and deleted; and what becomes of them on a bad day."""

import asyncio
import io
import json
import wave
from pathlib import Path
from typing import Any

import pytest

from ccapp.domain import events
from ccapp.domain.callbacks import CallbackEnd
from ccapp.domain.events import EndedBy, Outcome
from ccapp.domain.voicemail import NotKept, file_of
from tests.e2e.centres import agent, centre, queue
from tests.e2e.conftest import OpenHouse
from tests.e2e.house import DEADLINE_S, House
from tests.e2e.test_callback import DANA, handset
from tests.e2e.test_recording import download
from tests.hooks.customer_server import customer_server
from tests.phone import Answers, Outgoing, Phone, Rings
from tests.phone.codec import RATE
from tests.phone.spectrum import share
from tests.rows import rows

pytestmark = pytest.mark.real

CALLER_HZ, OTHER_HZ, AGENT_HZ = 1000, 600, 700
BYTES_PER_S = 2 * RATE


def configuration(**mailbox: Any) -> dict[str, Any]:
    """100 is a queue in which nobody is; 700 the mailbox itself, 701 by an IVR that goes on after it."""
    nodes = {
        "message": {"voicemail": {"to": "sales", "then": "bye"}},
        "bye": {"hang_up": {"say": "Good bye."}},
    }
    box = {"name": "Sales", "greeting": {"say": "Speak now."}, "thanks": {"say": "Thank you."}, **mailbox}
    return centre(
        {"alice": agent(201)},
        {"sales": queue(join_when_empty="no", overflow={"voicemail": "sales"})},
        numbers={"100": {"queue": "sales"}, "700": {"voicemail": "sales"}, "701": {"ivr": "leave"}},
        ivr={"leave": {"start": "message", "nodes": nodes}},
        mailboxes={"sales": box},
    )


def settings(asterisk: Any) -> dict[str, str]:
    return {"recordings_dir": str(asterisk.recordings), "http_allow": "127.0.0.1"}


async def speaking(
    house: House, number: str, for_s: float = 1.5, hz: int | None = CALLER_HZ, name: str = ""
) -> Outgoing:
    """A caller of whom so much has been recorded."""
    known = len(await house.facts(events.MessageBegun))
    call = await house.call(number, name=name, tone_hz=hz)
    begun = (await house.until_fact(events.MessageBegun, count=known + 1))[-1]
    await spoken(house, begun, for_s)
    return call


async def spoken(house: House, begun: events.MessageBegun, for_s: float) -> None:
    path = house.asterisk.recordings / file_of(begun.recording)

    async def enough() -> bool:
        return path.exists() and _size(path) > for_s * BYTES_PER_S

    await house.until(enough, f"{for_s:g} s of {path.name}")


def _size(path: Path) -> int:
    return path.stat().st_size


def samples(sound: bytes) -> list[float]:
    with wave.open(io.BytesIO(sound)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, RATE)
        raw = memoryview(file.readframes(file.getnframes())).cast("h")
    return [sample / 32768 for sample in raw]


async def sound_of(house: House, message: str) -> list[float]:
    status, sound = await download(house, f"/v1/messages/{message}/sound")
    assert status == 200
    return samples(sound)


def is_his_tone(sound: list[float]) -> None:
    assert len(sound) > RATE, "too short to judge"
    middle = sound[len(sound) // 4 : 3 * len(sound) // 4]
    assert share(middle, CALLER_HZ) > 0.7


@rows("ST-15")
async def test_a_message_is_left_told_heard_and_deleted(
    open_house: OpenHouse, asterisk: Any, tmp_path: Path
) -> None:
    """Of a queue in which nobody is. The customer's server is not well at first."""
    async with customer_server() as crm:
        box = configuration(notify=f"{crm.url}/fails-first", agents=["alice"])
        async with open_house(box, **settings(asterisk), http_secret="s3cret") as house:
            call = await speaking(house, "100")
            await call.send_digits("#")
            await call.ended(DEADLINE_S)
            story = await house.story(call)
            assert story.ending == (Outcome.VOICEMAIL, EndedBy.SYSTEM)
            assert story.one(events.EntryRefused).to == "voicemail sales"
            left = story.one(events.MessageLeft)
            assert (left.mailbox, left.queue, left.caller_number) == ("sales", "sales", house.number_of(call))
            assert not story.all(events.CallAbandoned)

            [listed] = (await house.rest("GET", "/v1/messages?mailbox=sales&new=true"))["messages"]
            assert (listed["id"], listed["seconds"]) == (left.message, left.seconds)
            sound = await sound_of(house, left.message)
            is_his_tone(sound)
            assert len(sound) / RATE == pytest.approx(left.seconds, abs=0.05)
            told = tmp_path / "message.wav"
            await house.cli("voicemail", "download", left.message, "--to", str(told))
            assert samples(told.read_bytes()) == sound
            assert left.message in await house.cli("voicemail", "list", "--new")
            assert "1 new in sales" in await house.cli("status")
            assert "left a message" in await house.cli("explain", left.visit)
            assert (await house.rest("GET", "/v1/calls?outcome=voicemail"))["calls"]

            [news] = await house.until_fact(events.MessageTold)
            assert (news.ok, news.of) == (True, "127.0.0.1")
            assert [method for method, _, _ in crm.asked] == ["POST", "POST"]
            assert [json.loads(body)["message"] for body in crm.raw] == [left.message] * 2
            assert crm.is_signed(0, "s3cret")
            assert crm.is_signed(1, "s3cret")

            await house.cli("voicemail", "heard", left.message)
            assert not (await house.rest("GET", "/v1/messages?new=true"))["messages"]
            await house.kill_engine()
            await house.start_engine()
            [kept] = (await house.rest("GET", "/v1/messages"))["messages"]
            assert (kept["new"], kept["heard_by"]) == (False, "api")
            assert kept["told_at"] == pytest.approx(news.at, abs=0.001)
            await house.cli("voicemail", "delete", left.message)
            path = asterisk.recordings / left.file

            async def gone() -> bool:
                return not path.exists()

            await house.until(gone, "the file deleted")
            assert not (await house.rest("GET", "/v1/messages"))["messages"]


async def test_kill_9_while_messages_are_being_left(open_house: OpenHouse, asterisk: Any) -> None:
    """One speaks on after it, one presses the key meanwhile, one hangs up meanwhile: each message is there
    once, whole, and those who are still there are told so."""
    async with open_house(configuration(), **settings(asterisk)) as house:
        stays = await speaking(house, "701")
        keys = await speaking(house, "700")
        goes = await speaking(house, "100")
        await house.kill_engine()
        await asyncio.gather(keys.send_digits("#"), goes.hang_up())

        await house.start_engine()
        await keys.ended(DEADLINE_S)
        begun = next(fact for fact in await house.told(stays) if isinstance(fact, events.MessageBegun))
        size = _size(asterisk.recordings / file_of(begun.recording)) / BYTES_PER_S
        await spoken(house, begun, size + 1.0)
        await stays.send_digits("#")
        await stays.ended(DEADLINE_S)
        for call, by in ((stays, EndedBy.SYSTEM), (keys, EndedBy.SYSTEM), (goes, EndedBy.CALLER)):
            story = await house.story(call)
            assert story.ending == (Outcome.VOICEMAIL, by)
            story.one(events.MessageBegun)
            left = story.one(events.MessageLeft)
            sound = await sound_of(house, left.message)
            is_his_tone(sound)
            assert len(sound) / RATE == pytest.approx(left.seconds, abs=0.05)
        assert (await house.story(stays)).nodes[-1] == "bye"
        assert (await house.story(stays)).one(events.MessageLeft).seconds > size
        assert len((await house.rest("GET", "/v1/messages"))["messages"]) == 3
        await house.no_channel()


async def test_what_cannot_be_recorded_is_said_and_what_was_said_is_kept(
    open_house: OpenHouse, asterisk: Any
) -> None:
    box = configuration(silence_s=1, sorry={"say": "Sorry."})
    async with open_house(box, **settings(asterisk)) as house:
        goes = await speaking(house, "700")
        await goes.hang_up()
        story = await house.story(goes)
        assert story.ending == (Outcome.VOICEMAIL, EndedBy.CALLER)
        is_his_tone(await sound_of(house, story.one(events.MessageLeft).message))

        mute = await house.call("100")
        await mute.ended(DEADLINE_S)
        story = await house.story(mute)
        assert story.ending == (Outcome.REFUSED, EndedBy.SYSTEM)
        nothing = story.one(events.MessageNotKept)
        assert nothing.why in (NotKept.SHORT, NotKept.SILENT)
        recording = story.one(events.MessageBegun).recording
        assert not (asterisk.recordings / file_of(recording)).exists()

        away = asterisk.recordings.rename(asterisk.recordings.with_name("away"))
        try:
            call = await house.call("700", tone_hz=CALLER_HZ)
            await call.ended(DEADLINE_S)
            story = await house.story(call)
        finally:
            away.rename(asterisk.recordings)
        failed = story.one(events.MessageNotKept)
        assert (failed.why, bool(failed.detail)) == (NotKept.FAILED, True)
        assert story.ending == (Outcome.LEFT_IN_IVR, EndedBy.SYSTEM)
        assert "message lost" in house.engine.last_words(200)
        assert len((await house.rest("GET", "/v1/messages"))["messages"]) == 1


@rows("ST-08")
async def test_an_agent_hears_messages_and_records_a_prompt_on_his_phone(
    open_house: OpenHouse, asterisk: Any
) -> None:
    record = {"agents": ["alice"], "prompts": {"1": "welcome"}}
    tree = {"start": "bye", "nodes": {"bye": {"hang_up": {"sound": "welcome"}}}}
    place = configuration(agents=["alice"]) | {"record_prompts": record}
    place["agents"]["bob"] = agent(202)
    place["numbers"]["300"], place["ivr"]["main"] = {"ivr": "main"}, tree
    async with open_house(place, **settings(asterisk)) as house:
        for hz in (CALLER_HZ, OTHER_HZ):
            call = await speaking(house, "700", 2.0, hz)
            await call.send_digits("#")
            await call.ended(DEADLINE_S)
        bob, alice = await house.agent("bob"), await house.agent("alice")
        await hears_two_messages(house, alice)
        await (await bob.call("*21")).ended(DEADLINE_S)
        await records_a_prompt(house, alice)


async def hears_two_messages(house: House, alice: Phone) -> None:
    """The first one again, then away with it; the other is cut by the key for the next."""
    first, second = await house.until_fact(events.MessageLeft, count=2)
    mine = await alice.call("*20")
    await mine.heard.hears(CALLER_HZ, DEADLINE_S)
    await house.in_state("alice", "BUSY/CALLING")
    await mine.send_digits("1")
    await mine.heard.hears_not(CALLER_HZ)
    await mine.heard.hears(CALLER_HZ, DEADLINE_S)
    await mine.send_digits("3")
    await mine.heard.hears(OTHER_HZ, DEADLINE_S)
    await mine.send_digits("#")
    await mine.ended(DEADLINE_S)
    heard = await house.until_fact(events.MessageHeard, count=2)
    assert [(fact.message, fact.by) for fact in heard] == [
        (first.message, "alice"),
        (second.message, "alice"),
    ]
    [deleted] = await house.until_fact(events.MessageDeleted)
    assert (deleted.message, deleted.by) == (first.message, "alice")
    await house.in_state("alice", "READY")


async def records_a_prompt(house: House, alice: Phone) -> None:
    """Which bob may not."""
    recordings = house.asterisk.recordings
    mine = await alice.call("*21", tone_hz=OTHER_HZ)
    await mine.heard.hears_sound(DEADLINE_S)
    await mine.send_digits("7#")
    await mine.heard.hears_sound(DEADLINE_S)
    await mine.send_digits("1#")

    async def recorded() -> bool:
        return any(_size(path) > 1.5 * BYTES_PER_S for path in recordings.glob("*/prompt-*.wav"))

    await house.until(recorded, "enough is recorded")
    await mine.send_digits("#")
    await mine.heard.hears(OTHER_HZ, DEADLINE_S)
    assert not await house.facts(events.PromptRecorded)
    await mine.send_digits("1")
    await mine.ended(DEADLINE_S)
    [kept] = await house.until_fact(events.PromptRecorded)
    assert (kept.agent, kept.prompt) == ("alice", "welcome")
    call = await house.call("300")
    await call.heard.hears(OTHER_HZ, DEADLINE_S)
    await call.ended(DEADLINE_S)

    async def gone() -> bool:
        return not list(recordings.glob("*/prompt-*.wav"))

    await house.until(gone, "the recording deleted")


async def test_a_message_is_brought_to_an_agent_who_rings_the_caller_back(
    open_house: OpenHouse, asterisk: Any
) -> None:
    """In the line it had come to, also after kill -9; one who does not answer leaves it there."""
    place = configuration(deliver=True)
    rules = {"trunk": "carrier", "numbers": ["030X."], "ring_s": 10, "retry_s": 1}
    place["queues"]["sales"] |= {"callback": rules, "ring_s": 3}
    async with open_house(place, **settings(asterisk)) as house:
        call = await speaking(house, "100", 1.5, name=DANA)
        await call.hang_up()
        [left] = await house.until_fact(events.MessageLeft)
        [asked] = await house.until_fact(events.CallbackRequested)
        assert (asked.caller_number, asked.origin, asked.data["Message"]) == (DANA, left.visit, left.message)
        await house.kill_engine()
        await house.start_engine()
        alice = await house.agent("alice", Rings())
        await alice.incoming(DEADLINE_S)
        alice.on_invite = Answers(tone_hz=AGENT_HZ)
        await house.until_fact(events.OfferDeclined)
        async with handset(house, Rings()) as phone:
            held = await alice.incoming(DEADLINE_S)
            await held.heard.hears(CALLER_HZ, DEADLINE_S)
            assert not phone.calls
            await held.send_digits("1")
            rung = await phone.incoming(DEADLINE_S)
            await rung.answer(tone_hz=OTHER_HZ)
            await rung.heard.hears(AGENT_HZ, DEADLINE_S)
            await held.heard.hears(OTHER_HZ, DEADLINE_S)
            await rung.hang_up()
        [ended] = await house.until_fact(events.CallbackEnded)
        assert ended.reason is CallbackEnd.SERVED
        [heard] = await house.until_fact(events.MessageHeard)
        assert (heard.message, heard.by) == (left.message, "alice")
