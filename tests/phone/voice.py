"""What a phone says, packet by packet: tone, file, silence and digits in one RTP stream (RFC 3550, RFC 4733).

Pure: it knows no clock and no socket; each `tick` is 20 ms.
"""

import random
import struct
from collections import deque
from dataclasses import dataclass

from .codec import FRAME, RATE, Codec, tone_loop

KEYS = "0123456789*#ABCD"
"""Digit to event number, by position (RFC 4733 §3.2)."""
_VOLUME = 10


@dataclass(frozen=True, slots=True)
class _Key:
    """One 20 ms step of a keyed digit; duration in samples since it went down."""

    event: int
    duration: int
    last: bool


class Voice:
    """Makes the packets. Silence is sent as packets too, so that the other side can tell it from loss."""

    def __init__(self, codec: Codec) -> None:
        self.dtmf_type: int | None = None
        self.packets = 0
        self._codec = codec
        self._loop = b""
        self._position = 0
        self._once = b""
        self._hz: int | None = None
        self._keys: deque[_Key | None] = deque()
        self._sequence = random.getrandbits(15)
        self._timestamp = random.getrandbits(31)
        self._key_timestamp = 0
        self._ssrc = random.getrandbits(32)
        self._marker = True

    @property
    def codec(self) -> Codec:
        return self._codec

    @codec.setter
    def codec(self, codec: Codec) -> None:
        self._codec = codec
        self.tone(self._hz)

    def tone(self, hz: int | None) -> None:
        """From the next packet on this tone, or silence."""
        self._hz = hz
        self._loop = b"" if hz is None else tone_loop(self._codec, hz)
        self._position = 0
        self._once = b""

    def play(self, encoded: bytes) -> None:
        """Say this once (in our codec), then go on with the tone or silence."""
        self._once = encoded

    def key(self, digits: str, ms: int, gap_ms: int) -> None:
        """Queue digits, each `ms` long and followed by `gap_ms` of audio; ValueError for other signs."""
        steps = max(1, round(ms / 20))
        for digit in digits:
            event = KEYS.index(digit.upper())
            self._keys += [_Key(event, FRAME * n, n == steps) for n in range(1, steps + 1)]
            self._keys += [None] * max(1, round(gap_ms / 20))

    @property
    def keying(self) -> bool:
        """Whether queued digits are still to be sent."""
        return bool(self._keys)

    def tick(self) -> list[bytes]:
        """The packets of the next 20 ms: one, or three for the end of a digit."""
        key = self._keys.popleft() if self._keys else None
        packets = self._audio() if key is None or self.dtmf_type is None else self._event(key)
        self._timestamp += FRAME
        return packets

    def skip(self, ticks: int = 1) -> None:
        """Let time pass without sending."""
        self._timestamp += FRAME * ticks
        self._marker = True

    def _audio(self) -> list[bytes]:
        packet = self._packet(self._codec.payload_type, self._timestamp, self._frame())
        return [packet]

    def _frame(self) -> bytes:
        if self._once:
            frame, self._once = self._once[:FRAME], self._once[FRAME:]
            return frame + self._codec.silence[len(frame) :]
        if not self._loop:
            return self._codec.silence
        start, self._position = self._position, (self._position + FRAME) % len(self._loop)
        frame = self._loop[start : start + FRAME]
        while len(frame) < FRAME:
            frame += self._loop[: FRAME - len(frame)]
        return frame

    def _event(self, key: _Key) -> list[bytes]:
        if key.duration == FRAME:
            self._key_timestamp, self._marker = self._timestamp, True
        payload = struct.pack("!BBH", key.event, key.last << 7 | _VOLUME, key.duration)
        assert self.dtmf_type is not None
        copies = 3 if key.last else 1
        return [self._packet(self.dtmf_type, self._key_timestamp, payload) for _ in range(copies)]

    def _packet(self, payload_type: int, timestamp: int, payload: bytes) -> bytes:
        marker, self._marker = self._marker, False
        self._sequence = (self._sequence + 1) & 0xFFFF
        self.packets += 1
        head = struct.pack(
            "!BBHII", 0x80, marker << 7 | payload_type, self._sequence, timestamp & 0xFFFFFFFF, self._ssrc
        )
        return head + payload


def length_s(digits: str, ms: int, gap_ms: int) -> float:
    """How long `Voice.key` takes to say these."""
    return len(digits) * (max(1, round(ms / 20)) + max(1, round(gap_ms / 20))) * FRAME / RATE
