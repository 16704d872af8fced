"""The RTP socket of one call: paces the voice, feeds the ear.

Arrival times come from the kernel, so a busy test loop does not show up as a gap in what was heard.
"""

import asyncio
import random
import socket
import struct
import time

from .codec import FRAME_S, ULAW
from .heard import Heard
from .message import Address
from .pulse import Pulse
from .sdp import Session, common_codec
from .voice import Voice

_SO_TIMESTAMPNS = 35
"""Linux's number; the socket module does not name it."""
_CATCH_UP_S = 0.5
"""After a longer stall of our own the missed packets are skipped instead of sent in one burst."""


class Media:
    """Owns the socket and the sending task, from the first SDP until the end of the call."""

    def __init__(self, host: str) -> None:
        self.voice = Voice(ULAW)
        self.heard = Heard(ULAW)
        self.late_ms_max = 0.0
        """The worst delay of a packet of ours, in ms: how far a gap at the other end may be our own fault."""
        self.ticked = Pulse()
        self.closed = False
        self._loop = asyncio.get_running_loop()
        self._socket = _bind_even(host)
        self._loop.add_reader(self._socket, self._readable)
        self._dtmf_type: int | None = None
        self._target: Address | None = None
        self._sender: asyncio.Task[None] | None = None

    @property
    def address(self) -> Address:
        """Where we listen."""
        host, port = self._socket.getsockname()
        return host, port

    def agree(self, mine: Session, theirs: Session) -> None:
        """Talk and listen as both sides' SDP says, after each re-INVITE again; raises NoCommonCodec."""
        codec = common_codec(theirs, mine)
        if codec is not self.voice.codec:
            self.voice.codec = self.heard.codec = codec
        self.voice.dtmf_type = theirs.dtmf_type
        self._dtmf_type = mine.dtmf_type
        self.heard.pause(not mine.may_receive)
        self._target = theirs.address if mine.may_send and theirs.may_receive else None
        if self._sender is None and not self.closed:
            self._sender = self._loop.create_task(self._send(), name="phone-media")

    async def close(self) -> None:
        """Stop sending and listening; what was heard stays."""
        if self.closed:
            return
        self.closed = True
        self._loop.remove_reader(self._socket)
        self._socket.close()
        self.ticked.beat()
        if self._sender:
            self._sender.cancel()
            await asyncio.gather(self._sender, return_exceptions=True)

    async def _send(self) -> None:
        due = self._loop.time()
        while True:
            late = self._loop.time() - due
            if late > _CATCH_UP_S:
                missed = int(late / FRAME_S)
                self.voice.skip(missed)
                due += missed * FRAME_S
            self.late_ms_max = max(self.late_ms_max, late * 1000)
            self._tick()
            due += FRAME_S
            await asyncio.sleep(max(0.0, due - self._loop.time()))

    def _tick(self) -> None:
        if self._target is None:
            self.voice.skip()
        else:
            for packet in self.voice.tick():
                self._send_packet(packet, self._target)
        self.ticked.beat()

    def _send_packet(self, packet: bytes, target: Address) -> None:
        try:
            self._socket.sendto(packet, target)
        except (BlockingIOError, ConnectionRefusedError):
            return  # as lost as any other packet

    def _readable(self) -> None:
        ahead = time.clock_gettime(time.CLOCK_REALTIME) - self._loop.time()
        for _ in range(100):
            try:
                datagram, extra, _flags, _sender = self._socket.recvmsg(2048, 64)
            except BlockingIOError:
                return
            except ConnectionRefusedError:
                continue
            at = _kernel_time(extra)
            self.heard.take(self._loop.time() if at is None else at - ahead, datagram, self._dtmf_type)


def _kernel_time(extra: list[tuple[int, int, bytes]]) -> float | None:
    """When the kernel received it, in seconds of the real-time clock."""
    for level, kind, data in extra:
        if (level, kind) == (socket.SOL_SOCKET, _SO_TIMESTAMPNS) and len(data) >= 16:
            seconds, nanoseconds = struct.unpack_from("qq", data)
            return float(seconds + nanoseconds / 1e9)
    return None


def _bind_even(host: str) -> socket.socket:
    """A free even port, as RFC 3550 wants it, above those the servers under test claim; else OSError."""
    for _ in range(200):
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            sock.bind((host, random.randrange(33000, 60000, 2)))
        except OSError:
            sock.close()
            continue
        sock.setblocking(False)
        sock.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
        return sock
    raise OSError(f"no free even port on {host}")
