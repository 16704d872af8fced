"""The IVR asks a customer's server and database in real calls, and changes under callers who are inside."""

import asyncio
from contextlib import suppress
from math import pi, sin
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from ccapp.domain import events
from ccapp.domain.events import Asked, EndedBy, Outcome
from tests.e2e.centres import agent, centre
from tests.e2e.conftest import OpenHouse
from tests.e2e.house import House
from tests.e2e.story import Story
from tests.hooks.customer_server import customer_server
from tests.phone import CallOver, Outgoing, write_wav
from tests.phone.codec import RATE
from tests.rows import rows

pytestmark = pytest.mark.real

DEADLINE_S = 30.0
ENDED = (Outcome.IVR_ENDED, EndedBy.SYSTEM)
GOOD, BAD, LATE, ASKS = 500, 700, 900, 600


@pytest.fixture
def sounds(tmp_path: Path) -> Path:
    """A tone for each prompt; Asterisk reads them at their absolute paths."""
    folder = tmp_path / "sounds"
    folder.mkdir(mode=0o755)
    for hz, seconds in {GOOD: 1.0, BAD: 1.0, LATE: 1.0, ASKS: 0.8}.items():
        tone = [0.3 * sin(2 * pi * hz * n / RATE) for n in range(round(seconds * RATE))]
        write_wav(folder / f"{hz}.wav", tone)
    return folder


def heard(sounds: Path, hz: int) -> dict[str, str]:
    return {"sound": str(sounds / str(hz))}


def ends(sounds: Path) -> dict[str, Any]:
    return {
        "good": {"hang_up": heard(sounds, GOOD)},
        "bad": {"hang_up": heard(sounds, BAD)},
        "late": {"hang_up": heard(sounds, LATE)},
    }


def asks(sounds: Path, url: str, **more: Any) -> dict[str, Any]:
    """A tree that asks this address."""
    node = {
        "url": f"{url}?n={{CallerNumber}}&d={{Dialled}}",
        "answers": {"Name": "customer.name", "Balance": "balance"},
        "then": "known",
        "otherwise": "bad",
        "timed_out": "late",
        **more,
    }
    cases = [{"when": 'Balance > 100 and Name = "Anna"', "then": "good"}]
    known = {"branch": {"cases": cases, "otherwise": "bad"}}
    return {"start": "ask", "nodes": {"ask": {"http": node}, "known": known, **ends(sounds)}}


async def hears_to_the_end(house: House, number: str, hz: int) -> Story:
    call = await house.call(number)
    await call.heard.hears(hz, DEADLINE_S)
    await call.ended(DEADLINE_S)
    return await house.story(call)


async def test_each_way_a_server_misbehaves_has_its_way_out_and_holds_nobody_up(
    open_house: OpenHouse, sounds: Path
) -> None:
    ways = {
        "well": (GOOD, Asked.ANSWERED),
        "hang": (LATE, Asked.TIMED_OUT),
        "broken": (BAD, Asked.FAILED),
        "bad-json": (BAD, Asked.FAILED),
        "huge": (BAD, Asked.FAILED),
        "redirect": (BAD, Asked.FAILED),
    }
    async with customer_server() as server, customer_server("127.0.0.2") as private:
        server.redirect_to = f"{private.url}/secret"
        numbers = {str(300 + index): {"ivr": way} for index, way in enumerate(ways)}
        trees = {way: asks(sounds, f"{server.url}/{way}", within_s=2, music="") for way in ways}
        trees["private"] = asks(sounds, f"{private.url}/well")
        numbers["399"] = {"ivr": "private"}
        house_settings = centre({"alice": agent(201)}, numbers=numbers, ivr=trees)
        async with open_house(house_settings, http_allow="127.0.0.1") as house:
            tones = [hz for hz, _ in ways.values()]
            calls = (
                hears_to_the_end(house, number, hz) for number, hz in zip(numbers, [*tones, BAD], strict=True)
            )
            stories = await asyncio.gather(*calls)
            results = [story.one(events.IvrAsked).result for story in stories]
            assert results == [*(result for _, result in ways.values()), Asked.FAILED]
            assert not private.asked
            known = stories[0].one(events.CallEnded).data
            assert (known["Name"], known["Balance"]) == ("Anna", "120.5")
            caller = stories[0].one(events.CallArrived).caller_number
            assert ("GET", f"/well?n={caller}&d=300", None) in server.asked
            assert "private" in stories[-1].one(events.IvrAsked).detail


async def test_a_late_answer_is_waited_for_with_music_that_then_ends(
    open_house: OpenHouse, sounds: Path
) -> None:
    async with customer_server() as server:
        server.delay_s = 4.0
        trees = {"main": asks(sounds, f"{server.url}/late", within_s=20)}
        house_settings = centre({"alice": agent(201)}, numbers={"300": {"ivr": "main"}}, ivr=trees)
        async with open_house(house_settings, http_allow="127.0.0.1") as house:
            call = await house.call("300")
            await call.heard.hears_sound(DEADLINE_S, window_s=1.0)
            assert call.heard.loudest_share(GOOD, 1.0) < 0.5
            await call.heard.hears(GOOD, DEADLINE_S, least=0.95)
            gone = await house.call("300")
            await gone.heard.hears_sound(DEADLINE_S)
            await gone.hang_up()
            assert (await house.story(gone)).ending == (Outcome.LEFT_IN_IVR, EndedBy.CALLER)
            assert (await house.story(call)).one(events.IvrAsked).took_s > 3.5


async def test_who_is_asked_for_when_the_engine_dies_is_asked_for_again(
    open_house: OpenHouse, sounds: Path
) -> None:
    async with customer_server() as server:
        trees = {"main": asks(sounds, f"{server.url}/hang", within_s=30)}
        house_settings = centre({"alice": agent(201)}, numbers={"300": {"ivr": "main"}}, ivr=trees)
        async with open_house(house_settings, http_allow="127.0.0.1") as house:
            call = await house.call("300")
            await call.heard.hears_sound(DEADLINE_S, window_s=1.0)
            await house.kill_engine()
            server.released.set()
            await house.start_engine()
            await call.heard.hears(GOOD, DEADLINE_S, least=0.95)
            await call.ended(DEADLINE_S)
            story = await house.story(call)
            assert story.nodes == ["ask", "ask", "known", "good"]
            assert story.one(events.IvrAsked).result is Asked.ANSWERED
            assert len(server.asked) == 2


async def test_a_database_is_asked_with_what_the_caller_keyed(
    open_house: OpenHouse, sounds: Path, database_url: str
) -> None:
    connection = await asyncpg.connect(database_url)
    await connection.execute(
        "create table customer (account int, name text); insert into customer values (4711, 'Anna')"
    )
    await connection.close()
    collect = {
        **heard(sounds, ASKS),
        "into": "Account",
        "patterns": ["4XXX"],
        "tries": 2,
        "wrong": heard(sounds, BAD),
        "then": "find",
        "otherwise": "late",
    }
    find = {
        "query": "select name from customer where account = $1",
        "values": ["{Account}"],
        "answers": {"Name": "name"},
        "then": "good",
        "no_row": "bad",
        "otherwise": "late",
    }
    trees = {
        "main": {
            "start": "ask",
            "nodes": {"ask": {"collect": collect}, "find": {"sql": find}, **ends(sounds)},
        }
    }
    house_settings = centre({"alice": agent(201)}, numbers={"300": {"ivr": "main"}}, ivr=trees)
    async with open_house(house_settings, lookup_database_url=database_url) as house:

        async def keyed(*digits: str, hz: int) -> Story:
            call = await house.call("300")
            for keys in digits:
                await call.heard.hears(ASKS, DEADLINE_S)
                await press(call, keys)
            await call.heard.hears(hz, DEADLINE_S)
            await call.ended(DEADLINE_S)
            return await house.story(call)

        known, unknown, wrong = await asyncio.gather(
            keyed("12#", "4711#", hz=GOOD), keyed("4712#", hz=BAD), keyed("12#", "471#", hz=LATE)
        )
        assert known.one(events.CallEnded).data["Name"] == "Anna"
        assert [story.all(events.IvrAsked)[0].result for story in (known, unknown)] == [
            Asked.ANSWERED,
            Asked.NO_ROW,
        ]
        assert wrong.nodes == ["ask", "late"]


async def press(call: Outgoing, keys: str) -> None:
    """The last of them may end the call."""
    with suppress(CallOver):
        await call.send_digits(keys)


def two_trees(sounds: Path, hz: int) -> dict[str, Any]:
    """`inner` is entered at once, asks for a key and goes back; `main` then says goodbye in this tone."""
    asks_key = {"menu": {**heard(sounds, ASKS), "keys": {"1": "told"}, "loops": 15, "key_timeout_s": 2}}
    told = {"event": {"name": "chosen", "values": {"Tone": str(hz)}, "then": "done"}}
    return {
        "main": {
            "start": "enter",
            "nodes": {
                "enter": {"tree": {"to": "inner", "then": "bye"}},
                "bye": {"hang_up": heard(sounds, hz)},
            },
        },
        "inner": {"start": "key", "nodes": {"key": asks_key, "told": told, "done": "back"}},
    }


async def test_who_is_inside_finishes_on_the_version_he_began_with_also_after_a_kill(
    open_house: OpenHouse, sounds: Path
) -> None:
    def version(hz: int) -> dict[str, Any]:
        trees = two_trees(sounds, hz)
        return centre({"alice": agent(201)}, numbers={"300": {"ivr": "main"}}, ivr=trees)

    changed = version(BAD)
    changed["ivr"]["inner"] = {"start": "new", "nodes": {"new": "back"}}
    async with open_house(version(GOOD)) as house:
        before, killed = await house.call("300"), await house.call("300")
        for call in (before, killed):
            await call.heard.hears(ASKS, DEADLINE_S)
        await house.apply(changed)
        after = await house.call("300")
        await after.heard.hears(BAD, DEADLINE_S)
        await press(before, "1")
        await before.heard.hears(GOOD, DEADLINE_S)
        for call in (before, after):
            await call.ended(DEADLINE_S)
        await house.kill_engine()
        await house.start_engine()
        await killed.heard.hears(ASKS, DEADLINE_S)
        await press(killed, "1")
        await killed.heard.hears(GOOD, DEADLINE_S)
        old = await house.story(killed)
        assert old.nodes == ["enter", "key", "key", "told", "done", "bye"]
        assert old.one(events.IvrEventSent).values == {"Tone": str(GOOD)}
        assert (await house.story(after)).nodes == ["enter", "new", "bye"]
        versions = {fact.version for fact in old.all(events.IvrVisited)}
        assert len(versions) == 1
        assert all(story.ending == ENDED for story in (old, await house.story(before)))


@rows("ST-07")
async def test_trees_are_made_changed_rolled_back_and_taken_away_over_rest(
    open_house: OpenHouse, sounds: Path
) -> None:
    def says(hz: int, start: str = "first") -> dict[str, Any]:
        return {"start": start, "nodes": {start: {"hang_up": heard(sounds, hz)}}}

    async with open_house(
        centre({"alice": agent(201)}, numbers={"300": {"ivr": "main"}}, ivr={"main": says(BAD)})
    ) as house:
        await house.rest(
            "PATCH", "/v1/config", {"ivr": {"new": says(GOOD)}, "numbers": {"301": {"ivr": "new"}}}
        )
        good = await house.rest("PATCH", "/v1/config", {"queues": {"sales": {"ring_s": 7}}})
        assert (await hears_to_the_end(house, "301", GOOD)).nodes == ["first"]
        await house.rest("PATCH", "/v1/config", {"ivr": {"new": None}, "numbers": {"301": {"ivr": "main"}}})
        await hears_to_the_end(house, "301", BAD)
        later = await house.rest(
            "PATCH", "/v1/config", {"queues": {"sales": {"ring_s": 9}}, "ivr": {"main": says(LATE, "x")}}
        )
        await hears_to_the_end(house, "300", LATE)

        told = house.engine.cli("config", "rollback", str(good["version"]), "--ivr", "main")
        assert (
            f"main of version {good['version']} is in effect again as version {later['version'] + 1}" in told
        )
        await hears_to_the_end(house, "300", BAD)
        assert (await house.rest("GET", "/v1/config"))["document"]["queues"]["sales"]["ring_s"] == 9
        back = await house.rest("POST", "/v1/config/rollback", {"version": good["version"]})
        await hears_to_the_end(house, "301", GOOD)
        assert (await house.rest("GET", "/v1/config"))["document"]["queues"]["sales"]["ring_s"] == 7
        await house.agent("alice")

        history = await house.rest("GET", "/v1/config/versions?limit=2")
        assert [each["by"] for each in history["versions"]] == [
            f"api: back to {good['version']}",
            f"api: back to {good['version']} of main",
        ]
        assert history["present"] == back["version"]
        old = await house.rest("GET", f"/v1/config/versions/{later['version']}")
        assert old["document"]["ivr"]["main"]["start"] == "x"
        for path, body in {"rollback": {"version": 99}, "versions/99": None, "versions/x": None}.items():
            answer = await house.rest("POST" if body else "GET", f"/v1/config/{path}", body, ok=False)
            assert answer["error"]["code"] in ("not_found", "bad_request")
