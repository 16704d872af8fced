"""The engine dies: agents stay on the line, and phones that rang together get one outcome each."""

import pytest

from ccapp.domain import events
from ccapp.domain.causes import DeclineReason
from ccapp.domain.events import EndedBy, Outcome
from tests.e2e.centres import agent, centre, queue
from tests.e2e.conftest import OpenHouse
from tests.phone import Rings
from tests.rows import rows

pytestmark = pytest.mark.real


@rows("XS-18", "X-01")
async def test_an_agent_on_the_line_keeps_his_caller_and_gets_the_next(open_house: OpenHouse) -> None:
    fifo = queue(kind="fifo", retry_same_agent_s=0)
    async with open_house(centre({"alice": agent(201)}, {"fifo": fifo})) as house:
        alice = await house.agent("alice", ready=False)
        line = await alice.call("*19")
        line.tone(700)
        await house.in_state("alice", "READY")
        first = await house.call("100", tone_hz=1000)
        await line.heard.hears(1000)
        await house.until_fact(events.CallServed)
        await house.kill_engine()
        await first.heard.hears(700)
        await house.start_engine()
        await house.in_state("alice", "BUSY/ANSWERED")
        second = await house.call("100", tone_hz=1300)
        await second.heard.hears_sound()
        await first.hang_up()
        await line.heard.hears(1300)
        await second.heard.hears(700)
        await house.kill_engine()
        await second.hang_up()
        await house.start_engine()
        await house.in_state("alice", "READY")
        third = await house.call("100", tone_hz=1600)
        await line.heard.hears(1600)
        for call in (first, second):
            assert (await house.story(call)).ending == (Outcome.SERVED, EndedBy.CALLER)
        await line.hang_up()
        assert (await third.ended()).by == "remote"
        assert [call for call in alice.calls if call is not line] == [], "nothing rang"
        await house.in_state("alice", "UNREADY/WAIT")


@rows("XS-13", "X-02")
async def test_phones_that_rang_together_are_settled_once_each_and_ring_anew(open_house: OpenHouse) -> None:
    agents = {name: agent(201 + n) for n, name in enumerate(("alice", "bob"))}
    async with open_house(centre(agents, {"sales": queue(strategy="ring_all")})) as house:
        for name in agents:
            await house.agent(name, Rings())
        call = await house.call("100", tone_hz=1000)
        before = [await house.phones[name].incoming() for name in agents]
        for rung in before:
            await rung.ringing()
        await house.kill_engine()
        await house.start_engine()
        for rung in before:
            assert (await rung.ended()).code == 487
        after = [await house.phones[name].incoming() for name in agents]
        await after[1].answer(tone_hz=700)
        await call.heard.hears(700)
        assert (await after[0].ended()).code == 487
        await call.hang_up()
        story = await house.story(call)
        assert [(fact.agent, fact.reason) for fact in story.all(events.OfferDeclined)] == [
            ("alice", DeclineReason.ENGINE_RESTART),
            ("bob", DeclineReason.ENGINE_RESTART),
            ("alice", DeclineReason.ANSWERED_ELSEWHERE),
        ]
        assert story.one(events.CallServed).agent == "bob"
