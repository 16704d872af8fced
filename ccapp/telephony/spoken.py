"""How long a recording of one party is, and whether anything can be heard in it, by its file.

Asterisk writes 8 kHz, mono, 16 bit, and fills the length into the header only at the end: what counts is how
long the file is.
"""

import logging
from array import array
from pathlib import Path
from typing import Final

from ccapp.ports import Spoken

log = logging.getLogger(__name__)

RATE: Final = 8000
HEADER: Final = 44
PIECE: Final = 160
"""Samples that are looked at together: 20 ms."""
LOUD: Final = 256
"""On the average of a piece; Asterisk's own threshold of silence."""
LOUD_PIECES_MIN: Final = 5


def measured(folder: Path, file: str) -> Spoken | None:
    """None when there is no such file. One that cannot be read here is taken for spoken."""
    try:
        content = (folder / file).read_bytes()[HEADER:]
    except OSError as why:
        if isinstance(why, FileNotFoundError) and folder.is_dir():
            return None
        log.error("recording=%s cannot be read here: %s", file, why.strerror)
        return Spoken(seconds=0.0, silent=False, known=False)
    samples = array("h")
    samples.frombytes(content[: len(content) // 2 * 2])
    return Spoken(seconds=len(samples) / RATE, silent=not _loud(samples))


def _loud(samples: "array[int]") -> bool:
    """Stops looking as soon as enough is heard."""
    found = 0
    for begin in range(0, len(samples), PIECE):
        piece = samples[begin : begin + PIECE]
        found += sum(map(abs, piece)) > LOUD * len(piece)
        if found >= LOUD_PIECES_MIN:
            return True
    return False
