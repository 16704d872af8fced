"""Scopes that something else can end: a hang-up leaves the block, not a handler in every state."""

import asyncio
from collections.abc import Callable
from types import TracebackType
from typing import Protocol, Self

from ccapp.ports import Gone, LegGone

type Undo = Callable[[], None]
type Subscribe[T] = Callable[[Callable[[T], None]], Undo]

GONE_NEWS_S = 2.0  # a command may learn that a leg is gone before the leg's own end is told


class until[T]:
    """`async with until(signal.on) as scope:` the block is left, silently, when the signal comes.

    Built like `asyncio.timeout()`. `scope.happened` is what came, or None when the block ended by itself.
    """

    def __init__(self, subscribe: Subscribe[T]) -> None:
        self._subscribe = subscribe
        self._task: asyncio.Task[object] | None = None
        self._cancelling = 0
        self._undo: Undo = lambda: None
        self._cut = False
        self.happened: T | None = None

    async def __aenter__(self) -> Self:
        self._task = asyncio.current_task()
        assert self._task is not None
        self._cancelling = self._task.cancelling()
        self._undo = self._subscribe(self._on)
        return self

    def _on(self, what: T) -> None:
        self.happened = what
        if self._task is not None:
            self._cut = True
            self._task.cancel()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        task, self._task = self._task, None
        self._undo()
        if not self._cut or task is None:
            return False
        return (
            task.uncancel() <= self._cancelling
            and kind is not None
            and issubclass(kind, asyncio.CancelledError)
        )


class Goes(Protocol):
    """A leg, or whoever comes by one."""

    def on_gone(self, callback: Callable[[Gone], None]) -> Undo: ...

    def release(self) -> None: ...


class until_gone(until[Gone]):
    """The block is left when the leg ends, also when a command in it finds that out first (LegGone).

    `happened` is how it ended.
    """

    def __init__(self, leg: Goes) -> None:
        super().__init__(leg.on_gone)
        self._leg = leg

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        if await super().__aexit__(kind, error, trace):
            return True
        if kind is None or not issubclass(kind, LegGone):
            return False
        self.happened = await how_gone(self._leg)
        return True


async def how_gone(leg: Goes) -> Gone:
    """How a leg ended that a command found gone: its end is told soon, or it is as good as told."""
    told: asyncio.Future[Gone] = asyncio.get_running_loop().create_future()
    undo = leg.on_gone(lambda gone: None if told.done() else told.set_result(gone))
    try:
        async with asyncio.timeout(GONE_NEWS_S):
            return await told
    except TimeoutError:
        leg.release()
        return Gone(cause=0)
    finally:
        undo()


async def forever() -> None:
    """Waits to be left."""
    await asyncio.get_running_loop().create_future()
