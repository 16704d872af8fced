"""What a caller hears from the queue's first word to the agent's."""

import asyncio
from pathlib import Path

import pytest

from ccapp.domain import events
from scripts.stack.tools import espeak_ng, sox
from tests.e2e.centres import agent, centre, queue
from tests.e2e.conftest import OpenHouse
from tests.phone import Outgoing, Rings, read_sound
from tests.rows import rows

pytestmark = pytest.mark.real

GREETING = "Welcome to the sales department. Somebody will be with you very soon."
HEARD, NOT_HEARD = 0.8, 0.6


async def spoken(folder: Path, text: str) -> list[float]:
    """As the engine has it spoken."""
    raw, out = folder / "raw.wav", folder / "spoken.wav"
    for program, *words in (
        (espeak_ng(), "-v", "en", "-w", raw, text),
        (sox(), raw, "-r", "8000", "-c", "1", "-b", "16", out),
    ):
        process = await asyncio.create_subprocess_exec(str(program), *map(str, words))
        assert await process.wait() == 0
    return read_sound(out)


@rows("ST-18")
async def test_first_the_greeting_then_music_until_the_agent_answers(
    open_house: OpenHouse, tmp_path: Path
) -> None:
    greeting = await spoken(tmp_path, GREETING)
    async with open_house(centre({"alice": agent(201)}, {"sales": queue(greeting=GREETING)})) as house:
        pieces = {
            path: read_sound(path)[: 8000 * 10] for path in house.asterisk.settings.music.glob("*.ulaw")
        }
        alice = await house.agent("alice", Rings(), ready=False)
        call = await house.call("100")
        await call.answered()
        await call.heard.hears_prompt(greeting)
        assert max(likenesses(call, pieces)) < NOT_HEARD  # nothing under it, nothing before it

        await house.until_fact(events.CallWaits)

        async def music() -> bool:
            return max(likenesses(call, pieces)) > HEARD

        await house.until(music, "the beginning of a piece of music")

        await house.move("alice", "ready")
        talk = await alice.incoming()
        await call.heard.hears_sound()  # still, while alice's phone rings
        await talk.answer(tone_hz=700)
        await call.heard.hears(700)
        await call.heard.hears(700, window_s=1.0, least=0.95)  # and nothing else
        await call.hang_up()
        assert (await house.story(call)).one(events.CallServed).agent == "alice"


def likenesses(call: Outgoing, pieces: dict[Path, list[float]]) -> list[float]:
    return [call.heard.matches(piece) for piece in pieces.values()]
