"""Every kind of IVR node, walked by real callers: what they hear, which way they go, whom they reach."""

import asyncio
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from functools import partial
from itertools import groupby
from math import pi, sin
from pathlib import Path
from typing import Any

import pytest

from ccapp.domain import events
from ccapp.domain.events import EndedBy, Outcome
from scripts.stack.tools import espeak_ng, sox
from tests.e2e.centres import agent, centre, queue
from tests.e2e.conftest import SHARED
from tests.e2e.house import House
from tests.e2e.story import Story
from tests.phone import (
    Answers,
    Behaviour,
    CallOver,
    Outgoing,
    Phone,
    Rejects,
    Rings,
    SipError,
    read_sound,
    write_wav,
)
from tests.phone.codec import RATE
from tests.phone.spectrum import share
from tests.rows import rows

pytestmark = SHARED

DEADLINE_S = 30.0
ENDED = (Outcome.IVR_ENDED, EndedBy.SYSTEM)
RECORDED = "This is the announcement of the house, recorded once for everyone."
SPOKEN = "{Name} and Company, good morning. Thank you for calling today."
CLOSING = "That was all, we say goodbye to everybody."

SHORT, PARTING, LONG, TWO_SECONDS = 500, 900, 600, 700
"""Prompts that are tones, in Hz."""


def tone(hz: int, seconds: float) -> list[float]:
    return [0.3 * sin(2 * pi * hz * n / RATE) for n in range(round(seconds * RATE))]


def synthesised(folder: Path, text: str) -> Path:
    """The text spoken as the engine has it spoken."""
    raw, out = folder / "raw.wav", folder / f"spoken{len(list(folder.iterdir()))}.wav"
    said = [str(espeak_ng()), "--stdin", "-v", "en", "-w", str(raw)]
    subprocess.run(said, input=text, text=True, check=True, timeout=60)
    converted = [str(sox()), str(raw), "-r", "8000", "-c", "1", "-b", "16", str(out)]
    subprocess.run(converted, check=True, timeout=60)
    return out


@pytest.fixture(scope="module")
def sounds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The prompt files; Asterisk reads them at their absolute paths."""
    folder = tmp_path_factory.mktemp("sounds")
    folder.chmod(0o755)
    write_wav(folder / "short.wav", tone(SHORT, 0.8))
    write_wav(folder / "parting.wav", tone(PARTING, 1.0))
    write_wav(folder / "two_seconds.wav", tone(TWO_SECONDS, 2.0))
    write_wav(folder / "long.wav", tone(LONG, 60.0))
    synthesised(folder, RECORDED).rename(folder / "recorded.wav")
    return folder


def hangs_up(*names: str) -> dict[str, Any]:
    """Nodes to arrive at."""
    return dict.fromkeys(names, "hang_up")


def comparisons() -> dict[str, Any]:
    """Each test of a branch leads to a node of its name, two levels of them."""
    cases = [
        {"data": "Campaign", "equals": "spring", "then": "equals"},
        {"data": "x-campaign", "starts_with": "sum", "then": "starts_with"},
        {"data": "Campaign", "one_of": ["red", "green"], "then": "one_of"},
        {"data": "Campaign", "at_least": 100, "then": "at_least"},
        {"data": "Campaign", "at_most": 2.5, "then": "at_most"},
        {"data": "Campaign", "present": True, "then": "second"},
    ]
    differs = [{"data": "Campaign", "not_equals": "winter", "then": "not_equals"}]
    names = ["equals", "starts_with", "one_of", "at_least", "at_most", "not_equals", "absent", "equal"]
    return {
        "start": "first",
        "nodes": {
            "first": {"branch": {"cases": cases, "otherwise": "absent"}},
            "second": {"branch": {"cases": differs, "otherwise": "equal"}},
            **hangs_up(*names),
        },
    }


def trees(sounds: Path) -> dict[str, Any]:
    def sound(name: str) -> dict[str, str]:
        return {"sound": str(sounds / name)}

    parting = {"bye": {"hang_up": sound("parting")}}
    short, long, two_seconds = sound("short"), sound("long"), sound("two_seconds")
    choices = {
        "1": "one", "0": "zero", "*": "star", "#": "hash", "9": "menu", "EMPTY_KEY": "none",
        "INVALID_KEY": "other",
    }  # fmt: skip
    digits = {**short, "into": "Account", "then": "done", "key_timeout_s": 3}
    limits = {"digits_min": 3, "digits_max": 5}
    outside = {"number": "555", "trunk": "carrier"}
    as_us = {**outside, "caller_id": "4930777"}
    recorded, missing = sound("recorded"), sound("missing")
    return {
        "file": {"start": "play", "nodes": {"play": {"play": {**recorded, "then": "bye"}}, **parting}},
        "missing": {"start": "play", "nodes": {"play": {"play": {**missing, "then": "bye"}}, **parting}},
        "speech": {
            "start": "play",
            "nodes": {"play": {"play": {"say": SPOKEN, "then": "bye"}}, "bye": {"hang_up": {"say": CLOSING}}},
        },
        "silent": {"start": "bye", "nodes": hangs_up("bye")},
        "keys": {
            "start": "menu",
            "nodes": {
                "menu": {"menu": {**short, "keys": choices, "key_timeout_s": 3}},
                **hangs_up("one", "zero", "star", "hash", "none", "other"),
            },
        },
        "cut": {"start": "menu", "nodes": {"menu": {"menu": {**long, "keys": {"1": "bye"}}}, **parting}},
        "uncut": {
            "start": "menu",
            "nodes": {
                "menu": {
                    "menu": {
                        **two_seconds,
                        "barge_in": False,
                        "key_timeout_s": 3,
                        "keys": {"1": "one", "EMPTY_KEY": "none"},
                    }
                },
                **hangs_up("one", "none"),
            },
        },
        "loops": {
            "start": "menu",
            "nodes": {
                "menu": {
                    "menu": {
                        **short,
                        "loops": 3,
                        "silence_before_s": 0.5,
                        "key_timeout_s": 0.5,
                        "keys": {"1": "one", "EMPTY_KEY": "none"},
                    }
                },
                **hangs_up("one", "none"),
            },
        },
        "plain": {
            "start": "menu",
            "nodes": {
                "menu": {"menu": {**short, "loops": 2, "key_timeout_s": 2, "keys": {"1": "one"}}},
                **hangs_up("one"),
            },
        },
        "digits": {
            "start": "ask",
            "nodes": {
                "ask": {"collect": {**digits, **limits, "tries": 2, "otherwise": "failed"}},
                **hangs_up("done", "failed"),
            },
        },
        "starred": {
            "start": "ask",
            "nodes": {"ask": {"collect": {**digits, "terminator": "*", "tries": 1}}, **hangs_up("done")},
        },
        "endless": {
            "start": "ask",
            "nodes": {"ask": {"collect": {**digits, "terminator": "", "digits_max": 4}}, **hangs_up("done")},
        },
        "tests": comparisons(),
        "set": {
            "start": "first",
            "nodes": {
                "first": {"set": {"values": {"Greeting": "Dear {Name}", "Level": "7"}, "then": "second"}},
                "second": {"set": {"values": {"Greeting": "{greeting}, {Nobody}hello"}, "then": "asks"}},
                "asks": {
                    "branch": {
                        "cases": [{"data": "Level", "at_least": 7, "then": "right"}],
                        "otherwise": "wrong",
                    }
                },
                **hangs_up("right", "wrong"),
            },
        },
        "levels": {
            "start": "language",
            "nodes": {
                "language": {"menu": {**long, "keys": {"2": "topic"}}},
                "topic": {"menu": {**long, "keys": {"3": "account"}}},
                "account": {"collect": {**long, "into": "Account", "digits_max": 4, "then": "spanish"}},
                "spanish": {"queue": {"to": "sales", "requires": {"spanish": 2}}},
            },
        },
        "ordinary": {"start": "line", "nodes": {"line": {"queue": "sales"}}},
        "important": {"start": "line", "nodes": {"line": {"queue": {"to": "sales", "priority_s": 600}}}},
        "outside": {"start": "dial", "nodes": {"dial": {"forward": outside}}},
        "outside_public": {"start": "dial", "nodes": {"dial": {"forward": {**outside, "trunk": "public"}}}},
        "outside_as_us": {"start": "dial", "nodes": {"dial": {"forward": as_us}}},
        "outside_or": {
            "start": "dial",
            "nodes": {"dial": {"forward": {**outside, "ring_s": 3, "otherwise": "bye"}}, **parting},
        },
    }  # fmt: skip


NUMBERS = {
    "file": "200", "speech": "201", "silent": "202", "missing": "203", "keys": "210", "cut": "211",
    "uncut": "212", "loops": "213", "plain": "214", "digits": "220", "starred": "221", "endless": "222",
    "tests": "230", "set": "231", "levels": "240", "ordinary": "241", "important": "242", "outside": "250",
    "outside_as_us": "251", "outside_or": "252", "outside_public": "253",
}  # fmt: skip


@pytest.fixture(scope="module")
def configuration(sounds: Path) -> dict[str, Any]:
    named = {"speech", "set"}
    return centre(
        {"alice": agent(201, {"english": 3}), "bob": agent(202, {"spanish": 2})},
        {"sales": queue()},
        numbers={
            number: {"ivr": tree, "data": {"Name": "Anna"} if tree in named else {}}
            for tree, number in NUMBERS.items()
        },
        ivr=trees(sounds),
    )


async def dialled(house: House, tree: str, **more: Any) -> Outgoing:
    return await house.call(NUMBERS[tree], **more)


async def key(call: Outgoing, digits: str) -> None:
    """The last of them may end the call."""
    with suppress(CallOver):
        await call.send_digits(digits)


async def walked(house: House, tree: str, *keyed: str, **more: Any) -> Story:
    """Calls, keys each of these after the prompt was heard (again), and waits for the end."""
    call = await dialled(house, tree, **more)
    for keys in keyed:
        await call.heard.hears(SHORT, DEADLINE_S, window_s=0.1)
        await call.heard.hears_not(SHORT, DEADLINE_S, window_s=0.1)
        await key(call, keys)
    assert (await call.ended(DEADLINE_S)).by == "remote"
    return await house.story(call)


def bursts(heard: list[float], hz: int) -> int:
    """How often this tone began."""
    size = RATE // 20
    windows = [share(heard[at : at + size], hz) > 0.7 for at in range(0, len(heard) - size, size)]
    return sum(1 for is_tone, _ in groupby(windows) if is_tone)


def passed_at(story: Story, node: str) -> float:
    return next(fact.at for fact in story.all(events.IvrVisited) if fact.node == node)


def account(story: Story) -> str:
    return story.one(events.CallEnded).data.get("Account", "")


# --- prompts ----------------------------------------------------------------------------------------------


@rows("ST-06", "ST-08")
async def test_a_prompt_file_is_heard_whole_and_then_the_parting(house: House, sounds: Path) -> None:
    call = await dialled(house, "file")
    recorded = read_sound(sounds / "recorded.wav")
    await call.heard.hears_prompt(recorded, DEADLINE_S)
    await call.heard.hears(PARTING, DEADLINE_S)
    assert (await call.ended(DEADLINE_S)).code == 200
    heard_s = len(call.heard.samples()) / RATE
    assert heard_s > len(recorded) / RATE
    story = await house.story(call)
    assert (story.nodes, story.ending) == (["play", "bye"], ENDED)


@rows("ST-09")
async def test_a_text_is_spoken_with_the_calls_data_in_it(house: House, tmp_path: Path) -> None:
    def as_spoken(text: str) -> list[float]:
        return read_sound(synthesised(tmp_path, text))

    call = await dialled(house, "speech")
    spoken = await asyncio.to_thread(as_spoken, SPOKEN.format(Name="Anna"))
    closing = await asyncio.to_thread(as_spoken, CLOSING)
    other = await asyncio.to_thread(as_spoken, SPOKEN.format(Name="Barbarossa"))
    await call.heard.hears_prompt(spoken, DEADLINE_S)
    assert (await call.ended(DEADLINE_S)).by == "remote"
    assert call.heard.matches(spoken) > 0.8
    assert call.heard.matches(closing) > 0.8
    assert call.heard.matches(other) < 0.6
    assert (await house.story(call)).ending == ENDED


async def test_a_prompt_that_is_missing_is_passed_over(house: House) -> None:
    call = await dialled(house, "missing")
    await call.heard.hears(PARTING, DEADLINE_S)
    assert (await house.story(call)).nodes == ["play", "bye"]


async def test_a_hang_up_without_a_prompt_comes_at_once_and_unanswered(house: House) -> None:
    call = await dialled(house, "silent")
    end = await call.ended(DEADLINE_S)
    assert end.by == "remote"
    assert call.timings.answered_at is None
    assert (await house.story(call)).ending == ENDED


async def test_a_number_that_is_not_ours_is_refused(house: House) -> None:
    call = await house.call("999")
    with pytest.raises(SipError) as refused:
        await call.answered(DEADLINE_S)
    assert refused.value.code == 404
    story = await house.story(call)
    assert story.ending == (Outcome.REFUSED, EndedBy.SYSTEM)
    assert not story.nodes


# --- menus ------------------------------------------------------------------------------------------------


@rows("ST-14")
async def test_each_key_leads_its_way(house: House) -> None:
    ways = {"1": "one", "0": "zero", "*": "star", "#": "hash", "5": "other"}
    stories = await asyncio.gather(*(walked(house, "keys", key) for key in ways))
    assert [story.nodes for story in stories] == [["menu", node] for node in ways.values()]
    assert all(story.ending == ENDED for story in stories)


@rows("ST-14")
async def test_a_key_may_lead_back_and_no_key_is_a_way_too(house: House) -> None:
    again, none = await asyncio.gather(walked(house, "keys", "9", "1"), walked(house, "keys"))
    assert again.nodes == ["menu", "menu", "one"]
    assert none.nodes == ["menu", "none"]
    assert passed_at(none, "none") - passed_at(none, "menu") > 0.8 + 3 - 0.1


@rows("ST-10")
async def test_a_key_cuts_the_prompt(house: House) -> None:
    call = await dialled(house, "cut")
    await call.heard.hears(LONG, DEADLINE_S)
    await call.send_digits("1")
    await call.heard.hears(PARTING, DEADLINE_S)
    assert call.heard.share(LONG, 0.3) < 0.1
    story = await house.story(call)
    assert story.nodes == ["menu", "bye"]
    assert passed_at(story, "bye") - passed_at(story, "menu") < 50  # of the prompt's 60 seconds


@rows("ST-10")
async def test_without_barge_in_keys_count_only_after_the_prompt(house: House) -> None:
    async def keyed(after_it: bool) -> Story:
        call = await dialled(house, "uncut")
        await call.heard.hears(TWO_SECONDS, DEADLINE_S, window_s=0.1)
        if after_it:
            await call.heard.hears_not(TWO_SECONDS, DEADLINE_S)
        await key(call, "1")
        await call.ended(DEADLINE_S)
        assert bursts(call.heard.samples(), TWO_SECONDS) == 1
        return await house.story(call)

    during, after = await asyncio.gather(keyed(False), keyed(True))
    assert after.nodes == ["menu", "one"]
    assert during.nodes == ["menu", "none"]
    assert passed_at(after, "one") - passed_at(after, "menu") > 2 - 0.1
    assert passed_at(during, "none") - passed_at(during, "menu") > 2 + 3 - 0.1


@rows("ST-11")
async def test_a_menu_is_said_so_often_with_silence_before_each_time(house: House) -> None:
    call = await dialled(house, "loops")
    await call.ended(DEADLINE_S)
    assert bursts(call.heard.samples(), SHORT) == 3
    assert call.timings.answered_at is not None
    assert (
        call.heard.packets[0].at - call.timings.answered_at > 0.5 - 0.2
    )  # before it there is no sound at all
    story = await house.story(call)
    assert story.nodes == ["menu", "none"]
    assert passed_at(story, "none") - passed_at(story, "menu") > 3 * (0.5 + 0.8 + 0.5) - 0.1


async def test_a_key_without_a_branch_costs_a_loop(house: House) -> None:
    wrong_then_right, wrong_twice, none = await asyncio.gather(
        walked(house, "plain", "7", "1"), walked(house, "plain", "7", "#"), walked(house, "plain")
    )
    assert wrong_then_right.nodes == ["menu", "one"]
    assert wrong_twice.nodes == none.nodes == ["menu"]
    assert wrong_twice.ending == none.ending == ENDED


# --- digits -----------------------------------------------------------------------------------------------


COLLECTED = [
    ("digits", ("1234#",), "1234"),  # the terminator
    ("digits", ("12345",), "12345"),  # the most
    ("digits", ("123",), "123"),  # a pause
    ("digits", ("12#", "789#"), "789"),  # too few, and again
    ("digits", ("12#", "#"), ""),  # too few, twice
    ("digits", (), ""),  # none at all
    ("starred", ("1#2*",), "1#2"),
    ("starred", ("*",), ""),
    ("endless", ("12#*",), "12#*"),
    ("endless", ("1",), "1"),
]


async def test_digits_are_collected(house: House) -> None:
    stories = await asyncio.gather(*(walked(house, tree, *keyed) for tree, keyed, _ in COLLECTED))
    assert [account(story) for story in stories] == [digits for _, _, digits in COLLECTED]
    failed = {"digits": ["ask", "failed"], "starred": ["ask"]}
    ways = [["ask", "done"] if digits else failed[tree] for tree, _, digits in COLLECTED]
    assert [story.nodes for story in stories] == ways
    assert all(story.ending == ENDED for story in stories)


# --- data -------------------------------------------------------------------------------------------------


async def test_each_comparison_leads_its_way(house: House) -> None:
    ways = {
        "spring": "equals", "summer": "starts_with", "green": "one_of", "100": "at_least", "2.5": "at_most",
        "-7": "at_most", "99": "not_equals", "Spring": "not_equals", "nan": "not_equals", "winter": "equal",
        "": "absent",
    }  # fmt: skip
    stories = await asyncio.gather(*(walked(house, "tests", headers={"X-Campaign": way}) for way in ways))
    assert [story.nodes[-1] for story in stories] == list(ways.values())
    levels = [len(story.nodes) for story in stories]
    assert levels == [3 if node in ("not_equals", "equal") else 2 for node in ways.values()]


async def test_values_are_set_from_values(house: House) -> None:
    story = await walked(house, "set")
    assert story.nodes == ["first", "second", "asks", "right"]
    data = story.one(events.CallEnded).data
    assert (data["Greeting"], data["Level"], data["Name"]) == ("Dear Anna, hello", "7", "Anna")
    assert "Level" not in story.one(events.CallArrived).data


# --- queues -----------------------------------------------------------------------------------------------


@rows("ST-12")
@pytest.mark.parametrize("at_once", [False, True], ids=["listening", "keying ahead"])
async def test_two_menus_and_an_account_number_lead_to_the_skilled_agent(house: House, at_once: bool) -> None:
    alice, bob = await house.agent("alice", Answers()), await house.agent("bob", Answers(tone_hz=700))
    call = await dialled(house, "levels")
    await call.heard.hears(LONG, DEADLINE_S)
    if at_once:
        await call.send_digits("234711")
    else:
        for number, keys in enumerate(("2", "3", "4711"), start=1):
            await house.until(partial(_is_at, house, call, number), f"node {number}")
            await call.send_digits(keys)
    talk = await bob.incoming(DEADLINE_S)
    await call.heard.hears(700, DEADLINE_S)
    assert talk.header("X-Account") == "4711"
    await call.hang_up()
    story = await house.story(call)
    assert story.nodes == ["language", "topic", "account", "spanish"]
    assert story.one(events.CallWaits).requires == {"spanish": 2}
    assert story.one(events.CallServed).agent == "bob"
    assert not alice.calls


async def _is_at(house: House, call: Outgoing, nodes: int) -> bool:
    return sum(isinstance(fact, events.IvrVisited) for fact in await house.told(call)) == nodes


async def _in_line(house: House, call: Outgoing) -> bool:
    return any(isinstance(fact, events.CallWaits) for fact in await house.told(call))


@rows("XS-15")
async def test_a_call_with_priority_overtakes(house: House) -> None:
    alice = await house.agent("alice", ready=False)
    ordinary = await dialled(house, "ordinary", name="4930001")
    await house.until(lambda: _in_line(house, ordinary), "the first in line")
    important = await dialled(house, "important", name="4930002")
    await house.until(lambda: _in_line(house, important), "the second in line")
    await house.move("alice", "ready")
    for call, number in ((important, "4930002"), (ordinary, "4930001")):
        talk = await alice.incoming(DEADLINE_S)
        assert talk.caller_id.number == number
        await talk.answer(tone_hz=700)
        await call.heard.hears(700, DEADLINE_S)
        await talk.hang_up()
        assert (await house.story(call)).ending == (Outcome.SERVED, EndedBy.AGENT)
    assert (await house.story(important)).one(events.CallWaits).priority_s == 600


# --- numbers outside --------------------------------------------------------------------------------------


@asynccontextmanager
async def outside(house: House, behaviour: Behaviour, trunk: str = "carrier") -> AsyncIterator[Phone]:
    """The telephone 555 behind the trunk."""
    host, port = house.asterisk.trunk(trunk).contact_address
    async with Phone("555", bind_host=host, port=port) as phone:
        phone.on_invite = behaviour
        yield phone


@rows("ST-13")
@pytest.mark.parametrize(
    ("tree", "caller", "shown"),
    [("outside", "4930888", "4930888"), ("outside_as_us", "4930889", "4930777")],
    ids=["his number", "ours"],
)
async def test_a_forwarded_call_shows_who_calls_and_both_hear_each_other(
    house: House, tree: str, caller: str, shown: str
) -> None:
    async with outside(house, Answers(tone_hz=900)) as phone:
        call = await dialled(house, tree, name=caller, tone_hz=1000)
        talk = await phone.incoming(DEADLINE_S)
        assert talk.invite.uri.startswith("sip:555@")
        assert talk.caller_id.number == shown
        await call.heard.hears(900, DEADLINE_S)
        await talk.heard.hears(1000, DEADLINE_S)
        await talk.hang_up()
        assert (await call.ended(DEADLINE_S)).by == "remote"
    story = await house.story(call)
    assert story.ending == (Outcome.FORWARDED, EndedBy.AGENT)
    forwarded = story.one(events.CallForwarded)
    assert (forwarded.number, forwarded.trunk, forwarded.answered) == ("555", "carrier", True)


@pytest.mark.parametrize(
    ("tree", "trunk", "passed"), [("outside", "carrier", "gold"), ("outside_public", "public", None)]
)
async def test_call_data_leaves_by_trusted_trunks_only(
    house: House, tree: str, trunk: str, passed: str | None
) -> None:
    async with outside(house, Answers(), trunk) as phone:
        call = await dialled(house, tree, headers={"X-URL": "gold"})
        talk = await phone.incoming(DEADLINE_S)
        assert talk.header("X-URL") == passed
        await call.hang_up()
        await talk.ended(DEADLINE_S)


@pytest.mark.parametrize(
    ("behaviour", "code"),
    [(Rejects(486), 486), (Rejects(404), 404), (Rings(), 487)],
    ids=["busy", "unknown", "not answering"],
)
async def test_a_number_that_is_not_reached_leads_elsewhere(
    house: House, behaviour: Behaviour, code: int
) -> None:
    async with outside(house, behaviour) as phone:
        call = await dialled(house, "outside_or")
        talk = await phone.incoming(DEADLINE_S)
        await call.heard.hears(PARTING, DEADLINE_S)
        assert (await talk.ended(DEADLINE_S)).code == code
    story = await house.story(call)
    assert (story.nodes, story.ending) == (["dial", "bye"], ENDED)
    assert not story.one(events.CallForwarded).answered
    took_s = passed_at(story, "bye") - passed_at(story, "dial")
    assert took_s > (3 - 0.1 if code == 487 else 0)


async def test_a_number_that_is_not_reached_ends_the_visit_where_there_is_no_other_way(house: House) -> None:
    async with outside(house, Rejects(486)):
        call = await dialled(house, "outside")
        assert (await call.ended(DEADLINE_S)).by == "remote"
    assert (await house.story(call)).ending == ENDED


async def test_a_caller_who_gives_up_while_it_rings_outside_takes_the_call_back(house: House) -> None:
    async with outside(house, Rings()) as phone:
        call = await dialled(house, "outside_or")
        rung = await phone.incoming(DEADLINE_S)
        await rung.ringing()
        await call.hang_up()
        end = await rung.ended(DEADLINE_S)
        assert (end.by, end.code) == ("remote", 487)
    story = await house.story(call)
    assert (story.nodes, story.ending) == (["dial"], (Outcome.LEFT_IN_IVR, EndedBy.CALLER))
