"""Port numbers that stay ours: blocks of a thousand below the kernel's own range, each held by a file lock.

Binding to port 0 finds a port that is free *now*; a server that is stopped and started again on the same ports,
and a media range of hundreds, need ports that are free *for the whole run*, whoever else runs tests beside us.
"""

from __future__ import annotations

import fcntl
import os
import socket
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Self

BLOCK: Final = 1000
BLOCKS: Final = range(10, 32)
"""Ports 10,000 to 31,999: above the well known, below Linux' default for outgoing connections (32,768)."""

LOCKS: Final = Path("/tmp/ccapp-ports")  # noqa: S108 - one place for all users of the machine, on purpose


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
        for number in BLOCKS[: len(BLOCKS) - blocks + 1]:
            locks = _lock_all(range(number, number + blocks))
            if locks and all(_is_free(number * BLOCK + port) for port in range(8)):
                return cls(number * BLOCK, blocks * BLOCK, locks)
            _unlock(locks)
        raise NoPortsLeft(f"no {blocks} free port blocks; see {LOCKS}")

    def release(self) -> None:
        """Let others have the ports; harmless when done twice."""
        _unlock(self._locks)


def _lock_all(numbers: range) -> list[int]:
    """Locks on all of `numbers`, or none at all."""
    LOCKS.mkdir(mode=0o777, exist_ok=True)
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
