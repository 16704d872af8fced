"""Callers are served: in order, by those who can, by the next one when one does not answer."""

import asyncio
from typing import Any

import pytest

from ccapp.domain import events
from ccapp.domain.causes import DeclineReason
from ccapp.domain.events import EndedBy, Outcome
from tests.e2e.centres import agent, centre, queue
from tests.e2e.conftest import OpenHouse
from tests.phone import Answers, Rejects, Rings
from tests.rows import rows

pytestmark = pytest.mark.real


@rows("ST-05")
async def test_a_caller_and_an_agent_hear_each_other_and_nobody_else(open_house: OpenHouse) -> None:
    async with open_house(centre({"alice": agent(201)})) as house:
        alice = await house.agent("alice", Answers(tone_hz=700))
        call = await house.call("100", tone_hz=1000)
        await call.answered()
        talk = await alice.incoming()
        await call.heard.hears(700)
        await talk.heard.hears(1000)
        await asyncio.sleep(1.0)
        assert call.heard.share(700) > 0.95
        assert call.heard.share(1000) < 0.01
        assert talk.heard.share(1000) > 0.95
        await call.hang_up()
        assert (await talk.ended()).by == "remote"
        [ended] = await house.until_fact(events.CallEnded)
        assert (ended.outcome, ended.ended_by) == (Outcome.SERVED, EndedBy.CALLER)
        await house.in_state("alice", "READY")


async def test_the_agent_may_hang_up_first(open_house: OpenHouse) -> None:
    async with open_house(centre({"alice": agent(201)})) as house:
        alice = await house.agent("alice", Answers())
        call = await house.call("100")
        talk = await alice.incoming()
        await house.until_fact(events.CallServed)
        await talk.hang_up()
        assert (await call.ended()).by == "remote"
        [ended] = await house.until_fact(events.CallEnded)
        assert (ended.outcome, ended.ended_by) == (Outcome.SERVED, EndedBy.AGENT)


@rows("ST-17")
async def test_five_callers_and_one_agent_are_served_in_order(open_house: OpenHouse) -> None:
    async with open_house(centre({"alice": agent(201)})) as house:
        await house.agent("alice", ready=False)
        calls = []
        for number in range(5):
            calls.append(await house.call("100", name=f"493010{number}", tone_hz=1000 + 100 * number))
            await house.until_fact(events.CallWaits, count=number + 1)
        for call in calls:
            await call.heard.hears_sound()  # music
        await house.move("alice", "ready")
        for number, call in enumerate(calls):
            talk = await house.phones["alice"].incoming()
            assert talk.caller_id.number == f"493010{number}"
            await talk.answer(tone_hz=700)
            await call.heard.hears(700)
            await talk.heard.hears(1000 + 100 * number)
            await talk.hang_up()
            await call.ended()
        served = await house.until_fact(events.CallServed, count=5)
        waits = await house.facts(events.CallWaits)
        assert [fact.visit for fact in served] == [fact.visit for fact in waits]


@rows("VE-10")
async def test_a_required_skill_rings_only_the_skilled(open_house: OpenHouse) -> None:
    configuration = centre(
        {"alice": agent(201, {"english": 3}), "bob": agent(202, {"english": 1, "spanish": 2})},
        {"spanish": queue(requires={"spanish": 2})},
    )
    async with open_house(configuration) as house:
        alice = await house.agent("alice", Answers())
        bob = await house.agent("bob", Answers(tone_hz=700))
        call = await house.call("100")
        await call.heard.hears(700)
        await call.hang_up()
        assert not alice.calls
        assert len(bob.calls) == 1
        [offer] = await house.until_fact(events.OfferMade)
        [other] = offer.explanation.not_chosen
        assert (other.agent, other.why) == ("alice", "skill_missing")


@rows("ST-19")
async def test_a_silent_agent_is_followed_by_the_next_after_the_ring_time(open_house: OpenHouse) -> None:
    configuration = centre({"alice": agent(201), "bob": agent(202)}, {"sales": queue(ring_s=3)})
    async with open_house(configuration) as house:
        alice = await house.agent("alice", Rings())
        bob = await house.agent("bob", Answers(tone_hz=700))
        call = await house.call("100")
        await call.heard.hears(700)
        first, second = await house.facts(events.OfferMade)
        assert (first.agent, second.agent) == ("alice", "bob")
        [declined] = await house.facts(events.OfferDeclined)
        assert declined.reason is DeclineReason.NO_ANSWER
        assert declined.rang_s == pytest.approx(3, abs=0.5)
        rung = alice.calls[0]
        assert (await rung.ended()).code == 487
        assert len(bob.calls) == 1


@rows("XS-12")
@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (486, DeclineReason.BUSY),
        (600, DeclineReason.BUSY),
        (603, DeclineReason.REJECTED),
        (480, DeclineReason.NO_ANSWER),
        (404, DeclineReason.UNREGISTERED),
        (503, DeclineReason.TECHNICAL),
        (500, DeclineReason.TECHNICAL),
    ],
)
async def test_why_an_agent_did_not_answer_is_told_apart(
    open_house: OpenHouse, code: int, reason: DeclineReason
) -> None:
    delays: dict[str, Any] = {
        "reject_delay_s": 20,
        "busy_delay_s": 30,
        "no_answer_delay_s": 40,
        "technical_delay_s": 10,
    }
    expected = {
        DeclineReason.BUSY: 30,
        DeclineReason.REJECTED: 20,
        DeclineReason.NO_ANSWER: 40,
        DeclineReason.UNREGISTERED: 10,
        DeclineReason.TECHNICAL: 10,
    }
    configuration = centre({"alice": agent(201, **delays), "bob": agent(202)})
    async with open_house(configuration) as house:
        await house.agent("alice", Rejects(code))
        call = await house.call("100")
        [declined] = await house.until_fact(events.OfferDeclined)
        assert declined.reason is reason
        presence = await house.presence("alice")
        assert presence["not_before"] - declined.at == pytest.approx(expected[reason], abs=1.0)
        assert presence["misses"] == (1 if reason is DeclineReason.NO_ANSWER else 0)
        await house.agent("bob", Answers(tone_hz=700))
        await call.heard.hears(700)


@rows("XS-11")
async def test_after_so_many_misses_the_agent_is_not_ready_and_told_so(open_house: OpenHouse) -> None:
    configuration = centre(
        {"alice": agent(201, max_misses=2)}, {"sales": queue(ring_s=3, retry_same_agent_s=0)}
    )
    async with open_house(configuration) as house:
        alice = await house.agent("alice", Rings())
        call = await house.call("100")
        declined = await house.until_fact(events.OfferDeclined, count=2)
        assert {fact.reason for fact in declined} == {DeclineReason.NO_ANSWER}
        await house.in_state("alice", "UNREADY/WAIT")

        async def told() -> bool:
            return any("not ready" in text for text in alice.texts)

        await house.until(told, "a text on the phone")
        assert len(await house.facts(events.OfferMade)) == 2
        await house.move("alice", "ready")
        assert (await house.presence("alice"))["misses"] == 0
        await call.hang_up()
