"""The stream of everything that happens."""

import asyncio

import pytest
from aiohttp import ClientWebSocketResponse, WSMsgType

from ccapp.web import live
from tests.web.floor import ALICE, AUTH, Client, Floor


async def follow(client: Client) -> ClientWebSocketResponse:
    socket = await client.session.ws_connect(client.floor.url + "/v1/live", headers=AUTH)
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
