"""One prompt being played: its start is bounded, because Asterisk does not always report a failed one."""

import asyncio
from typing import Final, Literal

type HowPlayed = Literal["played", "failed", "not started", "interrupted", "unheard"]

NOT_STARTED: Final = "not started"


class Playback:
    """Events may come in any order: an end before the start is an end."""

    __slots__ = ("_loop", "_over", "_start", "id")

    def __init__(self, id: str, start_s_max: float) -> None:
        self.id = id
        self._loop = asyncio.get_running_loop()
        self._over: asyncio.Future[HowPlayed] = self._loop.create_future()
        self._start: asyncio.TimerHandle | None = self._loop.call_later(start_s_max, self.end, NOT_STARTED)

    def began(self) -> None:
        if self._start:
            self._start.cancel()
            self._start = None

    def end(self, how: HowPlayed) -> None:
        self.began()
        if not self._over.done():
            self._over.set_result(how)

    @property
    def ended(self) -> bool:
        return self._over.done() and not self._over.cancelled()

    async def over(self) -> HowPlayed:
        return await self._over
