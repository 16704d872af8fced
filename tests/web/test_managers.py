"""Whose manager an agent is: asked, set and forgotten over REST."""

import pytest

from ccapp.domain import events
from ccapp.domain.managers import Chosen
from tests.web.floor import Client, Floor

PATH = "/v1/managers/+49 176-12345"


async def test_set_shown_and_forgotten(client: Client, floor: Floor) -> None:
    assert (await client.ask("GET", PATH))[0] == 404
    status, row = await client.ask("PUT", PATH, json={"agent": "alice"})
    assert (status, row) == (200, {"number": "+4917612345", "agent": "alice"})
    assert await client.ask("GET", "/v1/managers/+4917612345") == (200, row)
    assert await floor.acd.manager_of("+49 (176) 12345") == "alice"
    assert (await client.ask("DELETE", PATH))[0] == 200
    assert (await client.ask("GET", PATH))[0] == 404
    facts = [item.fact for item in floor.journal.store.facts]
    chosen = [fact for fact in facts if isinstance(fact, events.ManagerChosen)]
    assert [(fact.agent, fact.why) for fact in chosen] == [("alice", Chosen.COMMAND), (None, Chosen.COMMAND)]


@pytest.mark.parametrize(
    ("path", "body", "status", "field"),
    [
        (PATH, {"agent": "nobody"}, 404, "agent"),
        (PATH, {}, 400, "agent"),
        (PATH, {"agent": 7}, 400, "agent"),
        (PATH, {"agent": "alice", "extra": 1}, 400, "extra"),
        ("/v1/managers/anonymous", {"agent": "alice"}, 400, "number"),
    ],
)
async def test_refusals(
    client: Client, floor: Floor, path: str, body: dict[str, object], status: int, field: str
) -> None:
    before = len(floor.journal.store.facts)
    told, answer = await client.ask("PUT", path, json=body)
    assert (told, answer["error"]["field"]) == (status, field)
    assert len(floor.journal.store.facts) == before
