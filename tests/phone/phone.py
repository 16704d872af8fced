"""A telephone in the test's own event loop: registers, calls, is called, and leaves nothing behind."""

import asyncio
import re
from types import TracebackType
from typing import Self

from .call import ALLOW, Call
from .codec import CODECS, Codec
from .dialog import Dialog, named, new_tag
from .incoming import Behaviour, Incoming, Rings
from .line import Line
from .message import Address, address_of, param
from .outgoing import Outgoing
from .pulse import Pulse, until
from .transaction import T1_S, ServerTransaction
from .wire import Loss

_GOODBYE_S = 2.0
"""How long leaving the phone may wait for the other sides to say goodbye."""


class Phone:
    """One user agent on one UDP port; see the package's docstring for an example.

    `server` gets all requests; without one, numbers must be SIP URIs and go straight to their host.
    `t1_s` may be made smaller where a test loses packets on purpose.
    """

    def __init__(
        self,
        user: str,
        server: Address | None = None,
        bind_host: str = "127.0.0.1",
        password: str | None = None,
        port: int = 0,
        codec: str = "ulaw",
        t1_s: float = T1_S,
    ) -> None:
        self.user = user
        self.on_invite: Behaviour = Rings()
        """What to do with the next calls that come in."""
        self.calls: list[Call] = []
        """All calls of this phone, ended ones too."""
        self.texts: list[str] = []
        """What was shown on its display (MESSAGE)."""
        self._bind = bind_host, port
        self._line = Line(user, password, server, self._requested, t1_s)
        self._codecs = _preferring(codec)
        self._by_dialog: dict[tuple[str, str], Call] = {}
        self._arrived: list[Incoming] = []
        self._pulse = Pulse()

    async def __aenter__(self) -> Self:
        await self._line.open(*self._bind)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, where: TracebackType | None
    ) -> None:
        await self._say_goodbye()
        await self._line.close()
        await asyncio.gather(*(call.media.close() for call in self.calls))
        if self._line.faults and fault is None:
            raise BaseExceptionGroup(f"in the background of phone {self.user}", self._line.faults)

    @property
    def address(self) -> Address:
        """Our (host, port) for SIP."""
        return self._line.address

    @property
    def uri(self) -> str:
        """Where this phone can be reached directly."""
        return f"sip:{self.user}@{self.address[0]}:{self.address[1]}"

    @property
    def registered(self) -> bool:
        return self._line.registered

    def trace(self, full: bool = False) -> str:
        """All SIP messages of this phone, a line each, or whole; the last 2000 are kept."""
        return self._line.transactions.wire.story(full=full)

    def lose(self, loss: Loss | None) -> None:
        """Drop each SIP message for which `loss("sent" | "received", message)` is true; None: no more."""
        self._line.transactions.wire.lose = loss

    async def unplug(self) -> None:
        """Vanish from the network without a word: SIP goes nowhere, RTP stops. For good."""
        self._line.transactions.wire.unplugged = True
        await asyncio.gather(*(call.media.close() for call in self.calls))

    async def register(self, expires: int = 300) -> None:
        """Register our contact for `expires` seconds, renewed half-way until we leave; raises SipError."""
        await self._line.register(expires)

    async def unregister(self) -> None:
        """Take our contact away again; leaving the phone does it too."""
        await self._line.register(0)

    async def call(
        self,
        number: str,
        headers: dict[str, str] | None = None,
        from_user: str | None = None,
        display: str = "",
        codec: str | None = None,
        tone_hz: int | None = None,
    ) -> Outgoing:
        """Begin a call to a number (or SIP URI) and return at once; it says `tone_hz` as soon as it can."""
        dialog = self._new_dialog(number, from_user or self.user, display)
        codecs = self._codecs if codec is None else _preferring(codec)
        call = Outgoing(self._line, dialog, codecs, list((headers or {}).items()))
        call.tone(tone_hz)
        self._keep(call)
        return call

    async def incoming(self, deadline: float = 10.0) -> Incoming:
        """The next call that came to us, oldest first, whatever became of it since; raises Deadline."""

        def found() -> Incoming | None:
            return self._arrived.pop(0) if self._arrived else None

        return await until(self._pulse, found, deadline, lambda: f"no INVITE came\n{self.trace()}")

    def _new_dialog(self, number: str, from_user: str, display: str) -> Dialog:
        server = self._line.server
        target = number if re.match("sips?:", number) else None
        if target is None and server is None:
            raise ValueError(f"{number!r} is no SIP URI, and there is no server")
        target = target or f"sip:{number}@{server[0]}:{server[1]}"  # type: ignore[index]
        fallback = server or address_of(target)
        if fallback is None:
            raise ValueError(f"cannot resolve {target}")
        return Dialog(
            call_id=new_tag() + new_tag(),
            local=named(display, f"sip:{from_user}@{fallback[0]}"),
            remote=f"<{target}>",
            target=target,
            contact=self._line.contact,
            via=self.address,
            fallback=fallback,
            routes=[],
        )

    # What comes in

    def _requested(self, transaction: ServerTransaction) -> None:
        request = transaction.request
        to_tag = param(request.need("To"), "tag")
        if request.method == "CANCEL":
            self._cancelled(transaction)
        elif to_tag is not None:
            self._within_a_call(transaction, to_tag)
        elif request.method == "INVITE":
            self._called(transaction)
        elif request.method in ("OPTIONS", "NOTIFY", "INFO", "MESSAGE"):
            if request.method == "MESSAGE":
                self.texts.append(request.body)
            transaction.respond(request.reply(200, to_tag=new_tag(), headers=[ALLOW]))
        else:
            transaction.respond(request.reply(501, to_tag=new_tag()))

    def _called(self, transaction: ServerTransaction) -> None:
        transaction.respond(transaction.request.reply(100))
        call = Incoming(self._line, transaction, self._codecs)
        self._keep(call)
        self._arrived.append(call)
        self._line.spawn(call.behave(self.on_invite), f"phone-behaviour-{self.user}")
        self._pulse.beat()

    def _within_a_call(self, transaction: ServerTransaction, local_tag: str) -> None:
        request = transaction.request
        if call := self._by_dialog.get((request.call_id, local_tag)):
            call.take(transaction)
        else:
            transaction.respond(request.reply(481))

    def _cancelled(self, transaction: ServerTransaction) -> None:
        cancel = transaction.request
        invite = self._line.transactions.invite_to_cancel(cancel)
        transaction.respond(cancel.reply(200 if invite else 481, to_tag=new_tag()))
        if invite:
            invite.cancelled(cancel)

    def _keep(self, call: Call) -> None:
        self.calls.append(call)
        self._by_dialog[call.call_id, call.local_tag] = call

    # Leaving

    async def _say_goodbye(self) -> None:
        """Hang up and unregister, without waiting long for those who do not answer."""
        if self._line.transactions.wire.unplugged:
            return
        partings = [call.hang_up() for call in self.calls]
        if self.registered:
            partings.append(self.unregister())
        try:
            async with asyncio.timeout(_GOODBYE_S):
                await asyncio.gather(*partings, return_exceptions=True)
        except TimeoutError:
            return


def _preferring(codec: str) -> tuple[Codec, ...]:
    """That codec only; raises ValueError for one we do not have."""
    if codec not in CODECS:
        raise ValueError(f"{codec!r}: a test phone speaks only {', '.join(CODECS)}")
    return (CODECS[codec],)
