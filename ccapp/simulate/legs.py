"""A leg and a bridge as the engine knows them: what it has been told, never the exchange's own truth."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial

from ccapp.domain.ids import BridgeId, ChannelId, offer_of
from ccapp.domain.ivr import Prompt, Sound
from ccapp.domain.tape import files_of
from ccapp.ports import (
    DictationRules,
    Gone,
    Leg,
    LegGone,
    Refused,
    SwitchBusy,
    SwitchError,
    SwitchUnreachable,
)
from ccapp.simulate.dictation import FakeDictation
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
        self._holders: dict[object, Callable[[bool], None]] = {}
        self._digits: deque[str] = deque(maxlen=DIGITS_MAX)
        self._news: asyncio.Future[None] | None = None  # resolved at the next change
        self._playing: dict[str, asyncio.Future[bool]] = {}  # its value: whether the end was heard
        self._dictations: dict[str, FakeDictation] = {}
        self._strays: set[str] = set()  # playbacks that are to stop, and cannot be told
        self._played = 0

    def __repr__(self) -> str:
        return f"<leg {self._id}>"

    @property
    def id(self) -> ChannelId:
        return self._id

    @property
    def key(self) -> str:
        """Commands of one visit keep their order."""
        offer = offer_of(self._id)
        return offer.rpartition("/")[0] if offer else self._id

    @property
    def unwanted(self) -> bool:
        return self._released is not None

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

    def on_hold(self, callback: Callable[[bool], None]) -> Callable[[], None]:
        token = object()
        self._holders[token] = callback
        return lambda: void(self._holders.pop(token, None))

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
            hang_up = partial(self._link.exchange.end, self._id, self._released)
            self._link.send(hang_up, self._release_done, self.key)

    def _release_done(self, result: object, error: SwitchError | None) -> None:
        if isinstance(error, LegGone):
            self.end(Gone(cause=0, ours=True))
        elif error is not None and self._link.up:
            self._loop.call_later(RELEASE_RETRY_S, self.release_again, context=self._link.context)

    async def _do[T](self, act: Callable[[], T]) -> T:
        return await self._link.command(act, self.key)

    def _must_live(self) -> None:
        if self._gone is not None:
            raise LegGone(f"{self._id} is gone: {self._gone}")

    # --- sounds

    async def play(self, prompts: Sequence[Prompt]) -> None:
        for prompt in prompts:
            self._must_live()
            await self._play(prompt)
        self._must_live()

    async def replay(self, file: str) -> None:
        await self.play([Sound(name=file)])

    async def _play(self, prompt: Prompt) -> None:
        self._played += 1
        playback = f"{self._id}-{self._played}"
        end = self._playing[playback] = self._loop.create_future()
        try:
            await self._do(partial(self._link.exchange.play, self._id, playback, prompt))
            if not await end:
                self._stop(playback)
        except (Refused, SwitchBusy):
            return  # passed over
        except (asyncio.CancelledError, SwitchUnreachable):
            self._stop(playback)
            raise
        finally:
            del self._playing[playback]
            end.cancel()

    def _stop(self, playback: str) -> None:
        def done(result: object, error: SwitchError | None) -> None:
            if isinstance(error, SwitchUnreachable):
                self._strays.add(playback)

        self._link.send(partial(self._link.exchange.stop, self._id, playback), done, self.key)

    async def music(self, music: str) -> None:
        await self._do(partial(self._link.exchange.music, self._id, music))

    def quiet(self) -> None:
        if self._gone is None:
            self._link.send(partial(self._link.exchange.music, self._id, ""), ignore, self.key)

    def record(self, name: str) -> "FakeRecording":
        recording = FakeRecording(self._link, self._id, self.key, name)
        recording.start(self._gone)
        return recording

    def dictate(self, rules: DictationRules) -> FakeDictation:
        dictation = self._dictations[rules.name] = FakeDictation(self._link, self._id, self.key, rules)
        dictation.start(self._gone)
        return dictation

    # --- what the switch is told

    def dictated(self, name: str) -> None:
        if dictation := self._dictations.pop(name, None):
            dictation.told_over()

    def picked(self) -> None:
        self._answered = True
        self._changed()

    def held(self, on: bool) -> None:
        for callback in list(self._holders.values()):
            callback(on)

    def pressed(self, key: str) -> None:
        if len(self._digits) < DIGITS_MAX:
            self._digits.append(key)
        self._changed()

    def sounded(self, playback: str) -> None:
        if (end := self._playing.get(playback)) and not end.done():
            end.set_result(True)

    def sound_lost(self) -> None:
        """A new connection: the end of what played before will never be told, or it plays on; what was to
        stop meanwhile stops now."""
        strays, self._strays = self._strays, set()
        for playback in sorted(strays):
            self._stop(playback)
        for end in self._playing.values():
            if not end.done():
                end.set_result(False)
        for dictation in self._dictations.values():
            dictation.look_again()

    def end(self, gone: Gone) -> None:
        if self._gone is not None:
            return
        ours = self._released is not None
        cause = gone.cause if self._released is None else self._released
        self._gone = Gone(cause=cause, ours=ours, switch_lost=gone.switch_lost)
        for end in self._playing.values():
            if not end.done():
                end.set_exception(LegGone(f"{self._id} is gone"))
                end.exception()
        for name in list(self._dictations):
            self.dictated(name)
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


class FakeRecording:
    def __init__(self, link: Link, leg: ChannelId, key: str, name: str) -> None:
        self._link, self._leg, self._key, self._name = link, leg, key, name
        self._fault = ""
        self._begun = False
        self._stopped = False

    @property
    def files(self) -> tuple[str, str]:
        return files_of(self._name)

    @property
    def begun(self) -> bool:
        return self._begun

    @property
    def fault(self) -> str:
        return self._fault

    def start(self, gone: Gone | None) -> None:
        if gone is not None:
            self._fault = f"{self._leg} is gone"
            return
        self._link.send(partial(self._link.exchange.record, self._leg, self._name), self._started, self._key)

    def _started(self, result: object, error: SwitchError | None) -> None:
        if not self._stopped:
            self._begun, self._fault = error is None, str(error or "")

    def stop(self) -> None:
        if self._stopped:
            return
        if not self._begun and not self._fault:
            self._fault = "the talk was over before the recording had begun"
        self._stopped = True
        self._link.send(partial(self._link.exchange.end_recording, self._name), ignore, self._key)


class FakeBridge:
    """`unwanted`: the switch's, of bridges to be closed as soon as that can be."""

    def __init__(
        self, link: Link, id: BridgeId, name: str, music: str | None, unwanted: set[BridgeId]
    ) -> None:
        self._link = link
        self._id = id
        self._name = name
        self._music = music
        self._unwanted = unwanted
        self._closed = False

    @property
    def id(self) -> BridgeId:
        return self._id

    async def make(self) -> None:
        """Made, or found."""
        self._unwanted.discard(self._id)
        make = partial(self._link.exchange.bridge, self._id, self._name, self._music)
        await self._link.command(make, self._id)

    async def add(self, *legs: Leg) -> None:
        for leg in legs:
            if leg.gone or (isinstance(leg, FakeLeg) and leg.unwanted):
                raise LegGone(f"{leg.id} is gone")
        if self._closed:
            raise LegGone(f"{self._id} is closed")
        if not await self._link.command(self._move(legs), _key(legs[0])):
            await self.make()
            if not await self._link.command(self._move(legs), _key(legs[0])):
                raise LegGone(f"there is no bridge {self._id}")

    def _move(self, legs: Sequence[Leg]) -> Callable[[], bool]:
        return partial(self._link.exchange.add, self._id, [leg.id for leg in legs])

    async def remove(self, leg: Leg) -> None:
        with suppress(LegGone, Refused):
            await self._link.command(partial(self._link.exchange.remove, self._id, leg.id), _key(leg))

    def close(self) -> None:
        if not self._closed:
            self._closed = True
            self._unwanted.add(self._id)
            close_bridge(self._link, self._id, self._unwanted)


def close_bridge(link: Link, id: BridgeId, unwanted: set[BridgeId]) -> None:
    """Ends it; remembered until it is known to be gone."""

    def closed(result: object, error: SwitchError | None) -> None:
        if error is None or isinstance(error, LegGone):
            unwanted.discard(id)
        elif link.up:
            asyncio.get_running_loop().call_later(RELEASE_RETRY_S, again, context=link.context)

    def again() -> None:
        if id in unwanted:
            close_bridge(link, id, unwanted)

    link.send(partial(link.exchange.destroy, id), closed, id)


def _key(leg: Leg) -> str:
    return leg.key if isinstance(leg, FakeLeg) else leg.id


def ignore(result: object, error: SwitchError | None) -> None:
    pass


def void(_: object) -> None:
    pass
