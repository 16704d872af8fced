"""Asking to be called back: in the IVR, out of a line, by a key; which number, and which place."""

import asyncio

import pytest

from ccapp.acd import AskedAlready, NoCallback
from ccapp.domain import events
from ccapp.domain.admission import ToCallback
from ccapp.domain.callbacks import AskedBy, CallbackEnd
from ccapp.simulate.people import CallerScript
from tests.simulate.callbacks import DANA, EVE, Floor, centre, lived


def test_one_for_a_number_and_only_to_numbers_that_are_allowed() -> None:
    async def story(floor: Floor) -> None:
        first = floor.ask(DANA)
        with pytest.raises(AskedAlready) as already:
            floor.ask(DANA)
        assert already.value.callback is first
        for number in ("09001234", "", "030", "0301;x", "tel:0301234"):
            with pytest.raises(NoCallback):
                floor.ask(number)
        floor.cancel(first)
        await floor.until(events.CallEnded)
        assert floor.ended() == [CallbackEnd.CANCELLED]
        floor.cancel(floor.ask(DANA))
        await floor.until(events.CallEnded, 2)

    lived(story, centre())


def test_who_calls_himself_meanwhile_takes_the_place() -> None:
    async def story(floor: Floor) -> None:
        await floor.ready()
        floor.call(CallerScript(talk_s=100.0))
        await floor.until(events.CallServed)
        floor.ask(DANA)
        await asyncio.sleep(20)
        between = floor.call(CallerScript(talk_s=5.0))
        await asyncio.sleep(20)
        himself = floor.call(CallerScript(talk_s=5.0), number=DANA)
        await floor.until(events.CallbackEnded)
        assert floor.ended() == [CallbackEnd.CALLED_IN]
        assert [call.visit for call in floor.acd.line()] == [himself.channel.id, between.channel.id]
        await floor.until(events.CallServed, 3)
        assert not floor.facts(events.CallbackDialled)

    lived(story, centre())


def test_asked_for_in_the_ivr_with_another_number() -> None:
    async def story(floor: Floor) -> None:
        floor.call(CallerScript(talk_s=5.0, keys=["2", EVE + "#", "1"]), "200", DANA)
        asked = await floor.until(events.CallbackRequested)
        ended = await floor.until(events.CallEnded)
        assert ended.outcome is events.Outcome.CALLBACK
        assert (asked.caller_number, asked.origin, asked.asked_by) == (EVE, ended.visit, AskedBy.CALLER)
        assert asked.data["Callback"] == "Y"
        floor.call(CallerScript(talk_s=5.0), "200", EVE)
        await floor.until(events.CallEnded, 2)
        assert len(floor.facts(events.CallbackRequested)) == 1, "he has one already"
        floor.cancel(floor.acd.callbacks.all()[0])
        await floor.until(events.CallEnded, 3)

    lived(story, centre(agents=0))


@pytest.mark.parametrize("keys", [["0900555#", "0900556#"], ["", ""], ["2", "0900555#"]])
def test_who_gives_no_number_that_may_be_called_is_not(keys: list[str]) -> None:
    async def story(floor: Floor) -> None:
        floor.call(CallerScript(talk_s=5.0, keys=keys), "200", "" if keys[0] != "2" else DANA)
        ended = await floor.until(events.CallEnded)
        assert ended.outcome is events.Outcome.IVR_ENDED
        assert not floor.facts(events.CallbackRequested)

    lived(story, centre())


def test_out_of_a_line_with_all_he_has_waited() -> None:
    async def story(floor: Floor) -> None:
        floor.call(CallerScript(talk_s=5.0, keys=["1"]), number=DANA)
        asked = await floor.until(events.CallbackRequested)
        waits = floor.facts(events.CallWaits)[0]
        assert waits.visit == asked.origin
        assert asked.at - asked.brought_s == pytest.approx(waits.entered_at)
        floor.cancel(floor.acd.callbacks.all()[0])
        await floor.until(events.CallEnded, 2)
        assert not floor.facts(events.CallAbandoned)

    lived(story, centre(overflow=ToCallback(), wait_s_max=30.0, agents=0))


def test_by_a_key_while_he_waits_with_his_place() -> None:
    async def story(floor: Floor) -> None:
        caller = floor.call(CallerScript(talk_s=5.0, keys=["1"]), number=DANA)
        waits = await floor.until(events.CallWaits)
        await asyncio.sleep(20)
        assert caller.channel is not None
        floor.exchange.press(caller.channel, "5")
        asked = await floor.until(events.CallbackRequested)
        assert asked.at - asked.brought_s == pytest.approx(waits.entered_at)
        floor.cancel(floor.acd.callbacks.all()[0])
        await floor.until(events.CallEnded, 2)
        assert not floor.facts(events.CallAbandoned)

    lived(story, centre(agents=0, keys={"5": ToCallback()}))


def test_who_gives_no_number_then_is_back_at_his_place() -> None:
    async def story(floor: Floor) -> None:
        caller = floor.call(CallerScript(talk_s=5.0, forsaken_s=None))
        before = await floor.until(events.CallWaits)
        await asyncio.sleep(20)
        assert caller.channel is not None
        floor.exchange.press(caller.channel, "5")
        again = await floor.until(events.CallWaits, 2)
        assert again.visit == before.visit
        assert again.entered_at - again.brought_s == pytest.approx(before.entered_at, abs=60)
        caller.hang_up()
        await floor.until(events.CallEnded)
        assert not floor.facts(events.CallbackRequested)

    lived(story, centre(agents=0, keys={"5": ToCallback()}))
