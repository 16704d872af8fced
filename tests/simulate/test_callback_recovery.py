"""Callbacks over the death of an engine."""

import asyncio
from dataclasses import replace

import pytest

from ccapp.domain import events
from ccapp.domain.callbacks import RungFirst, TryResult
from ccapp.simulate.people import CallerScript, React, Reaction
from tests.simulate.callbacks import ANN, DANA, FIRST, RULES, Floor, centre, lived


def test_killed_while_it_waits_and_the_place_is_kept() -> None:
    async def story(floor: Floor) -> None:
        await floor.ready()
        floor.call(CallerScript(talk_s=100.0))
        await floor.until(events.CallServed)
        back = floor.ask(DANA)
        await asyncio.sleep(5)
        after = floor.call(CallerScript(talk_s=5.0))
        await floor.until(events.CallWaits, 3)
        await floor.killed()
        assert [call.visit for call in floor.acd.line()] == [back.visit.id, after.channel.id]
        await floor.until(events.CallServed, 3)
        assert [fact.visit for fact in floor.facts(events.CallServed)][1:] == [
            back.visit.id,
            after.channel.id,
        ]
        await floor.settled(3)

    lived(story, centre())


def test_killed_while_the_agent_is_rung() -> None:
    async def story(floor: Floor) -> None:
        await floor.ready()
        floor.ask(DANA)
        await floor.until(events.OfferMade)
        await floor.killed()
        await floor.until(events.CallServed)
        assert [fact.tries for fact in floor.facts(events.CallbackDialled)] == [1]
        await floor.settled(1)

    lived(story, centre(), agents=React(Reaction.ANSWER, 3.0))


@FIRST
def test_killed_while_the_customer_is_rung(first: RungFirst) -> None:
    async def story(floor: Floor) -> None:
        await floor.ready()
        floor.ask(DANA)
        await floor.until(events.CallbackDialled)
        await asyncio.sleep(1)
        await floor.killed()
        await floor.until(events.CallServed)
        assert [fact.result for fact in floor.facts(events.CallbackTried)] == [TryResult.ENGINE_RESTART]
        assert [fact.tries for fact in floor.facts(events.CallbackDialled)] == [1, 2]
        await floor.settled(1)

    rules = replace(RULES, rung_first=first, tries_max=1)
    lived(story, centre(rules), React(Reaction.ANSWER, 10.0))


def test_killed_while_the_customer_waits_on_the_line() -> None:
    async def story(floor: Floor) -> None:
        await floor.ready()
        floor.ask(DANA)
        await floor.until(events.CallbackDialled)
        await asyncio.sleep(4)
        await floor.killed()
        await floor.until(events.CallServed)
        assert [fact.tries for fact in floor.facts(events.CallbackDialled)] == [1]
        await floor.settled(1)

    rules = replace(RULES, rung_first=RungFirst.CUSTOMER)
    lived(story, centre(rules), React(Reaction.ANSWER, 1.0), React(Reaction.ANSWER, 10.0))


@FIRST
def test_killed_while_they_talk(first: RungFirst) -> None:
    async def story(floor: Floor) -> None:
        await floor.ready()
        floor.ask(DANA)
        await floor.until(events.CallServed)
        await floor.killed()
        assert floor.acd.callbacks.all()[0].talking
        await asyncio.sleep(2)
        floor.hangs_up(ANN)
        await floor.settled(1)
        assert len(floor.facts(events.CallServed)) == len(floor.facts(events.CallbackDialled)) == 1

    lived(story, centre(replace(RULES, rung_first=first)))


@pytest.mark.parametrize("who", ["agent", "customer"])
def test_hung_up_while_the_engine_was_away(who: str) -> None:
    async def story(floor: Floor) -> None:
        await floor.ready()
        floor.ask(DANA)
        await floor.until(events.CallServed)
        floor.world.exchange.after(0.5, floor.hangs_up, ANN if who == "agent" else None)
        await floor.killed(2.0)
        await floor.settled(1)
        assert len(floor.facts(events.CallbackDialled)) == 1

    lived(story, centre())
