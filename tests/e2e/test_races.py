"""Two people do something in the same instant. Whoever was first, everybody ends somewhere sane.

Each agent has a queue of his own, a lane, so that many races run beside each other. What must hold after all
of them (one outcome per offer, one end per visit, no channel) is looked at by `House.clear`.
"""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import suppress
from typing import Any

import pytest
import pytest_asyncio

from ccapp.domain import events
from ccapp.domain.causes import DeclineReason
from ccapp.domain.events import EndedBy, Outcome
from tests.e2e.centres import agent, centre, queue
from tests.e2e.conftest import SHARED
from tests.e2e.house import House
from tests.phone import CallOver, Incoming, Outgoing, Phone, Rings

pytestmark = SHARED

LANES = [f"lane{number}" for number in range(5)]
SPREAD_S = 0.03
CHANCE = random.Random(7)


@pytest.fixture(scope="module")
def configuration() -> dict[str, Any]:
    patient: dict[str, Any] = {"reject_delay_s": 0, "busy_delay_s": 0, "technical_delay_s": 0}
    return centre(
        {lane: agent(201 + index, max_misses=0, **patient) for index, lane in enumerate(LANES)},
        {lane: queue(agents=[lane], ring_s=3, retry_same_agent_s=0) for lane in LANES},
    )


def number(lane: str) -> str:
    return str(101 + LANES.index(lane))


def instants(rounds: int) -> list[float]:
    """How much later than the one the other acts, spread evenly over both sides of the same instant."""
    step = 2 * SPREAD_S / (rounds - 1)
    return [step * n - SPREAD_S + CHANCE.uniform(-step / 2, step / 2) for n in range(rounds)]


async def at_once(later_s: float, first: Awaitable[Any], other: Awaitable[Any]) -> None:
    async def after(seconds: float, act: Awaitable[Any]) -> None:
        await asyncio.sleep(max(0.0, seconds))
        await act

    await asyncio.gather(after(-later_s, first), after(later_s, other))


async def answered(rung: Incoming) -> None:
    with suppress(CallOver):  # it was taken back before
        await rung.answer()


class Lane:
    """One agent, his phone, and the callers to him alone."""

    def __init__(self, house: House, name: str, phone: Phone) -> None:
        self.house, self.name, self.phone = house, name, phone

    async def rings(self) -> tuple[Outgoing, Incoming]:
        call = await self.house.call(number(self.name))
        return call, await self.rung(call)

    async def rung(self, call: Outgoing) -> Incoming:
        """The phone, for this caller (and no more for another, who was offered again and has gone)."""
        while (rung := await self.phone.incoming()).caller_id.number != self.house.number_of(call):
            pass
        await rung.ringing()
        return rung

    async def over(self, call: Outgoing) -> tuple[Outcome, EndedBy]:
        """The visit's end, once the agent is ready again."""
        story = await self.house.story(call)
        await self.house.in_state(self.name, "READY")
        return story.ending


@pytest_asyncio.fixture(loop_scope="module")
async def lanes(house: House) -> AsyncIterator[list[Lane]]:
    phones = await asyncio.gather(*(house.agent(lane, Rings()) for lane in LANES))
    yield [Lane(house, lane, phone) for lane, phone in zip(LANES, phones, strict=True)]


async def race[R](
    lanes: list[Lane], rounds: int, one: Callable[[Lane, float], Coroutine[None, None, R]]
) -> Counter[R]:
    """Runs `one` in each lane, again and again, and counts what came of it."""

    async def run(lane: Lane) -> list[R]:
        return [await one(lane, later_s) for later_s in instants(rounds)]

    results = await asyncio.gather(*map(run, lanes))
    counted = Counter(result for some in results for result in some)
    print(counted)
    return counted


async def test_the_caller_hangs_up_as_the_agent_answers(lanes: list[Lane]) -> None:
    async def one(lane: Lane, later_s: float) -> tuple[Outcome, EndedBy]:
        call, rung = await lane.rings()
        await at_once(later_s, answered(rung), call.hang_up())
        await rung.ended()
        return await lane.over(call)

    came = await race(lanes, 16, one)
    assert came.keys() == {(Outcome.SERVED, EndedBy.CALLER), (Outcome.ABANDONED, EndedBy.CALLER)}
    for lane in lanes:
        assert (await lane.house.presence(lane.name))["misses"] == 0


async def test_the_agent_hangs_up_as_he_answers(lanes: list[Lane]) -> None:
    """After the ACK, as SIP wants it. The next try serves the caller if this one came to nothing."""

    async def one(lane: Lane, later_s: float) -> tuple[tuple[Outcome, EndedBy], int]:
        call, rung = await lane.rings()
        await rung.answer()
        await asyncio.sleep(later_s / 2)  # half of them at once
        await rung.hang_up()
        again = asyncio.ensure_future(lane.phone.incoming(deadline=60))
        ended = asyncio.ensure_future(call.ended(deadline=60))
        await asyncio.wait((again, ended), return_when=asyncio.FIRST_COMPLETED)
        if again.done():
            await again.result().answer()
            await lane.house.in_state(lane.name, "BUSY/ANSWERED")
            await again.result().hang_up()
            await ended
        again.cancel()
        offers = len([fact for fact in await lane.house.told(call) if isinstance(fact, events.OfferMade)])
        return await lane.over(call), offers

    came = await race(lanes, 8, one)
    assert {ending for ending, _ in came} == {(Outcome.SERVED, EndedBy.AGENT)}


async def test_both_hang_up(lanes: list[Lane]) -> None:
    async def one(lane: Lane, later_s: float) -> Outcome:
        call, rung = await lane.rings()
        await rung.answer()
        await lane.house.in_state(lane.name, "BUSY/ANSWERED")
        await at_once(later_s, rung.hang_up(), call.hang_up())
        return (await lane.over(call))[0]

    assert (await race(lanes, 5, one)).keys() == {Outcome.SERVED}


async def test_the_caller_hangs_up_as_the_agent_refuses(lanes: list[Lane]) -> None:
    async def one(lane: Lane, later_s: float) -> Outcome:
        call, rung = await lane.rings()
        await at_once(later_s, refused(rung), call.hang_up())
        return (await lane.over(call))[0]

    assert (await race(lanes, 5, one)).keys() == {Outcome.ABANDONED}


async def refused(rung: Incoming) -> None:
    with suppress(CallOver):
        await rung.reject(486)


async def test_the_agent_answers_as_his_ring_time_is_over(lanes: list[Lane]) -> None:
    """Too late, it was a miss, and the phone rings again."""

    async def one(lane: Lane, later_s: float) -> int:
        call, rung = await lane.rings()
        [offer] = [fact for fact in await lane.house.told(call) if isinstance(fact, events.OfferMade)]
        await asyncio.sleep(max(0.0, offer.at + 3 + later_s - lane.house.now()))
        await answered(rung)
        missed = await missed_or_served(lane, call)
        if missed:
            await rung.ended()
            await (await lane.rung(call)).answer()
        await lane.house.in_state(lane.name, "BUSY/ANSWERED")
        await call.hang_up()
        assert await lane.over(call) == (Outcome.SERVED, EndedBy.CALLER)
        return missed

    await race(lanes, 2, one)


async def missed_or_served(lane: Lane, call: Outgoing) -> bool:
    outcomes: list[Any] = []

    async def settled() -> bool:
        facts = await lane.house.told(call)
        outcomes[:] = [f for f in facts if isinstance(f, events.OfferDeclined | events.CallServed)]
        return bool(outcomes)

    await lane.house.until(settled, "the offer's outcome")
    if isinstance(outcomes[0], events.OfferDeclined):
        assert outcomes[0].reason is DeclineReason.NO_ANSWER
        return True
    return False


async def test_the_agent_logs_out_as_he_answers(lanes: list[Lane]) -> None:
    """Before the join the caller goes to the next, who is himself once he is back; after it they talk on."""

    async def one(lane: Lane, later_s: float) -> str:
        house = lane.house
        call, rung = await lane.rings()
        await at_once(later_s, answered(rung), house.move(lane.name, "log_out"))
        if (await house.presence(lane.name))["state"] == "LOGOUT":
            await rung.ended()
            came = "withdrawn"
            await house.move(lane.name, "log_in")
            await house.move(lane.name, "ready")
            rung = await lane.rung(call)
            await rung.answer()
            await house.in_state(lane.name, "BUSY/ANSWERED")
            await call.hang_up()
        else:
            came = "after the call"
            await house.in_state(lane.name, "BUSY/ANSWERED")
            await call.hang_up()
            await house.in_state(lane.name, "LOGOUT")
            await house.move(lane.name, "log_in")
            await house.move(lane.name, "ready")
        assert await lane.over(call) == (Outcome.SERVED, EndedBy.CALLER)
        return came

    await race(lanes, 6, one)


async def test_one_comes_as_another_leaves_and_hears_music(house: House) -> None:
    """Asterisk ends a hall's music with its last guest."""

    async def one(lane: str, later_s: float) -> None:
        first = await house.call(number(lane))
        await first.heard.hears_sound()
        phone = await house.caller("4930999")
        second: list[Outgoing] = []

        async def comes() -> None:
            second.append(await phone.call(number(lane)))

        await at_once(later_s, first.hang_up(), comes())
        await second[0].heard.hears_sound()
        await second[0].hang_up()

    for later_s in instants(3):
        await asyncio.gather(*(one(lane, later_s) for lane in LANES))
