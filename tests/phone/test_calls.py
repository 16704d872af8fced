"""Phone to phone, with nothing in between: every way a call can begin, go on and end."""

import asyncio
from collections.abc import AsyncIterator
from math import pi, sin

import pytest
import uvloop

from . import Answers, CallOver, Deadline, Incoming, Outgoing, Phone, Rejects, Silent, SipError

type Pair = tuple[Outgoing, Incoming]


@pytest.fixture
async def alice() -> AsyncIterator[Phone]:
    async with Phone("alice", t1_s=0.1) as phone:
        yield phone


@pytest.fixture
async def bob() -> AsyncIterator[Phone]:
    async with Phone("bob", bind_host="127.0.0.2", t1_s=0.1) as phone:
        yield phone


@pytest.fixture
async def talk(alice: Phone, bob: Phone) -> Pair:
    """Alice says 700 Hz, Bob 1000 Hz."""
    call = await alice.call(bob.uri, tone_hz=700)
    incoming = await bob.incoming()
    await incoming.answer(tone_hz=1000)
    await call.answered()
    return call, incoming


async def test_both_hear_the_other_and_not_themselves(talk: Pair) -> None:
    call, incoming = talk
    await asyncio.gather(call.heard.hears(1000), incoming.heard.hears(700))
    await asyncio.sleep(0.5)
    assert call.heard.share(1000, 0.4) > 0.99
    assert call.heard.share(700, 0.4) < 0.01
    assert incoming.heard.share(700, 0.4) > 0.99
    assert incoming.heard.loudest_share(1000, 0.4) < 0.01
    assert call.heard.dominant() == pytest.approx(1000, abs=2)
    assert call.heard.lost == incoming.heard.lost == 0


async def test_what_the_called_one_learns(alice: Phone, bob: Phone) -> None:
    headers = {"X-Call-Id": "42", "P-Asserted-Identity": '"Alice" <sip:+4930@x>'}
    await alice.call(bob.uri, headers=headers, from_user="1000", display="Anonymous")
    incoming = await bob.incoming()
    assert incoming.header("x-call-id") == "42"
    assert (incoming.caller_id.number, incoming.caller_id.name) == ("+4930", "Alice")
    assert incoming.state in ("calling", "ringing")


async def test_from_when_no_identity_is_asserted(alice: Phone, bob: Phone) -> None:
    await alice.call(bob.uri, from_user="1000", display="Al, the one")
    caller_id = (await bob.incoming()).caller_id
    assert (caller_id.number, caller_id.name) == ("1000", "Al, the one")


async def test_ringing_comes_before_the_answer(alice: Phone, bob: Phone) -> None:
    bob.on_invite = Answers(after_s=0.2, tone_hz=440)
    call = await alice.call(bob.uri)
    await call.ringing()
    assert call.state == "ringing"
    await call.answered()
    assert [code for code, _ in call.provisional] == [100, 180]
    t = call.timings
    assert t.ringing_at is not None
    assert t.answered_at is not None
    assert t.invite_at <= t.ringing_at < t.answered_at
    await call.heard.hears(440)


async def test_the_caller_hangs_up(talk: Pair) -> None:
    call, incoming = talk
    await call.hang_up(cause=16)
    end = await incoming.ended()
    assert (end.by, end.code, end.cause) == ("remote", 200, 16)
    assert call.end is not None
    assert call.end.by == "local"


async def test_the_called_one_hangs_up(talk: Pair) -> None:
    call, incoming = talk
    await incoming.hang_up()
    assert (await call.ended()).by == "remote"
    await call.hang_up()  # twice is once


async def test_what_the_phone_does_by_itself_comes_late(talk: Pair) -> None:
    """The test may have answered before the phone's behaviour had its turn."""
    call, incoming = talk
    incoming.ring()
    assert incoming.state == "talking"
    await incoming.hang_up()
    assert (await call.ended()).by == "remote"


async def test_both_hang_up_at_once(talk: Pair) -> None:
    call, incoming = talk
    await asyncio.gather(call.hang_up(), incoming.hang_up())
    assert call.state == incoming.state == "ended"


async def test_a_busy_phone(alice: Phone, bob: Phone) -> None:
    bob.on_invite = Rejects(486)
    call = await alice.call(bob.uri)
    with pytest.raises(SipError, match="486 Busy Here") as refusal:
        await call.answered()
    assert refusal.value.code == 486
    assert (await call.ended()).by == "remote"


async def test_a_rejection_by_hand(alice: Phone, bob: Phone) -> None:
    call = await alice.call(bob.uri)
    incoming = await bob.incoming()
    await incoming.reject(603)
    assert (await call.ended()).code == 603
    with pytest.raises(CallOver):
        await incoming.answer()


async def test_a_call_taken_back_while_it_rings(alice: Phone, bob: Phone) -> None:
    call = await alice.call(bob.uri)
    await call.ringing()
    await call.hang_up()
    incoming = await bob.incoming()
    assert ((await incoming.ended()).by, (await incoming.ended()).code) == ("remote", 487)
    assert call.end is not None
    assert (call.end.by, call.end.code) == ("local", 487)


async def test_a_call_taken_back_before_anything_came(alice: Phone, bob: Phone) -> None:
    bob.on_invite = Silent()
    call = await alice.call(bob.uri)
    await call.hang_up()
    assert (await (await bob.incoming()).ended()).code == 487


async def test_cancel_and_answer_cross(alice: Phone, bob: Phone) -> None:
    bob.on_invite = Answers()
    call = await alice.call(bob.uri)
    alice.lose(lambda way, m: way == "received" and m.first_line.endswith(("180 Ringing", "100 Trying")))
    await call.hang_up()
    incoming = await bob.incoming()
    assert (await incoming.ended()).by == "remote"


async def test_nobody_there() -> None:
    async with Phone("alice", t1_s=0.02) as alice:
        call = await alice.call("sip:nobody@127.0.0.9:5999")
        with pytest.raises(SipError) as fault:
            await call.answered(deadline=20)
    assert fault.value.code == 408


async def test_a_deadline_tells_what_was_seen(alice: Phone, bob: Phone) -> None:
    call = await alice.call(bob.uri)
    with pytest.raises(Deadline, match=r"(?s)not answered.*INVITE sip:bob.*180 Ringing"):
        await call.answered(deadline=0.3)
    with pytest.raises(Deadline, match="no INVITE"):
        await alice.incoming(deadline=0.1)


async def test_hold_and_resume(talk: Pair) -> None:
    call, incoming = talk
    await call.heard.hears(1000)
    await call.hold()
    assert incoming.held
    await call.heard.hears_silence()
    await incoming.heard.hears(700)
    await call.resume()
    assert not incoming.held
    await call.heard.hears(1000)


async def test_both_hold_each_other(talk: Pair) -> None:
    call, incoming = talk
    await asyncio.gather(call.hold(), incoming.hold())
    assert call.held
    assert incoming.held
    await asyncio.gather(call.heard.hears_silence(), incoming.heard.hears_silence())


async def test_digits(talk: Pair) -> None:
    call, incoming = talk
    await call.send_digits("12#")
    await incoming.heard.hears_digits("12#")
    await incoming.send_digits("0*9A", ms=40, gap_ms=40)
    await call.heard.hears_digits("0*9A")
    assert incoming.heard.digits == "12#"
    assert incoming.heard.lost == call.heard.lost == 0
    await incoming.heard.hears(700)


async def test_the_tone_changes_and_stops(talk: Pair) -> None:
    call, incoming = talk
    await incoming.heard.hears(700)
    call.tone(1800)
    await incoming.heard.hears(1800)
    call.tone(None)
    await incoming.heard.hears_not(1800)
    assert incoming.heard.silence(0.2)
    with pytest.raises(Deadline, match=r"(?s)silence.*INVITE sip:bob"):
        await incoming.heard.hears(1800, deadline=0.5)


async def test_a_sound_is_recognised(talk: Pair) -> None:
    call, incoming = talk
    sweep = _chirp(300, 3000)
    call.tone(None)
    call.play(sweep)
    await incoming.heard.hears_prompt(sweep)
    assert incoming.heard.matches(_chirp(3000, 300)) < 0.6


async def test_no_gap_in_a_talk_and_a_gap_when_it_stops(talk: Pair) -> None:
    call, incoming = talk
    await incoming.heard.hears(700)
    now = asyncio.get_running_loop().time
    begin = now()
    await asyncio.sleep(0.6)
    assert incoming.heard.gap_ms(begin, now()) < 60 + call.media.late_ms_max
    await call.hang_up()
    await asyncio.sleep(0.3)
    assert incoming.heard.gap_ms(begin) > 250


async def test_alaw(alice: Phone) -> None:
    async with Phone("carol", codec="alaw") as carol:
        call = await alice.call(carol.uri, codec="alaw", tone_hz=500)
        incoming = await carol.incoming()
        await incoming.answer(tone_hz=600)
        await asyncio.gather(incoming.heard.hears(500), call.heard.hears(600))


async def test_no_common_codec(alice: Phone, bob: Phone) -> None:
    call = await alice.call(bob.uri, codec="alaw")
    with pytest.raises(CallOver, match="no common codec"):
        await (await bob.incoming()).answer()
    assert (await call.ended()).code == 488


async def test_refer_is_refused_by_a_plain_phone(talk: Pair) -> None:
    call, _ = talk
    with pytest.raises(SipError) as refusal:
        await call.refer("1000")
    assert refusal.value.code == 603


async def test_leaving_a_phone_hangs_up_and_leaves_nothing(bob: Phone) -> None:
    bob.on_invite = Answers(tone_hz=440)
    before = asyncio.all_tasks()
    async with Phone("carol") as carol:
        talking = await carol.call(bob.uri)
        await talking.answered()
        bob.on_invite = Silent()
        await carol.call(bob.uri)
    for _ in range(2):
        await (await bob.incoming()).ended()
    await asyncio.sleep(0.05)
    assert asyncio.all_tasks() <= before


async def test_an_unplugged_phone_says_nothing(talk: Pair, alice: Phone, bob: Phone) -> None:
    call, incoming = talk
    await incoming.heard.hears(700)
    await alice.unplug()
    await incoming.heard.hears_silence()
    assert incoming.state == "talking"
    call.tone(None)


async def test_many_calls_at_once(alice: Phone) -> None:
    tones = range(400, 2400, 100)
    phones = [Phone(f"p{hz}") for hz in tones]
    async with asyncio.TaskGroup() as group:
        for phone in phones:
            group.create_task(phone.__aenter__())
    for phone, hz in zip(phones, tones, strict=True):
        phone.on_invite = Answers(tone_hz=hz)
    calls = [await alice.call(phone.uri) for phone in phones]
    await asyncio.gather(*(call.heard.hears(hz) for call, hz in zip(calls, tones, strict=True)))
    await asyncio.gather(*(phone.__aexit__(None, None, None) for phone in phones))
    assert all(call.state == "ended" for call in calls)


def test_a_call_on_uvloop() -> None:
    async def whole_call() -> None:
        async with Phone("alice") as alice, Phone("bob", bind_host="127.0.0.2") as bob:
            bob.on_invite = Answers(tone_hz=440)
            call = await alice.call(bob.uri, tone_hz=900)
            incoming = await bob.incoming()
            await asyncio.gather(call.heard.hears(440), incoming.heard.hears(900))

    uvloop.run(whole_call())


def _chirp(low: float, high: float, seconds: float = 2.0) -> list[float]:
    """A tone that glides, in syllables."""
    size = round(seconds * 8000)
    return [
        0.4 * sin(2 * pi * (low + (high - low) * n / size / 2) * n / 8000) * (n // 900 % 3 != 0)
        for n in range(size)
    ]
