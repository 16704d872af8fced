"""A call that comes to us: it rings until the phone's behaviour, the test or the caller decides."""

import asyncio
from dataclasses import dataclass

from .call import Call, End, cause_of
from .codec import Codec
from .dialog import Dialog, without_params
from .errors import CallOver
from .line import Line
from .message import Request, param
from .pulse import until
from .transaction import ServerTransaction


@dataclass(frozen=True, slots=True)
class Rings:
    """Rings (180) until the test or the caller decides: the default, and "for ever" when nobody does."""


@dataclass(frozen=True, slots=True)
class Answers:
    """Rings, then answers after so many seconds, with this tone."""

    after_s: float = 0.0
    tone_hz: int | None = None


@dataclass(frozen=True, slots=True)
class Rejects:
    """Refuses with this code, after ringing for so many seconds when that is more than 0."""

    code: int = 486
    after_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Silent:
    """Says 100 Trying and nothing more."""


type Behaviour = Rings | Answers | Rejects | Silent


class Incoming(Call):
    """Answer it, reject it, or let it ring."""

    def __init__(self, line: Line, transaction: ServerTransaction, codecs: tuple[Codec, ...]) -> None:
        super().__init__(line, _dialog_of(line, transaction), codecs, asyncio.get_running_loop().time())
        self.headers = transaction.request.headers
        self.messages.append(transaction.request)
        self._transaction = transaction
        self._confirmed = False
        transaction.on_cancel = self._cancelled
        transaction.on_ack = self._acknowledged
        transaction.on_unacknowledged = self._unacknowledged

    @property
    def invite(self) -> Request:
        return self._transaction.request

    def ring(self) -> None:
        """Send 180 Ringing; not to a call that is answered or over."""
        if self._end or self.timings.answered_at:
            return
        self._respond(self._transaction, 180)
        self.timings.ringing_at = asyncio.get_running_loop().time()
        self.state = "ringing"
        self._pulse.beat()

    async def answer(self, tone_hz: int | None = None, deadline: float = 10.0) -> None:
        """Answer with 200 and talk; returns when the caller's ACK is in. Raises CallOver, Deadline.

        When no codec is shared the call is refused with 488 and CallOver raised.
        """
        if self._end or self.timings.answered_at:
            raise CallOver(f"{self!r} {self._end or 'was answered before'}")
        if tone_hz is not None:
            self.tone(tone_hz)
        try:
            mine = self._answer_to(self.invite.body) if self.invite.body else self._offer()
        except ValueError as fault:
            self._refuse(488)
            raise CallOver(f"no common codec: {fault}") from fault
        self._mine = mine
        self._respond(self._transaction, 200, mine)
        self.timings.answered_at = asyncio.get_running_loop().time()
        self.state = "talking"
        self._pulse.beat()
        await until(self._pulse, self._settled, deadline, lambda: self._seen("200 not acknowledged"))

    async def reject(self, code: int = 486, reason: str = "") -> None:
        """Refuse the call; raises CallOver when it is too late for that."""
        if self._end or self.timings.answered_at:
            raise CallOver(f"{self!r} {self._end or 'was answered before'}")
        self._refuse(code, reason)

    def _cancelled(self, cancel: Request) -> None:
        """The caller took the call back."""
        self._respond(self._transaction, 487)
        self._finish(End("remote", 487, "Request Terminated", cause_of(cancel)))

    async def behave(self, behaviour: Behaviour) -> None:
        """Do what the phone is set to do."""
        match behaviour:
            case Rejects(code, after_s) if after_s == 0:
                self._refuse(code)
            case Rejects(code, after_s):
                self.ring()
                await asyncio.sleep(after_s)
                if self.state == "ringing":
                    self._refuse(code)
            case Answers(after_s, tone_hz):
                self.ring()
                await asyncio.sleep(after_s)
                if self.state == "ringing":
                    await self.answer(tone_hz)
            case Rings():
                self.ring()
            case Silent():
                pass

    async def _withdraw(self) -> None:
        self._refuse(486)

    def _refuse(self, code: int, reason: str = "") -> None:
        self._respond(self._transaction, code, reason=reason)
        self._finish(End("local", code, reason))

    def _settled(self) -> bool | None:
        return self._confirmed or self._end is not None or None

    def _acknowledged(self, ack: Request) -> None:
        if self.timings.answered_at is not None:
            self._confirmed = True
            if not self.invite.body:
                self._answered_late(self._mine, ack)
            self._pulse.beat()

    def _unacknowledged(self) -> None:
        """No ACK in 64·T1: the caller is gone (RFC 3261 §13.3.1.4)."""
        self._line.spawn(self.hang_up(), "phone-unacknowledged")


def _dialog_of(line: Line, transaction: ServerTransaction) -> Dialog:
    """The dialog that this INVITE opens, seen from our side."""
    invite = transaction.request
    dialog = Dialog(
        call_id=invite.call_id,
        local=without_params(invite.need("To")),
        remote=without_params(invite.need("From")),
        target=invite.uri,
        contact=line.contact,
        via=line.address,
        fallback=transaction.address,
        remote_tag=param(invite.need("From"), "tag") or "",
        routes=invite.all("Record-Route"),
    )
    dialog.learn(invite)
    return dialog
