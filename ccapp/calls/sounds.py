"""What a waiting caller hears beside the music, one thing at a time."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from types import TracebackType
from typing import Self

from ccapp.calls.comfort import Comfort
from ccapp.domain.ivr import Prompt
from ccapp.ports import LegGone


class Sounds:
    """Used as `with`; leaving it ends the sound. His own story hears it when the caller goes."""

    def __init__(self, comfort: Comfort) -> None:
        self._comfort = comfort
        self._playing: asyncio.Task[None] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._playing is not None:
            self._playing.cancel()

    async def play(self, prompts: Sequence[Prompt]) -> None:
        """From now on, then music again."""
        await self.stop()
        self._playing = asyncio.create_task(self._play(prompts))

    async def stop(self) -> None:
        """Nothing but the music again."""
        playing, self._playing = self._playing, None
        if playing is not None:
            playing.cancel()
            await asyncio.wait([playing])

    async def _play(self, prompts: Sequence[Prompt]) -> None:
        with suppress(LegGone):
            await self._comfort.tell(lambda: prompts)
