"""The facts on the local disk, until they are in the database: an append-only file in segments.

A plain `write` puts a fact into the kernel's hands, so it outlives a `kill -9` of the engine, in
microseconds; there is no fsync, so the last seconds may be lost with the power. A segment is removed when
all its facts are recorded. What the database cannot take is set aside in files of their own, never deleted.

One process owns the folder (flock). A full disk is said once, counted, and not the caller's problem.
"""

import fcntl
import logging
import os
from collections.abc import Container, Iterator
from pathlib import Path
from time import monotonic
from typing import NamedTuple

import orjson

from ccapp.records.errors import SpoolBusy

log = logging.getLogger(__name__)

SEGMENT_BYTES = 8 * 1024 * 1024
RETRY_S = 1.0  # after the disk refused a fact


class Line(NamedTuple):
    """A fact as it is spooled; `raw` is JSON without the newline."""

    seq: int
    epoch: int
    raw: bytes


class Place(NamedTuple):
    """A byte of the spool: where a reader goes on."""

    segment: int
    offset: int


class Spool:
    """The spool of one folder. Segments are named by a number that only grows."""

    def __init__(self, folder: Path, segment_bytes: int = SEGMENT_BYTES) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.folder = folder
        self.errors = 0  # facts that could not be written
        self.last_error = ""
        self._segment_bytes = segment_bytes
        self._lock = _locked(folder)
        found = sorted(int(path.stem.removeprefix("facts-")) for path in folder.glob("facts-*.ndjson"))
        self._last_seq: dict[int, int | None] = dict.fromkeys(found)  # None: not read yet
        self._number = (found[-1] if found else 0) + 1
        self._size = 0
        self._failing = False
        self._retry_at = 0.0  # monotonic s
        self._fd: int | None = None

    def append(self, seq: int, line: bytes) -> bool:
        """Writes a line (newline and all); False when the disk did not take it."""
        if self._failing and monotonic() < self._retry_at:
            self.errors += 1
            return False
        try:
            self._write(line)
        except OSError as error:
            self._failed(error)
            return False
        self._last_seq[self._number] = seq
        if self._failing:
            self._recovered()
        return True

    @property
    def end(self) -> Place:
        """Where the next line goes."""
        return Place(self._number, self._size)

    @property
    def start(self) -> Place:
        """Where the first line that is still there lies."""
        return Place(min(self._last_seq, default=self._number), 0)

    def lines(self, place: Place | None = None) -> Iterator[tuple[Line, Place]]:
        """Every whole line from a place on, each with the place after it; what is torn is logged."""
        number, offset = place or self.start
        for segment in sorted(self._last_seq):
            if segment >= number:
                yield from self._lines_of(segment, offset if segment == number else 0)

    def remove_through(self, seq: int) -> None:
        """Removes the segments, but the one being written, whose facts are all numbered `seq` or less."""
        for segment, last in list(self._last_seq.items()):
            if segment != self._number and last is not None and last <= seq:
                self._path(segment).unlink(missing_ok=True)
                del self._last_seq[segment]

    def keep_only(self, segments: Container[int]) -> None:
        """Removes the other segments: nothing in them is waited for."""
        for segment in [number for number in self._last_seq if number not in segments]:
            self._path(segment).unlink(missing_ok=True)
            del self._last_seq[segment]

    def set_aside(self, why: str, line: Line) -> Path:
        """Keeps a line that will never be recorded, in a file named by the reason, as far as the disk can."""
        path = self.folder / f"{why}.ndjson"
        try:
            with path.open("ab") as file:
                file.write(line.raw + b"\n")
        except OSError as error:
            log.error("set_aside_failed seq=%d file=%s error=%r", line.seq, path, error)
        return path

    def end_segment(self) -> None:
        """The next line begins a new segment, so that this one can be removed."""
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None
            self._number += 1
            self._size = 0

    def close(self) -> None:
        self.end_segment()
        os.close(self._lock)

    def _lines_of(self, segment: int, offset: int) -> Iterator[tuple[Line, Place]]:
        last: int | None = None
        with self._path(segment).open("rb") as file:
            file.seek(offset)
            for raw in file:
                offset += len(raw)
                line = _parsed(raw)
                if line is not None:
                    last = line.seq
                    yield line, Place(segment, offset)
                elif raw.strip():
                    log.warning("spool_torn file=%s offset=%d bytes=%d", file.name, offset, len(raw))
        if self._last_seq.get(segment, 0) is None:
            self._last_seq[segment] = last or 0

    def _write(self, line: bytes) -> None:
        if self._size >= self._segment_bytes:
            self.end_segment()
        if self._fd is None:
            self._fd = os.open(self._path(self._number), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            self._last_seq[self._number] = 0
        written = os.write(self._fd, line)
        self._size += written
        if written != len(line):
            raise OSError(f"wrote {written} of {len(line)} bytes")

    def _path(self, segment: int) -> Path:
        return self.folder / f"facts-{segment:012d}.ndjson"

    def _failed(self, error: OSError) -> None:
        """What was half written is torn; the next try begins a new segment."""
        if not self._failing:
            log.error("spool_failed folder=%s error=%r facts_kept=in_memory_only", self.folder, error)
        self.errors += 1
        self.last_error = repr(error)
        self._failing, self._retry_at = True, monotonic() + RETRY_S
        self.end_segment()

    def _recovered(self) -> None:
        self._failing = False
        log.warning("spool_recovered folder=%s errors=%d", self.folder, self.errors)


def _parsed(raw: bytes) -> Line | None:
    """The line, or None when it is not whole."""
    if not raw.endswith(b"\n"):
        return None
    try:
        envelope = orjson.loads(raw)
        return Line(envelope["seq"], envelope["epoch"], raw[:-1])
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return None


def _locked(folder: Path) -> int:
    """The lock's descriptor; the kernel lets it go with the process, however that ends."""
    fd = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(fd)
        raise SpoolBusy(f"another process writes the spool in {folder}") from None
    return fd
