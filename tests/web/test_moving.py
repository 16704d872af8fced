"""What may be asked of an agent's presence, and what is said when it may not."""

import pytest

from tests.web.floor import ALICE, Client, Floor

STATE = "/v1/agents/alice/state"


@pytest.mark.parametrize(
    ("wish", "state"),
    [
        ({"move": "log_in"}, ("UNREADY", "WAIT", "")),
        ({"move": "ready"}, ("READY", "", "")),
        ({"move": "not_ready"}, ("UNREADY", "WAIT", "")),
        ({"move": "not_ready", "reason": "lunch"}, ("UNREADY", "BREAK", "lunch")),
        ({"move": "not_ready", "sub_state": "DND"}, ("UNREADY", "DND", "")),
        ({"move": "not_ready", "reason": "a\nvisit=1\x1b[2J"}, ("UNREADY", "BREAK", "a visit=1 [2J")),
        ({"move": "log_out"}, ("LOGOUT", "", "")),
        ({"move": "ready_once"}, ("READY", "", "")),
        ({"move": "ban", "for_s": 60}, ("UNREADY", "WAIT", "")),
        ({"move": "ban"}, ("UNREADY", "WAIT", "")),
        ({"move": "lift_ban"}, ("READY", "", "")),
        ({"manual_status": "AVAILABLE"}, ("READY", "", "")),
        ({"manual_status": "LUNCH BREAK"}, ("UNREADY", "CUSTOM", "LUNCH BREAK")),
    ],
)
async def test_moves(client: Client, floor: Floor, wish: dict[str, object], state: tuple[str, str, str]):
    if wish.get("move") != "log_in":
        floor.ready(ALICE)
    status, agent = await client.ask("POST", STATE, json=wish)
    assert status == 200
    assert (agent["state"], agent["sub_state"], agent["reason"]) == state


@pytest.mark.parametrize("move", ["ready", "not_ready", "wrap_up_done"])
async def test_illegal_moves_say_the_present_state(client: Client, floor: Floor, move: str):
    before = len(floor.journal.store.facts)
    status, body = await client.ask("POST", STATE, json={"move": move})
    assert status == 409
    assert body["error"]["code"] == "illegal_move"
    assert body["error"]["state"] == "LOGOUT"
    assert len(floor.journal.store.facts) == before


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b"", ""),
        (b"{", ""),
        (b"[]", ""),
        (b'"ready"', ""),
        (b"{}", "move"),
        (b'{"move": "fly"}', "move"),
        (b'{"move": 1}', "move"),
        (b'{"move": "ready", "extra": 1}', "extra"),
        (b'{"move": "ready", "reason": "lunch"}', "reason"),
        (b'{"move": "log_out", "sub_state": "BREAK"}', "sub_state"),
        (b'{"move": "not_ready", "sub_state": "RINGING"}', "sub_state"),
        (b'{"move": "ready", "queue": "sales"}', "queue"),
        (b'{"move": "sign_in"}', "queue"),
        (b'{"move": "sign_in", "queue": "nowhere"}', "queue"),
        (b'{"move": "sign_in", "queue": "sales"}', "queue"),
        (b'{"move": "ready", "until": 5}', "until"),
        (b'{"move": "ready", "for_s": 5}', "for_s"),
        (b'{"move": "ban", "until": 5}', "until"),
        (b'{"move": "ban", "until": 1e999}', ""),
        (b'{"move": "ban", "for_s": 0}', "for_s"),
        (b'{"move": "ban", "for_s": 5, "until": 9e9}', "for_s"),
        (b'{"manual_status": ""}', "manual_status"),
        (b'{"manual_status": "AVAILABLE", "move": "ready"}', "move"),
        (b'{"move": "not_ready", "reason": "' + b"x" * 81 + b'"}', "reason"),
        (b'{"move": "not_ready", "reason": "\\ud800"}', ""),
        (b"\xff\xfe", ""),
        (b"[" * 5000, ""),
    ],
)
async def test_bad_bodies(client: Client, body: bytes, field: str):
    status, answer = await client.ask("POST", STATE, data=body)
    assert (status, answer["error"]["code"], answer["error"]["field"]) == (400, "bad_request", field)


async def test_nobody(client: Client):
    status, _ = await client.ask("POST", "/v1/agents/zoe/state", json={"move": "ready"})
    assert status == 404
