"""One real evening: calls on a real Asterisk, an engine killed meanwhile, and what the figures make of it."""

from typing import Any

import pytest

from ccapp.domain import events
from tests.e2e.centres import agent, centre
from tests.e2e.conftest import OpenHouse, open_house  # noqa: F401 - a fixture
from tests.e2e.house import House
from tests.phone import Answers

pytestmark = pytest.mark.real


async def test_reports_and_today_agree_across_a_killed_engine(open_house: OpenHouse) -> None:  # noqa: F811
    async with open_house(centre({"alice": agent(201)})) as house:
        alice = await house.agent("alice", Answers())
        served = await house.call("100")
        talk = await alice.incoming()
        await house.until_fact(events.CallServed)
        waiting = await house.call("100")
        await house.until_fact(events.CallWaits, count=2)
        await house.kill_engine()
        await house.start_engine()
        await house.until_fact(events.CallWaits, count=3)  # the same place, told again
        await waiting.hang_up()
        await house.until_fact(events.CallAbandoned)
        await served.hang_up()
        await talk.ended()
        await house.until_fact(events.CallEnded, count=2)
        await house.in_state("alice", "READY")
        await house.until(lambda: agreed(house), "report and today's figures agree")


async def agreed(house: House) -> bool:
    """Both say: two calls, one answered, one given up, each counted once."""
    report, today = [(await house.rest("GET", path)) for path in ("/v1/report", "/v1/figures")]
    [past], [live] = report["rows"], today["rows"]
    counts = ("offered_calls", "answered_calls", "abandoned_calls", "total_calls", "total_talk_time")
    if any(past[name] != live[name] for name in counts) or past["talk_time"]["count"] != 1:
        return False
    assert [past[name] for name in counts[:4]] == [2, 1, 1, 2]
    assert today["complete"]
    agents: list[Any] = (await house.rest("GET", "/v1/report?of=agents"))["rows"]
    assert [(row["key"], row["answered_calls"]) for row in agents] == [("alice", 1)]
    assert agents[0]["total_talk_time"] == past["total_talk_time"] > 0
    return True
