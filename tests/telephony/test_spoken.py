"""How long a recording is and whether anything is heard in it, whatever became of its file."""

import math
import struct
import wave
from pathlib import Path

import pytest

from ccapp.ports import Spoken
from ccapp.telephony.spoken import RATE, measured


def recorded(path: Path, seconds: float, *, hz: float, level: int = 8000) -> None:
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        count = int(seconds * RATE)
        tone = (int(level * math.sin(2 * math.pi * hz * n / RATE)) for n in range(count))
        file.writeframes(struct.pack(f"<{count}h", *tone))


@pytest.mark.parametrize("hz", [300.0, 1000.0, 2000.0])
def test_a_tone_is_heard(tmp_path: Path, hz: float) -> None:
    recorded(tmp_path / "a.wav", 1.5, hz=hz)
    assert measured(tmp_path, "a.wav") == Spoken(seconds=1.5, silent=False)


def test_a_hum_and_a_click_are_silence(tmp_path: Path) -> None:
    recorded(tmp_path / "hum.wav", 2.0, hz=50, level=200)
    recorded(tmp_path / "click.wav", 0.06, hz=1000)
    assert measured(tmp_path, "hum.wav") == Spoken(seconds=2.0, silent=True)
    click = measured(tmp_path, "click.wav")
    assert click is not None
    assert click.silent


def test_a_file_that_was_cut_off_is_as_long_as_it_is(tmp_path: Path) -> None:
    recorded(tmp_path / "a.wav", 1.0, hz=500)
    content = (tmp_path / "a.wav").read_bytes()
    (tmp_path / "a.wav").write_bytes(content[:40] + bytes(4) + content[44 : 44 + RATE] + b"\0")
    assert measured(tmp_path, "a.wav") == Spoken(seconds=0.5, silent=False)
    (tmp_path / "b.wav").write_bytes(b"RIFF")
    assert measured(tmp_path, "b.wav") == Spoken(seconds=0.0, silent=True)


def test_no_file_is_nothing_and_no_folder_is_not_known(tmp_path: Path) -> None:
    assert measured(tmp_path, "1700.1/message-1.wav") is None
    unknown = measured(tmp_path / "elsewhere", "1700.1/message-1.wav")
    assert unknown is not None
    assert not unknown.known
