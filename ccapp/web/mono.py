"""A recording of one party as a WAV file: Asterisk's own samples behind a header that is right.

Asterisk fills the length into the header only at the end: what is read here is as long as the file is.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Self

from ccapp.web.stereo import CHUNK, HEADER, header


class Mono:
    """Used as `with`. OSError when it cannot be read."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("rb")
        self._size = max(0, os.fstat(self._file.fileno()).st_size - HEADER) // 2 * 2

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    @property
    def length(self) -> int:
        """In bytes, with the header."""
        return HEADER + self._size

    def parts(self) -> Iterator[bytes]:
        """The whole file, piece by piece."""
        yield header(self._size, channels=1)
        self._file.seek(HEADER)
        left = self._size
        while left > 0 and (part := self._file.read(min(CHUNK, left))):
            yield part
            left -= len(part)
