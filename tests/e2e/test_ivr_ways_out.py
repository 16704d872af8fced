"""Where an IVR leads callers: into queues, to the agents their keys ask for, and to numbers outside."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from ccapp.domain import events
from ccapp.domain.events import EndedBy, Outcome
from tests.e2e.conftest import SHARED
from tests.e2e.house import House
from tests.e2e.ivr import DEADLINE_S, ENDED, LONG, PARTING, dialled, numbered, passed_at, tones
from tests.phone import Answers, Behaviour, Outgoing, Phone, Rejects, Rings
from tests.rows import rows

pytestmark = SHARED


@pytest.fixture(scope="module")
def sounds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sounds")
    tones(folder)
    return folder


def trees(sounds: Path) -> dict[str, Any]:
    def sound(name: str) -> dict[str, str]:
        return {"sound": str(sounds / name)}

    parting = {"bye": {"hang_up": sound("parting")}}
    long = sound("long")
    outside = {"number": "555", "trunk": "carrier"}
    as_us = {**outside, "caller_id": "4930777"}
    return {
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


@pytest.fixture(scope="module")
def configuration(sounds: Path) -> dict[str, Any]:
    return numbered(trees(sounds))


# --- queues ----------------------------------------------------------------------------------------------


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


# --- numbers outside -------------------------------------------------------------------------------------


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
