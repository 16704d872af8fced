"""Twenty calls in two lanes; what reports and history make of them, reckoned again from what the phones did.

Sales has ann, support has bob. The phones' clock is the test's, so durations are compared with some room for
what lies between a phone and the engine; counts, sums and identities are exact.
"""

import asyncio
import csv
import io
import sys
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio

from ccapp.domain import events
from tests.e2e.centres import agent, centre, queue
from tests.e2e.conftest import SHARED
from tests.e2e.house import House
from tests.e2e.lanes import TALK_S, Day, Lane, Made, stamp
from tests.rows import rows

pytestmark = SHARED

LONG_WAIT_S, WAIT_S_MAX, WRAP_UP_S = 3.5, 6, 1.0
ACCEPTABLE_S = 2.5
ROOM_S = 0.6
"""For one duration, between what a phone saw and what the engine did; in a sum of them less of each."""


@pytest.fixture(scope="module")
def configuration() -> dict[str, Any]:
    settings = {"wrap_up_s": WRAP_UP_S, "size_max": 1, "overflow": {"hang_up": "Sorry."}}
    staff = {"busy_delay_s": 0}
    return centre(
        {"ann": agent(201, **staff), "bob": agent(202, **staff)},
        {
            "sales": queue(agents=["ann"], **settings),
            "support": queue(agents=["bob"], wait_s_max=WAIT_S_MAX, **settings),
        },
        groups={"everybody": {"agents": ["ann", "bob"]}, "north": {"agents": ["ann"]}},
    )


async def sales_lane(lane: Lane) -> None:
    for by in ("caller", "caller", "agent", "agent"):
        await lane.served(by=by)
    await lane.served(after_s=LONG_WAIT_S)
    await lane.served(refuses=True)
    await lane.given_up()
    await lane.given_up(ringing=True)
    await lane.given_up_and_refused()


async def support_lane(lane: Lane) -> None:
    for by in ("caller", "agent", "caller"):
        await lane.served(by=by)
    await lane.served(after_s=LONG_WAIT_S)
    await lane.served(after_s=LONG_WAIT_S, by="agent")
    await lane.given_up(ringing=True)
    await lane.given_up()
    await lane.given_up_and_refused()
    await lane.timed_out(WAIT_S_MAX)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def day(shared_house: House) -> AsyncIterator[Day]:
    house = shared_house
    ann, bob = await house.agent("ann"), await house.agent("bob")
    sales = Lane(house, "sales", "101", "ann", ann)
    support = Lane(house, "support", "102", "bob", bob)
    since = datetime.fromtimestamp(house.now(), UTC)
    await asyncio.gather(sales_lane(sales), support_lane(support))
    await house.until_fact(events.CallEnded, count=20)
    await house.all_settled()
    until = datetime.fromtimestamp(house.now(), UTC)
    yield Day(house, since, until, [sales, support])
    await house.clear()


def about(durations_s: Sequence[float]) -> Any:
    """The sum of these, as seen from elsewhere."""
    return pytest.approx(sum(durations_s), abs=max(ROOM_S, 0.25 * len(durations_s)))


def identities(found: dict[str, Any]) -> None:
    """Of every row of a report on queues: exact, whatever the clocks say."""
    assert found["TC"] == found["AC"] + found["UAC"] + found["RC"]
    assert found["THT"] == pytest.approx(found["TTT"] + found["TACW"])
    assert found["THT"] == pytest.approx(found["HT"]["sum"])
    assert found["WT"]["count"] == found["AC"] + found["UAC"]
    assert (found["TST"], found["TWT"], found["TAT"]) == (
        found["SA"]["sum"], found["WT"]["sum"], found["AT"]["sum"],
    )  # fmt: skip


@rows("VX-17")
async def test_queue_statistics(day: Day) -> None:
    told = {row["key"]: row for row in await day.report("queues", sl=f"0,{ACCEPTABLE_S:g},100")}
    assert set(told) == {"sales", "support"}
    assert [told["sales"][code] for code in ("TC", "AC", "UAC", "RC", "ABC", "TOC")] == [10, 6, 3, 1, 3, 0]
    assert [told["support"][code] for code in ("TC", "AC", "UAC", "RC", "ABC", "TOC")] == [10, 5, 4, 1, 3, 1]
    for line, found in told.items():
        identities(found)
        served, abandoned = day.served(line), day.of(line, outcome="abandoned")
        waited = [made for made in day.of(line) if made.outcome != "refused"]
        assert found["TTT"] == about([made.talk_s or 0.0 for made in served])
        assert found["TACW"] == about([WRAP_UP_S for _ in served])
        assert found["TST"] == about([made.ring_s for made in served])
        assert found["TWT"] == about([made.wait_s for made in waited])
        assert found["TAT"] == about([made.wait_s for made in abandoned])
        assert found["WT"]["max"] == pytest.approx(max(made.wait_s for made in waited), abs=ROOM_S)
        assert (found["QL"]["max"], found["QL"]["min"]) == (1, 0)
        in_line_s = found["QL"]["avg"] * (day.until - day.since).total_seconds()
        assert in_line_s == pytest.approx(found["TWT"], abs=ROOM_S)
        assert found["RR"] == {"full": 1}
        in_time = sum(made.wait_s <= ACCEPTABLE_S for made in served)
        assert in_time in (3, 5)  # three of support, five of sales: the others waited for the agent
        nobody, some, all_ = found["SL"]
        assert (nobody["call_count"], some["call_count"], all_["call_count"]) == (0, in_time, len(served))
        assert some["service_level"] == pytest.approx(in_time / (found["AC"] + found["UAC"]))


@rows("VX-17")
async def test_queue_statistics_by_hour_and_day_add_up(day: Day) -> None:
    for by in ("hour", "day", "hour_of_day"):
        parts = await day.report("queues", by=by)
        for line in ("sales", "support"):
            found = [row for row in parts if row["key"] == line]
            assert [sum(row[code] for row in found) for code in ("TC", "RC")] == [10, 1]
            for row in found:
                identities(row)
    [hour, *_] = await day.report("intervals", by="hour")
    assert hour["interval"] == day.since.replace(minute=0).strftime("%Y-%m-%dT%H:%M+00:00")


@rows("VX-16")
async def test_operator_statistics(day: Day) -> None:
    told = {row["key"]: row for row in await day.report("agents")}
    assert [told["ann"][code] for code in ("TC", "AC", "UAC")] == [8, 6, 2]
    assert [told["bob"][code] for code in ("TC", "AC", "UAC")] == [6, 5, 1]
    assert told["ann"]["MO"] == {"busy": 1, "caller_gone": 1}
    for who, line in (("ann", "sales"), ("bob", "support")):
        found, served = told[who], day.served(line)
        assert found["TC"] == found["AC"] + found["UAC"] == sum(1 + made.missed for made in served) + 1
        assert found["THT"] == pytest.approx(found["TTT"] + found["TACW"])
        assert found["SA"]["count"] == found["TT"]["count"] == found["ACW"]["count"] == len(served)
        assert found["TTT"] == about([made.talk_s or 0.0 for made in served])
        assert found["TDT"] == about([made.ring_s for made in served])
        assert found["ACW"]["avg"] == pytest.approx(WRAP_UP_S, abs=ROOM_S)
        assert found["TT"]["min"] >= TALK_S - ROOM_S
    [alone] = await day.report("agents", agent="bob")
    assert (alone["key"], alone["AC"]) == ("bob", 5)
    in_words = (await day.report("agents", agent="bob", abbreviation="false"))[0]
    assert (in_words["answered_calls"], in_words["total_talk_time"]) == (5, alone["TTT"])


@rows("VX-16")
async def test_operator_statistics_together_and_by_queue(day: Day) -> None:
    ann, bob = await day.report("agents")
    groups = {row["key"]: row for row in await day.report("groups")}
    assert set(groups) == {"everybody", "north"}
    for code in ("TC", "AC", "UAC"):
        assert groups["everybody"][code] == ann[code] + bob[code]
        assert groups["north"][code] == ann[code]
    assert groups["everybody"]["THT"] == pytest.approx(ann["THT"] + bob["THT"])
    by_day = await day.report("groups", by="day")
    assert sum(row["AC"] for row in by_day if row["key"] == "everybody") == 11
    told = {row["key"]: row for row in await day.report("agents", queue="sales")}
    assert (told["ann"]["AC"], told["ann"]["TTT"]) == (6, ann["TTT"])
    assert "bob" not in told or told["bob"]["AC"] == 0


@rows("VX-16")
async def test_status_times_make_the_interval(day: Day) -> None:
    whole_s = (day.until - day.since).total_seconds()
    for row in await day.report("agents"):
        states = row["ST"]
        assert sum(stat["sum"] for stat in states.values()) == pytest.approx(whole_s, abs=0.001)
        assert row["LT"] == pytest.approx(whole_s, abs=0.001)  # logged in all the time
        served = day.served("sales" if row["key"] == "ann" else "support")
        assert states["BUSY/ANSWERED"]["count"] == states["ACW"]["count"] == len(served)
        assert states["BUSY/ANSWERED"]["sum"] == pytest.approx(row["TTT"], abs=ROOM_S)
        assert states["ACW"]["sum"] == pytest.approx(row["TACW"], abs=ROOM_S)
        assert states["BUSY/RINGING"]["count"] == row["TC"]
        for stat in states.values():
            assert stat["min"] <= stat["avg"] <= stat["max"] <= stat["sum"] + 1e-9


@rows("VX-16")
async def test_status_times_of_any_interval_make_it(day: Day) -> None:
    """Cut in the middle of everything: both halves whole, and together the day."""
    middle = day.since + (day.until - day.since) / 2
    halves = [
        await day.report("agents", until=stamp(middle)),
        await day.report("agents", since=stamp(middle)),
    ]
    sums: Counter[str] = Counter()
    for half in halves:
        for row in half:
            in_states_s = sum(stat["sum"] for stat in row["ST"].values())
            assert in_states_s == pytest.approx((day.until - day.since).total_seconds() / 2, abs=0.001)
            sums[row["key"]] += row["AC"]
    assert sums == {"ann": 6, "bob": 5}
    begin = day.since.replace(minute=0, second=0, microsecond=0)
    hours = await day.report("agents", by="hour", since=stamp(begin), until=stamp(begin + timedelta(hours=1)))
    for row in hours:
        assert sum(stat["sum"] for stat in row["ST"].values()) <= 3600.001


@rows("VX-14")
async def test_the_history_tells_the_calls_that_were_made(day: Day) -> None:
    told = await day.calls()
    assert [row["arrived_at"] for row in told] == sorted((row["arrived_at"] for row in told), reverse=True)
    by_number = {row["caller_number"]: row for row in told}
    assert len(told) == len(by_number) == len(day.made) == 20
    for made in day.made:
        row = by_number[made.number]
        assert (row["outcome"], row["ended_by"]) == (made.outcome, made.ended_by)
        assert row["number"] == ("101" if made.queue == "sales" else "102")
        if made.outcome != "refused":
            assert row["queue"] == made.queue
            assert row["waited_s"] == pytest.approx(made.wait_s, abs=ROOM_S)
        if made.talk_s is not None:
            assert row["agent"] == ("ann" if made.queue == "sales" else "bob")
            assert row["talk_s"] == pytest.approx(made.talk_s, abs=ROOM_S)
            assert row["wrap_up_s"] == pytest.approx(WRAP_UP_S, abs=ROOM_S)
            assert row["declines"] == made.missed


@rows("VX-14")
async def test_the_history_can_be_asked_in_many_ways(day: Day) -> None:
    async def numbers(**asked: str) -> list[str]:
        return sorted(row["caller_number"] for row in await day.calls(**asked))

    def made(*found: Made) -> list[str]:
        return sorted(each.number for each in found)

    sales, support = day.of("sales"), day.of("support")
    assert await numbers(queue="sales") == made(*sales)  # with who was not let in
    assert await numbers(number="102") == made(*support)
    assert await numbers(agent="bob") == made(*day.served("support"))
    assert await numbers(served="true") == made(*day.served())
    unserved = [each for each in sales if each.outcome != "served"]
    assert await numbers(queue="sales", served="false") == made(*unserved)
    for outcome in ("abandoned", "refused", "timed_out"):
        assert await numbers(outcome=outcome) == made(*day.of(outcome=outcome))
    assert await numbers(ended_by="agent") == made(*day.of(ended_by="agent"))
    long = [each for each in day.made if each.wait_s > ACCEPTABLE_S]
    assert await numbers(wait_s_min=f"{ACCEPTABLE_S:g}") == made(*long)
    assert await numbers(caller_number=sales[3].number) == made(sales[3])
    assert await numbers(until=stamp(day.since)) == []


@rows("VX-14")
async def test_the_history_tells_what_happened_in_each_call(day: Day) -> None:
    told = {row["caller_number"]: row["events"] for row in await day.calls(events="true")}
    kinds = {number: [event["kind"] for event in happened] for number, happened in told.items()}
    calm = ["CallArrived", "CallWaits", "OfferMade", "CallServed", "TalkEnded", "CallEnded"]
    assert kinds[day.served("support")[0].number] == calm
    [refusing] = [made for made in day.served() if made.missed]
    assert kinds[refusing.number] == [*calm[:3], "OfferDeclined", *calm[2:]]
    for made in day.of(outcome="refused"):
        assert kinds[made.number] == ["CallArrived", "EntryRefused", "CallEnded"]
    for happened in told.values():
        assert [event["seq"] for event in happened] == sorted(event["seq"] for event in happened)


@rows("VX-14")
async def test_the_history_as_csv_from_the_command_line(day: Day) -> None:
    words = ("--since", stamp(day.since), "--until", stamp(day.until), "--limit", "50", "--csv")
    told = list(csv.DictReader(io.StringIO(await ccapp(day.house, "calls", *words))))
    assert {line["caller_number"] for line in told} == {made.number for made in day.made}
    rows = {row["visit"]: row for row in await day.calls()}
    for line in told:
        row = rows[line["visit"]]
        assert (line["outcome"], line["agent"]) == (row["outcome"], row["agent"] or "")
        assert float(line["talk_s"]) == row["talk_s"]
    happened = list(csv.DictReader(io.StringIO(await ccapp(day.house, "calls", *words, "--events"))))
    counted = Counter(line["event"] for line in happened)
    assert (counted["CallArrived"], counted["CallServed"], counted["CallEnded"]) == (20, 11, 20)


async def ccapp(house: House, *words: str) -> str:
    """What the command says."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "ccapp", *words,
        stdout=asyncio.subprocess.PIPE,
        env={"CCAPP_URL": house.engine.url, "CCAPP_API_TOKEN": house.engine.token, "PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    told, _ = await process.communicate()
    assert process.returncode == 0
    return told.decode()
