"""What is in a sound: the share of one tone, the loudest frequency, the level. Samples are floats at 8 kHz.

One frequency's power is what a Goertzel filter gives, as two scalar products: `math.sumprod` runs in C.
"""

import cmath
import math
from collections.abc import Iterator, Sequence
from functools import lru_cache

from .codec import RATE

BLOCK = 800
"""Samples looked at in one go (100 ms, so 10 Hz resolution): a phase jump spoils one block only."""
FLOOR_DB = -120.0
"""The level given to digital silence."""
QUIET_DB = -55.0
"""Below this nobody hears anything."""


def tone_energy(samples: Sequence[float], hz: float) -> float:
    """The energy (sum of squares) that a sine of `hz` accounts for in these at most BLOCK samples."""
    cosine, sine = _waves(hz)
    n = len(samples)
    if n == 0:
        return 0.0
    real = math.sumprod(samples, cosine[:n])
    imaginary = math.sumprod(samples, sine[:n])
    return 2 * (real * real + imaginary * imaginary) / n


def share(samples: Sequence[float], hz: float) -> float:
    """The part 0..1 of the sound's energy that lies at `hz`; 0 when the sound is too quiet to hear."""
    energy = math.sumprod(samples, samples)
    if level_db(samples) < QUIET_DB:
        return 0.0
    return min(1.0, sum(tone_energy(block, hz) for block in _blocks(samples)) / energy)


def level_db(samples: Sequence[float]) -> float:
    """Root mean square in dB below full scale (dBFS; a full-scale sine is -3)."""
    if not samples:
        return FLOOR_DB
    power = math.sumprod(samples, samples) / len(samples)
    return max(FLOOR_DB, 10 * math.log10(power)) if power > 0 else FLOOR_DB


def dominant(samples: Sequence[float]) -> float | None:
    """The loudest frequency in Hz (of the last 256 ms, a tone to about 1 Hz); None when it is quiet."""
    if level_db(samples) < QUIET_DB:
        return None
    size = 2048 if len(samples) >= 2048 else 1 << max(6, len(samples).bit_length() - 1)
    window = [0.5 - 0.5 * math.cos(2 * math.pi * n / size) for n in range(size)]
    recent = [*samples[-size:], *[0.0] * (size - len(samples))]
    power = [abs(c) for c in _fft([complex(s * w) for s, w in zip(recent, window, strict=True)])[: size // 2]]
    peak = max(range(1, size // 2 - 1), key=power.__getitem__)
    left, middle, right = (math.log(power[peak + d] + 1e-12) for d in (-1, 0, 1))
    bend = left - 2 * middle + right
    offset = 0.5 * (left - right) / bend if bend else 0.0
    return (peak + offset) * RATE / size


@lru_cache(maxsize=128)
def _waves(hz: float) -> tuple[list[float], list[float]]:
    step = 2 * math.pi * hz / RATE
    return [math.cos(step * n) for n in range(BLOCK)], [math.sin(step * n) for n in range(BLOCK)]


def _blocks(samples: Sequence[float]) -> Iterator[Sequence[float]]:
    return (samples[start : start + BLOCK] for start in range(0, len(samples), BLOCK))


def _fft(x: list[complex]) -> list[complex]:
    if len(x) == 1:
        return x
    even, odd = _fft(x[::2]), _fft(x[1::2])
    turned = [cmath.rect(1, -2 * math.pi * k / len(x)) * o for k, o in enumerate(odd)]
    return [e + t for e, t in zip(even, turned, strict=True)] + [
        e - t for e, t in zip(even, turned, strict=True)
    ]
