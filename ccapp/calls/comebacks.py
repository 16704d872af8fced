"""Word that the switch is connected again, for stories that a broken connection has interrupted."""

import asyncio
from contextlib import suppress


class Comebacks:
    def __init__(self) -> None:
        self._next = asyncio.Event()

    def tell(self) -> None:
        """Connected again, and compared: legs that are no more have been told so."""
        self._next.set()
        self._next = asyncio.Event()

    async def next(self, within_s: float) -> None:
        """Returns when it is told, or after so long: it may have been told a moment ago."""
        with suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                await self._next.wait()
