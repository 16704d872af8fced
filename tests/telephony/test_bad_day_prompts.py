"""Prompts that start late or never, and end before they begin."""

import asyncio
from typing import Any

import pytest

from ccapp.domain.ivr import Sound
from ccapp.ports import LegGone
from tests.telephony.bad_asterisk import Asked, channel
from tests.telephony.bed import Bed, soon, until


async def test_a_prompt_that_never_starts_is_passed_over(bed: Bed) -> None:
    leg = (await bed.arrived()).leg
    await soon(leg.play([Sound(name="beep")]), 1)


async def test_a_prompt_may_end_before_it_starts_and_before_the_reply(bed: Bed) -> None:
    leg = (await bed.arrived()).leg

    async def plays(asked: Asked) -> None:
        playback = {"id": asked.path.rpartition("/")[2], "state": "done"}
        await bed.bad.tell("PlaybackFinished", playback=playback)
        await bed.bad.tell("PlaybackStarted", playback=playback)

    async def behaviour(asked: Asked) -> tuple[int, Any]:
        await plays(asked)
        return 201, {}

    bed.bad.behaviour = _AnyPlay(behaviour)
    await soon(leg.play([Sound(name="beep"), Sound(name="beep")]), 0.2)


async def test_a_prompt_cut_by_the_hang_up_is_no_prompt_that_failed(bed: Bed) -> None:
    """Asterisk tells the prompt's end first: what follows it in a story must not begin."""
    leg = (await bed.arrived()).leg

    async def hangs_up(asked: Asked) -> tuple[int, Any]:
        playback = {"id": asked.path.rpartition("/")[2], "state": "failed"}
        await bed.bad.tell("ChannelHangupRequest", channel=channel("c1"), cause=16)
        await bed.bad.tell("PlaybackFinished", playback=playback)
        return 201, {}

    bed.bad.behaviour = _AnyPlay(hangs_up)
    playing = asyncio.create_task(leg.play([Sound(name="beep")]))
    await asyncio.sleep(0.1)
    assert not playing.done()
    await bed.bad.tell("StasisEnd", channel=channel("c1"))
    with pytest.raises(LegGone):
        await soon(playing)


async def test_a_cancelled_prompt_is_stopped_even_before_the_reply(bed: Bed) -> None:
    leg = (await bed.arrived()).leg

    async def never(asked: Asked) -> None:
        return None

    bed.bad.behaviour = _AnyPlay(never)
    playing = asyncio.create_task(leg.play([Sound(name="beep")]))
    await until(lambda: any("play/" in asked.path for asked in bed.bad.asked))
    playing.cancel()
    await until(lambda: any(str(asked).startswith("DELETE playbacks/play-") for asked in bed.bad.asked))


class _AnyPlay(dict[str, Any]):
    """One behaviour for all plays, whose ids we cannot know."""

    def __init__(self, behaviour: Any) -> None:
        self._behaviour = behaviour

    def get(self, key: str, default: Any = None) -> Any:
        return self._behaviour if "/play/" in key else default
