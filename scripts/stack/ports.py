"""Port numbers that stay ours: singles and blocks of a thousand, each held by a file lock.

Binding to port 0 finds a port that is free *now*; a server that is stopped and started again on the same
ports, and a media range of hundreds, need ports that are free *for the whole run*, whoever else runs tests
beside us.
"""

from __future__ import annotations

import fcntl
import os
import socket
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Self

BLOCK: Final = 1000
SINGLES: Final = range(10_000, 12_000)
BLOCKS: Final = range(12_000, 32_000, BLOCK)
"""Above the well-known ports, below Linux' default range for outgoing connections (from 32,768)."""

LOCKS: Final = Path("/tmp/ccapp-ports")


class NoPortsLeft(Exception):
    """Every block of ports is taken: more test runs at once than the machine should have anyway."""


@dataclass(frozen=True, slots=True)
class PortBlock:
    """Consecutive ports, ours until `release` or the end of this process."""

    first: int
    size: int
    _locks: list[int] = field(repr=False)

    @classmethod
    def claim(cls, blocks: int = 1) -> Self:
        """Take `blocks` adjoining blocks (one holds about 490 calls' media)."""
        for first in BLOCKS[: len(BLOCKS) - blocks + 1]:
            size = blocks * BLOCK
            if block := cls._taken(range(first, first + size, BLOCK), size, probed=8):
                return block
        raise NoPortsLeft(f"no {blocks} free port blocks; see {LOCKS}")

    @classmethod
    def single(cls) -> Self:
        """Take one port."""
        for port in SINGLES:
            if block := cls._taken(range(port, port + 1), size=1, probed=1):
                return block
        raise NoPortsLeft(f"no free port in {SINGLES}; see {LOCKS}")

    @classmethod
    def _taken(cls, names: range, size: int, probed: int) -> Self | None:
        """The ports from `names[0]` on, if all `names` can be locked and nobody listens on the first few."""
        locks = _lock_all(names)
        if locks and all(_is_free(names[0] + offset) for offset in range(probed)):
            return cls(names[0], size, locks)
        _unlock(locks)
        return None

    def release(self) -> None:
        """Let others have the ports; harmless when done twice."""
        _unlock(self._locks)


def _lock_all(numbers: range) -> list[int]:
    """Locks on all of `numbers`, or none at all."""
    LOCKS.mkdir(exist_ok=True)
    with suppress(PermissionError):  # another user made it, and opened it to all
        LOCKS.chmod(0o777)
    held: list[int] = []
    for number in numbers:
        descriptor = os.open(LOCKS / str(number), os.O_RDONLY | os.O_CREAT, 0o644)
        held.append(descriptor)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            _unlock(held)
            return []
    return held


def _unlock(locks: list[int]) -> None:
    while locks:
        os.close(locks.pop())


def _is_free(port: int) -> bool:
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        with socket.socket(socket.AF_INET, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, int(kind == socket.SOCK_STREAM))
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                return False
    return True
