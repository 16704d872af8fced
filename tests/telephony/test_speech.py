"""Texts become files once, safely, or are passed over."""

import asyncio
import sys
from pathlib import Path

import pytest

from ccapp.domain.ivr import Say, Sound
from ccapp.telephony.settings import SpeechSettings
from ccapp.telephony.speech import Speech

SPEAK = (
    sys.executable,
    "-c",
    "import sys,time,pathlib; text=sys.stdin.read(); time.sleep(0.2);"
    "pathlib.Path(sys.argv[1]).write_text(text);"
    "open(sys.argv[2],'a').write('run\\n'); sys.exit(text.startswith('bad'))",
    "{wav}",
)
COPY = (sys.executable, "-c", "import shutil,sys; shutil.copy(sys.argv[1], sys.argv[2])", "{wav}", "{out}")


@pytest.fixture
def speech(tmp_path: Path) -> Speech:
    return Speech(settings(tmp_path))


def settings(folder: Path, **choices: object) -> SpeechSettings:
    values = {
        "synthesise": (*SPEAK, str(folder / "runs")),
        "convert": COPY,
        "folder": folder / "speech",
        "run_s_max": 10.0,
    }
    return SpeechSettings(**(values | choices))  # type: ignore[arg-type]


def runs(folder: Path) -> int:
    path = folder / "runs"
    return len(path.read_text().splitlines()) if path.exists() else 0


async def test_a_text_is_spoken_once_however_many_ask(speech: Speech, tmp_path: Path) -> None:
    text = 'Hello; $(reboot) --help {out} "you" é'
    media = await asyncio.gather(*(speech.media(Say(text=text)) for _ in range(5)))
    assert len(set(media)) == 1
    assert media[0]
    path = Path(f"{media[0].removeprefix('sound:')}.wav")
    assert path.read_text() == text  # noqa: ASYNC240
    assert await speech.media(Say(text=text)) == media[0]
    assert runs(tmp_path) == 1
    assert [one.name for one in path.parent.iterdir()] == [path.name]


async def test_voices_and_texts_have_their_own_files(speech: Speech) -> None:
    says = [Say(text="a"), Say(text="a", voice="de"), Say(text="b")]
    assert len({await speech.media(say) for say in says}) == 3


async def test_the_speed_reaches_the_command_and_has_its_own_file(tmp_path: Path) -> None:
    told = tmp_path / "told"
    writes = (
        "import sys,pathlib; pathlib.Path(sys.argv[1]).write_text('x');"
        "open(sys.argv[2],'a').write(' '.join(sys.argv[3:]) + '\\n')"
    )
    command = (sys.executable, "-c", writes, "{wav}", str(told), "{speed}", "{words_per_minute}")
    speech = Speech(settings(tmp_path, synthesise=command))
    files = {await speech.media(Say(text="a", speed=speed)) for speed in (-3, 0, 3)}
    assert len(files) == 3
    assert told.read_text().splitlines() == ["-3 115", "0 175", "3 266"]


async def test_an_asker_who_leaves_does_not_end_it_for_the_others(speech: Speech, tmp_path: Path) -> None:
    leaving = asyncio.create_task(speech.media(Say(text="x")))
    staying = asyncio.create_task(speech.media(Say(text="x")))
    await asyncio.sleep(0.05)
    leaving.cancel()
    assert await staying
    assert runs(tmp_path) == 1


@pytest.mark.parametrize(
    "prompt",
    [
        Say(text=""),
        Say(text="x" * 3000),
        Say(text="bad"),
        Say(text="x", voice="--help"),
        Sound(name="beep&evil"),
        Sound(name=""),
    ],
)
async def test_what_cannot_be_said_is_passed_over(speech: Speech, prompt: Say | Sound) -> None:
    assert await speech.media(prompt) is None


async def test_a_command_that_is_missing_or_hangs_is_passed_over(tmp_path: Path) -> None:
    for command in (("/nonexistent",), (sys.executable, "-c", "import time; time.sleep(30)")):
        slow = Speech(settings(tmp_path, synthesise=command, run_s_max=0.3))
        async with asyncio.timeout(20):
            assert await slow.media(Say(text="x")) is None
    assert not list((tmp_path / "speech").iterdir())


async def test_sounds_are_taken_by_name_or_path(speech: Speech) -> None:
    assert await speech.media(Sound(name="beep")) == "sound:beep"
    assert await speech.media(Sound(name="/var/x/y")) == "sound:/var/x/y"
