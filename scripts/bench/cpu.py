"""Processor time of processes, from /proc: what a call costs is a difference of two looks."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_TICKS: Final = os.sysconf("SC_CLK_TCK")
_PROC: Final = Path("/proc")


@dataclass(frozen=True, slots=True)
class Look:
    """Seconds of processor time spent so far, by name; `machine` is all of all processors."""

    at: float  # epoch s
    spent: Mapping[str, float]

    def since(self, before: Look) -> dict[str, float]:
        return {name: spent - before.spent.get(name, 0.0) for name, spent in self.spent.items()}


def look(processes: Mapping[str, int]) -> Look:
    """`processes`: name -> pid, its children that have ended (and been waited for) included."""
    spent = {name: _tree(pid) if name == "postgres" else _one(pid) for name, pid in processes.items()}
    return Look(time.time(), spent | {"machine": _machine()})


def _fields(pid: int) -> list[str]:
    """Those of /proc/PID/stat after the command's name, which may hold anything."""
    return (_PROC / str(pid) / "stat").read_text().rpartition(") ")[2].split()


def _one(pid: int) -> float:
    """User and system time, also of children that were waited for."""
    try:
        return sum(map(int, _fields(pid)[11:15])) / _TICKS
    except (FileNotFoundError, ProcessLookupError):
        return 0.0


def _tree(pid: int) -> float:
    """The process and its living children: PostgreSQL has one per connection."""
    spent = _one(pid)
    for folder in _PROC.iterdir():
        if folder.name.isdigit():
            try:
                if int(_fields(int(folder.name))[1]) == pid:
                    spent += _one(int(folder.name))
            except (FileNotFoundError, ProcessLookupError):
                continue
    return spent


def _machine() -> float:
    """All but idle and waiting for disks."""
    numbers = [int(word) for word in (_PROC / "stat").read_text().splitlines()[0].split()[1:9]]
    return (sum(numbers) - numbers[3] - numbers[4]) / _TICKS
