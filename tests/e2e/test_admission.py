"""Who is let into a queue and who is not, how long callers wait, and where the others go: by real calls."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ccapp.domain import events
from ccapp.domain.admission import ExitReason, RefusalReason
from ccapp.domain.events import EndedBy, Outcome
from tests.e2e.centres import agent, centre, queue
from tests.e2e.conftest import SHARED
from tests.e2e.house import House
from tests.phone import Answers, Outgoing
from tests.rows import rows

pytestmark = SHARED

ALICE = {"alice": agent(201, busy_delay_s=0)}
ALL_DAY = {"weekly": {"mon-sun": ["00:00-24:00"]}}


def today() -> str:
    return datetime.now(UTC).date().isoformat()


def holidays() -> dict[str, Any]:
    """Closed today, and tomorrow should midnight come meanwhile."""
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).date().isoformat()
    return {**ALL_DAY, "exceptions": {today(): [], tomorrow: []}}


@pytest.fixture(scope="module")
def configuration() -> dict[str, Any]:
    return centre(ALICE)


def with_queues(**queues: dict[str, Any]) -> dict[str, Any]:
    """Reached by 101, 102 and so on."""
    return centre(
        ALICE,
        queues,
        hours={"open": ALL_DAY, "closed": holidays()},
        ivr={
            "main": {
                "start": "begin",
                "nodes": {
                    "begin": {"hang_up": {}},
                    "night": {"play": {"say": "night", "then": "begin"}},
                },
            }
        },
    )


async def waiting(house: House, number: str, count: int) -> list[Outgoing]:
    """So many callers in line, one after the other."""
    calls: list[Outgoing] = []
    for _ in range(count):
        calls.append(await house.call(number))
        own = calls[-1]
        await house.until(lambda own=own: is_in_line(house, own), "in line")  # type: ignore[misc]
    return calls


async def is_in_line(house: House, call: Outgoing) -> bool:
    return any(isinstance(fact, events.CallWaits) for fact in await house.told(call))


async def is_served(house: House, call: Outgoing) -> bool:
    return any(isinstance(fact, events.CallServed) for fact in await house.told(call))


@rows("ST-21")
async def test_a_closed_queue_treats_and_an_open_one_serves(house: House) -> None:
    await house.apply(
        with_queues(
            day=queue(hours="open"), night=queue(hours="closed", closed={"ivr": "main", "node": "night"})
        )
    )
    await house.agent("alice", Answers(tone_hz=700))
    closed = await house.call("102")
    story = await house.story(closed)
    assert story.one(events.EntryRefused).reason is RefusalReason.CLOSED
    assert story.one(events.EntryRefused).to == "IVR main/night"
    assert story.nodes == ["night", "begin"]
    open_ = await house.call("101")
    await open_.heard.hears(700)
    await open_.hang_up()
    assert (await house.story(open_)).ending[0] is Outcome.SERVED


@rows("ST-21")
async def test_by_default_a_closed_queue_says_so_and_hangs_up(house: House) -> None:
    await house.apply(with_queues(night=queue(hours="closed")))
    call = await house.call("101")
    await call.heard.hears_sound()
    assert (await call.ended()).by == "remote"
    assert (await house.story(call)).ending == (Outcome.REFUSED, EndedBy.SYSTEM)


@rows("ST-22", "VX-06", "VX-02")
async def test_the_sixth_caller_overflows_to_another_queue_with_his_data(house: House) -> None:
    await house.apply(with_queues(full=queue(size_max=5, overflow={"queue": "other"}), other=queue()))
    await waiting(house, "101", 5)
    sixth = await house.call("101", headers={"X-Campaign": "spring"})
    await house.until(lambda: is_in_line(house, sixth), "in the other line")
    await sixth.hang_up()
    story = await house.story(sixth)
    refused, waits = story.one(events.EntryRefused), story.one(events.CallWaits)
    assert (refused.queue, refused.reason, refused.to) == ("full", RefusalReason.FULL, "queue other")
    assert (waits.queue, waits.data["Campaign"]) == ("other", "spring")
    figures = await house.rest("GET", "/v1/report?of=queues")
    assert "full" in str(figures)


@rows("ST-22", "XS-17")
async def test_who_has_waited_too_long_keeps_his_place_in_another_queue(house: House) -> None:
    await house.apply(with_queues(short=queue(wait_s_max=3, overflow={"queue": "other"}), other=queue()))
    overflowing = await house.call("101")
    await house.until(lambda: is_in_line(house, overflowing), "in line")
    [other] = await waiting(house, "102", 1)  # came later, but stands in the other line before him
    ended = (await house.until_fact(events.WaitEnded))[-1]
    assert (ended.queue, ended.reason, ended.to) == ("short", ExitReason.TIMEOUT, "queue other")
    assert ended.waited_s == pytest.approx(3, abs=0.3)
    alice = await house.agent("alice", ready=False)
    await house.until(lambda: waits_in(house, overflowing, "other"), "in the other line")
    await house.move("alice", "ready")
    first = await alice.incoming()
    assert first.caller_id.number == house.number_of(overflowing)
    brought = [fact.brought_s for fact in await house.told(overflowing) if isinstance(fact, events.CallWaits)]
    assert brought == [0.0, pytest.approx(3, abs=0.3)]
    await first.answer()
    await house.until(lambda: is_served(house, overflowing), "served")
    await first.hang_up()
    second = await alice.incoming()
    assert second.caller_id.number == house.number_of(other)


async def waits_in(house: House, call: Outgoing, name: str) -> bool:
    return any(isinstance(fact, events.CallWaits) and fact.queue == name for fact in await house.told(call))


@rows("ST-22", "XS-17")
async def test_without_overflow_he_hears_how_sorry_we_are(house: House) -> None:
    await house.apply(with_queues(short=queue(wait_s_max=2)))
    call = await house.call("101")
    assert (await call.ended()).by == "remote"
    story = await house.story(call)
    assert story.one(events.WaitEnded).reason is ExitReason.TIMEOUT
    assert story.ending == (Outcome.TIMED_OUT, EndedBy.SYSTEM)


@rows("VX-06")
async def test_whose_wait_would_be_too_long_is_refused_with_the_reason(house: House) -> None:
    await house.apply(with_queues(busy=queue(predicted_wait_s_max=60, handling_s=40)))
    await house.agent("alice", Answers())
    talking = await house.call("101")
    await house.until(lambda: is_served(house, talking), "served")
    await waiting(house, "101", 1)
    refused = await house.call("101")
    story = await house.story(refused)
    fact = story.one(events.EntryRefused)
    assert (fact.reason, fact.detail) == (RefusalReason.WAIT_TOO_LONG, "80 s expected, 60 s may be")
    await talking.hang_up()


@rows("VX-02", "VX-11")
async def test_all_offline_refuses_one_online_lets_wait(house: House) -> None:
    await house.apply(with_queues(staffed=queue(join_when_empty="no", leave_when_empty="yes")))
    offline = await house.call("101")
    story = await house.story(offline)
    assert story.one(events.EntryRefused).reason is RefusalReason.OFFLINE
    assert not story.all(events.CallWaits)
    await house.agent("alice", ready=False)
    [online] = await waiting(house, "101", 1)
    await house.move("alice", "log_out")
    story = await house.story(online)
    assert story.one(events.WaitEnded).reason is ExitReason.EMPTY


@rows("XS-17")
async def test_with_nobody_logged_in_the_wait_is_short(house: House) -> None:
    await house.apply(with_queues(staffed=queue(no_agent_wait_s_max=2, wait_s_max=30)))
    call = await house.call("101")
    story = await house.story(call)
    ended = story.one(events.WaitEnded)
    assert ended.reason is ExitReason.NO_AGENT_TIMEOUT
    assert ended.waited_s == pytest.approx(2, abs=0.3)


async def test_a_limit_that_is_set_meanwhile_counts_for_who_waits(house: House) -> None:
    await house.apply(with_queues(line=queue()))
    [call] = await waiting(house, "101", 1)
    await house.apply(with_queues(line=queue(wait_s_max=1)))
    assert (await house.story(call)).ending == (Outcome.TIMED_OUT, EndedBy.SYSTEM)


@rows("VX-01")
async def test_callers_are_served_by_priority_and_ties_by_time(house: House) -> None:
    document = with_queues(line=queue())
    order = (50, 80, 10, 50, 10)
    for number, priority in enumerate(order):
        document["numbers"][f"20{number}"] = {"queue": "line", "data": {"CallerPriority": str(priority)}}
    await house.apply(document)
    calls = []
    for number in range(len(order)):
        [call] = await waiting(house, f"20{number}", 1)
        calls.append(call)
    alice = await house.agent("alice")
    for number in (2, 4, 0, 3, 1):
        talk = await alice.incoming()
        assert talk.caller_id.number == house.number_of(calls[number])
        await talk.answer()
        await house.until(lambda own=calls[number]: is_served(house, own), "served")  # type: ignore[misc]
        await talk.hang_up()
        await calls[number].ended()


@rows("XS-17")
async def test_who_hung_up_and_calls_again_soon_has_his_old_place(house: House) -> None:
    await house.apply(with_queues(line=queue(resume_within_s=60)))
    first = await house.call("101", name="4930777")
    await house.until(lambda: is_in_line(house, first), "in line")
    [second] = await waiting(house, "101", 1)
    await first.hang_up()
    await house.story(first)
    await house.kill_engine()
    await house.start_engine()
    again = await house.call("101", name="4930777")
    await house.until_fact(events.CallWaits, lambda fact: fact.brought_s > 0)
    alice = await house.agent("alice")
    for call in (again, second):
        talk = await alice.incoming()
        assert talk.caller_id.number == house.number_of(call)
        await talk.answer()
        await house.in_state("alice", "BUSY/ANSWERED")
        await talk.hang_up()
        await house.in_state("alice", "READY", "BUSY/RINGING")
