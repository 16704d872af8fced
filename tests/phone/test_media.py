"""RTP below the call: digits as RFC 4733 wants them, loss counted, order restored, arrival times true."""

import asyncio
import random
import socket
import struct
import threading
import time
from collections.abc import Iterator

import pytest

from .codec import FRAME, ULAW, tone_loop
from .heard import Heard
from .media import Media
from .sdp import Session
from .voice import Voice


def rtp(
    sequence: int, payload: bytes = ULAW.silence, kind: int = 0, timestamp: int = 0, source: int = 1
) -> bytes:
    return struct.pack("!BBHII", 0x80, kind, sequence & 0xFFFF, timestamp, source) + payload


def parts(packet: bytes) -> tuple[bool, int, int, int, bytes]:
    """Marker, payload type, sequence, timestamp, payload."""
    kind, sequence, timestamp = struct.unpack_from("!xBHI", packet)
    return bool(kind & 0x80), kind & 0x7F, sequence, timestamp, packet[12:]


def ticks(voice: Voice, count: int) -> Iterator[tuple[bool, int, int, int, bytes]]:
    for _ in range(count):
        yield from map(parts, voice.tick())


def test_a_digit_on_the_wire() -> None:
    voice = Voice(ULAW)
    voice.dtmf_type = 101
    before = next(ticks(voice, 1))
    voice.key("5", ms=100, gap_ms=40)
    sent = list(ticks(voice, 5))
    after = list(ticks(voice, 2))
    assert [kind for _, kind, *_ in sent] == [101] * 7
    assert [struct.unpack("!BBH", payload) for *_, payload in sent] == [
        *[(5, 10, FRAME * n) for n in (1, 2, 3, 4)],
        *[(5, 0x80 | 10, FRAME * 5)] * 3,
    ]
    assert [marker for marker, *_ in sent] == [True] + [False] * 6
    assert {timestamp for *_, timestamp, _ in sent} == {before[3] + FRAME}
    assert [sequence - before[2] for _, _, sequence, *_ in [*sent, *after]] == list(range(1, 10))
    assert [timestamp - before[3] for *_, timestamp, _ in after] == [6 * FRAME, 7 * FRAME]
    assert not voice.keying


def test_a_tone_goes_on_without_a_seam_over_packets() -> None:
    voice = Voice(ULAW)
    voice.tone(697)
    sound = b"".join(payload for *_, payload in ticks(voice, 100))
    assert sound == (tone_loop(ULAW, 697) * 3)[: 100 * FRAME]


def test_a_sound_is_said_once_and_the_tone_comes_back() -> None:
    voice = Voice(ULAW)
    voice.tone(1000)
    voice.play(b"\x01" * 200)
    first, second, third = (payload for *_, payload in ticks(voice, 3))
    assert first + second == b"\x01" * 200 + ULAW.silence[:120]
    assert third == tone_loop(ULAW, 1000) * 20


def test_no_other_sign_is_a_digit() -> None:
    with pytest.raises(ValueError, match="substring"):
        Voice(ULAW).key("x", 100, 80)


async def test_loss_order_copies_and_wrap_around() -> None:
    heard, start = Heard(), 65530
    order = [*range(20)]
    order[7], order[8] = order[8], order[7]
    for n in [*order[:12], 11, *order[15:]]:
        heard.take(n * 0.02, rtp(start + n, bytes([n]) * FRAME), None)
    assert heard.lost == 3
    assert [p.payload[0] for p in heard.packets] == [*range(12), *range(15, 20)]
    assert len(heard.samples()) == 20 * FRAME


async def test_what_is_no_rtp_or_another_codec_is_ignored() -> None:
    heard = Heard()
    for datagram in (b"", b"short", b"\x00" * 40, rtp(1, kind=8), rtp(2, b"\x05\x0a", kind=101)):
        heard.take(0.0, datagram, 101)
    assert (heard.received, heard.digits) == (0, "")


async def test_a_digit_counts_once_whatever_is_lost_of_it() -> None:
    heard = Heard()
    for sequence, (timestamp, end) in enumerate(
        [(100, 0), (100, 0x80), (100, 0x80), (900, 0x80), (900, 0x80)]
    ):
        heard.take(0.0, rtp(sequence, struct.pack("!BBH", 3, end, 800), 101, timestamp), 101)
    assert heard.digits == "33"


async def test_packets_held_back_are_not_lost() -> None:
    heard = Heard()
    heard.take(0.0, rtp(1), None)
    heard.pause(True)
    heard.take(0.02, rtp(2), None)
    heard.pause(False)
    heard.take(1.0, rtp(50), None)
    heard.take(1.02, rtp(52), None)
    assert heard.lost == 1


async def test_gaps_and_their_edges() -> None:
    heard = Heard()
    for n in [*range(10), *range(15, 20)]:
        heard.take(10 + n * 0.02, rtp(n), None)
    assert heard.gap_ms(before=10.38) == pytest.approx(120)
    assert heard.gap_ms(10.0, 10.18) == pytest.approx(20)
    assert heard.gap_ms(9.0, 10.1) == pytest.approx(1000)
    assert heard.gap_ms(10.3, 11.0) == pytest.approx(620)
    assert Heard().gap_ms(1.0, 2.0) == pytest.approx(1000)


async def test_a_busy_loop_makes_no_gap() -> None:
    """Our own loop stands still for 0.4 s while packets come: by the kernel's clock nothing is missing."""
    media = Media("127.0.0.1")
    sender = threading.Thread(target=_send, args=(media.address, 25))
    sender.start()
    time.sleep(0.4)  # noqa: ASYNC251
    await asyncio.to_thread(sender.join)
    await asyncio.sleep(0.05)
    end = media.heard.packets[-1].at
    assert media.heard.received == 25
    assert media.heard.gap_ms(before=end) < 250
    await media.close()


async def test_pacing_does_not_drift() -> None:
    one, two = Media("127.0.0.1"), Media("127.0.0.1")
    sessions = [Session(media.address, (ULAW,)) for media in (one, two)]
    one.agree(sessions[0], sessions[1])
    await asyncio.sleep(1.0)
    assert one.voice.packets == pytest.approx(50, abs=3)
    await one.close()
    await two.close()
    assert abs(two.heard.received - one.voice.packets) <= 1


def _send(address: tuple[str, int], count: int) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        first = random.getrandbits(15)
        for n in range(count):
            sock.sendto(rtp(first + n), address)
            time.sleep(0.02)
