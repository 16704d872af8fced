"""One call, as a test sees it: what was heard, what is said, and how it ends.

`Outgoing` and `Incoming` add how a call begins; everything after the answer is here and the same for both.
"""

import asyncio
import random
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from . import sdp, voice
from .codec import Codec, read_sound
from .dialog import Dialog
from .errors import CallOver, SipError
from .heard import Heard
from .line import Line
from .media import Media
from .message import Headers, Message, NameAddress, Request, Response, param
from .pulse import Pulse, until
from .transaction import ServerTransaction

type State = Literal["calling", "ringing", "talking", "ended"]
type Side = Literal["local", "remote"]

ALLOW = ("Allow", "INVITE, ACK, CANCEL, BYE, OPTIONS, UPDATE, INFO, NOTIFY, REFER, MESSAGE")


@dataclass(frozen=True, slots=True)
class End:
    """How a call ended: 200 for a BYE, else the final code of its INVITE.

    `cause` is Q.850's, from a Reason header.
    """

    by: Side
    code: int
    reason: str
    cause: int | None = None


@dataclass(frozen=True, slots=True)
class CallerId:
    """Who is on the other side; empty strings when unknown."""

    number: str
    name: str


@dataclass(slots=True)
class Timings:
    """When it happened, in loop time (seconds); None when it has not."""

    invite_at: float
    ringing_at: float | None = None
    answered_at: float | None = None
    ended_at: float | None = None


class Call:
    """A call in any state. Made by `Phone.call` and `Phone.incoming` only."""

    def __init__(self, line: Line, dialog: Dialog, codecs: tuple[Codec, ...], t: float) -> None:
        self.state: State = "calling"
        self.timings = Timings(invite_at=t)
        self.headers: Headers = []
        """Of the INVITE received, or of the 200 that answered ours."""
        self.messages: list[Message] = []
        """The other side's requests, and its responses to our first INVITE, once each."""
        self.held = False
        """Whether the other side has put us on hold."""
        self.transfer_codes: list[int] = []
        """What NOTIFY said about our REFER: 100, 180, 200 …"""
        self.media = Media(line.address[0])
        self.media.heard.background = self.trace
        self._line, self._dialog, self._codecs = line, dialog, codecs
        self._direction: sdp.Direction = "sendrecv"
        self._end: End | None = None
        self._pulse = Pulse()
        self._version = 0
        self._reinviting = False

    # Looking at it

    @property
    def heard(self) -> Heard:
        """Everything that came from the other side."""
        return self.media.heard

    @property
    def end(self) -> End | None:
        """How it ended; None while it has not."""
        return self._end

    @property
    def call_id(self) -> str:
        return self._dialog.call_id

    @property
    def local_tag(self) -> str:
        """Our half of the dialog's name."""
        return self._dialog.local_tag

    @property
    def caller_id(self) -> CallerId:
        """Number and name the other side last gave of itself (P-Asserted-Identity before From)."""
        for message in reversed(self.messages):
            if identities := message.all("P-Asserted-Identity"):
                return _caller_id(identities[0])
        return _caller_id(self._dialog.remote)

    def header(self, name: str) -> str | None:
        """The first header of that name in `headers`, in any case."""
        return next((value for n, value in self.headers if n.lower() == name.lower()), None)

    def trace(self, full: bool = False) -> str:
        """The SIP messages of this call, a line each, or whole."""
        return self._line.transactions.wire.story(self.call_id, full)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._dialog.remote} {self.state}>"

    # Saying something

    def tone(self, hz: int | None) -> None:
        """Say this tone from now on, or silence."""
        self.media.voice.tone(hz)

    def play(self, sound: str | Path | list[float]) -> None:
        """Say a file (see `read_sound`) or samples once, then fall silent or go on with the tone."""
        samples = sound if isinstance(sound, list) else read_sound(sound)
        self.media.voice.play(self.media.voice.codec.encode(samples))

    async def send_digits(self, digits: str, ms: int = 100, gap_ms: int = 80) -> None:
        """Key digits as RFC 4733 events and return when the last one is out; raises CallOver, ValueError."""
        self._must_talk()
        if self.media.voice.dtmf_type is None:
            raise ValueError("the other side takes no telephone-event")
        self.media.voice.key(digits, ms, gap_ms)
        deadline_s = 5 + 3 * voice.length_s(digits, ms, gap_ms)
        await until(self.media.ticked, self._keyed, deadline_s, lambda: "digits not sent")

    def _keyed(self) -> bool | None:
        if self._end:
            raise CallOver(f"while keying: {self._end}")
        return not self.media.voice.keying or None

    # Waiting

    async def ringing(self, deadline: float = 10.0) -> None:
        """Return once it rings (or more than that); raises SipError when refused, Deadline."""
        await self._until(lambda: self.timings.ringing_at or self.timings.answered_at, "ringing", deadline)

    async def answered(self, deadline: float = 10.0) -> None:
        """Return once it is or was answered; raises SipError when it ended unanswered, Deadline."""
        await self._until(lambda: self.timings.answered_at, "answered", deadline)

    async def ended(self, deadline: float = 10.0) -> End:
        """Return how it ended, once it has; raises Deadline."""
        return await until(self._pulse, lambda: self._end, deadline, lambda: self._seen("not ended"))

    async def transferred(self, deadline: float = 10.0) -> int:
        """The final code that came back about our REFER; 200 too when it accepted and then hung up on us."""

        def found() -> int | None:
            final = next((code for code in self.transfer_codes if code >= 200), None)
            return final or (200 if self._end else None)

        return await until(self._pulse, found, deadline, lambda: self._seen("not transferred"))

    async def _until(self, found: Callable[[], float | None], what: str, deadline: float) -> None:
        def look() -> float | None:
            at = found()
            if at is None and self._end:
                raise SipError(self._end.code, self._end.reason, self.trace())
            return at

        await until(self._pulse, look, deadline, lambda: self._seen(f"not {what}"))

    def _seen(self, what: str) -> str:
        return f"{what}; {self!r}; heard {self.heard}\n{self.trace()}"

    # Ending

    async def hang_up(self, cause: int | None = None) -> None:
        """End it as fits its state: BYE, CANCEL or a refusal. Returns when the other side knows."""
        if self._end is None and self.state == "talking":
            reason = [("Reason", f"Q.850;cause={cause}")] if cause is not None else []
            bye = self._dialog.request("BYE", reason)
            hop = self._dialog
            self._finish(End("local", 200, "OK", cause))
            await self._line.ask(hop, bye)
        elif self._end is None:
            await self._withdraw()

    async def _withdraw(self) -> None:
        """End it before the answer."""
        raise NotImplementedError

    def _finish(self, end: End) -> None:
        if self._end is not None:
            return
        self._end, self.state = end, "ended"
        self.timings.ended_at = asyncio.get_running_loop().time()
        self._line.spawn(self.media.close(), "phone-media-close")
        self._pulse.beat()

    # Holding and transferring

    async def hold(self) -> None:
        """Put the other side on hold (sendonly); raises SipError when refused."""
        await self._reinvite("sendonly")

    async def resume(self) -> None:
        """Take the other side back (sendrecv)."""
        await self._reinvite("sendrecv")

    async def refer(self, target: str) -> None:
        """Ask the other side to call `target` instead (number or URI). Raises SipError unless accepted."""
        uri = target if target.startswith(("sip:", "tel:")) else self._uri_like_remote(target)
        await self._refer(f"<{uri}>")

    async def refer_to_call(self, other: "Call") -> None:
        """Attended transfer: join our party here with the one we have in `other`; raises SipError."""
        dialog = other._dialog
        tags = f"%3Bto-tag%3D{dialog.remote_tag}%3Bfrom-tag%3D{dialog.local_tag}"
        await self._refer(f"<{NameAddress(dialog.remote).uri}?Replaces={dialog.call_id}{tags}>")

    async def _refer(self, refer_to: str) -> None:
        self._must_talk()
        self.transfer_codes.clear()
        request = self._dialog.request("REFER", [("Refer-To", refer_to), ("Referred-By", self._dialog.local)])
        response = await self._line.ask(self._dialog, request)
        if response.code >= 300:
            raise SipError(response.code, response.reason, self.trace())

    def _uri_like_remote(self, number: str) -> str:
        _, at, host = NameAddress(self._dialog.remote).uri.rpartition("@")
        return f"sip:{number}@{host}" if at else f"sip:{number}"

    async def _reinvite(self, direction: sdp.Direction) -> None:
        self._must_talk()
        for _ in range(4):
            response = await self._reinvite_once(direction)
            if response.code != 491:
                break
            await asyncio.sleep(random.uniform(0.1, 2.0))  # both at once: let chance decide (RFC 3261 §14.1)
        if response.code >= 300:
            raise SipError(response.code, response.reason, self.trace())

    async def _reinvite_once(self, direction: sdp.Direction) -> Response:
        previous, self._direction, self._reinviting = self._direction, direction, True
        try:
            mine = self._offer()
            response = await self._send_invite(self._invite(mine))
        finally:
            self._reinviting = False
        if response.code >= 300:
            self._direction = previous
        elif response.body:
            self.media.agree(mine, sdp.read(response.body))
        return response

    async def _send_invite(self, request: Request) -> Response:
        """Send an INVITE within the dialog, with digest when challenged, and acknowledge its 200."""
        transaction = self._line.transactions.send(request, self._dialog.next_hop)
        response = await transaction.final
        if again := self._line.authorised(request, response):
            self._dialog.cseq = again.cseq[0]
            return await self._send_invite(again)
        if response.code < 300:
            self._dialog.learn(response)
            ack = self._dialog.request("ACK", cseq=request.cseq[0])
            transaction.acknowledge(ack, self._dialog.next_hop)
        return response

    # Session descriptions

    def _offer(self) -> sdp.Session:
        return sdp.Session(self.media.address, self._codecs, direction=self._direction)

    def _invite(self, mine: sdp.Session, headers: Headers | None = None) -> Request:
        own = [ALLOW, ("Content-Type", "application/sdp")]
        return self._dialog.request("INVITE", own + (headers or []), self._write(mine))

    def _write(self, session: sdp.Session) -> str:
        self._version += 1
        return session.write(self._version)

    def _answer_to(self, offer: str) -> sdp.Session:
        """Our answer to this SDP, which is in force from now on; raises NoCommonCodec, ValueError."""
        theirs = sdp.read(offer)
        mine = sdp.answer(theirs, self._offer())
        self.held = not theirs.may_receive
        self.media.agree(mine, theirs)
        return mine

    # What the other side asks for within the call

    def take(self, transaction: ServerTransaction) -> None:
        """Answer a request within this dialog; only the phone that owns the call hands them on."""
        request = transaction.request
        self.messages.append(request)
        match request.method:
            case "BYE":
                self._bye(transaction)
            case "INVITE" | "UPDATE":
                self._changed(transaction)
            case "REFER":
                self._respond(transaction, 603)
            case _:
                self._notified(request)
                self._respond(transaction, 200)
        self._pulse.beat()

    def _bye(self, transaction: ServerTransaction) -> None:
        self._respond(transaction, 200)
        self._finish(End("remote", 200, "OK", cause_of(transaction.request)))

    def _changed(self, transaction: ServerTransaction) -> None:
        request = transaction.request
        if self._end or self._reinviting:
            self._respond(transaction, 481 if self._end else 491)
            return
        self._dialog.learn(request)
        if not request.body and request.method == "UPDATE":
            self._respond(transaction, 200)
            return
        try:
            mine = self._answer_to(request.body) if request.body else self._offer()
        except ValueError:
            self._respond(transaction, 488)
            return
        if not request.body:
            transaction.on_ack = lambda ack: self._answered_late(mine, ack)
        self._respond(transaction, 200, mine)

    def _answered_late(self, mine: sdp.Session, ack: Request) -> None:
        """The answer to an offer of ours came in the ACK."""
        if ack.body and not self._end:
            self.media.agree(mine, sdp.read(ack.body))

    def _notified(self, request: Request) -> None:
        fragment = re.match(r"SIP/2.0 (\d+)", request.body)
        if request.method == "NOTIFY" and fragment:
            self.transfer_codes.append(int(fragment[1]))

    def _respond(
        self, transaction: ServerTransaction, code: int, session: sdp.Session | None = None, reason: str = ""
    ) -> None:
        headers: Headers = [("Contact", self._dialog.contact), ALLOW]
        if session:
            headers.append(("Content-Type", "application/sdp"))
        reply = transaction.request.reply(
            code,
            reason=reason,
            to_tag=self._dialog.local_tag,
            headers=headers,
            body=self._write(session) if session else "",
        )
        transaction.respond(reply)

    def _must_talk(self) -> None:
        if self.state != "talking":
            raise CallOver(f"{self!r} {self._end or 'is not answered yet'}")


def cause_of(message: Message) -> int | None:
    """Q.850's cause in a Reason header."""
    for reason in message.all("Reason"):
        if reason.upper().startswith("Q.850") and (cause := param(reason, "cause")):
            return int(cause)
    return None


def _caller_id(value: str) -> CallerId:
    name = NameAddress(value)
    return CallerId(name.user, name.display)
