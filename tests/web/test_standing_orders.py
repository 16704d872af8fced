"""Numbers listed and queues closed by hand, over REST: at once, told by whom, and refused by name."""

from typing import Any

import pytest

from ccapp.acd import TurnedAway
from ccapp.domain import events
from ccapp.domain.admission import Goodbye, RefusalReason
from ccapp.domain.ids import QueueId
from ccapp.domain.ivr import Say
from ccapp.domain.standing import Waiting
from tests.web.floor import Client, Floor

SALES = QueueId("sales")


def told[F: events.Fact](floor: Floor, kind: type[F]) -> list[F]:
    return [item.fact for item in floor.journal.store.facts if isinstance(item.fact, kind)]


async def test_a_number_listed_shown_and_removed(client: Client, floor: Floor) -> None:
    body = {"queue_blocked": True, "note": "rude", "by": "anna"}
    status, row = await client.ask("PUT", "/v1/numbers/+49 (176) 12-345", json=body)
    assert (status, row["number"], row["queue_blocked"], row["ivr_blocked"]) == (
        200,
        "4917612345",
        True,
        False,
    )
    assert (await client.ask("GET", "/v1/numbers/004917612345"))[1] == row
    assert (await client.ask("GET", "/v1/numbers"))[1] == {"numbers": [row]}
    found = floor.acd.orders.listed("4917612345")
    assert found is not None
    assert (await client.ask("DELETE", "/v1/numbers/4917612345?by=ben"))[0] == 200
    assert (await client.ask("GET", "/v1/numbers/4917612345"))[0] == 404
    assert floor.acd.orders.listed("+4917612345") is None
    [listed], [unlisted] = told(floor, events.NumberListed), told(floor, events.NumberUnlisted)
    assert (listed.by, listed.listed.note, unlisted.by) == ("anna", "rude", "ben")


async def test_several_numbers_become_vips_with_data(client: Client, floor: Floor) -> None:
    body = {
        "numbers": ["+4930123", "030 999"],
        "caller_priority": 10,
        "priority_s": 60,
        "data": {"Tier": "gold"},
    }
    status, answer = await client.ask("POST", "/v1/numbers", json=body)
    assert (status, [row["number"] for row in answer["numbers"]]) == (200, ["4930123", "030999"])
    listed = floor.acd.orders.listed("+4930123")
    assert listed is not None
    assert listed.data == {"Tier": "gold", "CallerPriority": "10", "Priority": "60"}


@pytest.mark.parametrize(
    ("body", "told_of"),
    [
        ({"numbers": ["+4930123", "anonymous", "1"]}, "no phone numbers: 'anonymous', '1'"),
        ({"numbers": []}, "numbers"),
        ({"numbers": ["+4930123"], "caller_priority": 101}, "caller_priority"),
        ({"numbers": ["+4930123"], "priority_s": -1}, "priority_s"),
        ({"numbers": ["+4930123"], "data": {"1": "x"}}, "data"),
        ({"numbers": ["+4930123"], "blocked": True}, "blocked"),
        ({"numbers": ["+4930123"], "note": "x" * 201}, "note"),
    ],
)
async def test_bad_entries_are_named_and_none_is_taken(
    client: Client, floor: Floor, body: dict[str, Any], told_of: str
) -> None:
    status, answer = await client.ask("POST", "/v1/numbers", json=body)
    assert status == 400
    assert told_of in answer["error"]["message"]
    assert not floor.acd.orders.numbers


async def test_a_queue_closed_and_opened_by_hand(client: Client, floor: Floor) -> None:
    body = {"for_s": 3600, "say": "Fire drill.", "waiting": "treat", "by": "anna"}
    status, queue = await client.ask("POST", "/v1/queues/sales/close", json=body)
    assert status == 200
    assert queue["closed"] == {
        "queue": "sales",
        "until": pytest.approx(floor.acd.clock.now() + 3600, abs=60),
        "say": "Fire drill.",
        "waiting": Waiting.TREAT,
        "by": "anna",
    }
    listed = (await client.ask("GET", "/v1/queues"))[1]["queues"]
    assert [row["closed"] is not None for row in listed if row["id"] == "sales"] == [True]
    away = turned_away(floor)
    assert (away.reason, away.to) == (RefusalReason.CLOSED, Goodbye(say=Say(text="Fire drill.")))
    [refused] = told(floor, events.EntryRefused)
    assert refused.detail == "closed by anna"
    assert (await client.ask("POST", "/v1/queues/sales/open", json={"by": "ben"}))[1]["closed"] is None
    [opened] = told(floor, events.QueueOpened)
    assert opened.by == "ben"
    assert (await client.ask("POST", "/v1/queues/sales/open", json={}))[0] == 200
    assert len(told(floor, events.QueueOpened)) == 1


def turned_away(floor: Floor) -> TurnedAway:
    with pytest.raises(TurnedAway) as refused:
        floor.acd.admit(floor.call().visit, SALES, 50, 0.0)
    return refused.value


@pytest.mark.parametrize(
    ("queue", "body", "status"),
    [
        ("nobody", {}, 404),
        ("sales", {"until": 1}, 400),
        ("sales", {"until": 9e9, "for_s": 9}, 400),
        ("sales", {"waiting": "die"}, 400),
        ("sales", {"later": 1}, 400),
    ],
)
async def test_bad_closings_change_nothing(
    client: Client, floor: Floor, queue: str, body: dict[str, Any], status: int
) -> None:
    assert (await client.ask("POST", f"/v1/queues/{queue}/close", json=body))[0] == status
    assert floor.acd.orders.closing(SALES, floor.acd.clock.now()) is None
