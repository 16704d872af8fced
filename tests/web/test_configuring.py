"""The configuration goes in whole, or not at all."""

from dataclasses import replace
from typing import Any

import pytest

from ccapp.config import export_yaml, to_document
from tests.web.floor import ALICE, BOB, SALES, SUPPORT, Client, Floor

YAML = {"Content-Type": "application/yaml"}


def changed(floor: Floor, **queue: Any) -> dict[str, Any]:
    document = to_document(floor.acd.centre)
    document["queues"]["sales"] |= queue
    return document


async def test_what_is_read_has_no_secret(client: Client):
    body = await client.get("/v1/config")
    assert body["version"] == 7
    assert body["document"]["agents"]["alice"]["name"] == "Alice Archer"
    assert "aaaa" not in str(body)


async def test_as_yaml(client: Client, floor: Floor):
    headers = {"Authorization": "Bearer let-me-in", "Accept": "application/yaml"}
    async with client.session.get(floor.url + "/v1/config", headers=headers) as answer:
        assert answer.content_type == "application/yaml"
        assert answer.headers["ETag"] == '"7"'
        assert await answer.text() == export_yaml(floor.acd.centre)


async def test_what_was_read_may_be_written(client: Client, floor: Floor):
    before = floor.acd.centre
    status, body = await client.ask("PUT", "/v1/config", json=changed(floor))
    assert (status, body["version"], body["applied"]) == (200, 8, True)
    assert floor.acd.centre == before  # digests kept


async def test_yaml_takes_effect_on_a_waiting_call(client: Client, floor: Floor):
    caller = floor.call().waits(SUPPORT, ago_s=5)
    text = export_yaml(floor.acd.centre).replace("  support:\n", "  support:\n    priority_s: 60\n", 1)
    status, body = await client.ask("PUT", "/v1/config", data=text.encode(), headers=YAML)
    assert (status, body["version"]) == (200, 8), body
    [waiting] = floor.acd.line(SUPPORT)
    assert waiting.priority_s == 60
    assert waiting.visit == caller.visit.id
    assert floor.applied[0][1] == "api"


async def test_check_changes_nothing(client: Client, floor: Floor):
    status, body = await client.ask("PUT", "/v1/config?check", json=changed(floor, ring_s=20))
    assert (status, body["version"], body["applied"]) == (200, 7, False)
    assert floor.applied == []


async def test_all_problems_with_their_places(client: Client, floor: Floor):
    text = "queues:\n  sales:\n    name: Sales\n    ring_s: soon\n    colour: red\n"
    status, body = await client.ask("PUT", "/v1/config", data=text.encode(), headers=YAML)
    error = body["error"]
    assert (status, error["code"]) == (400, "invalid_config")
    places = {(problem["line"], problem["field"]) for problem in error["problems"]}
    assert places == {(4, "queues.sales.ring_s"), (5, "queues.sales.colour")}
    assert error["field"] in {field for _, field in places}
    assert floor.applied == []


async def test_a_new_agent_needs_a_password(client: Client, floor: Floor):
    document = changed(floor)
    document["agents"]["zoe"] = {"name": "Zoe", "extension": "299"}
    status, body = await client.ask("PUT", "/v1/config", json=document)
    assert (status, body["error"]["field"]) == (400, "agents.zoe")


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"{", {"Content-Type": "application/json"}, 400),
        (b"[1]", {"Content-Type": "application/json"}, 400),
        (b"a: [", YAML, 400),
        (b"\xff", YAML, 400),
        (b"just a text", YAML, 400),
        (b"&a [*a]", YAML, 400),
        (b"a: 1", {"Content-Type": "image/png"}, 415),
        (b"name: x", {**YAML, "If-Match": '"6"'}, 412),
    ],
)
async def test_refusals(client: Client, floor: Floor, body: bytes, headers: dict[str, str], status: int):
    got, answer = await client.ask("PUT", "/v1/config", data=body, headers=headers)
    assert got == status, answer
    assert answer["error"]["message"]
    assert floor.applied == []
    assert ALICE in floor.acd.centre.agents


async def test_if_match(client: Client, floor: Floor):
    status, _ = await client.ask("PUT", "/v1/config", json=changed(floor), headers={"If-Match": '"7"'})
    assert status == 200
    status, body = await client.ask("PUT", "/v1/config", json=changed(floor), headers={"If-Match": '"7"'})
    assert (status, body["error"]["code"]) == (412, "changed_meanwhile")


# --- single settings --------------------------------------------------------------------------------------


async def test_a_patch_changes_what_it_names_and_nothing_else(client: Client, floor: Floor):
    before = floor.acd.centre
    status, body = await client.ask("PATCH", "/v1/config", json={"queues": {"sales": {"ring_s": 20}}})
    assert (status, body["version"], body["applied"]) == (200, 8, True), body
    sales = replace(before.queues[SALES], ring_s=20.0)
    assert floor.acd.centre == replace(before, queues={**before.queues, SALES: sales})


async def test_a_patch_takes_effect_on_a_waiting_call(client: Client, floor: Floor):
    floor.call().waits(SUPPORT, ago_s=5)
    await client.ask("PATCH", "/v1/config", json={"queues": {"support": {"priority_s": 60}}})
    [waiting] = floor.acd.line(SUPPORT)
    assert waiting.priority_s == 60


async def test_null_brings_the_default_back_or_takes_a_thing_away(client: Client, floor: Floor):
    await client.ask("PATCH", "/v1/config", json={"queues": {"sales": {"wait_s_max": 60, "music": "jazz"}}})
    changes = {"queues": {"sales": {"wait_s_max": None, "music": None}, "support": None}}
    status, body = await client.ask("PATCH", "/v1/config", json=changes)
    assert status == 200, body
    sales = floor.acd.centre.queues[SALES]
    assert (sales.wait_s_max, sales.music) == (None, "default")
    assert SUPPORT not in floor.acd.centre.queues


async def test_lists_are_replaced_whole_and_passwords_kept_or_set(client: Client, floor: Floor):
    changes = {
        "break_reasons": ["coffee"],
        "agents": {"alice": {"password": "new"}, "zoe": {"name": "Zoe", "extension": "299", "password": "z"}},
    }
    status, body = await client.ask("PATCH", "/v1/config", json=changes)
    assert status == 200, body
    agents = floor.acd.centre.agents
    assert floor.acd.centre.break_reasons == ("coffee",)
    assert agents[BOB].digest == "b" * 32
    assert agents[ALICE].digest not in ("", "a" * 32)


async def test_a_patch_is_applied_whole_or_not_at_all(client: Client, floor: Floor):
    changes = {"queues": {"sales": {"ring_s": 20}, "support": {"ring_s": 2, "colour": "red"}}}
    status, body = await client.ask("PATCH", "/v1/config", json=changes)
    assert (status, body["error"]["code"]) == (400, "invalid_config")
    fields = {problem["field"] for problem in body["error"]["problems"]}
    assert fields == {"queues.support.ring_s", "queues.support.colour"}
    assert floor.applied == []


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"{", {"Content-Type": "application/merge-patch+json"}, 400),
        (b"[1]", {"Content-Type": "application/merge-patch+json"}, 400),
        (b"null", {"Content-Type": "application/merge-patch+json"}, 400),
        (b"name: x", YAML, 415),
        (b'{"name": "x"}', {"Content-Type": "application/json", "If-Match": '"6"'}, 412),
        (b'{"queues": 3}', {"Content-Type": "application/json"}, 400),
        (b'{"queues": {"sales": {"name": null}}}', {"Content-Type": "application/json"}, 400),
        (b'{"realm": "elsewhere"}', {"Content-Type": "application/json"}, 400),  # digests hold in their own
    ],
)
async def test_patches_refused(
    client: Client, floor: Floor, body: bytes, headers: dict[str, str], status: int
):
    got, answer = await client.ask("PATCH", "/v1/config", data=body, headers=headers)
    assert got == status, answer
    assert answer["error"]["message"]
    assert floor.applied == []


async def test_a_checked_patch_changes_nothing(client: Client, floor: Floor):
    status, body = await client.ask("PATCH", "/v1/config?check", json={"name": "New"})
    assert (status, body["version"], body["applied"]) == (200, 7, False)
    assert floor.applied == []
