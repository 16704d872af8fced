"""A leg and a bridge as the engine knows them: what it has been told, never the exchange's own truth."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from functools import partial

from ccapp.domain.ids import BridgeId, ChannelId
from ccapp.domain.ivr import Prompt
from ccapp.ports import Gone, Leg, LegGone, Refused, SwitchError, SwitchUnreachable
from ccapp.simulate.link import Link

DIGITS_MAX = 64
RELEASE_RETRY_S = 1.0


class FakeLeg:
    def __init__(
        self, link: Link, id: ChannelId, *, answered: bool = False, forget: Callable[[ChannelId], None]
    ) -> None:
        """`forget` is called with the id at the end."""
        self._link = link
        self._forget = forget
        self._id = id
        self._loop = asyncio.get_running_loop()
        self._answered = answered
        self._gone: Gone | None = None
        self._released: int | None = None  # the cause we hung it up with
        self._watchers: dict[object, Callable[[Gone], None]] = {}
        self._digits: deque[str] = deque(maxlen=DIGITS_MAX)
        self._news: asyncio.Future[None] | None = None  # resolved at the next change
        self._playing: dict[str, asyncio.Future[None]] = {}
        self._played = 0

    def __repr__(self) -> str:
        return f"<leg {self._id}>"

    @property
    def id(self) -> ChannelId:
        return self._id

    @property
    def answered(self) -> bool:
        return self._answered

    @property
    def gone(self) -> Gone | None:
        return self._gone

    def on_gone(self, callback: Callable[[Gone], None]) -> Callable[[], None]:
        token = object()
        self._watchers[token] = callback
        if self._gone is not None:
            self._loop.call_soon(self._tell, token)
        return lambda: void(self._watchers.pop(token, None))

    def _tell(self, token: object) -> None:
        if self._gone and (callback := self._watchers.pop(token, None)):
            callback(self._gone)

    # --- commands

    async def answer(self) -> None:
        self._must_live()
        if not self._answered:
            await self._do(partial(self._link.exchange.answer, self._id))
            self._answered = True

    async def ring(self) -> None:
        self._must_live()
        if not self._answered:
            await self._do(partial(self._link.exchange.ring, self._id))

    async def picked_up(self) -> None:
        while not self._answered:
            self._must_live()
            await self._change()
        self._must_live()

    async def digit(self) -> str:
        while not self._digits:
            self._must_live()
            await self._change()
        return self._digits.popleft()

    def forget_digits(self) -> None:
        self._digits.clear()

    async def headers(self, wanted: Sequence[str]) -> Sequence[tuple[str, str]]:
        bare = {name.lower().removeprefix("x-") for name in wanted}
        self._must_live()
        channel = await self._do(partial(self._link.exchange.find, self._id))
        return [
            (name, value)
            for name, value in channel.headers.items()
            if name.lower().removeprefix("x-") in bare
        ]

    def release(self, cause: int = 16) -> None:
        if self._gone is None and self._released is None:
            self._released = cause
            self.release_again()

    def release_again(self) -> None:
        """Also after a reconnect, when the first command may not have arrived."""
        if self._released is not None and self._gone is None:
            self._link.send(partial(self._link.exchange.end, self._id, self._released), self._release_done)

    def _release_done(self, result: object, error: SwitchError | None) -> None:
        if isinstance(error, LegGone):
            self.end(Gone(cause=0, ours=True))
        elif error is not None and self._link.up:
            self._loop.call_later(RELEASE_RETRY_S, self.release_again, context=self._link.context)

    async def _do[T](self, act: Callable[[], T]) -> T:
        return await self._link.command(act)

    def _must_live(self) -> None:
        if self._gone is not None or self._released is not None:
            raise LegGone(f"{self._id} is gone: {self._gone}")

    # --- sounds

    async def play(self, prompts: Sequence[Prompt]) -> None:
        for prompt in prompts:
            self._must_live()
            await self._play(prompt)
        self._must_live()

    async def _play(self, prompt: Prompt) -> None:
        self._played += 1
        playback = f"{self._id}-{self._played}"
        end = self._playing[playback] = self._loop.create_future()
        try:
            await self._do(partial(self._link.exchange.play, self._id, playback, prompt))
            await end
        except Refused:
            return  # passed over
        except asyncio.CancelledError:
            self._link.send(partial(self._link.exchange.stop, self._id, playback), ignore)
            raise
        finally:
            del self._playing[playback]
            end.cancel()

    # --- what the switch is told

    def picked(self) -> None:
        self._answered = True
        self._changed()

    def pressed(self, key: str) -> None:
        if len(self._digits) < DIGITS_MAX:
            self._digits.append(key)
        self._changed()

    def sounded(self, playback: str) -> None:
        if (end := self._playing.get(playback)) and not end.done():
            end.set_result(None)

    def deaf(self) -> None:
        """The connection is gone: the end of what plays will never be told."""
        for end in self._playing.values():
            if not end.done():
                end.set_exception(SwitchUnreachable("connection lost"))
                end.exception()  # looked at, also when nobody waits for it any more

    def end(self, gone: Gone) -> None:
        if self._gone is not None:
            return
        self._gone = Gone(cause=gone.cause, ours=self._released is not None, switch_lost=gone.switch_lost)
        for end in self._playing.values():
            if not end.done():
                end.set_exception(LegGone(f"{self._id} is gone"))
                end.exception()
        self._forget(self._id)
        for token in list(self._watchers):
            self._loop.call_soon(self._tell, token)
        self._changed()

    async def _change(self) -> None:
        if self._news is None or self._news.done():
            self._news = self._loop.create_future()
        await asyncio.shield(self._news)

    def _changed(self) -> None:
        if self._news is not None and not self._news.done():
            self._news.set_result(None)


class FakeBridge:
    def __init__(self, link: Link, id: BridgeId) -> None:
        self._link = link
        self._id = id
        self._closed = False

    @property
    def id(self) -> BridgeId:
        return self._id

    async def add(self, *legs: Leg) -> None:
        for leg in legs:
            if leg.gone:
                raise LegGone(f"{leg.id} is gone")
        await self._link.command(partial(self._link.exchange.add, self._id, [leg.id for leg in legs]))

    async def remove(self, leg: Leg) -> None:
        if leg.gone:
            raise LegGone(f"{leg.id} is gone")
        await self._link.command(partial(self._link.exchange.remove, self._id, leg.id))

    def close(self) -> None:
        if not self._closed:
            self._closed = True
            self._link.send(partial(self._link.exchange.destroy, self._id), ignore)


def ignore(result: object, error: SwitchError | None) -> None:
    pass


def void(_: object) -> None:
    pass
