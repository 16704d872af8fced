"""The facts not yet recorded, in order: a short backlog in memory, a long one in the spool only.

When more than `memory_max` facts wait, those that follow are kept in the file alone and read back in turn;
a fact the disk refused stays in memory whatever its number.
"""

import asyncio
from collections import deque
from collections.abc import Callable

from ccapp.records.spool import Line, Place, Spool

MEMORY_MAX = 10_000


class Backlog:
    """What the writer takes from, what publish puts into; both in one event loop."""

    def __init__(self, spool: Spool, memory_max: int = MEMORY_MAX) -> None:
        self._spool = spool
        self._memory_max = memory_max
        self._memory: deque[Line] = deque()
        self._spilled: Place | None = None  # where in the file to go on, while facts are only there
        self._spilled_from = 0  # the first seq that is only there
        self._is_due: Callable[[Line], bool] = lambda line: True
        self._taken: list[Line] = []
        self._filled = asyncio.Event()

    def resume(self, is_due: Callable[[Line], bool]) -> None:
        """Begins with what an engine before left in the spool, as far as it `is_due`."""
        self._spilled, self._spilled_from, self._is_due = self._spool.start, 0, is_due
        self._filled.set()

    def put(self, seq: int, epoch: int, line: bytes) -> None:
        """Takes a fact: on disk, and in memory while the backlog is short."""
        place = self._spool.end
        on_disk = self._spool.append(seq, line)
        if self._spilled is None and on_disk and len(self._memory) >= self._memory_max:
            self._spilled, self._spilled_from = place, seq
        if self._spilled is None or not on_disk:
            self._memory.append(Line(seq, epoch, line[:-1]))
        self._filled.set()

    async def take(self, most: int) -> list[Line]:
        """The next facts, at least one; they stay `waiting` until `done`."""
        while not self._taken:
            await self._filled.wait()
            self._taken = self._next(most)
            if not self._taken:
                self._filled.clear()
        return self._taken

    def done(self) -> None:
        """What was taken is recorded."""
        if self._taken:
            self._spool.remove_through(self._taken[-1].seq)
        self._taken = []

    def waiting(self) -> list[Line]:
        """All facts not recorded yet, in order; those only in the file are read from it."""
        lines = [*self._taken, *self._memory]
        if self._spilled is not None:
            lines += [line for line, _ in self._spool.lines(self._spilled) if self._is_due(line)]
        return sorted(lines)

    def _next(self, most: int) -> list[Line]:
        older = self._from_memory(most, self._spilled_from if self._spilled is not None else None)
        if older or self._spilled is None:
            return older
        lines = self._from_file(most)
        if not lines:
            return self._from_memory(most, None)
        return sorted(lines + self._from_memory(len(self._memory), lines[-1].seq))

    def _from_memory(self, most: int, before: int | None) -> list[Line]:
        """The next in memory, none or those numbered less than `before`."""
        lines: list[Line] = []
        memory = self._memory
        while memory and len(lines) < most and (before is None or memory[0].seq < before):
            lines.append(memory.popleft())
        return lines

    def _from_file(self, most: int) -> list[Line]:
        """The next that are only in the file; at its end, memory is all there is again."""
        lines: list[Line] = []
        for line, place in self._spool.lines(self._spilled):
            self._spilled = place
            if self._is_due(line):
                lines.append(line)
            if len(lines) == most:
                return lines
        self._spilled = None
        return lines
