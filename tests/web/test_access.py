"""The access URL of one call: only who knows the token gets in, and whatever he sends is answered."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ccapp.acd.session import Session, State
from ccapp.config.token import access_token
from ccapp.domain import events
from ccapp.domain.commands import Stop
from tests.rows import rows
from tests.web.floor import SALES, TOKEN, Client, Floor

CONNECT = {"command": "connect", "operator": {"type": "user", "id": "alice"}}
ANYTHING = settings(
    max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)


def opened(floor: Floor) -> Session:
    caller = floor.call().waits()
    return floor.acd.sessions.open(caller.visit, SALES, floor.acd.clock.now(), again=False)


def path(session: Session, token: str = "") -> str:
    return f"/v1/sessions/{session.id}/access/{token or access_token(TOKEN, session.id)}"


async def say(client: Client, url: str, body: Any) -> tuple[int, dict[str, Any]]:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    async with client.session.post(client.floor.url + url, data=content) as answer:
        return answer.status, await answer.json()


@rows("VB-03")
async def test_a_token_is_128_bits_and_every_other_is_unknown(client: Client, floor: Floor) -> None:
    session = opened(floor)
    token = access_token(TOKEN, session.id)
    assert len(bytes.fromhex(token)) == 16
    for wrong in (token[:-1], token.upper(), "0" * 32, "%00", access_token(TOKEN, "s-other"), "é"):
        assert (await say(client, path(session, wrong), CONNECT))[0] == 404
    assert session.state is State.ALERTING
    other = f"/v1/sessions/s-never-was/access/{access_token('guessed', 's-never-was')}"
    assert (await say(client, other, CONNECT))[0] == 404
    async with client.session.get(floor.url + path(session)) as answer:
        assert answer.status == 405


@rows("VB-03")
async def test_each_status(client: Client, floor: Floor) -> None:
    session = opened(floor)
    url = path(session)
    first = await say(client, url, {**CONNECT, "command_id": "a"})
    assert first == (
        202, {"accepted": True, "command_id": "a", "state": "offering", "operator": "user alice"},
    )  # fmt: skip
    assert await say(client, url, {**CONNECT, "command_id": "b"}) == (
        409, {"error": "busy", "state": "offering", "command_id": "b"},
    )  # fmt: skip
    session.is_now(State.WAITING)
    assert (await say(client, url, {**CONNECT, "command_id": "a"}))[0] == 202
    assert session.state is State.WAITING, "a repeat does nothing"
    assert (await say(client, url, {**CONNECT, "command_id": "b"}))[0] == 409, "the first result"
    assert (await say(client, url, {"command": "status"}))[1]["state"] == "waiting"
    assert (await say(client, url, b"{"))[0] == 400
    assert (await say(client, url, b'"connect"'))[0] == 400
    status, refused = await say(client, url, {**CONNECT, "timeout": -1})
    assert (status, refused["field"]) == (400, "timeout")
    assert (await say(client, url, b" " * 65_536))[0] == 400
    assert (await say(client, url, b" " * 65_537))[0] == 413
    floor.callers[-1].hangs_up()
    assert await say(client, url, CONNECT) == (410, {"error": "gone"})
    assert await say(client, url, {**CONNECT, "command_id": "a"}) == (410, {"error": "gone"})
    taken = [item.fact for item in floor.journal.store.facts if isinstance(item.fact, events.CommandTaken)]
    assert [fact.command_id for fact in taken] == ["a"]


async def test_more_commands_than_anybody_needs_are_refused(client: Client, floor: Floor) -> None:
    session = opened(floor)
    for number in range(1000):
        session.remember(session.reply_to(Stop(), f"c{number}"))
    assert (await say(client, path(session), {"command": "stop"}))[0] == 409


@ANYTHING
@given(content=st.binary(max_size=200) | st.text().map(str.encode))
async def test_any_bytes_are_answered(content: bytes, client: Client, floor: Floor) -> None:
    session = opened(floor)
    assert (await say(client, path(session), content))[0] == 400
    floor.callers[-1].hangs_up()


WORDS = st.sampled_from(
    [
        "connect",
        "say",
        "ask",
        "hangup",
        "queue",
        "transfer",
        "cancel",
        "user",
        "sip",
        "alice",
        "1",
        "",
        "x" * 99,
    ]
)
VALUES = st.recursive(
    WORDS | st.integers() | st.booleans() | st.none() | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=6,
)
FIELDS = st.sampled_from(["operator", "timeout", "text", "file", "dtmf", "choices", "queue", "command_id"])


@ANYTHING
@given(name=WORDS, more=st.dictionaries(FIELDS, VALUES, max_size=4))
async def test_any_command_is_answered(name: str, more: dict[str, Any], client: Client, floor: Floor) -> None:
    session = opened(floor)
    assert (await say(client, path(session), {"command": name, **more}))[0] in (202, 400, 409)
    floor.callers[-1].hangs_up()


@pytest.mark.parametrize("state", list(State))
async def test_status_is_always_told(client: Client, floor: Floor, state: State) -> None:
    session = opened(floor)
    session.is_now(state)
    status, told = await say(client, path(session), {"command": "status"})
    assert (status, told["state"]) == (202, state)
