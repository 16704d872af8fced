"""Agents who call each other and the world from their own phones, and what is seen of them meanwhile."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from ccapp.domain import events
from ccapp.domain.events import EndedBy
from tests.e2e.centres import agent, centre, queue
from tests.e2e.conftest import SHARED
from tests.e2e.house import DEADLINE_S, House
from tests.phone import Answers, Behaviour, Phone, Rejects, Rings, SipError
from tests.rows import rows

pytestmark = SHARED

OUR_NUMBER = "4930777"


@pytest.fixture(scope="module")
def configuration() -> dict[str, Any]:
    return centre(
        {"alice": agent(201), "bob": agent(202)},
        {"sales": queue(), "papers": queue(wrap_up_s=60)},
        own_calls={"outbound_trunk": "carrier", "caller_id": OUR_NUMBER, "ring_s": 5, "wrap_up_s": 1},
    )


@asynccontextmanager
async def outside(house: House, behaviour: Behaviour) -> AsyncIterator[Phone]:
    """The telephone 0305550 behind the trunk."""
    host, port = house.asterisk.trunk("carrier").contact_address
    async with Phone("0305550", bind_host=host, port=port) as phone:
        phone.on_invite = behaviour
        yield phone


async def saw(house: House, name: str, *wanted: str) -> None:
    """Returns once these are the last states told of the agent, repeats left out."""

    async def told() -> bool:
        facts = [fact for fact in await house.facts(events.PresenceChanged) if fact.agent == name]
        seen = [f"{fact.state}/{fact.sub_state}".rstrip("/") for fact in facts]
        changes = [state for index, state in enumerate(seen) if index == 0 or seen[index - 1] != state]
        return changes[-len(wanted) :] == list(wanted)

    await house.until(told, f"{name} seen in {wanted}")


async def ended(house: House, count: int) -> events.AgentCallEnded:
    return (await house.until_fact(events.AgentCallEnded, count=count))[-1]


async def how_many(house: House) -> int:
    return len(await house.facts(events.AgentCallEnded))


@rows("XS-20", "XS-06")
async def test_who_dials_out_is_offered_nothing_until_he_is_done(house: House) -> None:
    alice = await house.agent("alice", Answers(tone_hz=700))
    async with outside(house, Rings()) as customer:
        mine = await alice.call("0305550", tone_hz=600)
        rung = await customer.incoming(DEADLINE_S)
        await house.in_state("alice", "BUSY/CALLING")
        assert (rung.invite.uri.split("@")[0], rung.caller_id.number) == ("sip:0305550", OUR_NUMBER)
        await mine.ringing()
        waiting = await house.call("100")
        await waiting.heard.hears_sound()
        assert len(alice.calls) == 1, "nobody rings her while she dials"
        await rung.answer(tone_hz=900)
        await mine.heard.hears(900)
        await rung.heard.hears(600)
        await house.in_state("alice", "BUSY/ANSWERED")
        await waiting.heard.hears_sound()
        assert len(alice.calls) == 1, "nor while she talks"
        await rung.hang_up()
        await mine.ended()
    await waiting.heard.hears(700)
    await waiting.hang_up()
    await house.in_state("alice", "READY")
    await saw(
        house, "alice",
        "READY", "BUSY/CALLING", "BUSY/ANSWERED", "ACW", "READY", "BUSY/RINGING", "BUSY/ANSWERED", "READY",
    )  # fmt: skip
    told = await ended(house, 1)
    assert (told.agent, told.answered, told.ended_by) == ("alice", True, EndedBy.CALLER)


async def test_a_number_that_does_not_answer_leaves_her_as_she_was(house: House) -> None:
    calls = await how_many(house)
    alice = await house.agent("alice", ready=False)
    await house.move("alice", "not_ready", reason="lunch")
    async with outside(house, Rejects(486)):
        mine = await alice.call("0305550")
        with pytest.raises(SipError, match="486"):
            await mine.answered()
    await house.in_state("alice", "UNREADY/BREAK")
    assert not (await ended(house, calls + 1)).answered
    async with outside(house, Rings()) as customer:
        mine = await alice.call("0305550")
        rung = await customer.incoming(DEADLINE_S)
        await mine.hang_up()
        assert (await rung.ended()).code == 487
    await house.in_state("alice", "UNREADY/BREAK")
    assert (await ended(house, calls + 2)).ended_by is EndedBy.AGENT
    assert (await house.presence("alice"))["reason"] == "lunch"


@rows("XS-06")
async def test_colleagues_call_each_other_and_both_are_busy(house: House) -> None:
    alice, bob = await house.agent("alice", Rings()), await house.agent("bob", Rings())
    mine = await alice.call("202", tone_hz=600)
    his = await bob.incoming(DEADLINE_S)
    assert his.caller_id.number == "201"
    await asyncio.gather(house.in_state("alice", "BUSY/CALLING"), house.in_state("bob", "BUSY/RINGING"))
    await his.answer(tone_hz=700)
    await asyncio.gather(mine.heard.hears(700), his.heard.hears(600))
    await asyncio.gather(*(house.in_state(name, "BUSY/ANSWERED") for name in ("alice", "bob")))
    shown = (await house.presence("bob"))["own_call"]
    assert (shown["agent"], shown["colleague"], shown["answered"]) == ("alice", "bob", True)
    waiting = await house.call("100")
    await waiting.heard.hears_sound()
    assert (len(alice.calls), len(bob.calls)) == (1, 1)
    alice.on_invite = bob.on_invite = Answers(tone_hz=800)
    await his.hang_up()
    await waiting.heard.hears(800)
    await waiting.hang_up()
    await asyncio.gather(*(house.in_state(name, "READY") for name in ("alice", "bob")))


async def test_a_colleague_who_is_busy_or_not_there_is_told_so_by_the_phone(house: House) -> None:
    alice = await house.agent("alice")
    mine = await alice.call("202")
    with pytest.raises(SipError, match="480"):
        await mine.answered()
    bob = await house.agent("bob", Answers(tone_hz=700))
    await house.move("alice", "not_ready")
    call = await house.call("100")
    await call.heard.hears(700)
    mine = await alice.call("202")
    with pytest.raises(SipError, match="486"):
        await mine.answered()
    assert len(bob.calls) == 1
    await call.hang_up()
    await house.in_state("alice", "UNREADY/WAIT")


@rows("XS-06")
async def test_who_holds_is_seen_to_and_the_caller_hears_music_meanwhile(house: House) -> None:
    alice = await house.agent("alice", Rings())
    call = await house.call("102", tone_hz=1000)
    talk = await alice.incoming()
    await talk.answer(tone_hz=700)
    await call.heard.hears(700)
    await talk.hold()
    await house.in_state("alice", "BUSY/HOLD")
    await call.heard.hears_not(700)
    await call.heard.hears_sound()
    held_at = house.now()
    await asyncio.sleep(1)  # of hold
    await talk.resume()
    held_s = house.now() - held_at
    await house.in_state("alice", "BUSY/ANSWERED")
    await asyncio.gather(call.heard.hears(700), talk.heard.hears(1000))
    await call.hang_up()
    await house.in_state("alice", "ACW")
    await saw(house, "alice", "BUSY/RINGING", "BUSY/ANSWERED", "BUSY/HOLD", "BUSY/ANSWERED", "ACW")
    story = await house.story(call)
    ended = story.one(events.TalkEnded)
    assert held_s <= ended.hold_s < ended.talk_s


async def test_a_break_asked_for_during_a_call_of_her_own_is_taken_when_it_ends(house: House) -> None:
    alice = await house.agent("alice")
    async with outside(house, Answers(tone_hz=900)):
        mine = await alice.call("0305550")
        await mine.heard.hears(900)
        await house.move("alice", "not_ready", reason="lunch")
        await house.in_state("alice", "BUSY/ANSWERED")
        await mine.hang_up()
    await house.in_state("alice", "UNREADY/BREAK")


@rows("X-01")
async def test_a_call_of_her_own_outlives_the_engine(house: House) -> None:
    alice = await house.agent("alice", Answers(tone_hz=700))
    async with outside(house, Answers(tone_hz=900)):
        mine = await alice.call("0305550", tone_hz=600)
        await mine.heard.hears(900)
        await house.in_state("alice", "BUSY/ANSWERED")
        await house.kill_engine()
        await mine.heard.hears(900)
        await house.start_engine()
        await house.in_state("alice", "BUSY/ANSWERED")
        waiting = await house.call("100")
        await waiting.heard.hears_sound()
        await mine.heard.hears(900)
        assert len(alice.calls) == 1
        await mine.hang_up()
    await waiting.heard.hears(700)
    await waiting.hang_up()
    await house.in_state("alice", "READY")
