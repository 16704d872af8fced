"""A process beside the benchmark that notes the INVITEs and BYEs passing a SIP port on loopback, and when.

Neither caller nor agent nor Asterisk does anything for it, so it measures every system alike. The kernel
picks the packets (a filter of a dozen instructions) and stamps their time; this process only stores them,
and they are looked into when all is over.
"""

from __future__ import annotations

import ctypes
import re
import select
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

_IP: Final = 0x0800
_SOL_PACKET: Final = 263
_IGNORE_OUTGOING: Final = 23
"""Loopback shows every packet twice, going out and coming in."""

_TIMESTAMP_NS: Final = 35
_ATTACH_FILTER: Final = 26
_BYTES_MAX: Final = 900
_UDP: Final = 17
_HEADERS: Final = 28
"""Bytes of IP and UDP before the message."""

READY: Final = b"ready\n"


class CannotObserve(Exception):
    """This process may not look at packets: it takes root, or CAP_NET_RAW."""


@dataclass(frozen=True, slots=True)
class Message:
    """An INVITE or BYE as it passed. `at` is epoch seconds, `target` and `sender` the users of its URIs."""

    at: float
    kind: Literal["INVITE", "BYE"]
    from_port: int
    to_port: int
    call: str
    target: str
    sender: str


@dataclass(slots=True)
class Observed:
    """What passed while the block was entered; empty until it is left."""

    messages: list[Message] = field(default_factory=list)


@contextmanager
def observing(sip_port: int, folder: Path) -> Iterator[Observed]:
    """Observes while the block lasts. Raises CannotObserve."""
    path = folder / f"packets-{time.monotonic_ns()}"
    observed = Observed()
    process = subprocess.Popen(
        [sys.executable, "-m", "scripts.bench.observer", str(sip_port), str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        if process.stdout.readline() != READY:
            raise CannotObserve("INVITEs on loopback can be seen by root (or with CAP_NET_RAW) only")
        yield observed
    finally:
        process.communicate(timeout=30)  # the end of its standard input ends it
    observed.messages = list(read(path.read_bytes()))
    path.unlink()


def read(stored: bytes) -> Iterator[Message]:
    """The messages in what the process stored; what is no SIP is left out."""
    at = 0
    while at < len(stored):
        stamp, length = struct.unpack_from("=qH", stored, at)
        at += 10
        packet = stored[at : at + length]
        at += length
        if message := _message(stamp / 1e9, packet):
            yield message


_LINE: Final = re.compile(rb"(INVITE|BYE) sips?:(?:([^@;>\s]+)@)?")
_FROM: Final = re.compile(rb"\r\n(?:From|f):[^\r]*?sips?:(?:([^@;>\s]+)@)?", re.IGNORECASE)
_CALL: Final = re.compile(rb"\r\n(?:Call-ID|i):\s*([^\r\s]+)", re.IGNORECASE)


def _message(at: float, packet: bytes) -> Message | None:
    from_port, to_port = struct.unpack_from("!HH", packet, 20)
    text = packet[_HEADERS:]
    line, sender, call = _LINE.match(text), _FROM.search(text), _CALL.search(text)
    if line is None or sender is None or call is None:
        return None
    return Message(
        at=at,
        kind="INVITE" if line[1] == b"INVITE" else "BYE",
        from_port=from_port,
        to_port=to_port,
        call=call[1].decode(),
        target=(line[2] or b"").decode(),
        sender=(sender[1] or b"").decode(),
    )


# The process itself


def _filter(sip_port: int) -> bytes:
    """Classic BPF over IP packets: UDP, not a later fragment, from or to the port, an INVITE or a BYE."""
    load_byte, load_half, load_word = 0x30, 0x28, 0x20
    if_equal, if_any_bit, give = 0x15, 0x45, 0x06
    invite, bye = (int.from_bytes(word, "big") for word in (b"INVI", b"BYE "))
    program = [
        (load_byte, 0, 0, 9),
        (if_equal, 0, 10, _UDP),
        (load_half, 0, 0, 6),
        (if_any_bit, 8, 0, 0x1FFF),
        (load_half, 0, 0, 20),
        (if_equal, 2, 0, sip_port),
        (load_half, 0, 0, 22),
        (if_equal, 0, 4, sip_port),
        (load_word, 0, 0, _HEADERS),
        (if_equal, 1, 0, invite),
        (if_equal, 0, 1, bye),
        (give, 0, 0, _BYTES_MAX),
        (give, 0, 0, 0),
    ]
    return b"".join(struct.pack("=HBBI", *instruction) for instruction in program)


def _listen(sip_port: int) -> socket.socket:
    ear = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(_IP))
    ear.setsockopt(_SOL_PACKET, _IGNORE_OUTGOING, 1)
    ear.setsockopt(socket.SOL_SOCKET, _TIMESTAMP_NS, 1)
    ear.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_000_000)
    program = ctypes.create_string_buffer(_filter(sip_port))
    count = (len(program) - 1) // 8
    ear.setsockopt(
        socket.SOL_SOCKET, _ATTACH_FILTER, struct.pack("HxxxxxxP", count, ctypes.addressof(program))
    )
    ear.bind(("lo", 0))
    ear.settimeout(0.2)
    return ear


def _store(ear: socket.socket, path: str) -> None:
    """Until standard input ends; then what came until that moment is still taken."""
    stored: list[bytes] = []
    ended = False
    while True:
        try:
            packet, ancillary, _, _ = ear.recvmsg(_BYTES_MAX, 64)
        except TimeoutError:
            if ended:
                break
            ended = _input_has_ended()
            continue
        seconds, nanoseconds = struct.unpack("qq", ancillary[0][2])
        stored.append(struct.pack("=qH", seconds * 1_000_000_000 + nanoseconds, len(packet)) + packet)
    Path(path).write_bytes(b"".join(stored))


def _input_has_ended() -> bool:
    readable, _, _ = select.select([sys.stdin], [], [], 0)
    return bool(readable)


def main() -> None:
    ear = _listen(int(sys.argv[1]))
    sys.stdout.buffer.write(READY)
    sys.stdout.buffer.flush()
    _store(ear, sys.argv[2])


if __name__ == "__main__":
    main()
