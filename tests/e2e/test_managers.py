"""A caller's own manager: offered first, waited for, explained when he is away, chosen by a key."""

import asyncio
from contextlib import suppress
from typing import Any

import pytest

from ccapp.domain import events
from ccapp.domain.events import EndedBy, Outcome
from ccapp.domain.managers import Chosen, Missed
from tests.e2e.centres import agent, centre, queue
from tests.e2e.conftest import OpenHouse
from tests.e2e.house import House
from tests.phone import Answers, CallOver, Outgoing, Rings
from tests.rows import rows

pytestmark = pytest.mark.real

ERIKA = "4917612345"
AGENTS = {"alice": agent(201), "bob": agent(202)}


def managed(**rules: Any) -> dict[str, Any]:
    return centre(AGENTS, {"sales": queue(manager={"wait_s": 20, **rules})})


async def set_manager(house: House, number: str, name: str) -> None:
    await house.rest("PUT", f"/v1/managers/{number}", {"agent": name})


async def key(call: Outgoing, digit: str) -> None:
    """The last thing a caller does here: the call may end before his finger has left the key."""
    with suppress(CallOver):
        await call.send_digits(digit)


async def offered(house: House, call: Outgoing) -> list[str]:
    """Whose phones rang for the call, in order."""
    return [fact.agent for fact in await house.told(call) if isinstance(fact, events.OfferMade)]


@rows("VB-07")
async def test_a_caller_is_offered_to_his_manager_though_another_is_idle_longer(
    open_house: OpenHouse,
) -> None:
    async with open_house(managed()) as house:
        await set_manager(house, ERIKA, "bob")
        await house.agent("alice", Answers(tone_hz=600))
        await house.agent("bob", Answers(tone_hz=700))
        call = await house.call("100", name=ERIKA)
        await call.heard.hears(700)
        other = await house.call("100")
        await other.heard.hears(600)
        [offer] = [fact for fact in await house.told(call) if isinstance(fact, events.OfferMade)]
        assert "bob is the caller's manager" in offer.explanation.steps
        assert [(other.agent, other.why) for other in offer.explanation.not_chosen] == [
            ("alice", "not_his_manager")
        ]


@rows("VB-07")
async def test_an_absent_manager_is_explained_and_another_serves(open_house: OpenHouse) -> None:
    async with open_house(
        managed(absent="Your own agent is away today. A colleague takes your call.")
    ) as house:
        await set_manager(house, ERIKA, "bob")
        alice = await house.agent("alice", Rings())
        await house.agent("bob", ready=False)
        call = await house.call("100", name=ERIKA)
        await call.answered()
        await call.heard.hears_sound()
        talk = await alice.incoming()
        await call.heard.hears_silence()
        await talk.answer(tone_hz=700)
        await call.heard.hears(700)
        [missed] = await house.facts(events.ManagerMissed)
        assert (missed.agent, missed.why) == ("bob", Missed.ABSENT)
        assert await offered(house, call) == ["alice"]


@rows("VB-07")
async def test_a_busy_manager_is_waited_for_while_another_is_free(open_house: OpenHouse) -> None:
    async with open_house(managed()) as house:
        await set_manager(house, ERIKA, "bob")
        bob = await house.agent("bob", Answers(tone_hz=700))
        first = await house.call("100")
        await first.heard.hears(700)
        await house.agent("alice", Answers(tone_hz=600))
        call = await house.call("100", name=ERIKA)
        await house.until_fact(events.CallWaits, lambda fact: fact.manager == "bob")
        await call.heard.hears_sound()  # music
        assert await offered(house, call) == []
        await bob.calls[0].hang_up()
        await call.heard.hears(700)
        assert await offered(house, call) == ["bob"]


@rows("VB-07")
async def test_a_manager_who_goes_leaves_his_callers_to_all_at_once(open_house: OpenHouse) -> None:
    async with open_house(managed(wait_s=600)) as house:
        await set_manager(house, ERIKA, "bob")
        await house.agent("bob", Answers(tone_hz=700))
        first = await house.call("100")
        await first.heard.hears(700)
        await house.agent("alice", Answers(tone_hz=600))
        call = await house.call("100", name=ERIKA)
        await house.until_fact(events.CallWaits, lambda fact: fact.manager == "bob")
        await house.move("bob", "log_out")  # done when his talk ends, and he will not be back for this caller
        await call.heard.hears(600)
        assert await offered(house, call) == ["alice"]


@rows("VB-07")
async def test_after_the_wait_a_busy_managers_caller_is_for_all(open_house: OpenHouse) -> None:
    async with open_house(managed(wait_s=2)) as house:
        await set_manager(house, ERIKA, "bob")
        await house.agent("bob", Answers(tone_hz=700))
        first = await house.call("100")
        await first.heard.hears(700)
        await house.agent("alice", Answers(tone_hz=600))
        call = await house.call("100", name=ERIKA)
        await call.heard.hears(600)
        [missed] = await house.facts(events.ManagerMissed)
        assert missed.why is Missed.WAITED


@rows("VB-07")
async def test_the_question_after_the_call_makes_the_agent_the_manager(open_house: OpenHouse) -> None:
    asks = "Should this agent always take your calls? Press one for yes, two for no."
    async with open_house(managed(ask=asks, ask_s=20)) as house:
        await house.agent("alice", ready=False)
        bob = await house.agent("bob", Answers(tone_hz=700))
        call = await house.call("100", name=ERIKA)
        await call.heard.hears(700)
        await bob.calls[0].hang_up()
        await house.in_state("bob", "READY")  # he need not wait for the answer
        await call.heard.hears_sound()
        await key(call, "1")
        await call.ended()
        assert (await house.story(call)).ending == (Outcome.SERVED, EndedBy.AGENT)
        [chosen] = await house.facts(events.ManagerChosen)
        assert (chosen.number, chosen.agent, chosen.why) == (ERIKA, "bob", Chosen.ANSWER)
        await house.move("alice", "ready")
        again = await house.call("100", name=ERIKA)
        await again.heard.hears(700)
        assert await offered(house, again) == ["bob", "bob"]  # of both his calls
        await bob.calls[1].hang_up()
        await again.ended()  # asked but once
        assert len(await house.facts(events.ManagerAsked)) == 1


@rows("VB-07")
async def test_a_caller_who_says_no_or_hangs_up_chooses_nobody(open_house: OpenHouse) -> None:
    async with open_house(managed(ask="Should this agent always take your calls?", ask_s=20)) as house:
        bob = await house.agent("bob", Answers(tone_hz=700))
        call = await house.call("100", name=ERIKA)
        await call.heard.hears(700)
        await bob.calls[0].hang_up()
        await key(call, "2")
        await call.ended()
        [asked] = await house.until_fact(events.ManagerAsked)
        assert asked.yes is False
        leaver = await house.call("100", name=ERIKA)
        await leaver.heard.hears(700)
        await bob.calls[1].hang_up()
        await house.until_fact(events.TalkEnded, count=2)
        await leaver.hang_up()
        ended = (await house.until_fact(events.CallEnded, count=2))[-1]
        assert (ended.outcome, ended.ended_by) == (Outcome.SERVED, EndedBy.AGENT)
        assert await house.facts(events.ManagerChosen) == []


@rows("VB-07")
async def test_a_kept_caller_is_still_kept_after_the_engine_was_killed(open_house: OpenHouse) -> None:
    async with open_house(managed(wait_s=600)) as house:
        await set_manager(house, ERIKA, "bob")
        bob = await house.agent("bob", Answers(tone_hz=700))
        first = await house.call("100")
        await first.heard.hears(700)
        await house.agent("alice", Answers(tone_hz=600))
        call = await house.call("100", name=ERIKA)
        await house.until_fact(events.CallWaits, lambda fact: fact.manager == "bob")
        await house.kill_engine()
        await house.start_engine()
        await house.until_fact(events.CallWaits, lambda fact: fact.manager == "bob", count=2)
        assert await offered(house, call) == []
        await bob.calls[0].hang_up()
        await call.heard.hears(700)


async def test_call_data_names_the_manager_before_the_number_does(open_house: OpenHouse) -> None:
    configuration = managed(data="Campaign")
    async with open_house(configuration) as house:
        await set_manager(house, ERIKA, "alice")
        await house.agent("alice", Answers(tone_hz=600))
        await house.agent("bob", Answers(tone_hz=700))
        call = await house.call("100", name=ERIKA, headers={"X-Campaign": "bob"})
        await call.heard.hears(700)


async def test_whoever_talked_last_is_the_manager_where_it_is_learnt(open_house: OpenHouse) -> None:
    async with open_house(managed(learn_last=True)) as house:
        bob = await house.agent("bob", Answers(tone_hz=700))
        first = await house.call("100", name=ERIKA)
        await first.heard.hears(700)
        await bob.calls[0].hang_up()
        await first.ended()
        await house.agent("alice", Answers(tone_hz=600))
        await asyncio.gather(house.in_state("alice", "READY"), house.in_state("bob", "READY"))
        await house.move("bob", "not_ready")
        await house.move("bob", "ready")  # alice is idle longer now
        again = await house.call("100", name=ERIKA)
        await again.heard.hears(700)
        assert (await house.rest("GET", f"/v1/managers/{ERIKA}"))["agent"] == "bob"
