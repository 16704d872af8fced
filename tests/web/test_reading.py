"""What is said of queues, agents and calls, stage by stage of a call."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from ccapp.domain.events import Outcome
from ccapp.domain.fifo import Kind
from ccapp.domain.ids import ChannelId, NodeId, TreeId
from tests.web.floor import ALICE, BOB, SALES, SUPPORT, Client, Floor, recorded_visit


async def test_an_empty_centre(client: Client):
    status = await client.get("/v1/status")
    assert status["name"] == "Test Centre"
    assert status["calls"] == {
        "live": 0,
        "in_ivr": 0,
        "waiting": 0,
        "ringing": 0,
        "talking": 0,
        "callbacks": 0,
    }
    assert status["agents"] == {"LOGOUT": 2, "UNREADY": 0, "READY": 0, "BUSY": 0, "ACW": 0}
    assert status["longest_wait_s"] is None
    assert status["engine"]["status"] == "ok"
    assert [queue["id"] for queue in status["queues"]] == [SALES, SUPPORT]


async def test_a_call_through_its_stages(client: Client, floor: Floor):
    caller = floor.call()
    floor.acd.in_node(caller.visit, TreeId("main"), NodeId("welcome"))
    [call] = (await client.get("/v1/calls"))["calls"]
    assert (call["where"], call["node"], call["queue"]) == ("ivr", "main/welcome", None)

    caller.waits(ago_s=30)
    [call] = (await client.get("/v1/calls"))["calls"]
    assert (call["where"], call["queue"], call["position"], call["agent"]) == ("waiting", SALES, 1, None)
    assert 30 <= call["since_s"] < 40

    floor.ready(ALICE)
    [call] = (await client.get("/v1/calls"))["calls"]
    assert (call["where"], call["agent"]) == ("ringing", ALICE)
    alice = await client.get("/v1/agents/alice")
    assert (alice["state"], alice["sub_state"], alice["call"]["answered"]) == ("BUSY", "RINGING", False)

    caller.answered()
    [call] = (await client.get("/v1/calls"))["calls"]
    assert (call["where"], call["agent"], call["position"]) == ("talking", ALICE, None)
    alice = await client.get("/v1/agents/alice")
    assert alice["sub_state"] == "ANSWERED"
    assert alice["call"]["caller_name"] == "Carol Caller"
    status = await client.get("/v1/status")
    assert status["calls"] == {
        "live": 1,
        "in_ivr": 0,
        "waiting": 0,
        "ringing": 0,
        "talking": 1,
        "callbacks": 0,
    }

    caller.hangs_up()
    assert (await client.get("/v1/calls"))["calls"] == []
    alice = await client.get("/v1/agents/alice")
    assert (alice["state"], alice["call"]) == ("ACW", None)
    assert alice["for_s"] is not None


async def test_the_line_in_order_of_service(client: Client, floor: Floor):
    younger = floor.call(number="2").waits(ago_s=10)
    older = floor.call(number="1").waits(ago_s=20)
    floor.call(number="3").waits(SUPPORT, ago_s=99)
    queue = await client.get("/v1/queues/sales")
    assert [(call["visit"], call["position"]) for call in queue["calls"]] == [
        (older.visit.id, 1),
        (younger.visit.id, 2),
    ]
    assert queue["waiting"] == 2
    assert 20 <= queue["longest_wait_s"] < 30
    floor.ready(ALICE)  # she serves both queues and takes the one who waits longest
    support = await client.get("/v1/queues/support")
    assert [call["offered_to"] for call in support["calls"]] == [ALICE]
    assert (support["waiting"], support["ringing"]) == (0, 1)
    positions = [(c["queue"], c["position"]) for c in (await client.get("/v1/calls"))["calls"]]
    assert sorted(positions) == [(SALES, 1), (SALES, 2), (SUPPORT, 1)]


async def test_who_may_serve_a_waiting_call_and_why_he_does_not(client: Client, floor: Floor):
    floor.ready(BOB)
    talking = floor.call().waits(SUPPORT).answered()
    waiting = floor.call().waits(SUPPORT)
    live = (await client.get(f"/v1/calls/{waiting.visit.id}"))["live"]
    assert live["candidates"] == [
        {"agent": "alice", "name": "Alice Archer", "why_not": "logged out"},
        {"agent": "bob", "name": "Bob Baker", "why_not": "in a call"},
    ]
    talking.hangs_up()
    live = (await client.get(f"/v1/calls/{waiting.visit.id}"))["live"]
    assert live["candidates"][1]["why_not"] == "in wrap-up, 10 s left"


async def test_a_queue_that_rings_for_one_caller_at_a_time_says_so(client: Client, floor: Floor):
    strict = replace(floor.acd.centre.queues[SUPPORT], kind=Kind.FIFO, simo=1)
    queues = {**floor.acd.centre.queues, SUPPORT: strict}
    floor.acd.reconfigure(replace(floor.acd.centre, queues=queues))
    floor.call().waits(SUPPORT)
    second = floor.call().waits(SUPPORT)
    floor.ready(BOB)
    floor.ready(ALICE)
    live = (await client.get(f"/v1/calls/{second.visit.id}"))["live"]
    assert [row["why_not"] for row in live["candidates"]] == [
        "ready, but phones ring for as many callers as may",
        "rung for another call",
    ]
    floor.acd.on_line(ALICE, ChannelId("line"))
    live = (await client.get(f"/v1/calls/{second.visit.id}"))["live"]
    assert live["where"] == "ringing"


async def test_the_whole_story_of_a_call(client: Client, floor: Floor):
    floor.ready(ALICE)
    caller = floor.call().waits()
    caller.answered().hangs_up()
    story = await client.get(f"/v1/calls/{caller.visit.id}")
    assert story["live"] is None
    assert story["visit"]["outcome"] == "served"
    assert story["visit"]["caller_number"] == "18005550199"
    [segment] = story["segments"]
    assert (segment["agent"], segment["ended_by"]) == (ALICE, "caller")
    kinds = [fact["kind"] for fact in story["facts"]]
    assert kinds == ["CallArrived", "CallWaits", "OfferMade", "CallServed", "TalkEnded", "CallEnded"]
    offer = story["facts"][2]["fact"]
    assert offer["explanation"]["not_chosen"] == [{"agent": "bob", "why": "logged_out", "detail": ""}]


@pytest.mark.parametrize(
    "path",
    ["/v1/calls/nobody", "/v1/queues/none", "/v1/agents/none", "/v1/agents/%0a", "/v1/calls/%00", "/v1/x"],
)
async def test_what_is_not_there(client: Client, path: str):
    status, body = await client.ask("GET", path)
    assert (status, body["error"]["code"]) == (404, "not_found")


async def test_history_passes_the_question_on(client: Client, floor: Floor):
    floor.records = [
        recorded_visit("1.1", arrived_at=datetime(2025, 1, 2, tzinfo=UTC), outcome=Outcome.SERVED)
    ]
    body = await client.get("/v1/calls?since=2025-01-01&queue=sales&agent=alice&outcome=served&limit=5")
    assert body["live"] is False
    assert body["calls"][0]["visit"] == "1.1"
    assert body["calls"][0]["arrived_at"] == 1735776000.0
    [wanted] = floor.wanted
    assert wanted.since == datetime(2025, 1, 1, tzinfo=UTC)
    assert (wanted.queue, wanted.agent, wanted.outcome, wanted.limit) == ("sales", "alice", "served", 5)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"),
        ("limit=1001", "limit"),
        ("limit=x", "limit"),
        ("since=yesterday", "since"),
        ("since=1e400", "since"),
        ("since=0001-01-01", "since"),
        ("outcome=lovely", "outcome"),
        ("queue=", "queue"),
        ("queue=%00", "queue"),
        ("agent=a&agent=b", "agent"),
        ("colour=red", "colour"),
    ],
)
async def test_history_refuses_bad_questions(client: Client, query: str, field: str):
    status, body = await client.ask("GET", f"/v1/calls?{query}")
    assert (status, body["error"]["field"]) == (400, field)


async def test_history_without_a_database(client: Client, floor: Floor):
    floor.away = True
    status, body = await client.ask("GET", "/v1/calls?limit=1")
    assert (status, body["error"]["code"]) == (503, "database_unavailable")


async def test_how_long_a_waiting_call_will_probably_wait(client: Client, floor: Floor):
    first, second = floor.call().waits(), floor.call().waits()
    expected = [call["expected_wait_s"] for call in (await client.get("/v1/queues/sales"))["calls"]]
    assert expected == [None, None]  # nobody is there
    floor.ready(ALICE)
    expected = [call["expected_wait_s"] for call in (await client.get("/v1/queues/sales"))["calls"]]
    assert expected == [0, 180]  # one is rung for, the other comes after him
    first.answered()
    [call] = (await client.get("/v1/queues/sales"))["calls"]
    assert (call["visit"], call["expected_wait_s"]) == (second.visit.id, 180)
    calls = (await client.get("/v1/calls"))["calls"]
    assert [(call["where"], call["expected_wait_s"]) for call in calls] == [
        ("talking", None),
        ("waiting", 180),
    ]


async def test_everybody_of_a_queue(client: Client, floor: Floor):
    floor.ready(ALICE, BOB)
    served = floor.call().waits(SUPPORT).answered()
    support = await client.get("/v1/queues/support")
    [talk] = support["talks"]
    assert (talk["visit"], talk["caller_number"]) == (served.visit.id, "18005550199")
    assert [agent["state"] for agent in support["members"]] == ["BUSY", "READY"]
    assert talk["agent"] == support["members"][0]["id"]
    sales = await client.get("/v1/queues/sales")
    assert (sales["talks"], [agent["id"] for agent in sales["members"]]) == ([], ["alice"])
    served.hangs_up()
    support = await client.get("/v1/queues/support")
    assert (support["talks"], [agent["state"] for agent in support["members"]]) == ([], ["ACW", "READY"])
