"""Numbers refused and preferred, and queues closed by hand: by real calls, over the CLI and REST."""

import asyncio
import os
import sys
from typing import Any

import pytest

from ccapp.domain import events
from ccapp.domain.admission import ExitReason, RefusalReason
from ccapp.domain.events import EndedBy, Outcome
from tests.e2e.centres import agent, centre, queue
from tests.e2e.conftest import SHARED
from tests.e2e.house import House
from tests.phone import Answers
from tests.rows import rows

pytestmark = SHARED


@pytest.fixture(scope="module")
def configuration() -> dict[str, Any]:
    document = centre(
        {"alice": agent(201)},
        {"sales": queue()},
        numbering={"country_code": "49"},
        ivr={
            "main": {
                "start": "hello",
                "nodes": {"hello": {"play": {"say": "hello", "then": "line"}}, "line": {"queue": "sales"}},
            }
        },
    )
    document["numbers"]["300"] = {"ivr": "main"}
    return document


async def ccapp(house: House, *words: str) -> str:
    """The command's output."""
    environment = {**os.environ, "CCAPP_URL": house.engine.url, "CCAPP_API_TOKEN": house.engine.token}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "ccapp", *words, env=environment, stdout=asyncio.subprocess.PIPE
    )
    output, _ = await process.communicate()
    assert process.returncode == 0, output.decode()
    return output.decode()


@rows("ST-46")
async def test_a_blocked_caller_is_refused_at_the_ivr_also_by_an_engine_that_comes_after(
    house: House,
) -> None:
    assert "493099901" in await ccapp(
        house, "numbers", "block", "030 99901", "--note", "rude", "--by", "anna"
    )
    call = await house.call("300", name="493099901")
    assert (await call.ended()).code == 403
    await house.kill_engine()
    await house.start_engine()
    again = await house.call("300", name="00493099901")
    assert (await again.ended()).code == 403
    for each in (call, again):
        story = await house.story(each)
        assert story.one(events.CallerBlocked).detail == "rude"
        assert story.ending == (Outcome.REFUSED, EndedBy.SYSTEM)
        assert not story.nodes
    await ccapp(house, "numbers", "remove", "+493099901")
    free = await house.call("300", name="493099901")
    await free.heard.hears_sound()
    await free.hang_up()


@rows("ST-46")
async def test_one_blocked_in_queues_hears_the_ivr_and_is_refused_at_the_queue(house: House) -> None:
    await ccapp(house, "numbers", "block", "+493099902", "--no-ivr")
    call = await house.call("300", name="493099902")
    await call.heard.hears_sound()
    assert (await call.ended()).by == "remote"
    story = await house.story(call)
    assert story.nodes == ["hello", "line"]
    assert story.one(events.EntryRefused).reason is RefusalReason.BLOCKED
    assert story.ending == (Outcome.REFUSED, EndedBy.SYSTEM)
    assert not story.all(events.CallAbandoned)
    report = await house.rest("GET", "/v1/report?of=queues")
    assert "blocked" in str(report)


async def test_a_vip_is_served_before_those_who_came_earlier(house: House) -> None:
    await ccapp(house, "numbers", "vip", "+493099903", "--priority", "1", "--data", "Tier=gold")
    usual = await house.call("101")
    caller = house.number_of(usual)
    [arrived] = await house.until_fact(events.CallArrived, lambda fact: fact.caller_number == caller)
    await house.until_fact(events.CallWaits, lambda fact: fact.visit == arrived.visit)
    vip = await house.call("101", name="493099903")
    await house.until_fact(events.CallWaits, lambda fact: fact.caller_priority == 1)
    alice = await house.agent("alice")
    first = await alice.incoming()
    assert first.caller_id.number == "493099903"
    assert first.header("X-Tier") == "gold"
    await vip.hang_up()
    await usual.hang_up()


@rows("ST-21")
async def test_a_queue_closed_by_hand_stays_closed_under_the_next_engine_and_opens_at_once(
    house: House,
) -> None:
    waiting = await house.call("101")
    caller = house.number_of(waiting)
    [arrived] = await house.until_fact(events.CallArrived, lambda fact: fact.caller_number == caller)
    await house.until_fact(events.CallWaits, lambda fact: fact.visit == arrived.visit)
    words = ("queue", "close", "sales", "--say", "Fire drill.", "--waiting", "treat", "--by", "anna")
    assert "closed by anna" in await ccapp(house, *words)
    story = await house.story(waiting)
    assert story.one(events.WaitEnded).reason is ExitReason.CLOSED
    await house.kill_engine()
    await house.start_engine()
    assert "closed by anna" in await ccapp(house, "queues")
    refused = await house.call("101")
    await refused.heard.hears_sound()
    story = await house.story(refused)
    fact = story.one(events.EntryRefused)
    assert (fact.reason, fact.detail) == (RefusalReason.CLOSED, "closed by anna")
    await ccapp(house, "queue", "open", "sales", "--by", "ben")
    await house.agent("alice", Answers(tone_hz=700))
    served = await house.call("101")
    await served.heard.hears(700)
    await served.hang_up()
    opened = (await house.until_fact(events.QueueOpened))[-1]
    assert opened.by == "ben"
