"""Queues of the kind fifo: strict order, slots, pauses, few phones at once, and agents who wait off-hook."""

from typing import Any

import pytest

from ccapp.domain import events
from ccapp.domain.events import EndedBy, Outcome
from tests.e2e.centres import agent, centre, queue
from tests.e2e.conftest import SHARED
from tests.e2e.house import House
from tests.phone import Answers, Outgoing, Rings
from tests.rows import rows


def strict(**more: Any) -> dict[str, Any]:
    return {"name": "Queue", "kind": "fifo", "ring_s": 15, "wrap_up_s": 0, **more}


QUEUES = {"fifo": strict(), "one": strict(simo=1, ring_s=10), "plain": queue()}
AGENTS = {
    "alice": agent(201, max_misses=0),
    "bob": agent(202, max_misses=0),
    "lagging": agent(203, lag_s=2),
}
TRUNKS = {"carrier": {"trusted": True, "headers": ["X-Slot"]}, "public": {}}
CONFIGURATION = centre(AGENTS, QUEUES, trunks=TRUNKS)
ON_LINE = "*19"

pytestmark = SHARED


@pytest.fixture(scope="module")
def configuration() -> dict[str, Any]:
    return CONFIGURATION


async def waits(house: House, number: str, slot: int | None = None) -> Outgoing:
    known = len(await house.facts(events.CallWaits))
    call = await house.call(number, headers={} if slot is None else {"X-Slot": str(slot)})
    await house.until_fact(events.CallWaits, count=known + 1)
    return call


async def goes_on_line(house: House, name: str) -> Outgoing:
    """Dials the code and stays; ready, and nobody has called him yet."""
    await house.agent(name, ready=False)
    line = await house.phones[name].call(ON_LINE)
    await line.answered()
    await house.in_state(name, "READY")
    return line


async def served_by(house: House, call: Outgoing) -> str:
    found: list[str] = []

    async def told() -> bool:
        found[:] = [fact.agent for fact in await house.told(call) if isinstance(fact, events.CallServed)]
        return bool(found)

    await house.until(told, "the caller is served")
    return found[0]


@rows("XS-18")
async def test_slots_in_order_and_in_each_slot_who_came_first(house: House) -> None:
    slots = [None, 7, 0, 7, 9, 0]
    calls = [await waits(house, "101", slot) for slot in slots]
    await house.agent("alice", Answers())
    visits = [(await house.told(call))[0].visit for call in calls]
    order: list[int] = []
    while len(order) < len(calls):
        served = await house.until_fact(events.CallServed, lambda f: f.visit in visits, len(order) + 1)
        order.append(visits.index(served[-1].visit))
        await calls[order[-1]].hang_up()
    assert order == [2, 5, 0, 1, 3, 4], "no slot is slot 5"


@rows("XS-18")
async def test_an_agent_has_his_pause_before_the_next_caller(house: House) -> None:
    await house.agent("lagging", Answers())
    first, second = [await waits(house, "101") for _ in range(2)]
    await served_by(house, first)
    await first.hang_up()
    await served_by(house, second)
    await second.hang_up()
    ended = (await house.story(first)).one(events.TalkEnded).at
    offered = (await house.story(second)).one(events.OfferMade).at
    assert offered - ended == pytest.approx(2, abs=0.4)


@rows("XS-18")
async def test_phones_ring_for_one_caller_at_a_time(house: House) -> None:
    await house.agent("alice", Rings())
    await house.agent("bob", Rings())
    first, second = [await waits(house, "102") for _ in range(2)]
    rung = await house.phones["alice"].incoming()
    await rung.ringing()
    assert not house.phones["bob"].calls, "the second caller's turn has not come"
    assert not [fact for fact in await house.told(second) if isinstance(fact, events.OfferMade)]
    await rung.answer()
    await served_by(house, first)
    other = await house.phones["bob"].incoming()
    assert other.caller_id.number == house.number_of(second)
    await other.answer()
    await served_by(house, second)
    await first.hang_up()
    await second.hang_up()


@rows("XS-18")
async def test_an_agent_waits_off_hook_and_keeps_his_leg_between_callers(house: House) -> None:
    line = await goes_on_line(house, "alice")
    line.tone(700)
    for tone_hz in (1000, 1300):
        call = await house.call("101", tone_hz=tone_hz)
        await line.heard.hears(tone_hz)
        await call.heard.hears(700)
        await call.hang_up()
        story = await house.story(call)
        assert story.ending == (Outcome.SERVED, EndedBy.CALLER)
        assert story.one(events.OfferMade).explanation.on_line
        await house.in_state("alice", "READY")
    assert line.state == "talking", "the same leg all the time"
    assert [each for each in house.phones["alice"].calls if each is not line] == [], "and nothing rang"
    await line.hang_up()
    await house.in_state("alice", "UNREADY/WAIT")


@rows("XS-18")
async def test_who_waits_on_the_line_goes_first_and_hangs_up_with_his_caller(house: House) -> None:
    await house.agent("bob", Rings())
    line = await goes_on_line(house, "alice")
    call = await house.call("101")
    assert await served_by(house, call) == "alice"
    await line.hang_up()
    assert (await call.ended()).by == "remote"
    assert (await house.story(call)).ending == (Outcome.SERVED, EndedBy.AGENT)
    await house.in_state("alice", "UNREADY/WAIT")
    assert not house.phones["bob"].calls


async def test_who_logs_out_is_off_the_line(house: House) -> None:
    line = await goes_on_line(house, "alice")
    await house.move("alice", "log_out")
    assert (await line.ended()).by == "remote"
