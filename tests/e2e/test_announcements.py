"""What those who wait are told over the music, in words, and the keys that lead them elsewhere."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

from ccapp.domain import events, waiting_words
from ccapp.domain.admission import ExitReason
from ccapp.domain.events import Outcome
from tests.e2e.centres import agent, centre, queue
from tests.e2e.conftest import OpenHouse
from tests.e2e.house import House
from tests.e2e.test_prompts import synthesised
from tests.phone import Answers, Outgoing, read_sound
from tests.phone.likeness import correlation, envelope
from tests.rows import rows

pytestmark = pytest.mark.real

DEADLINE_S = 60.0
HEARD, NOT_HEARD = 0.8, 0.6


async def spoken(folder: Path, text: str, voice: str = "en") -> list[float]:
    """As the engine has it spoken."""
    return read_sound(await asyncio.to_thread(synthesised, folder, text, voice))


async def told(house: House, call: Outgoing) -> list[events.CallerTold]:
    return [fact for fact in await house.told(call) if isinstance(fact, events.CallerTold)]


@rows("VX-03")
async def test_positions_fall_and_all_is_said_in_the_words_of_each_language(
    open_house: OpenHouse, tmp_path: Path
) -> None:
    announce = {"position": True, "wait": True, "every_s": 15, "pause_s": 1}
    numbers = {"300": {"queue": "sales", "data": {"Language": "ru"}}}
    configured = centre(
        {"alice": agent(201)},
        {"sales": queue(announce=announce, handling_s=120)},
        voices={"ru": "ru"},
    )
    configured["numbers"] |= numbers
    async with open_house(configured) as house:
        await house.agent("alice", Answers(tone_hz=700))
        talking = await house.call("100")
        await talking.heard.hears(700)
        english = await house.call("100")
        await house.until_fact(events.CallWaits, count=2)
        russian = await house.call("300")

        async def says(call: Outgoing, number: int, language: str) -> events.CallerTold:
            """The sentences of this announcement, whatever wait is predicted, are heard word for word."""

            async def is_told() -> bool:
                return len(await told(house, call)) > number

            await house.until(is_told, f"announcement {number}", DEADLINE_S)
            fact = (await told(house, call))[number]
            assert fact.position is not None
            assert fact.expected_wait_s is not None
            for said in (
                waiting_words.position(fact.position, language, "en"),
                waiting_words.wait(fact.expected_wait_s, language, "en"),
            ):
                sound = await spoken(tmp_path, said.text, language)

                async def heard(sound: Sequence[float] = sound) -> bool:
                    return call.heard.words(sound, 25) > HEARD

                await house.until(heard, said.text, DEADLINE_S)
            return fact

        assert (await says(english, 0, "en")).position == 1
        assert (await says(russian, 0, "ru")).position == 2
        assert russian.heard.words(await spoken(tmp_path, "Ваш номер в очереди: три.", "ru")) < NOT_HEARD
        assert russian.heard.words(await spoken(tmp_path, "Время ожидания: меньше минуты.", "ru")) < NOT_HEARD
        await english.hang_up()
        number = 1
        while (await says(russian, number, "ru")).position == 2:
            number += 1
        assert [fact.position for fact in await told(house, russian)][: number + 1] == [*number * [2], 1]
        await talking.heard.hears(700, window_s=1.0)  # who talks is told nothing


class InMusic(NamedTuple):
    """Where in which piece a caller is at a time."""

    piece: Path
    at_s: float
    time: float


async def in_music(call: Outgoing, pieces: dict[Path, list[float]]) -> InMusic:
    """Once two seconds of music were heard without a break."""
    async with asyncio.timeout(DEADLINE_S):
        while True:
            await asyncio.sleep(0.5)  # too dear for every packet
            clip = envelope(call.heard.samples(2.0))
            for piece, outline in pieces.items() if len(clip) > 90 else ():
                places = range(len(outline) - len(clip))
                fits = [correlation(clip, outline[at : at + len(clip)]) for at in places]
                if (best := max(fits)) > 0.99:
                    at_s = (fits.index(best) + len(clip)) * 0.02
                    return InMusic(piece, at_s, call.heard.packets[-1].at)


@rows("XS-16", "ST-18")
async def test_prompts_over_the_running_music_a_key_that_leads_out_and_an_answer_that_cuts(
    open_house: OpenHouse, tmp_path: Path
) -> None:
    words = "Press one to leave this line, or stay where you are, and somebody will be with you very soon."
    announce = {"prompts": [words], "prompts_every_s": 12, "pause_s": 1}
    trees = {
        "main": {"start": "bye", "nodes": {"bye": {"hang_up": {"say": "You have left the line. Goodbye."}}}}
    }
    configured = centre(
        {"alice": agent(201)},
        {"sales": queue(announce=announce, keys={"1": {"ivr": "main"}}, sorry="")},
        ivr=trees,
    )
    async with open_house(configured) as house:
        prompt = await spoken(tmp_path, words)
        bye = await spoken(tmp_path, "You have left the line. Goodbye.")
        pieces = {path: envelope(read_sound(path)) for path in house.asterisk.settings.music.glob("*.ulaw")}
        leaver = await house.call("100")  # the hall's only guest
        await leaver.answered()
        before = await in_music(leaver, pieces)
        await leaver.heard.hears_prompt(prompt, DEADLINE_S)
        after = await in_music(leaver, {before.piece: pieces[before.piece]})
        assert after.at_s - before.at_s == pytest.approx(after.time - before.time, abs=0.3)

        stayer = await house.call("100")
        await house.until_fact(events.CallWaits, count=2)
        await leaver.send_digits("5")
        await leaver.send_digits("1")
        await leaver.heard.hears_prompt(bye, DEADLINE_S)
        await leaver.ended(DEADLINE_S)
        story = await house.story(leaver)
        ended = story.one(events.WaitEnded)
        assert (ended.reason, ended.key, ended.to) == (ExitReason.KEY, "1", "IVR main")
        assert story.ending[0] is Outcome.IVR_ENDED
        assert not story.all(events.CallAbandoned)

        await stayer.heard.hears_prompt(
            prompt, DEADLINE_S
        )  # whose beginning it is: the rest is still to come
        await house.agent("alice", Answers(tone_hz=700))
        await stayer.heard.hears(700, DEADLINE_S)
        await stayer.heard.hears(700, window_s=1.0, least=0.95)
        await stayer.hang_up()
        assert (await house.story(stayer)).one(events.CallServed).agent == "alice"
