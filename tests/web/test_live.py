"""The stream of everything that happens."""

import asyncio
from dataclasses import replace

import pytest
from aiohttp import ClientWebSocketResponse, WSMsgType

from ccapp.web import live
from tests.web.floor import ALICE, AUTH, SALES, Client, Floor


async def follow(client: Client, query: str = "") -> ClientWebSocketResponse:
    socket = await client.session.ws_connect(client.floor.url + "/v1/live" + query, headers=AUTH)
    hello = await socket.receive_json(timeout=5)
    assert hello["live"] is True
    return socket


async def test_every_fact_in_order(client: Client, floor: Floor):
    socket = await follow(client)
    floor.ready(ALICE)
    floor.call().waits().answered().hangs_up()
    facts = [await socket.receive_json(timeout=5) for _ in floor.journal.store.facts]
    assert [fact["seq"] for fact in facts] == list(range(1, len(facts) + 1))
    assert facts[-1]["kind"] == "PresenceChanged" or facts[-1]["kind"] == "CallEnded"
    assert {"CallArrived", "OfferMade", "CallServed"} <= {fact["kind"] for fact in facts}
    await socket.close()


async def test_it_ends_with_the_journal(client: Client, floor: Floor):
    socket = await follow(client)
    floor.journal.close()
    message = await socket.receive(timeout=5)
    assert message.type is WSMsgType.CLOSE
    assert socket.close_code == 1001


async def test_a_reader_who_goes_is_forgotten(client: Client, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(live, "FOLLOWERS_MAX", 1)
    socket = await follow(client)
    status, body = await client.ask("GET", "/v1/live")
    assert (status, body["error"]["code"]) == (503, "too_many")
    await socket.close()
    for _ in range(100):
        status, body = await client.ask("GET", "/v1/live")
        if status == 426:
            break
        await asyncio.sleep(0.01)
    assert body["error"]["code"] == "upgrade_required"


async def test_a_talkative_client_is_cut_off(client: Client):
    socket = await follow(client)
    await socket.send_bytes(b"x" * 5000)
    message = await socket.receive(timeout=5)
    assert message.type in (WSMsgType.CLOSE, WSMsgType.CLOSED)


# --- in an agent's name -----------------------------------------------------------------------------------


async def at_desk(client: Client, agent: str, wanted: bool) -> None:
    """Returns once the desk is (not) connected, as everybody can see."""
    async with asyncio.timeout(20):
        while (await client.get(f"/v1/agents/{agent}"))["at_desk"] is not wanted:  # noqa: ASYNC110
            await asyncio.sleep(0.01)


def no_grace(floor: Floor) -> None:
    floor.acd.reconfigure(replace(floor.acd.centre, offline_grace_s=0.0))


async def test_an_agent_is_at_her_desk_until_the_last_of_her_sockets_closes(client: Client, floor: Floor):
    no_grace(floor)
    first, second = await follow(client, "?agent=alice"), await follow(client, "?agent=alice")
    bobs, nobodys = await follow(client, "?agent=bob"), await follow(client)
    await at_desk(client, "alice", True)
    await first.close()
    await bobs.close()
    await at_desk(client, "bob", False)  # whose was closed after her first
    assert (await client.get("/v1/agents/alice"))["at_desk"]
    await second.close()
    await at_desk(client, "alice", False)
    await nobodys.close()


async def test_a_caller_waits_for_a_desk_and_is_offered_at_once(client: Client, floor: Floor):
    sales = replace(floor.acd.centre.queues[SALES], needs_desk=True)
    queues = {**floor.acd.centre.queues, SALES: sales}
    floor.acd.reconfigure(replace(floor.acd.centre, queues=queues))
    floor.ready(ALICE)
    caller = floor.call().waits()
    assert not caller.place.ringing
    [alice] = (await client.get(f"/v1/calls/{caller.visit.id}"))["live"]["candidates"]
    assert alice["why_not"] == "his desk is not connected"
    assert (await client.get("/v1/queues/sales"))["ready_online"] == 0
    socket = await follow(client, "?agent=alice")
    assert [attempt.offer.agent for attempt in caller.place.ringing.values()] == [ALICE]
    await socket.close()


@pytest.mark.parametrize(
    ("query", "refused"),
    [
        ("?agent=eve", (404, "not_found")),
        ("?agent=", (404, "not_found")),
        ("?who=alice", (400, "bad_request")),
    ],
)
async def test_nobody_else_has_a_desk(client: Client, query: str, refused: tuple[int, str]):
    status, body = await client.ask("GET", "/v1/live" + query)
    assert (status, body["error"]["code"]) == refused


async def test_desks_and_followers_take_no_room_from_each_other(
    client: Client, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(live, "FOLLOWERS_MAX", 1)
    monkeypatch.setattr(live, "DESKS_MAX", 1)
    sockets = [await follow(client, "?agent=alice"), await follow(client)]
    for query in ("", "?agent=bob"):
        status, body = await client.ask("GET", "/v1/live" + query)
        assert (status, body["error"]["code"]) == (503, "too_many")
    for socket in sockets:
        await socket.close()


async def test_an_engine_that_stops_leaves_the_desk_its_grace(client: Client, floor: Floor):
    socket = await follow(client, "?agent=alice")
    floor.journal.close()
    await socket.receive(timeout=5)
    assert (await client.get("/v1/agents/alice"))["at_desk"]
