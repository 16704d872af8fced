"""The calls of the records over HTTP and from the command line: pages, events, CSV."""

import csv
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import aiohttp
import pytest

from ccapp.domain.events import Outcome
from ccapp.web import past_calls
from tests.figures.past import MemoryPast
from tests.records.stories import START, abandoned_visit, served_visit
from tests.web.floor import AUTH, Client, open_floor, recorded_visit

ARRIVED = datetime.fromtimestamp(START, UTC)


@asynccontextmanager
async def records(past: MemoryPast | None = None) -> AsyncIterator[Client]:
    """Two calls, and what happened in them."""
    facts = [*served_visit("1.1"), *abandoned_visit("1.2", START + 100)]
    async with open_floor(past=past or MemoryPast(facts)) as floor, aiohttp.ClientSession() as session:
        floor.records = [
            recorded_visit("1.2", arrived_at=ARRIVED, outcome=Outcome.ABANDONED, waited_s=30.0),
            recorded_visit(
                "1.1", arrived_at=ARRIVED, outcome=Outcome.SERVED, caller_name='=HYPERLINK("x")',
                data={"Dnis": "100"},
            ),
        ]  # fmt: skip
        yield Client(floor, session)


async def lines(client: Client, query: str) -> tuple[list[dict[str, str]], str | None]:
    async with client.session.get(f"{client.floor.url}/v1/calls?{query}", headers=AUTH) as answer:
        assert answer.status == 200
        assert answer.content_type == "text/csv"
        return list(csv.DictReader(io.StringIO(await answer.text()))), answer.headers.get("X-Next")


async def test_the_question_is_passed_on():
    async with records() as client:
        await client.get(
            "/v1/calls?number=100&caller_number=%2B491761&ended_by=agent&served=false&wait_s_min=2.5&after=9.9"
        )
        [wanted] = client.floor.wanted
    assert (wanted.number, wanted.caller_number, wanted.ended_by) == ("100", "+491761", "agent")
    assert (wanted.served, wanted.wait_s_min, wanted.after, wanted.limit) == (False, 2.5, "9.9", 100)


async def test_a_full_page_says_where_the_next_begins():
    async with records() as client:
        assert (await client.get("/v1/calls?limit=2"))["next"] == "1.1"
        assert (await client.get("/v1/calls?limit=3"))["next"] is None
        assert (await lines(client, "limit=2&format=csv"))[1] == "1.1"
        assert (await lines(client, "limit=3&format=csv"))[1] is None


async def test_what_happened_in_each_call_in_order():
    async with records() as client:
        given_up, served = (await client.get("/v1/calls?events=true"))["calls"]
    assert [event["kind"] for event in given_up["events"]] == [
        "CallArrived", "IvrVisited", "CallWaits", "CallAbandoned", "CallEnded",
    ]  # fmt: skip
    assert [event["kind"] for event in served["events"]] == [
        "CallArrived", "IvrVisited", "CallWaits", "OfferMade", "OfferDeclined", "OfferMade", "CallServed",
        "TalkEnded", "CallEnded",
    ]  # fmt: skip
    assert served["events"][6]["fact"]["agent"] == "alice"


async def test_a_line_for_each_call():
    async with records() as client:
        given_up, served = (await lines(client, "limit=10&format=csv"))[0]
    assert (given_up["visit"], given_up["outcome"], given_up["waited_s"]) == ("1.2", "abandoned", "30.0")
    assert served["arrived_at"] == "2026-02-02T02:40:00.000+00:00"
    assert served["caller_name"] == '\'=HYPERLINK("x")'  # no formula
    assert served["data"] == '{"Dnis":"100"}'
    assert "event" not in served


async def test_a_line_for_each_event():
    async with records() as client:
        told, _ = await lines(client, "events=true&format=csv")
    assert [(line["visit"], line["event"]) for line in told][4:6] == [
        ("1.2", "CallEnded"),
        ("1.1", "CallArrived"),
    ]
    [served] = [line for line in told if line["event"] == "CallServed"]
    assert (served["event_agent"], served["event_queue"]) == ("alice", "sales")
    assert '"rang_s":1.25' in served["event_fields"]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("number=", "number"),
        ("caller_number=%0a", "caller_number"),
        ("ended_by=fate", "ended_by"),
        ("served=maybe", "served"),
        ("wait_s_min=-1", "wait_s_min"),
        ("wait_s_min=nan", "wait_s_min"),
        ("after=", "after"),
        ("format=xls", "format"),
        ("events=perhaps", "events"),
    ],
)
async def test_bad_questions(query: str, field: str):
    async with records() as client:
        status, body = await client.ask("GET", f"/v1/calls?{query}")
    assert (status, body["error"]["field"]) == (400, field)


async def test_too_many_events_are_refused_not_cut(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(past_calls, "EVENTS_MAX", 5)
    async with records() as client:
        status, body = await client.ask("GET", "/v1/calls?events=true")
    assert (status, body["error"]["code"], body["error"]["field"]) == (422, "too_large", "limit")


async def test_events_without_records():
    async with open_floor() as floor, aiohttp.ClientSession() as session:
        status, body = await Client(floor, session).ask("GET", "/v1/calls?events=true")
    assert (status, body["error"]["code"]) == (503, "no_records")
