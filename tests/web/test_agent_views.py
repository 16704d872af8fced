"""The agent in other systems' words, over HTTP."""

import pytest

from ccapp.domain.presence import Move, SubState
from tests.web.floor import ALICE, Client, Floor


@pytest.mark.parametrize(
    ("view", "said"),
    [
        ("xswitch", {"state": "UNREADY", "subState": "BREAK", "reason": "lunch break"}),
        ("stringee", {"manual_status": "LUNCH BREAK", "system_status": 1, "online": True, "routable": False}),
        ("voximplant", {"acd_status": "TIMEOUT"}),
        ("freeswitch", {"status": "On Break", "state": "Idle"}),
    ],
)
async def test_each_view(client: Client, floor: Floor, view: str, said: dict[str, object]):
    floor.ready(ALICE)
    floor.acd.move(ALICE, Move.NOT_READY, sub_state=SubState.BREAK, reason="lunch break")
    assert await client.get(f"/v1/agents/alice?view={view}") == {"id": "alice", "view": view, **said}


@pytest.mark.parametrize("query", ["view=chinese", "view=", "viewing=xswitch"])
async def test_a_view_there_is_not(client: Client, query: str):
    status, body = await client.ask("GET", f"/v1/agents/alice?{query}")
    assert (status, body["error"]["code"]) == (400, "bad_request")


async def test_the_seconds_of_a_login_need_records(client: Client):
    status, body = await client.ask("GET", "/v1/agents/alice?view=phone")
    assert (status, body["error"]["code"]) == (503, "no_records")
