"""Reports and today's figures over HTTP."""

import asyncio
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import aiohttp
import pytest

from ccapp.domain.events import Fact, Outcome
from ccapp.domain.ids import AgentId, GroupId
from ccapp.domain.presence import Move
from ccapp.domain.serving import Group
from ccapp.records.history import Span
from ccapp.routing.figures import Figures
from ccapp.web import report, report_today
from ccapp.web.report_question import local_zone
from ccapp.web.wire import ApiError
from tests.figures.past import MemoryPast
from tests.figures.test_by_hand import script
from tests.web.floor import ALICE, SALES, Client, open_floor

DAY = "since=2026-02-03&until=2026-02-04&tz=UTC"


@asynccontextmanager
async def opened(past: MemoryPast | None) -> AsyncIterator[Client]:
    async with open_floor(past=past) as floor, aiohttp.ClientSession() as session:
        await asyncio.sleep(0.05)
        yield Client(floor, session)


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    async with opened(MemoryPast(script())) as client:
        yield client


async def refused(client: Client, query: str) -> tuple[int, dict[str, Any]]:
    status, body = await client.ask("GET", f"/v1/report?{query}")
    return status, body["error"]


# --- reports ----------------------------------------------------------------------------------------------


async def test_queues(client: Client):
    told = await client.get(f"/v1/report?{DAY}&sl=20,60&formula=F1&short=5")
    assert (told["of"], told["since"], told["by"]) == ("queues", "2026-02-03T00:00:00+00:00", "whole")
    sales, support = told["rows"]
    assert (sales["key"], sales["total_calls"], sales["answered_calls"]) == ("sales", 13, 7)
    assert [level["service_level"] for level in sales["service_level"]] == [
        pytest.approx(8 / 13),
        pytest.approx(11 / 13),
    ]
    assert sales["short_abandoned_calls"] == 2
    assert support["total_talk_time"] == 240
    assert told["total"]["total_calls"] == 20


async def test_codes(client: Client):
    told = await client.get(f"/v1/report?{DAY}&abbreviation=true")
    assert (told["rows"][0]["TC"], told["rows"][0]["THT"]) == (13, 620)


async def test_agents_skills_callers_and_intervals(client: Client):
    agents = await client.get(f"/v1/report?of=agents&{DAY}")
    assert [(row["key"], row["total_talk_time"]) for row in agents["rows"]] == [("ann", 400), ("bob", 400)]
    assert agents["total"]["total_talk_time"] == 800
    one = await client.get(f"/v1/report?of=agents&agent=bob&{DAY}")
    assert [row["key"] for row in one["rows"]] == ["bob"]
    skills = await client.get(f"/v1/report?of=skills&{DAY}")
    assert [(row["key"], row["answered_calls"]) for row in skills["rows"]] == [("english", 4)]
    callers = await client.get(f"/v1/report?of=callers&{DAY}&by=hour")
    assert [(row["key"], row["interval"][11:13], row["visits"]) for row in callers["rows"]][:2] == [
        ("100", "00", 3),
        ("100", "01", 1),
    ]
    intervals = await client.get(f"/v1/report?of=intervals&{DAY}")
    assert [row["offered_calls"] for row in intervals["rows"] if row["offered_calls"]] == [3, 4, 3, 4, 4, 2]


def grouped(client: Client, **groups: set[str]) -> None:
    made = {
        GroupId(name): Group(id=GroupId(name), agents=frozenset(map(AgentId, agents)))
        for name, agents in groups.items()
    }
    client.floor.acd.reconfigure(replace(client.floor.acd.centre, groups=made))


async def test_groups_are_their_agents_together(client: Client):
    grouped(client, west={"bob"}, both={"ann", "bob"}, nobody=set())
    agents = (await client.get(f"/v1/report?of=agents&{DAY}"))["rows"]
    ann, bob = (row for row in agents if row["key"] in ("ann", "bob"))
    told = await client.get(f"/v1/report?of=groups&{DAY}")
    both, west = told["rows"]
    assert (both["key"], west["key"]) == ("both", "west")
    for name in ("answered_calls", "total_calls", "total_talk_time", "total_after_call_work"):
        assert both[name] == ann[name] + bob[name]
        assert west[name] == bob[name]
    assert both["talk_time"]["max"] == max(ann["talk_time"]["max"], bob["talk_time"]["max"])
    assert told["total"]["answered_calls"] == 11  # each agent once


async def test_groups_by_hour_and_as_they_are_when_asked(client: Client):
    grouped(client, west={"bob"})
    whole = (await client.get(f"/v1/report?of=groups&{DAY}"))["rows"][0]["answered_calls"]
    hours = (await client.get(f"/v1/report?of=groups&{DAY}&by=hour"))["rows"]
    assert sum(row["answered_calls"] for row in hours) == whole == 5
    labels = [row["interval"] for row in hours]
    assert labels == sorted(labels)
    grouped(client, east={"bob"})
    assert {row["key"] for row in (await client.get(f"/v1/report?of=groups&{DAY}"))["rows"]} == {"east"}
    grouped(client)
    assert (await client.get(f"/v1/report?of=groups&{DAY}"))["rows"] == []
    assert (await client.get("/v1/figures?of=groups"))["rows"] == []


async def test_a_date_is_midnight_where_it_is_asked_for(client: Client):
    told = await client.get("/v1/report?of=intervals&since=2026-02-03&until=2026-02-04&tz=Asia/Tokyo&by=day")
    assert told["since"] == "2026-02-03T00:00:00+09:00"
    assert [(row["interval"], row["offered_calls"]) for row in told["rows"]] == [("2026-02-03", 20)]
    later = await client.get("/v1/report?since=2026-02-03T02:00:00Z&until=2026-02-04&tz=Asia/Tokyo")
    assert later["total"]["offered_calls"] == 13  # from the eighth call on


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("of=clouds", "of"),
        ("tz=Mars/Olympus", "tz"),
        ("tz=../../etc/passwd", "tz"),
        ("sl=soon", "sl"),
        ("sl=-1", "sl"),
        ("sl=inf", "sl"),
        ("formula=F6", "formula"),
        ("short=-1", "short"),
        ("by=week", "by"),
        ("since=2026-02-04&until=2026-02-03", "until"),
        ("since=1066-01-01", "since"),
        ("agent=bob", "agent"),
        ("colour=red", "colour"),
        ("by=hour&by=day", "by"),
    ],
)
async def test_bad_questions(client: Client, query: str, field: str):
    status, error = await refused(client, query)
    assert (status, error["field"]) == (400, field)


async def test_a_report_too_large(monkeypatch: pytest.MonkeyPatch):
    async with opened(MemoryPast(script(), size=report.FACTS_MAX + 1)) as client:
        status, error = await refused(client, DAY)
        assert (status, error["code"]) == (422, "too_large")
        assert "2,000,001 facts" in error["message"]
    async with opened(MemoryPast(script())) as client:
        monkeypatch.setattr(report, "ROWS_MAX", 1)
        assert (await refused(client, DAY))[0] == 422
        monkeypatch.setattr(report, "REPORT_S_MAX", 0.0)
        status, error = await refused(client, DAY)
        assert (status, error["code"]) == (422, "too_large")


class SlowPast(MemoryPast):
    """Gives its facts when it is told to."""

    def __init__(self, facts: Sequence[Fact]) -> None:
        super().__init__(facts)
        self.readers, self.go_on = 0, asyncio.Event()

    async def facts(self, span: Span, kinds: Collection[str]) -> AsyncIterator[Sequence[Fact]]:
        self.readers += 1
        if self.go_on.is_set() is False and self.readers > 1:  # the first one reads today
            await self.go_on.wait()
        async for facts in super().facts(span, kinds):
            yield facts


async def test_one_report_at_a_time_and_the_rest_goes_on():
    past = SlowPast(script())
    async with opened(past) as client:
        reports = [asyncio.create_task(client.get(f"/v1/report?{DAY}")) for _ in range(3)]
        assert (await client.get("/v1/status"))["engine"]["status"] == "ok"
        await asyncio.sleep(0.05)
        assert past.readers == 2  # today's, and one report
        past.go_on.set()
        one, two, three = await asyncio.gather(*reports)
        assert one == two == three
        assert one["total"]["total_calls"] == 20


async def test_a_report_without_the_records():
    past = MemoryPast([])
    async with opened(past) as client:
        assert (await client.get("/v1/report"))["rows"] == []
        past.away = True
        status, error = await refused(client, "")
        assert (status, error["code"]) == (503, "database_unavailable")
    async with opened(None) as client:
        assert (await refused(client, ""))[0] == 503


@pytest.mark.parametrize(("tz", "name"), [("Asia/Tokyo", "Asia/Tokyo"), (":Asia/Tokyo", "Asia/Tokyo")])
def test_the_zone_of_the_process(monkeypatch: pytest.MonkeyPatch, tz: str, name: str):
    monkeypatch.setenv("TZ", tz)
    assert str(local_zone()) == name


def test_no_zone_is_no_failure(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("TZ", "<+03>-3")
    assert local_zone().utcoffset(datetime.now(UTC)) is not None


# --- today ------------------------------------------------------------------------------------------------


async def test_today_as_it_happens():
    async with opened(MemoryPast([])) as client:
        floor = client.floor
        floor.ready(ALICE)
        first = floor.call().waits(SALES).answered()
        floor.call().waits(SALES)
        told = await client.get("/v1/figures")
        [sales] = told["rows"]
        assert told["complete"]
        assert (sales["offered_calls"], sales["answered_calls"], sales["total_calls"]) == (2, 1, 1)
        assert (sales["waiting_now"], sales["talking_now"]) == (1, 1)
        first.hangs_up()
        floor.acd.move(ALICE, Move.WRAP_UP_DONE)
        [sales] = (await client.get("/v1/figures"))["rows"]
        assert sales["talk_time"]["count"] == 1
        assert sales["handling_ewma_s"] is not None
        agents = (await client.get("/v1/figures?of=agents"))["rows"]
        [alice] = [row for row in agents if row["key"] == "alice"]
        assert (alice["answered_calls"], alice["state"]) == (1, "BUSY")  # rung for the second


async def test_today_begins_with_the_records():
    """The facts of this morning's engine, and those of this one: each once."""
    async with opened(None) as morning:
        morning.floor.call().waits(SALES).hangs_up(Outcome.ABANDONED)
        past = MemoryPast([item.fact for item in morning.floor.journal.store.facts])
    async with open_floor() as floor:
        today = report_today.Today(floor.desk(past=past))
        today._before = len(past.kept)
        past.kept.append(past.kept[0])  # recorded by now, but this engine's own
        floor.call().waits(SALES).hangs_up(Outcome.ABANDONED)
        floor.journal.store.recorded = today._before
        assert not today.ready
        await today.load()
        assert today.ready
        whole = today.figures.total(floor.acd.clock.now())
        assert (whole.visits, whole.offered, whole.total) == (2, 2, 2)


async def test_today_without_the_records():
    past = MemoryPast([])
    past.away = True
    async with opened(past) as client:
        client.floor.call().waits(SALES).hangs_up(Outcome.ABANDONED)
        told = await client.get("/v1/figures")
        assert (told["complete"], told["total"]["total_calls"]) == (False, 1)


async def test_today_while_the_records_are_read():
    async with opened(MemoryPast([])) as client:
        client.floor.journal.store.recorded = 0
        today = report_today.Today(client.floor.desk())
        with pytest.raises(ApiError):
            report_today.today({report_today.TODAY: today}, 0.0)  # type: ignore[arg-type]
        status, body = await client.ask("GET", "/v1/figures?of=callers")
        assert (status, body["error"]["field"]) == (400, "of")


async def test_the_day_turns_over():
    async with opened(MemoryPast([])) as client:
        floor, today = client.floor, report_today.Today(client.floor.desk())
        await today.load()
        floor.call().waits(SALES)
        tomorrow = today.figures.selection.until
        today.turn_over(tomorrow)
        assert today.figures.selection.since == tomorrow
        assert today.figures.total(tomorrow).offered == 0
        assert today.figures.waiting()[SALES] == 1


async def test_a_fault_in_figures_does_not_end_a_call(monkeypatch: pytest.MonkeyPatch):
    async with opened(MemoryPast([])) as client:

        def broken(self: Figures, fact: object) -> None:
            raise ZeroDivisionError

        monkeypatch.setattr(Figures, "feed", broken)
        client.floor.call().waits(SALES).hangs_up(Outcome.ABANDONED)
        assert client.floor.acd.visits == {}
        status, body = await client.ask("GET", "/v1/figures")
        assert (status, body["error"]["code"]) == (500, "internal")
        async with client.session.get(client.floor.url + "/metrics") as answer:
            assert answer.status == 200


async def test_metrics():
    async with opened(MemoryPast([])) as client:
        client.floor.ready(ALICE)
        client.floor.call().waits(SALES, ago_s=10).answered()
        client.floor.call().waits(SALES).hangs_up(Outcome.ABANDONED)
        async with client.session.get(client.floor.url + "/metrics") as answer:
            lines = (await answer.text()).splitlines()
        for line in (
            'ccapp_offered_calls_today{queue="sales"} 2.0',
            'ccapp_abandonment_ratio_today{queue="sales"} 0.5',
            'ccapp_service_level_today{queue="sales"} 0.5',
        ):
            assert line in lines
        [asa] = [line for line in lines if line.startswith('ccapp_answer_wait_seconds_today{queue="sales"}')]
        assert 10 <= float(asa.split()[-1]) < 12
