"""Calling back: the caller hangs up, keeps his place, and is rung when it is his turn."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from ccapp.domain import events
from ccapp.domain.callbacks import AskedBy, CallbackEnd, TryResult
from ccapp.domain.events import Outcome
from tests.e2e.centres import agent, centre, queue
from tests.e2e.conftest import OpenHouse
from tests.e2e.house import House
from tests.phone import Answers, Behaviour, Phone, Rejects, Rings
from tests.rows import rows

pytestmark = pytest.mark.real

DANA, OUR_NUMBER = "0301234", "4930777"
RULES = {"trunk": "carrier", "numbers": ["030X."], "caller_id": OUR_NUMBER, "ring_s": 10, "retry_s": 1}
ASKING = {
    "asking": {
        "start": "ask",
        "nodes": {"ask": {"callback": {"to": "sales", "otherwise": "bye"}}, "bye": "hang_up"},
    }
}


@asynccontextmanager
async def handset(house: House, behaviour: Behaviour) -> AsyncIterator[Phone]:
    """Dana's telephone, behind the trunk."""
    host, port = house.asterisk.trunk("carrier").contact_address
    async with Phone(DANA, bind_host=host, port=port) as phone:
        phone.on_invite = behaviour
        yield phone


async def line(house: House) -> list[str]:
    """Who waits for sales, by number, in the order of service."""
    return [call["caller_number"] for call in (await house.rest("GET", "/v1/queues/sales"))["calls"]]


async def waiting(house: House, *numbers: str) -> None:
    async def so() -> bool:
        return await line(house) == list(numbers)

    await house.until(so, f"{numbers} in line")


@rows("VX-13")
async def test_rung_back_at_his_turn_though_the_engine_died_meanwhile(open_house: OpenHouse) -> None:
    configuration = centre(
        {"alice": agent(201)},
        {"sales": queue(callback=RULES)},
        numbers={"100": {"queue": "sales"}, "200": {"ivr": "asking"}},
        ivr=ASKING,
    )
    async with open_house(configuration) as house:
        alice = await house.agent("alice", Answers(tone_hz=700))
        first = await house.call("100", name="0301000", tone_hz=1000)
        await first.heard.hears(700)
        before = await house.call("100", name="0302000", tone_hz=1100)
        await waiting(house, "0302000")
        asks = await house.call("200", name=DANA)
        await asks.heard.hears_sound()
        await asks.send_digits("1")
        assert (await asks.ended(20)).by == "remote"
        await waiting(house, "0302000", DANA)
        after = await house.call("100", name="0303000", tone_hz=1300)
        await waiting(house, "0302000", DANA, "0303000")
        [told] = (await house.rest("GET", "/v1/callbacks"))["callbacks"]
        assert (told["number"], told["where"], told["asked_by"]) == (DANA, "in_line", "caller")

        await house.kill_engine()
        await house.start_engine()
        await waiting(house, "0302000", DANA, "0303000")

        async with handset(house, Rings()) as phone:
            await first.hang_up()
            await before.heard.hears(700)
            assert not phone.calls, "it is not his turn yet"
            await before.hang_up()
            rung = await phone.incoming(20)
            assert rung.caller_id.number == OUR_NUMBER
            held = alice.calls[-1]
            assert held.header("X-Callback") == "Y"
            await held.heard.hears_sound()
            await house.in_state("alice", "BUSY/RINGING")
            await rung.answer(tone_hz=1200)
            await rung.heard.hears(700)
            await held.heard.hears(1200)
            await house.in_state("alice", "BUSY/ANSWERED")
            await rung.hang_up()
            await after.heard.hears(700)
            await after.hang_up()
            assert len(phone.calls) == 1

        [asked] = await house.facts(events.CallbackRequested)
        assert asked.asked_by is AskedBy.CALLER
        assert (await house.story(asks)).one(events.CallEnded).outcome is Outcome.CALLBACK
        await house.until_fact(events.CallEnded, count=5)
        [ended] = await house.facts(events.CallbackEnded)
        assert (ended.reason, ended.tries) == (CallbackEnd.SERVED, 1)
        [served] = [fact for fact in await house.facts(events.CallServed) if fact.visit == asked.visit]
        assert served.agent == "alice"
        [past] = (await house.rest("GET", f"/v1/calls?served=true&caller_number={DANA}"))["calls"]
        assert (past["visit"], past["outcome"], past["agent"]) == (asked.visit, "served", "alice")


@rows("VX-13")
async def test_the_customer_first_and_again_when_he_was_busy(open_house: OpenHouse) -> None:
    rules = {**RULES, "rung_first": "customer"}
    async with open_house(centre({"alice": agent(201)}, {"sales": queue(callback=rules)})) as house:
        alice = await house.agent("alice", Answers(tone_hz=700))
        async with handset(house, Rejects(486)) as phone:
            added = await house.rest("POST", "/v1/callbacks", {"queue": "sales", "number": DANA})
            again = await house.rest("POST", "/v1/callbacks", {"queue": "sales", "number": DANA}, ok=False)
            assert again["error"]["callback"] == added["callback"]
            [tried] = await house.until_fact(events.CallbackTried)
            assert tried.result is TryResult.BUSY
            assert not alice.calls, "she is rung only for a customer who is there"
            phone.on_invite = Rings()
            await phone.incoming(20)
            rung = await phone.incoming(20)
            await house.in_state("alice", "BUSY/RINGING")
            assert not alice.calls
            await house.kill_engine()
            await house.start_engine()
            back = await phone.incoming(20)
            assert (await rung.ended(20)).code == 487
            await back.answer(tone_hz=1200)
            talk = await alice.incoming(20)
            await back.heard.hears(700)
            await talk.heard.hears(1200)
            await talk.hang_up()
            await back.ended(20)
        await house.until_fact(events.CallEnded)
        [ended] = await house.facts(events.CallbackEnded)
        assert (ended.reason, ended.tries) == (CallbackEnd.SERVED, 3)
        results = [fact.result for fact in await house.facts(events.CallbackTried)]
        assert results == [TryResult.BUSY, TryResult.ENGINE_RESTART]
        await house.in_state("alice", "READY")
