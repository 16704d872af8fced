"""Waiting for a condition without polling: whoever changes something beats, whoever waits looks again."""

import asyncio
from collections.abc import Callable

from .errors import Deadline


class Pulse:
    """A heartbeat that any number of coroutines can wait for."""

    def __init__(self) -> None:
        self._waiters: set[asyncio.Future[None]] = set()

    def beat(self) -> None:
        """Wake everybody who waits now."""
        for waiter in self._waiters:
            if not waiter.done():
                waiter.set_result(None)

    async def wait(self) -> None:
        """Return at the next beat."""
        waiter = asyncio.get_running_loop().create_future()
        self._waiters.add(waiter)
        try:
            await waiter
        finally:
            self._waiters.discard(waiter)


async def until[T](
    pulse: Pulse, found: Callable[[], T | None], deadline_s: float, seen: Callable[[], str]
) -> T:
    """The first value other than None that `found` gives, looked for now and after each beat.

    Raises Deadline with the text of `seen` when it takes longer than `deadline_s`.
    """
    try:
        async with asyncio.timeout(deadline_s):
            while (value := found()) is None:
                await pulse.wait()
            return value
    except TimeoutError:
        raise Deadline(f"not within {deadline_s} s: {seen()}") from None
