"""Linear 16-bit WAV to µ-law: music in the callers' own codec needs no encoder per listener."""

from __future__ import annotations

import wave
from array import array
from functools import cache
from pathlib import Path


@cache
def _table() -> bytes:
    """The µ-law byte of each 14-bit sample (ITU-T G.711), indexed by the sample's upper bits as unsigned."""
    return bytes(_encode(sample - 0x4000 if sample >= 0x2000 else sample) for sample in range(0x4000))


def _encode(sample: int) -> int:
    """One signed 14-bit sample, -8192 … 8191."""
    sign = 0x80 if sample < 0 else 0
    magnitude = min(abs(sample), 8158) + 33
    exponent = magnitude.bit_length() - 6
    return ~(sign | exponent << 4 | (magnitude >> exponent + 1) & 0x0F) & 0xFF


def ulaw_from_wav(source: Path, target: Path) -> None:
    """Write `target` (raw µ-law, 8 kHz) from a mono 8 kHz 16-bit WAV file."""
    with wave.open(str(source)) as wav:
        if (wav.getnchannels(), wav.getsampwidth(), wav.getframerate()) != (1, 2, 8000):
            raise ValueError(f"{source} is not mono, 16 bit, 8 kHz")
        samples = array("H", wav.readframes(wav.getnframes()))
    table = _table()
    target.write_bytes(bytes([table[sample >> 2] for sample in samples]))
