"""The contact centre outlives its engine: `kill -9`, orderly restarts, and what people do meanwhile."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import aiohttp
import pytest

from ccapp.domain import events
from ccapp.domain.causes import DeclineReason
from ccapp.domain.events import EndedBy, Outcome
from ccapp.domain.presence import State
from tests.e2e.centres import agent, centre, queue
from tests.e2e.conftest import OpenHouse
from tests.e2e.house import House
from tests.phone import Answers, Call, Rings

pytestmark = pytest.mark.real

GAP_MS_MAX = 400
"""Longer without a packet is audio lost; two busy cores make packets late, not this late."""


async def killed(house: House) -> None:
    await house.kill_engine()


async def stopped(house: House) -> None:
    assert await house.stop_engine() == 0


ENDS = pytest.mark.parametrize("end", [killed, stopped])


def now() -> float:
    return asyncio.get_running_loop().time()


async def engine_away(house: House, end: Callable[[House], Awaitable[None]], for_s: float = 1.5) -> None:
    """Ends the engine, leaves it away for a while, and starts it again."""
    await end(house)
    await asyncio.sleep(for_s)
    await house.start_engine()


def whole(call: Call, since: float) -> None:
    """The call's audio never stopped from then until now."""
    assert call.heard.gap_ms(since, now()) < GAP_MS_MAX


async def one_ending_each(house: House, visits: int) -> None:
    """Nobody is lost and nothing is doubled, whatever the engine went through."""
    await house.until_fact(events.CallEnded, count=visits)
    arrived = Counter(fact.visit for fact in await house.facts(events.CallArrived))
    ended = Counter(fact.visit for fact in await house.facts(events.CallEnded))
    assert arrived == ended == Counter(dict.fromkeys(arrived, 1))
    offers = Counter(fact.offer for fact in await house.facts(events.OfferMade))
    outcomes = Counter(fact.offer for fact in await house.facts(events.OfferDeclined))
    outcomes += Counter(fact.offer for fact in await house.facts(events.CallServed))
    assert offers == outcomes == Counter(dict.fromkeys(offers, 1))


@ENDS
async def test_everybody_goes_on_where_he_was(
    open_house: OpenHouse, end: Callable[[House], Awaitable[None]]
) -> None:
    """One caller talks, one makes a phone ring, two wait, one is in the IVR, one agent is in wrap-up."""
    configuration = centre(
        {"alice": agent(201, {"a": 1}), "bob": agent(202, {"b": 1}), "carla": agent(203, {"c": 1})},
        {
            "talk": queue(requires={"a": 1}),
            "ring": queue(requires={"b": 1}, ring_s=30),
            "after": queue(requires={"c": 1}, wrap_up_s=12),
        },
        numbers={
            "1": {"queue": "talk"},
            "2": {"queue": "ring"},
            "3": {"queue": "after"},
            "4": {"ivr": "main"},
        },
        ivr={
            "main": {
                "start": "first",
                "nodes": {
                    "first": {"menu": {"say": "Press one.", "keys": {"1": "second"}, "loops": 9}},
                    "second": {"menu": {"say": "Now press two.", "keys": {"2": "go"}, "loops": 9}},
                    "go": {"queue": "talk"},
                },
            }
        },
    )
    async with open_house(configuration) as house:
        alice = await house.agent("alice", Answers(tone_hz=700))
        bob = await house.agent("bob", Rings())
        carla = await house.agent("carla", Answers())

        talking = await house.call("1", name="1001", tone_hz=1000)
        talk = await alice.incoming()
        await talking.heard.hears(700)
        waiting = []
        for number in range(2):
            waiting.append(await house.call("1", name=f"200{number}", tone_hz=1200 + 100 * number))
            await house.until_fact(events.CallWaits, count=2 + number)
        in_menu = await house.call("4", name="3001")
        await in_menu.heard.hears_sound()
        await in_menu.send_digits("1")
        await house.until_fact(events.IvrVisited, lambda fact: fact.node == "second")
        short = await house.call("3", name="4001")
        await (await carla.incoming()).answered()
        await house.in_state("carla", "BUSY/ANSWERED")
        ringing = await house.call("2", name="5001")
        rung = await bob.incoming()
        await house.in_state("bob", "BUSY/RINGING")
        await short.hang_up()
        await house.in_state("carla", "ACW")
        wrap_up_until = (await house.presence("carla"))["wrap_up_until"]
        for call in waiting:
            await call.heard.hears_sound()

        since = now()
        await engine_away(house, end)

        for line in (talking, talk, *waiting):
            whole(line, since)
        assert talk.state == "talking"
        await talking.heard.hears(700)
        await talk.heard.hears(1000)
        await house.in_state("alice", "BUSY/ANSWERED")

        again = await bob.incoming()
        assert (await rung.ended()).code == 487
        await again.answer(tone_hz=900)
        await ringing.heard.hears(900)
        [settled] = await house.facts(events.OfferDeclined)
        assert settled.reason is DeclineReason.ENGINE_RESTART

        [ready] = await house.until_fact(
            events.PresenceChanged,
            lambda fact: fact.agent == "carla" and fact.state is State.READY and fact.at > wrap_up_until - 1,
        )
        back_at = (await house.facts(events.SwitchFound))[-1].at  # on a slow machine the later of the two
        assert ready.at == pytest.approx(max(wrap_up_until, back_at), abs=1.0)

        await in_menu.heard.hears_sound()
        await in_menu.send_digits("2")

        await talk.hang_up()
        for number, call in enumerate(waiting):
            next_talk = await alice.incoming()
            assert next_talk.caller_id.number == f"200{number}"
            await call.heard.hears(700)
            await call.hang_up()
        last = await alice.incoming()
        assert last.caller_id.number == "3001"
        await in_menu.heard.hears(700)
        await in_menu.hang_up()
        await ringing.hang_up()
        await one_ending_each(house, visits=6)
        first_wait = {fact.visit: fact.entered_at for fact in reversed(await house.facts(events.CallWaits))}
        for served in await house.facts(events.CallServed):
            assert served.at - served.waited_s == pytest.approx(first_wait[served.visit], abs=0.01)


async def test_what_people_did_while_the_engine_was_dead_is_told_as_it_was(open_house: OpenHouse) -> None:
    configuration = centre(
        {"alice": agent(201, {"a": 1}), "bob": agent(202, {"b": 1})},
        {"a": queue(requires={"a": 1}, wrap_up_s=2), "b": queue(requires={"b": 1}, wrap_up_s=2)},
    )
    async with open_house(configuration) as house:
        alice = await house.agent("alice", Answers(tone_hz=700))
        bob = await house.agent("bob", Answers(tone_hz=800))
        with_alice = await house.call("101", name="1001")
        with_bob = await house.call("102", name="1002")
        await with_alice.heard.hears(700)
        await with_bob.heard.hears(800)
        await house.until_fact(events.CallServed, count=2)
        waits = await house.call("101", name="1003")
        await waits.heard.hears_sound()
        await house.until_fact(events.CallWaits, count=3)

        await house.move("bob", "not_ready", sub_state="BREAK", reason="lunch")  # after this call
        await house.kill_engine()
        await with_alice.hang_up()  # the caller hangs up on alice
        await bob.calls[0].hang_up()  # bob hangs up on his caller
        await waits.hang_up()
        await house.start_engine()

        await alice.calls[0].ended()
        await with_bob.ended()
        ended = {
            fact.visit: (fact.outcome, fact.ended_by)
            for fact in await house.until_fact(events.CallEnded, count=3)
        }
        assert sorted(ended.values()) == sorted(
            [
                (Outcome.SERVED, EndedBy.CALLER),
                (Outcome.SERVED, EndedBy.AGENT),
                (Outcome.ABANDONED, EndedBy.CALLER),
            ]
        )
        assert len(await house.facts(events.CallAbandoned)) == 1
        assert len(await house.facts(events.TalkEnded)) == 2
        await house.in_state("alice", "READY")
        await house.in_state("bob", "UNREADY/BREAK")
        await one_ending_each(house, visits=3)


async def test_who_waits_alone_hears_music_on_under_the_next_engine(open_house: OpenHouse) -> None:
    async with open_house(centre({"alice": agent(201)})) as house:
        call = await house.call("100")
        await call.heard.hears_sound()
        await house.until_fact(events.CallWaits)
        await engine_away(house, killed)
        await house.until_fact(events.SwitchFound, count=2)
        await asyncio.sleep(3)  # Asterisk ends a hall's music behind its last guest, within a moment
        await call.heard.hears_sound()
        await call.hang_up()
        await one_ending_each(house, visits=1)


async def test_a_caller_who_came_while_the_engine_was_dead_is_served_by_the_next(
    open_house: OpenHouse,
) -> None:
    async with open_house(centre({"alice": agent(201)})) as house:
        await house.agent("alice", Answers(tone_hz=700))
        await house.kill_engine()
        await house.nobody_listens()
        call = await house.call("100", tone_hz=1000)
        await call.answered()
        await call.heard.hears_sound()
        await house.start_engine()
        await call.heard.hears(700)
        await call.hang_up()
        await one_ending_each(house, visits=1)


@asynccontextmanager
async def somebody_else(house: House) -> AsyncIterator[None]:
    """Connects to Asterisk under our application's name."""
    asterisk = house.asterisk
    login = aiohttp.encode_basic_auth(asterisk.ari_user, asterisk.ari_password)
    async with (
        aiohttp.ClientSession(asterisk.ari_url, headers={"Authorization": login}) as client,
        client.ws_connect("/ari/events?app=ccapp"),
    ):
        yield


async def test_an_engine_whose_application_is_taken_lets_go_of_everybody(open_house: OpenHouse) -> None:
    """It ends, with a word for the operator, and tells no call's end: they live on."""
    configuration = centre({"alice": agent(201)}, {"line": queue()}, numbers={"1": {"queue": "line"}})
    async with open_house(configuration) as house:
        alice = await house.agent("alice", Answers(tone_hz=700))
        talking = await house.call("1", name="1001", tone_hz=1000)
        talk = await alice.incoming()
        await talking.heard.hears(700)
        waits = await house.call("1", name="1002")
        await house.until_fact(events.CallWaits, count=2)

        since = now()
        async with somebody_else(house):

            async def ended() -> bool:
                return not house.engine.running

            await house.until(ended, "the engine's end")
        said = house.engine.last_words()
        assert "another engine acts: it has taken over the application" in said
        assert "Traceback" not in said
        assert not await house.facts(events.TalkEnded, events.CallEnded)

        await house.start_engine()
        await house.in_state("alice", "BUSY/ANSWERED")
        whole(talking, since)
        await talk.hang_up()
        await talking.ended()
        await waits.heard.hears(700)
        await waits.hang_up()
        await one_ending_each(house, 2)


async def test_killed_again_and_again_at_any_moment(open_house: OpenHouse) -> None:
    """Callers come and go all the time; the engine is killed at moments nobody chose."""
    names = [f"agent{number}" for number in range(3)]
    agents = {name: agent(201 + index) for index, name in enumerate(names)}
    async with open_house(centre(agents, {"sales": queue(ring_s=5)})) as house:
        for name in names:
            await house.agent(name, Answers(after_s=0.3))
        calls = []
        for number in range(12):
            calls.append(await house.call("100", name=f"60{number:02}"))
            await asyncio.sleep(0.13)
            if number in (3, 7, 10):
                await house.kill_engine()
                await house.start_engine()
            if number >= 3:
                await calls[number - 3].hang_up()
        for call in calls[-3:]:
            await call.hang_up()
        await house.no_channel()
        await one_ending_each(house, visits=len(await house.facts(events.CallArrived)))
        for name in names:
            await house.in_state(name, "READY")
