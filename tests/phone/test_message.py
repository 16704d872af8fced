"""SIP as text: parsing, looking up, replying; digest's published vectors; SDP offers and answers."""

import pytest

from . import digest, sdp
from .codec import ALAW, ULAW
from .message import Malformed, NameAddress, Request, Response, address_of, param, parse, split_commas

INVITE = b"""INVITE sip:bob@127.0.0.1 SIP/2.0\r
v: SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bKabc;rport\r
Via: SIP/2.0/UDP 10.0.0.2;branch=z9hG4bKdef\r
Record-Route: <sip:10.0.0.9;lr>, <sip:10.0.0.8;lr>\r
f: "Smith, Alice" <sip:1000@10.0.0.1:5060>;tag=a1\r
To: <sip:bob@127.0.0.1>\r
i: abc@x\r
CSeq: 7 INVITE\r
Subject: folded\r
 line\r
Content-Length: 4\r
\r
body"""


def test_parse_a_request() -> None:
    invite = parse(INVITE)
    assert isinstance(invite, Request)
    assert (invite.method, invite.uri, invite.body) == ("INVITE", "sip:bob@127.0.0.1", "body")
    assert (invite.branch, invite.cseq, invite.call_id) == ("z9hG4bKabc", (7, "INVITE"), "abc@x")
    assert invite.header("subject") == "folded line"
    assert invite.all("Record-Route") == ["<sip:10.0.0.9;lr>", "<sip:10.0.0.8;lr>"]


def test_a_reply_keeps_what_it_must_and_adds_the_tag_once() -> None:
    invite = parse(INVITE)
    assert isinstance(invite, Request)
    reply = parse(invite.reply(200, to_tag="b2", body="ok").encode())
    assert isinstance(reply, Response)
    assert (reply.code, reply.reason, reply.body) == (200, "OK", "ok")
    assert len(reply.all("Via")) == 2
    assert reply.header("To") == "<sip:bob@127.0.0.1>;tag=b2"
    assert param(invite.reply(100, to_tag="b2").need("To"), "tag") is None


@pytest.mark.parametrize("data", [b"nonsense", b"GET / HTTP", b"BYE sip:a SIP/2.0\r\nno colon\r\n\r\n"])
def test_noise_is_malformed(data: bytes) -> None:
    with pytest.raises(Malformed):
        parse(data)


@pytest.mark.parametrize(
    ("text", "display", "user"),
    [
        ('"Smith, \\"Al\\"" <sip:1000@h>;tag=1', 'Smith, "Al"', "1000"),
        ("<sip:+4930@h;user=phone>", "", "+4930"),
        ("sip:bob@h;tag=1", "", "bob"),
        ("Bob <tel:+4930;phone-context=x>", "Bob", "+4930"),
        ("<sip:h>", "", ""),
    ],
)
def test_names_and_numbers(text: str, display: str, user: str) -> None:
    assert (NameAddress(text).display, NameAddress(text).user) == (display, user)


def test_addresses() -> None:
    assert address_of("sip:a@127.0.0.1:5070;lr") == ("127.0.0.1", 5070)
    assert address_of("sip:127.0.0.1") == ("127.0.0.1", 5060)
    assert address_of("sip:a@example.org") is None


def test_parameters_are_those_after_the_bracket() -> None:
    assert param("<sip:a@h;tag=no>;tag=yes", "tag") == "yes"
    assert param("SIP/2.0/UDP h;rport;branch=z", "rport") == ""
    assert param("<sip:a@h>", "tag") is None
    assert split_commas('"a, b" <sip:x,y@h>, <sip:z@h>;q=1') == ['"a, b" <sip:x,y@h>', "<sip:z@h>;q=1"]


def test_digest_with_qop_as_in_rfc_2617() -> None:
    challenge = digest.parse_challenge(
        'Digest realm="testrealm@host.com", qop="auth,auth-int", '
        'nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", opaque="5ccc069c403ebaf9f0171e9517f40e41"'
    )
    assert challenge is not None
    value = digest.authorization(challenge, "Mufasa", "Circle Of Life", "GET", "/dir/index.html", "0a4f113b")
    assert 'response="6629fae49393a05397450978507c4ef1"' in value
    assert "qop=auth, nc=00000001" in value
    assert 'opaque="5ccc069c403ebaf9f0171e9517f40e41"' in value


def test_digest_with_sha_256_as_in_rfc_7616() -> None:
    challenge = {
        "realm": "http-auth@example.org",
        "qop": "auth, auth-int",
        "algorithm": "SHA-256",
        "nonce": "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v",
    }
    cnonce = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"
    value = digest.authorization(challenge, "Mufasa", "Circle of Life", "GET", "/dir/index.html", cnonce)
    assert 'response="753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"' in value


def test_digest_without_qop_as_in_rfc_2069() -> None:
    challenge = {"realm": "testrealm@host.com", "nonce": "dcd98b7102dd2f0e8b11d0f600bfb0c093"}
    value = digest.authorization(challenge, "Mufasa", "CircleOfLife", "GET", "/dir/index.html", "x")
    assert 'response="1949323746fe6a43ef61f9606e7febea"' in value


@pytest.mark.parametrize("header", ["Basic realm=x", 'Digest realm="x", algorithm=SHA-512-256'])
def test_challenges_we_cannot_answer(header: str) -> None:
    assert digest.parse_challenge(header) is None


def test_an_sdp_survives_writing_and_reading() -> None:
    session = sdp.Session(("127.0.0.1", 20000), (ULAW, ALAW), 96, "sendonly")
    assert sdp.read(session.write(1)) == session


@pytest.mark.parametrize(
    ("offered", "ours", "answered"),
    [
        ("sendrecv", "sendrecv", "sendrecv"),
        ("sendonly", "sendrecv", "recvonly"),
        ("recvonly", "sendrecv", "sendonly"),
        ("inactive", "sendrecv", "inactive"),
        ("sendrecv", "sendonly", "sendonly"),
        ("sendonly", "sendonly", "inactive"),
    ],
)
def test_an_answer_mirrors_the_direction(
    offered: sdp.Direction, ours: sdp.Direction, answered: sdp.Direction
) -> None:
    offer = sdp.Session(("127.0.0.1", 20000), (ALAW, ULAW), 96, offered)
    mine = sdp.Session(("127.0.0.2", 20002), (ULAW,), 101, ours)
    assert sdp.answer(offer, mine) == sdp.Session(("127.0.0.2", 20002), (ULAW,), 96, answered)


def test_no_common_codec() -> None:
    offer = sdp.Session(("127.0.0.1", 20000), (ALAW,))
    with pytest.raises(sdp.NoCommonCodec):
        sdp.answer(offer, sdp.Session(("127.0.0.1", 20002), (ULAW,)))
    with pytest.raises(sdp.NoCommonCodec):
        sdp.read("v=0\r\nc=IN IP4 1.2.3.4\r\nm=audio 2000 RTP/AVP 9\r\n")
