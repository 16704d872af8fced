"""Everything that was heard on one call, and the questions a test asks about it.

Packets are kept as they came (arrival times are the kernel's, in the loop's time); asking decodes them.
Windows are counted back from now: what arrives no more fades out of them by itself.
"""

import asyncio
import struct
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from .codec import FRAME, FRAME_S, RATE, ULAW, Codec, write_wav
from .errors import Deadline
from .likeness import likeness, wording
from .pulse import Pulse, until
from .spectrum import QUIET_DB, dominant, level_db, share
from .voice import KEYS

_KEEP = 90_000
"""Packets kept: half an hour; then the older half goes."""
_PAUSE_S = 0.1
"""An arrival gap longer than this is heard as a pause, even when no sequence number is missing."""


type _Judge = Callable[[Sequence[float]], bool]


class Packet(NamedTuple):
    """One audio packet: arrival in loop time, sequence number without wrap-around, source, G.711 payload."""

    at: float
    sequence: int
    source: int
    payload: bytes


class Heard:
    """One call's ear."""

    def __init__(self, codec: Codec = ULAW) -> None:
        self.codec = codec
        self.packets: list[Packet] = []
        self.received = 0
        self.lost = 0
        self.digits = ""
        self.background: Callable[[], str] = str
        """What else to tell when something was not heard in time: the call's SIP messages."""
        self._digit_timestamp: int | None = None
        self._source: int | None = None
        self._highest = 0
        self._paused = False
        self._resumed = False
        self._pulse = Pulse()

    # What arrives

    def pause(self, paused: bool) -> None:
        """While we hold the other side nothing is missing, though Asterisk goes on counting its packets."""
        self._resumed = self._paused and not paused
        self._paused = paused

    def take(self, at: float, datagram: bytes, dtmf_type: int | None) -> None:
        """Record one RTP packet that arrived at loop time `at`; anything else is ignored."""
        if len(datagram) < 12 or datagram[0] >> 6 != 2:
            return
        kind, sequence, timestamp, source = struct.unpack_from("!xBHII", datagram)
        payload = datagram[12 + 4 * (datagram[0] & 0x0F) :]
        sequence = self._unwrapped(source, sequence)
        if kind & 0x7F == self.codec.payload_type:
            self._audio(Packet(at, sequence, source, payload))
        elif kind & 0x7F == dtmf_type:
            self._digit(timestamp, payload)
        self._pulse.beat()

    def _unwrapped(self, source: int, sequence: int) -> int:
        """The sequence number without wrap-around. Counts the missing; digits share the audio's numbers."""
        if source != self._source:
            self._source, self._highest = source, sequence + 65536
            return self._highest
        step = (sequence - self._highest + 32768) % 65536 - 32768
        if step <= 0:
            return self._highest + step
        self.lost += 0 if self._paused or self._resumed else step - 1
        self._resumed = False
        self._highest += step
        return self._highest

    def _audio(self, packet: Packet) -> None:
        self.received += 1
        last = self.packets[-1] if self.packets else None
        if last is None or last.source != packet.source or packet.sequence > last.sequence:
            self.packets.append(packet)
        else:
            self._late(packet)
        if len(self.packets) > _KEEP:
            del self.packets[: _KEEP // 2]

    def _late(self, packet: Packet) -> None:
        """Put an overtaken packet where it belongs; a second copy is dropped."""
        index = len(self.packets)
        while index and self.packets[index - 1].source == packet.source:
            if self.packets[index - 1].sequence == packet.sequence:
                return
            if self.packets[index - 1].sequence < packet.sequence:
                break
            index -= 1
        self.packets.insert(index, packet)
        self.lost = max(0, self.lost - 1)

    def _digit(self, timestamp: int, payload: bytes) -> None:
        if timestamp != self._digit_timestamp and len(payload) >= 4 and payload[0] < len(KEYS):
            self._digit_timestamp = timestamp
            self.digits += KEYS[payload[0]]

    # What it was

    def samples(self, last_s: float | None = None) -> list[float]:
        """The sound of the last seconds (or all) in -1..1 at 8 kHz; silence where packets are missing."""
        since = float("-inf") if last_s is None else _now() - last_s
        return self._between(since, float("inf"))

    def _between(self, since: float, before: float) -> list[float]:
        sound = bytearray()
        previous: Packet | None = None
        for packet in _slice(self.packets, since, before):
            if previous is not None:
                sound += self.codec.silence * _missing(previous, packet)
            sound += packet.payload
            previous = packet
        return self.codec.decode(bytes(sound))

    def share(self, hz: int, last_s: float = 1.0) -> float:
        """The part 0..1 of the last seconds' energy that is this tone's."""
        return share(self.samples(last_s), hz)

    def loudest_share(self, hz: int, last_s: float, window_s: float = 0.1) -> float:
        """The tone's largest share in any window of the last seconds: near 0, it was never heard."""
        sound, size = self.samples(last_s), round(window_s * RATE)
        windows = (sound[n : n + size] for n in range(0, max(1, len(sound) - size + 1), size))
        return max((share(window, hz) for window in windows), default=0.0)

    def level_db(self, last_s: float = 1.0) -> float:
        """Root mean square of the last seconds in dBFS; -120 for nothing at all."""
        return level_db(self.samples(last_s))

    def silence(self, last_s: float = 1.0) -> bool:
        """Whether nothing audible came in the last seconds."""
        return self.level_db(last_s) < QUIET_DB

    def dominant(self, last_s: float = 0.3) -> float | None:
        """The loudest frequency in Hz; None in silence."""
        return dominant(self.samples(last_s))

    def matches(self, prompt: Sequence[float], last_s: float | None = None) -> float:
        """How surely the beginning (3 s) of this prompt was heard: above 0.8 it was, below 0.6 it was not.

        `prompt` comes from `read_sound(path)`; see `likeness` for the method and its cost.
        """
        return likeness(prompt, self.samples(last_s))

    def words(self, prompt: Sequence[float], last_s: float | None = None) -> float:
        """How surely this prompt was heard whole, word for word: above 0.8 it was, below 0.6 it was not."""
        return wording(prompt, self.samples(last_s))

    def gap_ms(self, since: float | None = None, before: float | None = None) -> float:
        """The longest time without a packet in a span of loop time (default: first packet until now).

        The edges count: a stream that stopped before `before`, or began after `since`, shows.
        """
        end = _now() if before is None else before
        times = [p.at for p in _slice(self.packets, float("-inf") if since is None else since, end)]
        start = since if since is not None else (times[0] if times else end)
        marks = [start, *times, end]
        return 1000 * max(b - a for a, b in pairwise(marks))

    def save(self, path: str | Path) -> None:
        """Write all that was heard as a WAV file."""
        write_wav(path, self.samples())

    def __str__(self) -> str:
        hz = self.dominant()
        tone = "silence" if hz is None else f"{hz:.0f} Hz at {self.level_db(0.3):.0f} dB"
        digits = f", digits {self.digits!r}" if self.digits else ""
        return f"now {tone}; {self.received} packets, {self.lost} lost{digits}"

    def _seen(self) -> str:
        return f"{self}\n{self.background()}"

    # Waiting for it

    async def hears(self, hz: int, deadline: float = 10.0, window_s: float = 0.3, least: float = 0.7) -> None:
        """Return once the tone makes up more than `least` of a whole window that began after this call.

        Raises Deadline with what was heard instead.
        """
        await self._fresh(lambda sound: share(sound, hz) > least, f"{hz} Hz", deadline, window_s)

    async def hears_sound(self, deadline: float = 10.0, window_s: float = 0.3) -> None:
        """Return once something audible came for a whole window: music, speech, any tone."""
        await self._fresh(lambda sound: level_db(sound) > QUIET_DB, "any sound", deadline, window_s)

    async def hears_not(
        self, hz: int, deadline: float = 10.0, window_s: float = 0.3, most: float = 0.1
    ) -> None:
        """Return once a whole window, begun after this call, had none of the tone (silence will do)."""
        await self._absent(lambda sound: share(sound, hz) < most, f"no {hz} Hz", deadline, window_s)

    async def hears_silence(self, deadline: float = 10.0, window_s: float = 0.3) -> None:
        """Return once nothing audible came for a whole window."""
        await self._absent(lambda sound: level_db(sound) < QUIET_DB, "silence", deadline, window_s)

    async def hears_prompt(
        self, prompt: Sequence[float], deadline: float = 20.0, least: float = 0.8, last_s: float = 20.0
    ) -> None:
        """Return once this prompt's beginning (3 s) was heard within the last `last_s` seconds."""
        best = 0.0
        try:
            async with asyncio.timeout(deadline):
                while (best := max(best, self.matches(prompt, last_s))) < least:  # noqa: ASYNC110
                    await asyncio.sleep(0.5)  # too dear for every packet
        except TimeoutError:
            raise Deadline(
                f"prompt not heard in {deadline} s (likeness {best:.2f}); {self._seen()}"
            ) from None

    async def hears_digits(self, digits: str, deadline: float = 10.0) -> None:
        """Return once the digits keyed so far end with these."""
        await until(
            self._pulse,
            lambda: self.digits.endswith(digits) or None,
            deadline,
            lambda: f"digits {digits!r}; {self._seen()}",
        )

    async def _fresh(self, wanted: _Judge, name: str, deadline: float, window_s: float) -> None:
        begin, enough = _now(), round(window_s * RATE) - FRAME

        def found() -> bool | None:
            if _now() - begin < window_s - 2 * FRAME_S:
                return None
            sound = self._between(max(begin, _now() - window_s - FRAME_S), float("inf"))
            return (len(sound) >= enough and wanted(sound)) or None

        await until(self._pulse, found, deadline, lambda: f"{name} not heard; {self._seen()}")

    async def _absent(self, wanted: _Judge, name: str, deadline: float, window_s: float) -> None:
        try:
            async with asyncio.timeout(deadline):
                await asyncio.sleep(window_s)
                while not wanted(self.samples(window_s)):  # noqa: ASYNC110
                    await asyncio.sleep(FRAME_S * 2)  # no packet may come to wake us
        except TimeoutError:
            raise Deadline(f"{name}: not within {deadline} s; {self._seen()}") from None


def _now() -> float:
    return asyncio.get_running_loop().time()


def _slice(packets: list[Packet], since: float, before: float) -> list[Packet]:
    """Those that arrived within the span, found from the end because tests ask about the present."""
    end = len(packets)
    while end and packets[end - 1].at >= before:
        end -= 1
    start = end
    while start and packets[start - 1].at >= since:
        start -= 1
    return packets[start:end]


def _missing(previous: Packet, packet: Packet) -> int:
    """How many frames of silence lie between two packets."""
    if packet.source == previous.source and packet.sequence - previous.sequence > 1:
        return min(packet.sequence - previous.sequence - 1, 500)
    pause_s = packet.at - previous.at
    return round(pause_s / FRAME_S) - 1 if pause_s > _PAUSE_S else 0
