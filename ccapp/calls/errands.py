"""Small things to be done that no call waits for."""

import asyncio
import logging
from collections.abc import Coroutine

log = logging.getLogger(__name__)


class Errands:
    """Each is bounded in itself; the end of the loop ends them, too."""

    def __init__(self) -> None:
        self._going_on: set[asyncio.Task[None]] = set()

    def soon(self, errand: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(errand)
        self._going_on.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._going_on.discard(task)
        if not task.cancelled() and (fault := task.exception()) is not None:
            log.error("an errand failed", exc_info=fault)
