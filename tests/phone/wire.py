"""One UDP socket that speaks SIP and remembers what passed, so that a failure can be read like a letter.

`lose` is the tests' knife: it sees each message on its way out or in and may drop it.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, cast

from .message import Address, Malformed, Message, Request, Response, parse

type Way = Literal["sent", "received"]
type Loss = Callable[[Way, Request | Response], bool]

_ARROWS = {"sent": "→", "received": "←"}


@dataclass(frozen=True, slots=True)
class Passed:
    """A message that went over the wire (or would have, had it not been dropped)."""

    at: float
    way: Way
    message: Request | Response
    address: Address
    lost: bool

    def line(self, start: float) -> str:
        """One line: time since `start` in seconds, direction, first line, CSeq."""
        lost = "  (dropped)" if self.lost else ""
        first, cseq = self.message.first_line, self.message.header("CSeq")
        return f"{self.at - start:+9.3f} {_ARROWS[self.way]} {first}  [{cseq}]{lost}"


class Wire(asyncio.DatagramProtocol):
    """Owns the socket and the trace. Hands on each message that is one; keeps silent about the rest."""

    def __init__(self, on_message: Callable[[Request | Response, Address], None]) -> None:
        self.trace: deque[Passed] = deque(maxlen=2000)
        self.lose: Loss | None = None
        self.unplugged = False
        self._on_message = on_message
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)  # uvloop's is no subclass

    def datagram_received(self, data: bytes, addr: Address) -> None:
        if not data.strip():  # a keep-alive
            return
        try:
            message = parse(data)
        except (Malformed, ValueError):
            return
        if not self._note("received", message, addr):
            self._on_message(message, addr)

    @property
    def address(self) -> Address:
        """(host, port) of our end."""
        assert self._transport is not None
        host, port = self._transport.get_extra_info("sockname")[:2]
        return host, port

    def send(self, message: Request | Response, address: Address) -> None:
        """Send now; silently nothing once closed."""
        if self._transport is None or self._transport.is_closing():
            return
        if not self._note("sent", message, address):
            self._transport.sendto(message.encode(), address)

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()

    def story(self, call_id: str | None = None, full: bool = False) -> str:
        """The trace of one call (or of everything), one line for each message, or the whole messages."""
        passed = [p for p in self.trace if call_id in (None, _call_id(p.message))]
        if not passed:
            return "no SIP message passed"
        start = passed[0].at
        if full:
            return "\n\n".join(f"{p.line(start)}\n{p.message.encode().decode()}" for p in passed)
        return "\n".join(p.line(start) for p in passed[-60:])

    def _note(self, way: Way, message: Request | Response, address: Address) -> bool:
        lost = self.unplugged or (self.lose is not None and self.lose(way, message))
        self.trace.append(Passed(time.monotonic(), way, message, address, lost))
        return lost


def _call_id(message: Message) -> str | None:
    return message.header("Call-ID")
