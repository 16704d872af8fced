"""Uploaded prompts: what is taken, what is refused and leaves nothing behind, with the real programs."""

import asyncio
import struct
import subprocess
from contextlib import suppress
from math import pi, sin
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ccapp.telephony.prompt_files import BadPrompt, PromptFiles
from scripts.stack.tools import lame, mpg123, sox
from tests.phone import read_sound
from tests.phone.spectrum import share


def wav(seconds: float = 1.0, rate: int = 44_100, channels: int = 2, hz: float = 500) -> bytes:
    frames = (round(9000 * sin(2 * pi * hz * n / rate)) for n in range(round(seconds * rate)))
    sound = b"".join(struct.pack("<h", value) * channels for value in frames)
    shape = struct.pack("<IHHIIHH", 16, 1, channels, rate, 2 * rate * channels, 2 * channels, 16)
    return (
        b"RIFF"
        + struct.pack("<I", 36 + len(sound))
        + b"WAVEfmt "
        + shape
        + b"data"
        + struct.pack("<I", len(sound))
        + sound
    )


def mp3(folder: Path, content: bytes) -> bytes:
    (folder / "in.wav").write_bytes(content)
    command = [str(lame()), "--quiet", str(folder / "in.wav"), str(folder / "out.mp3")]
    subprocess.run(command, check=True, timeout=60)
    return (folder / "out.mp3").read_bytes()


@pytest.fixture
def files(tmp_path: Path) -> PromptFiles:
    return PromptFiles(
        tmp_path / "prompts",
        convert=(str(sox()), "{in}", "-r", "8000", "-c", "1", "-b", "16", "{out}", "trim", "0", "601"),
        mp3=(str(mpg123()), "-q", "-w", "{out}", "{in}"),
    )


async def test_a_wav_and_an_mp3_become_what_asterisk_plays(files: PromptFiles, tmp_path: Path) -> None:
    made = await files.put("hello", wav(1.0))
    assert (made.name, made.seconds) == ("hello", 1.0)
    await files.put("music", mp3(tmp_path, wav(2.0, hz=700)))
    assert [each.name for each in files.all()] == ["hello", "music"]
    for name, hz in {"hello": 500, "music": 700}.items():
        assert share(read_sound(files.path(name)), hz) > 0.9
    files.remove("hello")
    assert [each.name for each in files.all()] == ["music"]


async def test_a_new_one_takes_the_old_ones_place(files: PromptFiles) -> None:
    await files.put("hello", wav(hz=500))
    await files.put("hello", wav(2.0, rate=8000, channels=1, hz=700))
    assert files.one("hello").seconds == 2.0
    with pytest.raises(BadPrompt):
        await files.put("hello", b"RIFF....WAVEnothing")
    assert share(read_sound(files.path("hello")), 700) > 0.9


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "neither a WAV nor an MP3 file"),
        (b"#!/bin/sh\nrm -rf /\n", "neither a WAV nor an MP3 file"),
        (b"OggS" + bytes(1000), "neither a WAV nor an MP3 file"),
        (b"ID3" + bytes(1000), "cannot be converted"),
        (b"\xff\xfb" + bytes(1000), "cannot be converted"),
        (b"RIFF\x00\x00\x00\x00WAVE", "cannot be converted"),
        (wav(0.0), "cannot be converted|a prompt has"),
        (wav(0.01), "a prompt has 0.05 to 600 seconds"),
        (wav(605, rate=4000, channels=1), "a prompt has 0.05 to 600 seconds"),
    ],
)
async def test_what_is_no_prompt_is_refused_and_leaves_nothing(
    files: PromptFiles, tmp_path: Path, content: bytes, why: str
) -> None:
    with pytest.raises(BadPrompt, match=why):
        await files.put("hello", content)
    assert not list((tmp_path / "prompts").glob("*"))


@pytest.mark.parametrize("name", ["", "../x", "a/b", ".x", "x" * 41, "1a", "ä", "a\n", "-v"])
async def test_a_name_is_a_name_and_no_path(files: PromptFiles, name: str) -> None:
    with pytest.raises(BadPrompt):
        await files.put(name, wav())
    with pytest.raises(KeyError):
        files.path(name)


@given(st.sampled_from([b"RIFF\xff\xff\xff\xffWAVEfmt ", b"ID3", b"\xff\xfb\x90"]), st.binary(max_size=400))
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_are_taken_or_refused(files: PromptFiles, tmp_path: Path, head: bytes, rest: bytes) -> None:
    with suppress(BadPrompt):
        asyncio.run(files.put("any", head + rest))
    assert {path.name for path in (tmp_path / "prompts").glob("*")} <= {"any.wav"}
