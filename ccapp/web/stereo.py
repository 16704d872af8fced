"""Both sides of a recording as one WAV file in stereo: the caller on the left, the agent on the right.

Asterisk writes each side as 8 kHz, mono, 16 bit, and fills the length into the header only at the end: what
is read here is as long as the file is.
"""

import os
import struct
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO, Final, Self

RATE: Final = 8000
HEADER: Final = 44
"""Bytes before the first sample, in Asterisk's files as in ours."""
CHUNK: Final = 64 * 1024


class Stereo:
    """Used as `with`. A side that is not there is silent; OSError when neither can be read."""

    def __init__(self, caller: Path, agent: Path) -> None:
        self._open = ExitStack()
        sides: list[BinaryIO | None] = []
        faults: list[OSError] = []
        for path in (caller, agent):
            try:
                sides.append(self._open.enter_context(path.open("rb")))
            except OSError as why:
                sides.append(None)
                faults.append(why)
        if len(faults) == 2:
            raise faults[0]
        self._sides = sides
        self._samples = max(map(_samples, sides))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    @property
    def length(self) -> int:
        """In bytes, with the header."""
        return HEADER + 4 * self._samples

    def parts(self) -> Iterator[bytes]:
        """The whole file, piece by piece."""
        yield header(4 * self._samples, channels=2)
        for side in self._sides:
            if side is not None:
                side.seek(HEADER)
        left = 2 * self._samples
        while left > 0:
            size = min(CHUNK, left)
            yield _interleaved(*(_read(side, size) for side in self._sides))
            left -= size


def _samples(side: BinaryIO | None) -> int:
    return 0 if side is None else max(0, os.fstat(side.fileno()).st_size - HEADER) // 2


def _read(side: BinaryIO | None, size: int) -> bytes:
    found = side.read(size) if side is not None else b""
    return found[: len(found) // 2 * 2].ljust(size, b"\0")


def _interleaved(left: bytes, right: bytes) -> bytes:
    both = bytearray(2 * len(left))
    both[0::4], both[1::4] = left[0::2], left[1::2]
    both[2::4], both[3::4] = right[0::2], right[1::2]
    return bytes(both)


def header(size: int, *, channels: int) -> bytes:
    """Of 16 bit; `size` in bytes."""
    each = 2 * channels
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, channels, RATE, RATE * each, each, 16)
    return struct.pack("<4sI4s", b"RIFF", 36 + size, b"WAVE") + form + struct.pack("<4sI", b"data", size)
