"""Sound: vectors of both G.711 laws, tones found where they are and nowhere else, prompts told apart."""

import math
import random
from pathlib import Path

import pytest

from .codec import (
    ALAW,
    FRAME,
    RATE,
    ULAW,
    Codec,
    alaw_from_linear,
    linear_from_alaw,
    linear_from_ulaw,
    read_sound,
    tone_loop,
    ulaw_from_linear,
    write_wav,
)
from .likeness import likeness
from .spectrum import FLOOR_DB, dominant, level_db, share


def sine(hz: float, seconds: float = 1.0, amplitude: float = 0.3) -> list[float]:
    return [amplitude * math.sin(2 * math.pi * hz * n / RATE) for n in range(round(seconds * RATE))]


@pytest.mark.parametrize(
    ("byte", "linear"),
    [
        (0x00, -32124),
        (0x80, 32124),
        (0x0F, -16764),
        (0x8F, 16764),
        (0xEF, 132),
        (0xFE, 8),
        (0xFF, 0),
        (0x7F, 0),
    ],
)
def test_ulaw_table(byte: int, linear: int) -> None:
    assert linear_from_ulaw(byte) == linear


@pytest.mark.parametrize(
    ("byte", "linear"), [(0xD5, 8), (0x55, -8), (0xAA, 32256), (0x2A, -32256), (0xC5, 264), (0x80, 5504)]
)
def test_alaw_table(byte: int, linear: int) -> None:
    assert linear_from_alaw(byte) == linear


def test_each_byte_survives_decoding_and_encoding() -> None:
    assert [ulaw_from_linear(linear_from_ulaw(b)) for b in range(256) if b != 0x7F] == [
        b for b in range(256) if b != 0x7F
    ]
    assert [alaw_from_linear(linear_from_alaw(b)) for b in range(256)] == list(range(256))


@pytest.mark.parametrize("codec", [ULAW, ALAW])
def test_coding_costs_little(codec: Codec) -> None:
    sound = sine(440)
    noise = [a - b for a, b in zip(sound, codec.decode(codec.encode(sound)), strict=True)]
    assert level_db(sound) - level_db(noise) > 30


@pytest.mark.parametrize("hz", [1, 440, 697, 1000, 3999])
def test_a_tone_loop_has_no_seam(hz: int) -> None:
    loop = tone_loop(ULAW, hz)
    endless = (loop * (3 * RATE // len(loop) + 1))[: 2 * RATE]
    assert endless == ULAW.encode(0.3 * math.sin(2 * math.pi * hz * n / RATE) for n in range(2 * RATE))


@pytest.mark.parametrize("hz", [0, 4000, -5])
def test_no_tone_beyond_half_the_rate(hz: int) -> None:
    with pytest.raises(ValueError, match="no tone"):
        tone_loop(ULAW, hz)


@pytest.mark.parametrize("hz", [205, 440, 700, 1000, 3333])
def test_share_is_one_for_the_tone_and_nothing_for_others(hz: int) -> None:
    sound = ULAW.decode(ULAW.encode(sine(hz)))
    assert share(sound, hz) > 0.99
    assert share(sound, hz + 50) < 0.02
    assert share(sound, hz + 300) < 0.01


def test_share_of_a_mixture() -> None:
    mixture = [a + b for a, b in zip(sine(700, amplitude=0.3), sine(1000, amplitude=0.1), strict=True)]
    assert share(mixture, 700) == pytest.approx(0.9, abs=0.01)
    assert share(mixture, 1000) == pytest.approx(0.1, abs=0.01)


def test_silence_has_no_share_and_no_frequency() -> None:
    for sound in ([], [0.0] * 800, ULAW.decode(ULAW.silence)):
        assert share(sound, 440) == 0
        assert dominant(sound) is None
        assert level_db(sound) == FLOOR_DB


def test_level_of_a_full_sine_is_minus_three() -> None:
    assert level_db(sine(1000, amplitude=1.0)) == pytest.approx(-3.01, abs=0.01)


@pytest.mark.parametrize("hz", [205, 440.5, 697, 1000, 3333])
def test_dominant_frequency(hz: float) -> None:
    assert dominant(sine(hz)) == pytest.approx(hz, abs=1.5)


def babble(seed: int, seconds: float) -> list[float]:
    """Something like speech: noise of changing colour in syllables of changing length."""
    dice = random.Random(seed)
    sound: list[float] = []
    level = 0.0
    while len(sound) < seconds * RATE:
        loud, colour = dice.choice([0.0, 0.1, 0.2, 0.4]), dice.uniform(0.5, 0.95)
        for _ in range(dice.randrange(400, 2400)):
            level = colour * level + (1 - colour) * dice.uniform(-1, 1)
            sound.append(loud * level)
    return sound


def test_a_prompt_is_told_from_another() -> None:
    said, other = babble(1, 4), babble(2, 4)
    quieter = [0.4 * s for s in said]
    heard = ULAW.decode(ULAW.encode([*babble(3, 5), *[0.0] * 777, *quieter, *babble(4, 1)]))
    assert likeness(said, heard) > 0.9
    assert likeness(other, heard) < 0.5


def test_likeness_of_nothing_is_nothing() -> None:
    assert likeness([], babble(1, 4)) == 0
    assert likeness(babble(1, 4), []) == 0
    assert likeness([0.0] * RATE, babble(1, 4)) == 0
    assert likeness(babble(1, 4), [0.0] * 5 * RATE) == 0


def test_files_survive_writing_and_reading(tmp_path: Path) -> None:
    sound = sine(440, 0.1)
    write_wav(tmp_path / "a.wav", sound)
    (tmp_path / "a.ulaw").write_bytes(ULAW.encode(sound))
    assert read_sound(tmp_path / "a.wav") == pytest.approx(sound, abs=1e-4)
    assert len(read_sound(tmp_path / "a.ulaw")) == 5 * FRAME
    with pytest.raises(ValueError, match="cannot read"):
        read_sound(tmp_path / "a.mp3")
