"""What travels with a call: from a trusted trunk to the agent's phone, and nothing of it from anybody else.

Also what must never travel: whatever a caller writes into headers, names and numbers stays a text.
"""

import asyncio
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import pytest_asyncio
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from ccapp.domain import events
from ccapp.domain.events import EndedBy, Outcome
from tests.e2e.centres import agent, centre, queue
from tests.e2e.conftest import SHARED
from tests.e2e.house import House
from tests.phone import Answers, CallerId, Incoming, Outgoing, SipError
from tests.rows import rows

pytestmark = SHARED

DEADLINE_S = 30.0

TRANSFERRED = {
    "Dnis": "08005551234",
    "Ani": "4930112233",
    "callerId": "Ada Lovelace",
    "URL": "https://crm.example/case?id=17&tab=a,b;c#top",
    "Transfer": "4930999",
    "CallId": "ivr-77/3",
    "CallCenter": "overflow east",
    "Skills": "Spanish:2, english",
    "Record": "Y",
}
FURTHER = {"Campaign": "spring", "Order-Number": "A-17", "Priority": "120"}
UUI = {"User-to-User": "56a390f3d2b7310023a2;encoding=hex"}
PREFIXES = ("", "X-", "x-")
ATTENDANTS = ("ann", "ben", "cat", "dan")


@pytest.fixture(scope="module")
def configuration() -> dict[str, Any]:
    asks = {
        "start": "which",
        "nodes": {
            "which": {
                "branch": {
                    "cases": [{"data": "Campaign", "equals": "spring", "then": "account"}],
                    "otherwise": "bye",
                }
            },
            "account": {"collect": {"say": "Number?", "into": "Account", "digits_max": 3, "then": "line"}},
            "line": {"queue": "sales"},
            "bye": "hang_up",
        },
    }
    unskilled = {
        "start": "forget",
        "nodes": {"forget": {"set": {"values": {"Skills": ""}, "then": "line"}}, "line": {"queue": "sales"}},
    }
    further = ["X-Campaign", "order-number", "Priority"]
    both = {"spanish": 2, "english": 1}
    return centre(
        {
            "alice": agent(201, {"english": 3}),
            "bob": agent(202, both),
            **{name: agent(210 + number) for number, name in enumerate(ATTENDANTS)},
        },
        {"sales": queue()},
        trunks={"carrier": {"trusted": True, "headers": further}, "public": {}},
        numbers={"100": {"queue": "sales"}, "300": {"ivr": "asks"}, "*": {"ivr": "unskilled"}},
        ivr={"asks": asks, "unskilled": unskilled},
    )


def prefixed(prefix: str) -> dict[str, str]:
    given = TRANSFERRED | FURTHER
    return {f"{prefix}{name}": value for name, value in given.items()} | UUI


def as_sent() -> dict[str, str]:
    """What the agent's phone is to receive of all that."""
    return {f"x-{name.lower()}": value for name, value in (TRANSFERRED | FURTHER).items()} | {
        name.lower(): value for name, value in UUI.items()
    }


def names(talk: Incoming) -> Counter[str]:
    return Counter(name.lower() for name, _ in talk.headers)


def of_ours(talk: Incoming) -> dict[str, str]:
    """The headers that are neither SIP's own nor Asterisk's."""
    return {
        name.lower(): value
        for name, value in talk.headers
        if name.lower().startswith("x-") or name.lower() == "user-to-user"
    }


# --- a trusted trunk --------------------------------------------------------------------------------------


@rows("VE-13", "VX-04")
@pytest.mark.parametrize("prefix", PREFIXES)
async def test_what_a_trusted_trunk_transfers_reaches_the_skilled_agent(house: House, prefix: str) -> None:
    alice, bob = await house.agent("alice", Answers()), await house.agent("bob", Answers(tone_hz=700))
    call = await house.call("100", headers=prefixed(prefix))
    talk = await bob.incoming(DEADLINE_S)
    await call.heard.hears(700, DEADLINE_S)
    await call.hang_up()
    story = await house.story(call)
    assert not alice.calls

    arrived, waits = story.one(events.CallArrived), story.one(events.CallWaits)
    assert of_ours(talk) == {"x-call-id": arrived.visit, "x-queue": "sales", **as_sent()}
    assert max(names(talk).values()) == 1
    assert talk.caller_id == CallerId(TRANSFERRED["Ani"], TRANSFERRED["callerId"])
    assert waits.requires == {"spanish": 2, "english": 1}
    assert waits.priority_s == 120
    expected = {name.lower(): value for name, value in (TRANSFERRED | FURTHER | UUI).items()}
    for fact in story.facts:
        if fact is not arrived:  # which is told before anything is asked of Asterisk
            assert {name.lower(): value for name, value in fact.data.items()} == expected


async def test_data_opens_a_way_in_the_tree_and_digits_keyed_there_go_with_it(house: House) -> None:
    await house.agent("alice", Answers(tone_hz=700))
    call = await house.call("300", headers={"X-Campaign": "spring", "URL": "https://crm.example/1"})
    await call.heard.hears_sound(DEADLINE_S)
    await call.send_digits("047")
    talk = await house.phones["alice"].incoming(DEADLINE_S)
    await call.heard.hears(700, DEADLINE_S)
    sent = of_ours(talk)
    assert (sent["x-account"], sent["x-campaign"]) == ("047", "spring")
    assert sent["x-url"] == "https://crm.example/1"
    await call.hang_up()
    story = await house.story(call)
    assert story.nodes == ["which", "account", "line"]
    assert story.one(events.CallEnded).data["Account"] == "047"
    assert talk.caller_id.number == story.one(events.CallArrived).caller_number


async def test_other_data_closes_it(house: House) -> None:
    call = await house.call("300", headers={"X-Campaign": "summer"})
    assert (await call.ended(DEADLINE_S)).by == "remote"
    assert (await house.story(call)).nodes == ["which", "bye"]


async def _in_line(house: House, call: Outgoing) -> bool:
    return any(isinstance(fact, events.CallWaits) for fact in await house.told(call))


@pytest.mark.parametrize("trunk", ["carrier", "public"])
async def test_priority_overtakes_if_the_trunk_is_trusted(house: House, trunk: str) -> None:
    alice = await house.agent("alice", ready=False)
    first = await house.call("100", trunk=trunk)
    await house.until(lambda: _in_line(house, first), "the first in line")
    second = await house.call("100", trunk=trunk, headers={"X-Priority": "900"})
    await house.until(lambda: _in_line(house, second), "the second in line")
    await house.move("alice", "ready")
    for call in (second, first) if trunk == "carrier" else (first, second):
        talk = await alice.incoming(DEADLINE_S)
        await talk.answer(tone_hz=700)
        await call.heard.hears(700, DEADLINE_S)
        await talk.hang_up()
        assert (await house.story(call)).ending == (Outcome.SERVED, EndedBy.AGENT)


async def test_a_skill_that_nobody_has_makes_wait_and_offers_to_nobody(house: House) -> None:
    alice = await house.agent("alice", Answers())
    headers = {"X-Skills": '${SHELL(id)}, \\";=:99, , klingon:x'}
    call = await house.call("100", headers=headers)
    await house.until(lambda: _in_line(house, call), "a place in line")
    await call.heard.hears_sound(DEADLINE_S)
    await call.hang_up()
    story = await house.story(call)
    assert story.ending == (Outcome.ABANDONED, EndedBy.CALLER)
    assert story.one(events.CallWaits).requires == {"${shell(id)}": 1, '\\";=': 1, "klingon": 1}
    assert not alice.calls


# --- any other trunk --------------------------------------------------------------------------------------


@rows("VE-13")
@pytest.mark.parametrize("prefix", PREFIXES)
async def test_nothing_that_any_other_trunk_sends_has_an_effect(house: House, prefix: str) -> None:
    alice = await house.agent("alice", Answers(tone_hz=700))
    branched = await house.call("300", trunk="public", headers=prefixed(prefix))
    assert (await branched.ended(DEADLINE_S)).by == "remote"
    refused = await house.story(branched)
    assert refused.nodes == ["which", "bye"]

    call = await house.call("100", trunk="public", headers=prefixed(prefix))
    talk = await alice.incoming(DEADLINE_S)
    await call.heard.hears(700, DEADLINE_S)
    await call.hang_up()
    story = await house.story(call)
    arrived, waits = story.one(events.CallArrived), story.one(events.CallWaits)
    assert of_ours(talk) == {"x-call-id": arrived.visit, "x-queue": "sales"}
    assert talk.caller_id == CallerId(arrived.caller_number, "")
    assert (waits.requires, waits.priority_s) == ({}, 0)
    assert not any(fact.data for fact in (*story.facts, *refused.facts))
    invite = talk.invite.encode().decode()
    assert not [text for text in (*TRANSFERRED.values(), *UUI.values()) if text in invite and len(text) > 3]


# --- whatever a caller writes -----------------------------------------------------------------------------

MARK = "Order-Number"
"""Tells the agents' calls apart."""

PIECES = (
    "%0d%0aX-Evil:%201", "%0aX-Evil: 1", "\\r\\nX-Evil: 1", '"', '\\"', "\\", "'", ",", ";", "&", "|", "^",
    "${SHELL(touch TOUCHED)}", "${SHELL(touch\\ TOUCHED)}", "$[1 + 1]", "${EPOCH}", "${CHANNEL(name)}",
    "${PJSIP_HEADER(add,X-Evil,1)}", "PJSIP_HEADER(add,X-Evil)=1", ")=1,X-Evil=", "`touch TOUCHED`",
    "$(touch TOUCHED)", "; touch TOUCHED;", "<sip:evil@127.0.0.1>", ">;tag=x", "@", "{Name}", "{visit}",
    "\x01", "\x0b", "\x1b[31m", "\x7f", "\x85", "\u2028", "\u2029", "\u202e", "\ufeff", "é", "日本", "😀",
    "\udce9", "\udcff\udcfe", " level=error", "queue=evil", "2026-01-01T00:00:00.000Z error evil",
    "'; DROP TABLE facts; --",
)  # fmt: skip
"""`TOUCHED` becomes a path. A half character goes out as the one byte that is no UTF-8."""

LONG = (600, 1100, 4095, 10_000)

characters = st.characters(exclude_characters="\r\n\0", exclude_categories=["Cs"])
texts = st.lists(st.sampled_from(PIECES) | st.text(characters), min_size=1, max_size=5).map("".join)
long_texts = st.builds(lambda text, length: (text * length)[:length], texts, st.sampled_from(LONG))
values = st.one_of(texts, texts, texts, long_texts)
tokens = st.text("abcXYZ019-.!%*_+`'~", min_size=1, max_size=90)
fixed = st.sampled_from(["X-Evil", "X-Call-Id", "X-Queue", "x-x-Queue", "X-Agent"])
unwanted = tokens.map("X-{}".format) | fixed
PASSED = {name.lower() for name in (*TRANSFERRED, "Campaign", *UUI)} - {"skills"}
wanted = st.builds("{}{}".format, st.sampled_from(PREFIXES), st.sampled_from(sorted(PASSED)))


def bare(name: str) -> str:
    return re.sub("^(x-)+", "", name.lower())


headers = st.lists(
    st.tuples(st.one_of(wanted, wanted, unwanted), values), max_size=12, unique_by=lambda pair: bare(pair[0])
).map(dict)


@dataclass(frozen=True)
class Case:
    """One call; `dialled` and `user` are percent-encoded on the wire."""

    headers: dict[str, str]
    display: str
    user: str
    dialled: str


def number(text: str) -> str:
    """Other numbers are refused."""
    return "7" + "".join(each for each in text if " " <= each <= "~")


displays = st.just("") | texts
cases = st.builds(Case, headers, displays, texts.map("4930{}".format), texts.map(number)).filter(
    lambda case: sum(len(value.encode(errors="surrogateescape")) for value in case.headers.values()) < 24_000
)
"""Whole calls: a message that no UDP datagram holds (with `touched` written out) never arrives."""


def encoded(text: str) -> str:
    return quote(text.encode(errors="surrogateescape"), safe="")


CONTROL = r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+"
LENGTH_MAX = 512


def half(text: str) -> bool:
    """Whether it goes out as something that is no UTF-8."""
    return not text.isascii() and re.search(r"[\ud800-\udfff]", text) is not None


def readable(text: str) -> str:
    """Control characters become spaces; that is all that may be changed."""
    return " ".join(re.sub(CONTROL, " ", text).split())


def expected(headers: dict[str, str]) -> dict[str, str]:
    """The value of each header that is to be passed on."""
    return {
        bare(name) if bare(name) == "user-to-user" else f"x-{bare(name)}": value
        for name, value in headers.items()
        if bare(name) in PASSED and readable(value)
    }


def unreadable(value: str) -> bool:
    """Whether Asterisk may refuse to tell it."""
    return len(value.encode(errors="surrogateescape")) > 4000 or half(value)


class Attendants:
    """Four agents who answer everything, and the headers their phones get without any call data."""

    def __init__(self, house: House, touched: Path) -> None:
        self.house = house
        self.touched = touched
        self._marks = count(1)
        self._plain: Counter[str] = Counter()

    async def come(self) -> None:
        for name in ATTENDANTS:
            await self.house.agent(name, Answers(tone_hz=700))
        self._plain = names(await self.served(Case({}, "", "4930", "7")))

    async def served(self, case: Case) -> Incoming:
        """The call as an agent's phone got it."""
        mark = f"mark-{next(self._marks)}"
        given = self.filled(case) | {f"X-{MARK}": mark}
        server = f"{self.house.asterisk.settings.bind}:{self.house.asterisk.sip_port}"
        phone = await self.house.caller("caller")
        call = await phone.call(
            f"sip:{encoded(self._put(case.dialled))}@{server}",
            given,
            from_user=encoded(self._put(case.user)),
            display=self._put(case.display),
        )
        await call.heard.hears(700, DEADLINE_S)
        await call.hang_up()
        return next(talk for talk in self._talks() if talk.header(f"X-{MARK}") == mark)

    def _talks(self) -> Iterator[Incoming]:
        for phone in self.house.phones.values():
            yield from (talk for talk in phone.calls if isinstance(talk, Incoming))

    def filled(self, case: Case) -> dict[str, str]:
        return {name: self._put(value) for name, value in case.headers.items()}

    def _put(self, text: str) -> str:
        return text.replace("TOUCHED", str(self.touched))

    def check(self, case: Case, talk: Incoming) -> None:
        passed = expected(self.filled(case))
        lost = {name for name, value in passed.items() if unreadable(value) and not talk.header(name)}
        assert names(talk) == self._plain + Counter(passed.keys() - lost)
        for name, value in passed.items():
            received, sent = talk.header(name) or "", readable(value)
            assert not re.search(CONTROL, received)
            assert len(received) <= LENGTH_MAX
            if not unreadable(value):
                assert readable(received) == readable(sent[: len(readable(received))])
                assert len(received) >= min(len(sent), LENGTH_MAX) - 1
        assert re.fullmatch(r"([0-9A-Za-z+*_.-]|%23)+", talk.caller_id.number)
        assert not re.search(rf'["<>\\]|{CONTROL}', talk.caller_id.name)


@pytest_asyncio.fixture(loop_scope="module")
async def attendants(house: House, tmp_path: Path) -> Attendants:
    attendants = Attendants(house, tmp_path / "touched")
    await attendants.come()
    return attendants


LINE = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (debug|info|warning|error|critical) [a-z_.]+ .*|  \| .*"
)
FACT = re.compile(r'\S+ info ccapp\.facts [A-Z][A-Za-z]+( [a-z_]+=([!-~]+|"([^"\\]|\\.)*"))*')


def odd_lines(house: House) -> list[str]:
    """Lines of the engine's log that are none."""
    lines = house.engine.log.read_text().split("\n")[:-1]
    facts = [line for line in lines if " ccapp.facts " in line]
    return [line for line in lines if not LINE.fullmatch(line)] + [
        line for line in facts if not FACT.fullmatch(line)
    ]


EVALUATED = re.compile(r"(pbx|pbx_functions|pbx_variables|ast_expr2?|func_\w+|app_\w+)\.[cfly]+: ")
"""Where Asterisk would complain of what it evaluates; SHELL is not loaded. What it quotes does not count."""


def evaluated(house: House) -> list[str]:
    """Lines of Asterisk's log that tell of a function or an expression made of a caller's text."""
    lines = house.asterisk.log.read_text(errors="replace").splitlines()
    return [line for line in lines if EVALUATED.search(line)]


@pytest.mark.parametrize("where", ["number", "Call-ID"])
async def test_bytes_that_are_no_text_are_refused_where_asterisk_could_not_tell_of_them(
    house: House, where: str
) -> None:
    """One such call, and nobody could ask for the list of channels as long as it lasts."""
    bad = "\udce9\udcff"
    server = f"{house.asterisk.settings.bind}:{house.asterisk.sip_port}"
    phone = await house.caller("4930555")
    if where == "number":
        call = await phone.call(f"sip:7{encoded(bad)}@{server}")
    else:
        call = await phone.call("100")
        call._first.headers = [(n, v + bad if n == "Call-ID" else v) for n, v in call._first.headers]
    with pytest.raises(SipError) as refused:
        await call.answered(DEADLINE_S)
    assert refused.value.code == 404
    await house.no_channel()


async def test_a_header_that_is_too_long_costs_only_itself(attendants: Attendants) -> None:
    """Also one that nobody asked for: Asterisk then refuses to list any."""
    given = {"X-Other": "x" * 10_000, "URL": "y" * 10_000, "X-Ani": "4930112233", "callerId": "Ada"}
    talk = await attendants.served(Case(given, "", "4930", "7"))
    sent = of_ours(talk)
    assert (sent["x-ani"], sent["x-callerid"]) == ("4930112233", "Ada")
    assert "x-url" not in sent


async def test_a_number_that_is_no_text_shows_as_anonymous(attendants: Attendants) -> None:
    talk = await attendants.served(Case({}, "Ada", "\udce9\udcff", "7"))
    assert talk.caller_id == CallerId("anonymous", "Ada")


@settings(
    deadline=None,
    max_examples=15,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(four=st.lists(cases, min_size=4, max_size=4))
async def test_whatever_a_caller_writes_stays_a_text(attendants: Attendants, four: list[Case]) -> None:
    talks = await asyncio.gather(*(attendants.served(case) for case in four))
    for case, talk in zip(four, talks, strict=True):
        attendants.check(case, talk)
    assert not attendants.touched.exists()
    assert not odd_lines(attendants.house)
    assert not evaluated(attendants.house)
