"""From packets to figures: known packets, known answers."""

import math
import struct

import pytest

from scripts.bench.observer import Message, read
from scripts.bench.sipp import Counts, counted
from scripts.bench.traffic import Traffic, number, percentile, traffic

SIP, DESKS, CALLERS = 5060, 6000, 7000


def packet(text: str, *, at_ns: int, from_port: int = CALLERS, to_port: int = SIP) -> bytes:
    """As the observer stores one: time, length, IP (20 bytes), UDP (8 bytes), text."""
    body = bytes(20) + struct.pack("!HHHH", from_port, to_port, 0, 0) + text.encode()
    return struct.pack("=qH", at_ns, len(body)) + body


def invite(caller: str, at: float, *, call: str = "", to: str = "") -> Message:
    """From a caller to Asterisk, or, with `to`, from Asterisk to that agent."""
    call = call or f"in-{caller}"
    if to:
        return Message(at, "INVITE", SIP, DESKS, call, to, caller)
    return Message(at, "INVITE", CALLERS, SIP, call, "8000", caller)


def bye(call: str, at: float) -> Message:
    return Message(at, "BYE", DESKS, SIP, call, "", "a001")


def seen(*messages: Message) -> Traffic:
    return traffic(messages, sip_port=SIP, agents_port=DESKS, number="005000001")


def test_a_stored_packet_gives_its_message() -> None:
    text = (
        "INVITE sip:a001@127.0.0.1:6000 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:5060\r\n"
        'From: "x" <sip:00500000142@127.0.0.1>;tag=1\r\nTo: <sip:a001@127.0.0.1>\r\nCall-ID: abc@x\r\n\r\n'
    )
    [message] = read(packet(text, at_ns=1_500_000_000, from_port=SIP, to_port=DESKS))
    assert message == Message(1.5, "INVITE", SIP, DESKS, "abc@x", "a001", "00500000142")


def test_what_is_no_sip_is_left_out() -> None:
    stored = packet("INVI nothing of the kind", at_ns=1) + packet("BYE sip:x SIP/2.0\r\n\r\n", at_ns=2)
    assert list(read(stored)) == []


def test_a_number_tells_the_talk_and_the_round() -> None:
    assert number(500, 1) == "005000001"
    with pytest.raises(ValueError, match="0"):
        number(0, 1)


def test_the_first_ring_counts_from_the_callers_invite() -> None:
    found = seen(
        invite("0050000011", 10.0),
        invite("0050000011", 10.004, call="x", to="a001"),
        invite("0050000011", 25.0, call="y", to="a002"),
    )
    assert found.first_ring_s(10.0, 11.0) == [pytest.approx(0.004)]
    assert found.first_ring_s(11.0, 12.0) == []
    assert found.came(10.0, 11.0) == 1


def test_other_callers_are_not_ours() -> None:
    found = seen(invite("0990000011", 1.0), invite("0990000011", 1.1, call="x", to="a001"), bye("x", 2.0))
    assert (found.arrivals, found.rings, found.ends) == ({}, [], {})


def test_the_same_message_again_is_a_repeat_and_nothing_else() -> None:
    found = seen(
        invite("0050000011", 1.0),
        invite("0050000011", 1.5),
        invite("0050000011", 1.6, call="x", to="a001"),
        bye("x", 2.0),
        bye("x", 2.5),
    )
    assert found.repeated == 2
    assert found.arrivals == {"0050000011": 1.0}
    assert found.ends == {"x": 2.0}


def test_the_next_ring_counts_only_while_somebody_waits() -> None:
    waited_for = seen(
        invite("0050000011", 1.0),
        invite("0050000011", 1.1, call="x", to="a001"),
        invite("0050000012", 1.5),
        bye("x", 2.0),
        invite("0050000012", 2.005, call="y", to="a001"),
    )
    assert waited_for.next_ring_s() == [pytest.approx(0.005)]
    came_later = seen(
        invite("0050000011", 1.0),
        invite("0050000011", 1.1, call="x", to="a001"),
        bye("x", 2.0),
        invite("0050000012", 2.5),
        invite("0050000012", 2.505, call="y", to="a001"),
    )
    assert came_later.next_ring_s() == []


def test_one_caller_is_no_backlog_for_two_free_agents() -> None:
    found = seen(
        invite("0050000011", 1.0),
        invite("0050000011", 1.1, call="x", to="a001"),
        invite("0050000012", 1.2),
        invite("0050000012", 1.3, call="y", to="a002"),
        invite("0050000013", 1.4),
        bye("x", 2.0),
        bye("y", 2.1),
        invite("0050000013", 2.9, call="z", to="a002"),
    )
    assert found.next_ring_s() == []


def test_a_phone_rung_during_a_call_is_double_booked() -> None:
    found = seen(
        invite("0050000011", 1.0),
        invite("0050000011", 1.1, call="x", to="a001"),
        invite("0050000012", 1.2),
        invite("0050000012", 1.3, call="y", to="a001"),
        bye("x", 2.0),
    )
    assert found.double_booked() == 1


@pytest.mark.parametrize(
    ("share", "expected"), [(0.5, 50.0), (0.95, 95.0), (0.99, 99.0), (1.0, 100.0), (0.001, 1.0)]
)
def test_percentiles_of_one_to_a_hundred(share: float, expected: float) -> None:
    assert percentile([float(n) for n in range(100, 0, -1)], share) == expected


def test_there_is_no_percentile_of_nothing() -> None:
    assert math.isnan(percentile([], 0.5))


def test_sipps_last_whole_line_counts() -> None:
    names = "TotalCallCreated;SuccessfulCall(C);FailedCall(C);Retransmissions(C);"
    assert counted(f"{names}\n1;0;0;0;\n10;8;1;2;\n11;9;") == Counts(10, 8, 1, 2)
    assert counted(names) == counted("") == Counts()
