"""What callers hear in an IVR, and which way their keys and data lead them."""

import asyncio
import subprocess
from contextlib import suppress
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest

from ccapp.domain import events
from ccapp.domain.events import EndedBy, Outcome
from scripts.stack.tools import espeak_ng, sox
from tests.e2e.conftest import SHARED
from tests.e2e.house import House
from tests.e2e.ivr import (
    DEADLINE_S,
    ENDED,
    LONG,
    PARTING,
    SHORT,
    TWO_SECONDS,
    dialled,
    hangs_up,
    numbered,
    passed_at,
    tones,
)
from tests.e2e.story import Story
from tests.phone import CallOver, Outgoing, SipError, read_sound
from tests.phone.codec import RATE
from tests.phone.spectrum import share
from tests.rows import rows

pytestmark = SHARED

RECORDED = "This is the announcement of the house, recorded once for everyone."
SPOKEN = "{Name} and Company, good morning. Thank you for calling today."
CLOSING = "That was all, we say goodbye to everybody."


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
    folder = tmp_path_factory.mktemp("sounds")
    tones(folder)
    synthesised(folder, RECORDED).rename(folder / "recorded.wav")
    return folder


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
    }  # fmt: skip


@pytest.fixture(scope="module")
def configuration(sounds: Path) -> dict[str, Any]:
    return numbered(trees(sounds))


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


def account(story: Story) -> str:
    return story.one(events.CallEnded).data.get("Account", "")


# --- prompts ---------------------------------------------------------------------------------------------


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


# --- menus -----------------------------------------------------------------------------------------------


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


# --- digits ----------------------------------------------------------------------------------------------


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


# --- data ------------------------------------------------------------------------------------------------


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
