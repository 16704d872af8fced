"""One party's channel: what happens to it is told to it, what is wanted of it is sent.

`tell_*` are for the one who hears Asterisk (`mailboxes.py`), the rest is `ports.Leg`.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Sequence
from typing import Final, NoReturn

from ccapp.domain.ids import ChannelId, offer_of
from ccapp.domain.ivr import Prompt
from ccapp.domain.tape import ENDING
from ccapp.ports import DictationRules, Gone, LegGone, Refused, SwitchBusy, SwitchError, SwitchUnreachable
from ccapp.telephony import commands, sip_headers
from ccapp.telephony.commands import Command
from ccapp.telephony.dictation import AsteriskDictation
from ccapp.telephony.office import Office
from ccapp.telephony.recording import AsteriskRecording
from ccapp.telephony.socket import Reply

log = logging.getLogger(__name__)

DIGITS_MAX: Final = 64
RELEASE_AGAIN_S: Final = 1.0
HANG_UP_S_MAX: Final = 2.0
"""Between the request for a hang-up and the end."""


class AsteriskLeg:
    def __init__(self, office: Office, id: ChannelId, *, answered: bool, entered: bool) -> None:
        self._office = office
        self._id = id
        offer = offer_of(id)
        self.key = offer.rpartition("/")[0] if offer else id
        """What all commands of one call have in common: the visit, which is the caller's channel's id."""
        self._answered = answered
        self.entered = entered
        """Whether it has come into the application: arrived, or picked up."""
        self._gone: Gone | None = None
        self._released: int | None = None
        self._hanging_up = False
        self._last_cause: int | None = None
        self._on_gone: list[Callable[[Gone], None]] = []
        self._on_hold: list[Callable[[bool], None]] = []
        self._waiting: set[asyncio.Future[None]] = set()
        self._digits: deque[str] = deque()
        self._strays: set[str] = set()  # playbacks that are to stop, and cannot be told

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

    @property
    def unwanted(self) -> bool:
        """Released, and not known to be gone."""
        return self._released is not None and self._gone is None

    def on_gone(self, callback: Callable[[Gone], None]) -> Callable[[], None]:
        if self._gone is not None:
            return asyncio.get_running_loop().call_soon(callback, self._gone).cancel
        once = _Once(callback)
        self._on_gone.append(once)
        return once.cancel

    def on_hold(self, callback: Callable[[bool], None]) -> Callable[[], None]:
        self._on_hold.append(callback)
        return lambda: self._on_hold.remove(callback) if callback in self._on_hold else None

    # --- what Asterisk tells

    def tell_picked_up(self) -> None:
        self._answered = self.entered = True
        self._wake()

    def tell_digit(self, digit: str) -> None:
        if len(self._digits) < DIGITS_MAX:
            self._digits.append(digit)
            self._wake()

    def tell_held(self, on: bool) -> None:
        for callback in list(self._on_hold):
            callback(on)

    def tell_cause(self, cause: int) -> None:
        """It is about to end. Why; 0 says nothing."""
        self._hanging_up = True
        self._last_cause = cause or self._last_cause

    def tell_gone(self, cause: int | None = None, *, switch_lost: bool = False) -> None:
        if self._gone is not None:
            return
        ours = self._released is not None
        known = (self._released, self._last_cause) if ours else (cause, self._last_cause)
        best = next((one for one in known if one is not None), 16)
        self._gone = Gone(cause=best, ours=ours, switch_lost=switch_lost)
        self._wake()
        callbacks, self._on_gone = self._on_gone, []
        for callback in callbacks:
            asyncio.get_running_loop().call_soon(callback, self._gone)

    def _wake(self) -> None:
        waiting, self._waiting = self._waiting, set()
        for future in waiting:
            if not future.done():
                future.set_result(None)

    async def _change(self) -> None:
        """Waits until something has been told; raises LegGone if it is the end."""
        future = asyncio.get_running_loop().create_future()
        self._waiting.add(future)
        try:
            await future
        finally:
            self._waiting.discard(future)
        self._must_live()

    def _must_live(self) -> None:
        if self._gone is not None:
            raise LegGone(f"{self._id} is gone: {self._gone}")

    # --- what is wanted of it

    async def _send(self, command: Command) -> Reply:
        self._must_live()
        return await self._office.lines.send(command, self.key)

    async def answer(self) -> None:
        if not self._answered:
            await self._send(commands.answer(self._id))
            self._answered = True

    async def ring(self) -> None:
        await self._send(commands.ring(self._id))

    async def picked_up(self) -> None:
        self._must_live()
        while not self._answered:
            await self._change()

    async def digit(self) -> str:
        self._must_live()
        while not self._digits:
            await self._change()
        return self._digits.popleft()

    def forget_digits(self) -> None:
        self._digits.clear()

    async def headers(self, wanted: Sequence[str]) -> Sequence[tuple[str, str]]:
        return await sip_headers.read(self._send, self._id, wanted)

    def record(self, name: str) -> AsteriskRecording:
        recording = AsteriskRecording(self._office, self._id, self.key, name)
        recording.start(self._gone)
        return recording

    def dictate(self, rules: DictationRules) -> AsteriskDictation:
        dictation = AsteriskDictation(self._office, self._id, self.key, rules)
        dictation.start(self._gone)
        return dictation

    def release(self, cause: int = 16) -> None:
        if self._gone is None and self._released is None:
            self._released = cause
            self.send_release()

    def send_release(self) -> None:
        """Says (again) that the channel is to end."""
        command = commands.hang_up(self._id, self._released or 16)
        self._office.lines.post(command, self.key, self._release_answered)

    def _release_answered(self, fault: SwitchError | None) -> None:
        match fault:
            case None:  # its end is heard
                pass
            case LegGone():
                self._office.mailboxes.end(self._id, self._released)
            case _:
                log.info("channel=%s is not hung up yet: %s", self._id, fault)
                asyncio.get_running_loop().call_later(RELEASE_AGAIN_S, self._release_again)

    def _release_again(self) -> None:
        """Nobody else will: it was refused, or its own socket was lost. The next connection does it, too."""
        lines = self._office.lines
        if self._gone is None and lines.connected and not lines.silent:
            self.send_release()

    # --- prompts

    async def play(self, prompts: Sequence[Prompt]) -> None:
        for prompt in prompts:
            self._must_live()
            media = await self._office.speech.media(prompt)
            if media is not None:
                await self._play(media)

    async def replay(self, file: str) -> None:
        self._must_live()
        await self._play(f"recording:{file.removesuffix(ENDING)}")

    async def _play(self, media: str) -> None:
        with self._office.mailboxes.playback(self._id) as playback:
            try:
                await self._send(commands.play(self._id, playback.id, media))
                how = await playback.over()
            except (Refused, SwitchBusy) as why:
                log.warning("channel=%s media=%s passed over: %s", self._id, media, why)
                return
            finally:
                if not playback.ended:
                    self._stop(playback.id)
        self._must_live()
        if how == "unheard":
            self._stop(playback.id)
            return
        if how == "failed" and self._hanging_up:
            await self._end()
        if how != "played":
            log.warning("channel=%s media=%s passed over: %s", self._id, media, how)

    def _stop(self, playback: str) -> None:
        """Before anything else is done with the leg; while Asterisk is away, as soon as it is back."""

        def answered(fault: SwitchError | None) -> None:
            if isinstance(fault, SwitchUnreachable):
                self._strays.add(playback)

        if self._gone is None:
            self._office.lines.post(commands.stop_playback(playback), self.key, answered)

    def stop_strays(self) -> None:
        """There is a new connection."""
        strays, self._strays = self._strays, set()
        for playback in sorted(strays):
            self._stop(playback)

    async def music(self, music: str) -> None:
        try:
            await self._send(commands.hear_music(self._id, music))
        except (Refused, SwitchBusy) as why:
            log.warning("channel=%s music=%s passed over: %s", self._id, music, why)

    def quiet(self) -> None:
        if self._gone is None:
            self._office.lines.post(commands.hear_no_music(self._id), self.key, _ignore)

    async def _end(self) -> NoReturn:
        """What the hang-up cut is told before the end of the leg itself, and must not be taken for more."""
        try:
            async with asyncio.timeout(HANG_UP_S_MAX):
                while True:
                    await self._change()
        except TimeoutError:
            raise LegGone(f"{self._id} is being hung up") from None


class _Once:
    """A callback that can be taken back, also after it was set on its way."""

    def __init__(self, callback: Callable[[Gone], None]) -> None:
        self._callback: Callable[[Gone], None] | None = callback

    def __call__(self, gone: Gone) -> None:
        callback, self._callback = self._callback, None
        if callback:
            callback(gone)

    def cancel(self) -> None:
        self._callback = None


def _ignore(fault: SwitchError | None) -> None:
    """A playback that could not be stopped has ended, or ends with its channel."""
