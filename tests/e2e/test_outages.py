"""Asterisk or PostgreSQL goes away in the middle of the day's work."""

import asyncio

import asyncpg
import pytest

from ccapp.domain import events
from ccapp.domain.events import EndedBy, Outcome
from ccapp.ports import Recorded
from ccapp.records.read import facts_since
from scripts.stack.postgres import Postgres, Server
from tests.e2e.centres import agent, centre, queue
from tests.e2e.conftest import OpenHouse
from tests.phone import Answers, Rings
from tests.rows import rows

pytestmark = pytest.mark.real


async def test_asterisk_is_killed_and_comes_back(open_house: OpenHouse) -> None:
    """A talk, a ringing phone and a waiting caller are lost, and said to be; then work goes on by itself."""
    configuration = centre(
        {"alice": agent(201, {"a": 1}), "bob": agent(202, {"b": 1})},
        {"a": queue(requires={"a": 1}), "b": queue(requires={"b": 1})},
    )
    async with open_house(configuration) as house:
        alice = await house.agent("alice", Answers(tone_hz=700))
        bob = await house.agent("bob", Rings())
        talking = await house.call("101", name="1001")
        await talking.heard.hears(700)
        await house.call("101", name="1002")
        await house.until_fact(events.CallWaits, count=2)
        await house.call("102", name="1003")
        await bob.incoming()
        await house.in_state("bob", "BUSY/RINGING")

        await asyncio.to_thread(house.asterisk.kill)
        await house.until_fact(events.SwitchLost)
        await asyncio.to_thread(house.asterisk.start)
        ended = await house.until_fact(events.CallEnded, count=3)

        assert {fact.ended_by for fact in ended} == {EndedBy.SWITCH}
        assert sorted(fact.outcome for fact in ended) == [Outcome.LOST, Outcome.LOST, Outcome.SERVED]
        [talk] = await house.facts(events.TalkEnded)
        assert talk.ended_by is EndedBy.SWITCH
        offers = [fact.offer for fact in await house.facts(events.OfferMade)]
        settled = [fact.offer for fact in await house.facts(events.OfferDeclined)]
        settled += [fact.offer for fact in await house.facts(events.CallServed)]
        assert sorted(offers) == sorted(settled)
        for phone in (alice, bob):
            await phone.register()  # the accounts have been pushed again
            phone.on_invite = Answers(tone_hz=800)
        await house.in_state("alice", "READY")
        await house.in_state("bob", "READY")
        again = await house.call("102", name="1004", tone_hz=1000)
        await again.heard.hears(800)
        await bob.calls[-1].heard.hears(1000)
        await again.hang_up()
        await house.until_fact(events.CallEnded, count=4)


@rows("VE-12")
async def test_postgres_stops_for_a_while_and_no_fact_is_missing(
    open_house: OpenHouse, postgres: Server
) -> None:
    """Calls are answered and joined meanwhile; afterwards every fact is there, in order, once."""
    assert isinstance(postgres, Postgres), "this test stops the server: run it without DATABASE_URL"
    async with open_house(centre({"alice": agent(201)}, {"sales": queue(wrap_up_s=0)})) as house:
        alice = await house.agent("alice", Answers(tone_hz=700))
        before = await house.call("100", tone_hz=1000)
        await before.heard.hears(700)

        await asyncio.to_thread(postgres.stop)
        await alice.calls[0].heard.hears(1000)
        await before.hang_up()
        await alice.calls[0].ended()
        for number in range(3):
            call = await house.call("100", name=f"200{number}", tone_hz=1000)
            await call.heard.hears(700)
            await alice.calls[-1].heard.hears(1000)
            await call.hang_up()
            await alice.calls[-1].ended()
        health = await house.rest("GET", "/health", ok=False)
        assert health["status"] == "degraded"
        assert health["journal_backlog"] > 0
        waits = await house.call("100", name="3001")
        await waits.heard.hears(700)

        await asyncio.to_thread(postgres.start)
        await house.until_fact(events.CallServed, count=5)
        await waits.hang_up()
        ended = await house.until_fact(events.CallEnded, count=5)
        assert {fact.outcome for fact in ended} == {Outcome.SERVED}
        numbers = [item.seq for item in await _recorded(house.database_url)]
        assert numbers == list(range(1, len(numbers) + 1))


async def test_the_engine_dies_while_postgres_is_away(open_house: OpenHouse, postgres: Server) -> None:
    """What happened during the outage is on the engine's own disk, and is told when both are back."""
    assert isinstance(postgres, Postgres), "this test stops the server: run it without DATABASE_URL"
    async with open_house(centre({"alice": agent(201)})) as house:
        alice = await house.agent("alice", Answers(tone_hz=700))
        await asyncio.to_thread(postgres.stop)
        call = await house.call("100", tone_hz=1000)
        await call.heard.hears(700)
        await alice.calls[0].heard.hears(1000)
        await house.kill_engine()
        await asyncio.to_thread(postgres.start)
        await house.start_engine()
        await house.in_state("alice", "BUSY/ANSWERED")
        await call.heard.hears(700)
        await call.hang_up()
        [ended] = await house.until_fact(events.CallEnded)
        assert (ended.outcome, ended.ended_by) == (Outcome.SERVED, EndedBy.CALLER)
        assert len(await house.facts(events.CallServed)) == 1
        numbers = [item.seq for item in await _recorded(house.database_url)]
        assert numbers == list(range(1, len(numbers) + 1))


async def _recorded(database_url: str) -> list[Recorded]:
    connection = await asyncpg.connect(database_url)
    try:
        return await facts_since(connection, 0, limit=100_000)
    finally:
        await connection.close()
