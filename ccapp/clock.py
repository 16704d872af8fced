"""One clock: epoch seconds that never run backwards while the engine lives."""

import asyncio
import time


class Clock:
    """Epoch seconds read from the running loop's monotonic clock.

    On a real loop `now()` starts at the wall clock; on a virtual loop it is virtual, so that the same
    stories run in simulated time.
    """

    def __init__(self, epoch: float | None = None, loop: asyncio.AbstractEventLoop | None = None) -> None:
        self._loop = loop or asyncio.get_running_loop()
        self._offset = (time.time() if epoch is None else epoch) - self._loop.time()

    def now(self) -> float:
        return self._loop.time() + self._offset

    def loop_time(self, at: float) -> float:
        """The loop's own time of the epoch instant `at`, for `call_at` and `asyncio.timeout_at`."""
        return at - self._offset
