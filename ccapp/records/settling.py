"""Waiting until facts are recorded: one list of waiters, in the order of the numbers they wait for."""

import asyncio
from collections import deque
from dataclasses import dataclass


@dataclass(slots=True, eq=False)
class _Waiter:
    seq: int
    done: "asyncio.Future[None]"


class Settling:
    """Knows up to which number all facts are recorded."""

    def __init__(self) -> None:
        self.recorded = 0
        self.wanted = asyncio.Event()
        """Set while somebody waits."""
        self._waiters: deque[_Waiter] = deque()

    def recorded_through(self, seq: int) -> None:
        self.recorded = max(self.recorded, seq)
        while self._waiters and self._waiters[0].seq <= self.recorded:
            waiter = self._waiters.popleft()
            if not waiter.done.done():
                waiter.done.set_result(None)
        self._tell()

    async def wait(self, seq: int, within_s: float) -> bool:
        """Whether all facts up to `seq`, the newest, are recorded within the time."""
        if seq <= self.recorded:
            return True
        waiter = _Waiter(seq, asyncio.get_running_loop().create_future())
        self._waiters.append(waiter)
        self._tell()
        try:
            async with asyncio.timeout(within_s):
                await waiter.done
        except TimeoutError:
            return False
        finally:
            if waiter in self._waiters:
                self._waiters.remove(waiter)
                self._tell()
        return True

    def _tell(self) -> None:
        if self._waiters:
            self.wanted.set()
        else:
            self.wanted.clear()
