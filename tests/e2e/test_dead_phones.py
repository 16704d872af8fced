"""A phone that dies in a talk, without a word: its agent is not busy for ever, its caller not left alone."""

from typing import Any

import pytest

from ccapp.domain import events
from ccapp.domain.events import EndedBy
from tests.e2e.centres import agent, centre
from tests.e2e.conftest import SHARED
from tests.e2e.house import House
from tests.phone import Answers
from tests.rows import rows

pytestmark = SHARED


@pytest.fixture(scope="module")
def configuration() -> dict[str, Any]:
    return centre({"alice": agent(201), "bob": agent(202)}, dead_phone_s=2)


@rows("X-03")
async def test_a_phone_that_dies_while_it_talks_is_found_out_by_its_silence(house: House) -> None:
    alice = await house.agent("alice", Answers(tone_hz=700))
    call = await house.call("100", tone_hz=1000)
    await call.heard.hears(700)
    await alice.unplug()
    assert (await call.ended(30)).by == "remote"
    story = await house.story(call)
    assert story.one(events.TalkEnded).ended_by is EndedBy.AGENT
    await house.in_state("alice", "READY", "UNREADY/AWAY")
    await house.agent("bob", Answers(tone_hz=800))
    again = await house.call("100")
    await again.heard.hears(800, deadline=60)
    await again.hang_up()


async def test_a_phone_that_holds_in_silence_is_not_dead(house: House) -> None:
    bob = await house.agent("bob", Answers(tone_hz=800))
    call = await house.call("100")
    await call.heard.hears(800)
    await bob.calls[-1].hold()
    bob.calls[-1].tone(None)
    await house.in_state("bob", "BUSY/HOLD")
    held_at = house.now()
    await house.until(lambda: _later(house, held_at + 4), "twice the silence a talk may have")
    assert (await house.presence("bob"))["sub_state"] == "HOLD"
    bob.calls[-1].tone(800)
    await bob.calls[-1].resume()
    await call.heard.hears(800)
    await call.hang_up()


async def _later(house: House, at: float) -> bool:
    return house.now() >= at
