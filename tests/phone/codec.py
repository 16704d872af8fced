"""G.711 as tables (audioop left the standard library), tones as loops, and prompts from files.

Sound is a list of floats in -1..1 at 8 kHz wherever it is looked at, and bytes wherever it travels.
"""

import math
import struct
import wave
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

RATE = 8000
"""Samples per second."""
FRAME = 160
"""Samples in 20 ms, which is one packet."""
FRAME_S = FRAME / RATE


def ulaw_from_linear(sample: int) -> int:
    """One 16-bit sample as a µ-law byte (ITU-T G.711)."""
    sign = 0x80 if sample < 0 else 0
    magnitude = min(abs(sample), 32635) + 0x84
    exponent = magnitude.bit_length() - 8
    return ~(sign | exponent << 4 | magnitude >> (exponent + 3) & 0x0F) & 0xFF


def linear_from_ulaw(byte: int) -> int:
    """A µ-law byte as one 16-bit sample."""
    byte = ~byte & 0xFF
    magnitude = (((byte & 0x0F) << 3) + 0x84 << (byte >> 4 & 7)) - 0x84
    return -magnitude if byte & 0x80 else magnitude


def alaw_from_linear(sample: int) -> int:
    """One 16-bit sample as an A-law byte (ITU-T G.711)."""
    sign = 0x80 if sample >= 0 else 0
    magnitude = sample if sample >= 0 else -sample - 1
    exponent = max(magnitude.bit_length() - 8, 0)
    return (sign | exponent << 4 | magnitude >> (exponent + 3 if exponent else 4) & 0x0F) ^ 0x55


def linear_from_alaw(byte: int) -> int:
    """An A-law byte as one 16-bit sample."""
    byte ^= 0x55
    exponent = byte >> 4 & 7
    magnitude = ((byte & 0x0F) << 4) + (0x108 if exponent else 8) << max(exponent - 1, 0)
    return magnitude if byte & 0x80 else -magnitude


@dataclass(frozen=True, slots=True, eq=False)
class Codec:
    """One of G.711's two laws, with its decoding table."""

    name: str
    payload_type: int
    encode_one: Callable[[int], int]
    levels: tuple[float, ...]
    silence: bytes

    @property
    def rtpmap(self) -> str:
        """As SDP spells it, for example `0 PCMU/8000`."""
        return f"{self.payload_type} {'PCMU' if self.name == 'ulaw' else 'PCMA'}/{RATE}"

    def encode(self, samples: Iterable[float]) -> bytes:
        """Samples in -1..1 (clipped) as bytes."""
        return bytes(self.encode_one(max(-32768, min(32767, round(s * 32767)))) for s in samples)

    def decode(self, payload: bytes) -> list[float]:
        """Bytes as samples in -1..1."""
        return list(map(self.levels.__getitem__, payload))


def _codec(name: str, payload_type: int, encode: Callable[[int], int], decode: Callable[[int], int]) -> Codec:
    levels = tuple(decode(byte) / 32768 for byte in range(256))
    return Codec(name, payload_type, encode, levels, bytes([encode(0)]) * FRAME)


ULAW = _codec("ulaw", 0, ulaw_from_linear, linear_from_ulaw)
ALAW = _codec("alaw", 8, alaw_from_linear, linear_from_alaw)
CODECS = {codec.name: codec for codec in (ULAW, ALAW)}


@lru_cache(maxsize=256)
def tone_loop(codec: Codec, hz: int, amplitude: float = 0.3) -> bytes:
    """A whole number of periods of a sine of `hz`: play it round and round without a click.

    Raises ValueError when `hz` is not within 1..3999.
    """
    if not 0 < hz < RATE / 2:
        raise ValueError(f"no tone of {hz} Hz at {RATE} samples per second")
    step = 2 * math.pi * hz / RATE
    return codec.encode(amplitude * math.sin(step * n) for n in range(RATE // math.gcd(hz, RATE)))


def read_sound(path: str | Path) -> list[float]:
    """The samples of a prompt: .wav (8 kHz, mono, 16 bit), .sln, .ulaw, .ul, .pcm (µ-law) or .alaw.

    Raises ValueError for any other kind.
    """
    path = Path(path)
    match path.suffix:
        case ".wav":
            return _read_wav(path)
        case ".sln":
            return _from_linear(path.read_bytes())
        case ".ulaw" | ".ul" | ".pcm":
            return ULAW.decode(path.read_bytes())
        case ".alaw":
            return ALAW.decode(path.read_bytes())
    raise ValueError(f"cannot read {path.suffix!r} sound: {path}")


def write_wav(path: str | Path, samples: Iterable[float]) -> None:
    """Write 8 kHz, mono, 16 bit."""
    clipped = [max(-32768, min(32767, round(s * 32768))) for s in samples]
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes(struct.pack(f"<{len(clipped)}h", *clipped))


def _read_wav(path: Path) -> list[float]:
    with wave.open(str(path), "rb") as sound:
        if (sound.getnchannels(), sound.getsampwidth(), sound.getframerate()) != (1, 2, RATE):
            raise ValueError(f"not 8 kHz mono 16 bit: {path}")
        return _from_linear(sound.readframes(sound.getnframes()))


def _from_linear(raw: bytes) -> list[float]:
    return [s / 32768 for s in struct.unpack(f"<{len(raw) // 2}h", raw[: len(raw) // 2 * 2])]
