"""Callers whom a queue does not serve are sent out of the house: by real calls, heard on both sides."""

import wave
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from ccapp.domain import events
from ccapp.domain.admission import ExitReason, RefusalReason
from ccapp.domain.events import EndedBy, Outcome
from tests.e2e.centres import agent, centre, queue
from tests.e2e.conftest import SHARED
from tests.e2e.house import DEADLINE_S, House
from tests.phone import Answers, Behaviour, Phone, Rejects
from tests.phone.codec import RATE
from tests.phone.spectrum import share
from tests.rows import rows

pytestmark = SHARED

OURS, THEIRS, CALLER = 700, 900, 1000


@pytest.fixture(scope="module")
def configuration() -> dict[str, Any]:
    wake = {"to": "555", "trunk": "carrier", "caller_id": "4930777", "ring_s": 20}
    document = centre(
        {"alice": agent(201), "bob": agent(202)},
        {
            "short": queue(wait_s_max=2, record=True, overflow={"number": wake}),
            "staffed": queue(
                join_when_empty="no",
                overflow={"call_center": {"trunk": "carrier", "otherwise": {"queue": "last"}}},
            ),
            "last": queue(),
            "full": queue(size_max=0, overflow={"agent": {"to": "alice", "wait_s": 20}}),
        },
        ivr={
            "main": {
                "start": "ask",
                "nodes": {
                    "ask": {"agent": {"to": "bob", "queue": "last", "wait_s": 20, "otherwise": "out"}},
                    "out": {"forward": {"number": "555", "trunk": "carrier"}},
                },
            }
        },
    )
    document["numbers"]["300"] = {"ivr": "main"}
    return document


@asynccontextmanager
async def outside(
    house: House, trunk: str = "carrier", behaviour: Behaviour | None = None
) -> AsyncIterator[Phone]:
    """Every telephone behind the trunk."""
    host, port = house.asterisk.trunk(trunk).contact_address
    async with Phone("555", bind_host=host, port=port) as phone:
        phone.on_invite = behaviour or Answers(tone_hz=THEIRS)
        yield phone


def middle(path: Path) -> Sequence[float]:
    """Of what is in the file."""
    with wave.open(str(path)) as file:
        sound = [s / 32768 for s in memoryview(file.readframes(file.getnframes())).cast("h")]
    assert len(sound) > RATE // 4, "too short to judge"
    return sound[len(sound) // 3 : 2 * len(sound) // 3]


async def test_who_has_waited_in_vain_talks_to_a_number_outside_whatever_becomes_of_the_engine(
    house: House,
) -> None:
    async with outside(house) as phone:
        call = await house.call("101", tone_hz=CALLER)
        talk = await phone.incoming(DEADLINE_S)
        assert talk.invite.uri.startswith("sip:555@")
        assert talk.caller_id.number == "4930777"
        await call.heard.hears(THEIRS)
        await house.kill_engine()
        await talk.heard.hears(CALLER)
        await house.start_engine()
        await house.until_fact(events.SwitchFound, lambda fact: fact.alive == 1)
        await call.heard.hears(THEIRS)
        await talk.hang_up()
        assert (await call.ended()).by == "remote"
    story = await house.story(call)
    assert story.one(events.WaitEnded).reason is ExitReason.TIMEOUT
    assert story.one(events.WaitEnded).to == "555 on carrier"
    assert story.one(events.CallForwarded).answered
    tape = story.one(events.ForwardRecorded)
    assert tape.ok
    for file, hz in zip(tape.files, (CALLER, THEIRS), strict=True):
        assert share(middle(house.asterisk.recordings / file), hz) > 0.7
    assert story.ending == (Outcome.FORWARDED, EndedBy.AGENT)
    assert not story.all(events.CallAbandoned)


@rows("VE-14")
@pytest.mark.parametrize(("named", "trunk"), [("5000", "carrier"), ("sip:5000@public", "public")])
async def test_without_agents_a_call_leaves_to_the_call_centre_it_names(
    house: House, named: str, trunk: str
) -> None:
    async with outside(house, trunk) as phone:
        call = await house.call("102", headers={"CallCenter": named}, tone_hz=CALLER)
        talk = await phone.incoming(DEADLINE_S)
        assert talk.invite.uri.startswith("sip:5000@")
        await call.heard.hears(THEIRS)
        await talk.heard.hears(CALLER)
        await call.hang_up()
        await talk.ended()
    story = await house.story(call)
    assert story.one(events.EntryRefused).reason is RefusalReason.OFFLINE
    assert story.ending == (Outcome.FORWARDED, EndedBy.CALLER)


@rows("VE-14")
@pytest.mark.parametrize(
    ("named", "by"), [("5000", "public"), ("5000@203.0.113.9", "carrier"), ("", "carrier")]
)
async def test_a_call_centre_that_is_not_to_be_called_is_not(house: House, named: str, by: str) -> None:
    alice = await house.agent("alice", Answers(tone_hz=OURS), ready=False)
    document = {**house.centre, "queues": {**house.centre["queues"]}}
    document["queues"]["staffed"] = {**document["queues"]["staffed"], "join_when_empty": "strict"}
    await house.apply(document)
    async with outside(house, behaviour=Rejects(486)) as phone:
        call = await house.call("102", headers={"X-CallCenter": named}, trunk=by)
        number = house.number_of(call)
        [arrived] = await house.until_fact(events.CallArrived, lambda fact: fact.caller_number == number)
        waits = await house.until_fact(events.CallWaits, lambda fact: fact.visit == arrived.visit)
        assert waits[0].queue == "last"
        await house.move("alice", "ready")
        await call.heard.hears(OURS)
        assert not phone.calls
    assert alice.calls
    await call.hang_up()
    story = await house.story(call)
    assert story.one(events.NotReached).to == "the CallCenter of the call"
    assert story.ending[0] is Outcome.SERVED


async def test_an_agent_asked_for_by_name_is_rung_though_another_is_idle_longer_also_by_the_next_engine(
    house: House,
) -> None:
    bob = await house.agent("bob")
    alice = await house.agent("alice")
    call = await house.call("104", tone_hz=CALLER)
    await alice.incoming()
    await house.kill_engine()
    await house.start_engine()
    rung = await alice.incoming(DEADLINE_S)
    await rung.answer(tone_hz=OURS)
    await call.heard.hears(OURS)
    await rung.heard.hears(CALLER)
    await call.hang_up()
    story = await house.story(call)
    assert story.one(events.EntryRefused).to == "agent alice"
    assert {fact.agent for fact in story.all(events.OfferMade)} == {"alice"}
    assert story.one(events.CallServed).queue == "full"
    assert not bob.calls


@rows("ST-13")
async def test_an_ivr_asks_for_an_agent_and_goes_on_when_he_does_not_come(house: House) -> None:
    alice = await house.agent("alice")
    bob = await house.agent("bob", Answers(tone_hz=OURS))
    call = await house.call("300", tone_hz=CALLER)
    await call.heard.hears(OURS)
    await call.hang_up()
    assert (await house.story(call)).one(events.CallServed).agent == "bob"
    bob.on_invite = Rejects(486)
    await house.in_state("bob", "READY")
    async with outside(house) as phone:
        call = await house.call("300", tone_hz=CALLER)
        talk = await phone.incoming(DEADLINE_S)
        await call.heard.hears(THEIRS)
        await talk.hang_up()
    story = await house.story(call)
    assert story.one(events.WaitEnded).reason is ExitReason.AGENT_MISSED
    assert (story.one(events.WaitEnded).to, story.nodes) == ("IVR main/out", ["ask", "out"])
    assert not alice.calls
