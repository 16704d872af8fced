"""A caller may hang up at any moment: the right ending is told, and nobody and nothing stays behind."""

import asyncio
from typing import Any

import pytest

from ccapp.domain import events
from ccapp.domain.causes import DeclineReason
from ccapp.domain.events import EndedBy, Outcome
from tests.e2e.centres import agent, centre, queue
from tests.e2e.conftest import SHARED
from tests.e2e.house import House
from tests.phone import Answers, Outgoing, Phone, Rings
from tests.rows import rows

pytestmark = SHARED

PROMPT = "Please listen to this long announcement, which nobody has ever heard to its end, and press one."


@pytest.fixture(scope="module")
def configuration() -> dict[str, Any]:
    return centre(
        {"alice": agent(201)},
        {
            "sales": queue(),
            "greeted": queue(greeting=PROMPT),
            "limited": queue(wait_s_max=1, sorry=PROMPT),
        },
        numbers={
            "100": {"queue": "sales"},
            "101": {"queue": "greeted"},
            "102": {"queue": "limited"},
            "200": {"ivr": "main"},
            "300": {"ivr": "out"},
        },
        ivr={
            "main": {
                "start": "long",
                "nodes": {
                    "long": {"menu": {"say": PROMPT, "keys": {"1": "short"}}},
                    "short": {"menu": {"say": "One.", "keys": {"1": "short"}, "key_timeout_s": 60}},
                },
            },
            "out": {"start": "dial", "nodes": {"dial": {"forward": {"number": "555", "trunk": "carrier"}}}},
        },
    )


async def untouched(house: House, name: str) -> None:
    """The agent is ready, and it cost him nothing."""
    await house.in_state(name, "READY")
    presence = await house.presence(name)
    assert (presence["misses"], presence["not_before"]) == (0, None)


async def waits(house: House, call: Outgoing) -> None:
    await call.answered()
    await call.heard.hears_sound()
    await house.until(lambda: _in_line(house, call), "a place in line")


async def _in_line(house: House, call: Outgoing) -> bool:
    return any(isinstance(fact, events.CallWaits) for fact in await house.told(call))


async def test_at_any_moment_before_the_answer(house: House) -> None:
    """From before the engine hears of the call to just after its answer."""

    async def given_up(after_s: float) -> Outgoing:
        call = await house.call("200")
        await asyncio.sleep(after_s)
        await call.hang_up()
        return call

    calls = await asyncio.gather(*(given_up(0.002 * number) for number in range(30)))
    for call in calls:
        end = await call.ended()
        assert end.by == "local"
        assert end.code in (200, 487)
    await house.no_channel()
    await house.all_settled()
    told = [fact for call in calls for fact in await house.told(call)]  # of some we never hear
    ended = {(fact.outcome, fact.ended_by) for fact in told if isinstance(fact, events.CallEnded)}
    assert ended <= {(Outcome.LEFT_IN_IVR, EndedBy.CALLER)}


async def test_during_a_prompt(house: House) -> None:
    call = await house.call("200")
    await call.heard.hears_sound()
    await call.hang_up()
    story = await house.story(call)
    assert story.ending == (Outcome.LEFT_IN_IVR, EndedBy.CALLER)
    assert story.nodes == ["long"]


async def test_while_a_key_is_awaited(house: House) -> None:
    call = await house.call("200")
    await call.heard.hears_sound()
    await call.send_digits("1")
    await call.heard.hears_sound()
    await call.heard.hears_silence(window_s=1)
    await call.hang_up()
    story = await house.story(call)
    assert story.ending == (Outcome.LEFT_IN_IVR, EndedBy.CALLER)
    assert story.nodes == ["long", "short"]


async def test_during_the_queues_greeting(house: House) -> None:
    """He is not in line yet: nobody was kept waiting."""
    call = await house.call("101")
    await call.heard.hears_sound()
    await call.hang_up()
    story = await house.story(call)
    assert story.ending == (Outcome.LEFT_IN_IVR, EndedBy.CALLER)
    assert not story.all(events.CallAbandoned)


async def test_with_music_before_any_agent_was_there(house: House) -> None:
    call = await house.call("100")
    await waits(house, call)
    await call.hang_up()
    story = await house.story(call)
    assert story.ending == (Outcome.ABANDONED, EndedBy.CALLER)
    assert not story.one(events.CallAbandoned).offered
    assert not story.all(events.OfferMade)


async def test_the_next_one_hears_music_too(house: House) -> None:
    """Asterisk ends the music with the last who hears it, and whoever comes then would wait in silence."""
    for _ in range(2):
        call = await house.call("100")
        await waits(house, call)
        await call.hang_up()
        await house.no_channel()


async def test_while_we_say_that_nobody_can_take_the_call(house: House) -> None:
    call = await house.call("102")
    await house.until(lambda: _in_line(house, call), "a place in line")
    await call.heard.hears_sound()
    await house.until(lambda: _out_of_line(house, call), "the wait's end")
    await call.heard.hears_sound()
    await call.hang_up()
    story = await house.story(call)
    assert story.ending == (Outcome.TIMED_OUT, EndedBy.SYSTEM)
    assert not story.all(events.CallAbandoned)


async def _out_of_line(house: House, call: Outgoing) -> bool:
    return not (await house.rest("GET", "/v1/queues/limited"))["calls"]


@rows("VX-05")
@pytest.mark.parametrize("waited", [False, True], ids=["at once", "after a wait"])
async def test_while_an_agent_is_rung(house: House, waited: bool) -> None:
    """Unanswered yet he hears it ring, after a wait he hears music; the phone gets a CANCEL in both cases."""
    alice = await house.agent("alice", Rings(), ready=not waited)
    call = await house.call("100")
    if waited:
        await waits(house, call)
        await house.move("alice", "ready")
    rung = await alice.incoming()
    await house.in_state("alice", "BUSY/RINGING")
    await call.ringing()
    await call.hang_up()
    assert (await call.ended()).code == (200 if waited else 487)
    assert (await rung.ended()).code == 487
    story = await house.story(call)
    assert story.ending == (Outcome.ABANDONED, EndedBy.CALLER)
    assert story.one(events.CallAbandoned).offered
    assert story.one(events.OfferDeclined).reason is DeclineReason.CALLER_GONE
    await untouched(house, "alice")

    following = await house.call("100", tone_hz=1000)
    talk = await alice.incoming()
    await talk.answer()
    await talk.heard.hears(1000)
    await following.hang_up()


async def test_while_talking(house: House) -> None:
    alice = await house.agent("alice", Answers(tone_hz=700))
    call = await house.call("100")
    talk = await alice.incoming()
    await call.heard.hears(700)
    await call.hang_up()
    assert (await talk.ended()).by == "remote"
    story = await house.story(call)
    assert story.ending == (Outcome.SERVED, EndedBy.CALLER)
    assert story.one(events.TalkEnded).ended_by is EndedBy.CALLER
    assert not story.all(events.CallAbandoned)
    await untouched(house, "alice")


@pytest.mark.parametrize("answers", [False, True], ids=["ringing", "talking"])
async def test_while_forwarded(house: House, answers: bool) -> None:
    trunk = house.asterisk.trunk("carrier")
    async with Phone("555", bind_host=trunk.contact_address[0], port=trunk.contact_address[1]) as outside:
        outside.on_invite = Answers(tone_hz=900) if answers else Rings()
        call = await house.call("300")
        rung = await outside.incoming()
        if answers:
            await call.heard.hears(900)
        else:
            await rung.ringing()
        await call.hang_up()
        assert (await rung.ended()).code == (200 if answers else 487)
        story = await house.story(call)
        outcome = Outcome.FORWARDED if answers else Outcome.LEFT_IN_IVR
        assert story.ending == (outcome, EndedBy.CALLER)
