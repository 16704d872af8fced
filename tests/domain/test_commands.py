"""What a customer's server may say: read strictly, and nothing but BadCommand comes of anything else."""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccapp.domain import commands
from ccapp.domain.commands import (
    Ask,
    BadCommand,
    Cancel,
    Command,
    Connect,
    HangUp,
    PhoneNumber,
    PlayFile,
    SayText,
    SendTo,
    SipUri,
    Status,
    Stop,
    Transfer,
    User,
)
from ccapp.domain.ids import AgentId, QueueId

IDS = st.from_regex(r"[A-Za-z][A-Za-z0-9_-]{0,39}", fullmatch=True).filter(str.isascii)
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=40)
OPERATORS = st.one_of(
    IDS.map(lambda id: User(AgentId(id))),
    st.sampled_from(["sip:bob@10.0.0.1:5062", "sips:bob@example.org;transport=tls"]).map(SipUri),
    st.from_regex(r"\+?[0-9]{1,15}", fullmatch=True).filter(str.isascii).map(PhoneNumber),
)
CONNECTS = st.builds(
    Connect,
    operator=OPERATORS,
    ring_s=st.floats(1, 300),
    caller_id=st.sampled_from(["", "+49301"]),
    spare=st.booleans(),
)
COMMANDS: st.SearchStrategy[Command] = st.one_of(
    CONNECTS,
    CONNECTS.map(lambda to: Transfer(to=to)),
    TEXTS.map(lambda text: SayText(text=text)),
    st.sampled_from(["hello", "main/welcome"]).map(lambda file: PlayFile(file=file)),
    st.builds(
        Ask,
        text=TEXTS,
        keys=st.dictionaries(st.sampled_from("0123456789*#"), TEXTS, min_size=1, max_size=5),
        within_s=st.floats(1, 60),
    ),
    TEXTS.map(lambda reason: HangUp(reason=reason)),
    IDS.map(lambda queue: SendTo(queue=QueueId(queue))),
    st.sampled_from([Stop(), Cancel(), Status()]),
)


@given(COMMANDS)
def test_what_is_written_is_read_again(command: Command) -> None:
    assert commands.command(commands.written(command)) == command


def test_the_contract_as_it_is_written() -> None:
    user = {"type": "user", "id": "op1"}
    asked = {
        "command": "connect", "operator": user, "timeout": 20, "caller_id": "+7900", "spare": False,
    }  # fmt: skip
    connect = Connect(operator=User(AgentId("op1")), ring_s=20.0, caller_id="+7900")
    assert commands.command(asked) == connect
    assert commands.route({"action": "operator", "operator": user, "caller_id": "+7900"}) == connect
    assert commands.command(
        {
            "command": "ask",
            "text": "Yes?",
            "choices": ["yes", "no"],
            "dtmf": {"1": "yes", "2": "no"},
            "timeout": 5,
        }
    ) == Ask(text="Yes?", keys={"1": "yes", "2": "no"}, within_s=5.0)
    for waits in (None, {}, {"action": "wait"}):
        assert commands.route(waits) is None
    assert commands.route({"action": "queue", "queue": "other"}) == SendTo(queue=QueueId("other"))


@pytest.mark.parametrize(
    ("document", "field"),
    [
        ({}, "command"),
        ({"command": "dance"}, "command"),
        ({"command": ["connect"]}, "command"),
        ({"command": "connect"}, "operator"),
        ({"command": "connect", "operator": {"type": "user", "id": "../etc"}}, "operator.id"),
        ({"command": "connect", "operator": {"type": "phone", "number": "1&x=2"}}, "operator.number"),
        ({"command": "connect", "operator": {"type": "sip", "uri": "sip:a@b\r\nVia: x"}}, "operator.uri"),
        ({"command": "connect", "operator": {"type": "user", "id": "a"}, "timeout": 1e9}, "timeout"),
        ({"command": "connect", "operator": {"type": "user", "id": "a"}, "timeout": True}, "timeout"),
        ({"command": "connect", "operator": {"type": "user", "id": "a"}, "spare": 1}, "spare"),
        ({"command": "play", "file": "/etc/../secret"}, "file"),
        ({"command": "play", "file": "a/../../b"}, "file"),
        ({"command": "say", "text": " "}, "text"),
        ({"command": "say", "text": "x" * 2001}, "text"),
        ({"command": "ask", "text": "?", "dtmf": {}}, "dtmf"),
        ({"command": "ask", "text": "?", "dtmf": {"12": "a"}}, "dtmf"),
        ({"command": "ask", "text": "?", "dtmf": {"1": "a"}, "choices": ["b"]}, "dtmf.1"),
        ({"command": "queue", "queue": 7}, "queue"),
        ([], ""),
    ],
)
def test_errors_name_the_place(document: Any, field: str) -> None:
    with pytest.raises(BadCommand) as refused:
        commands.command(document)
    assert refused.value.field == field


WORDS = [
    "command",
    "operator",
    "type",
    "id",
    "uri",
    "number",
    "timeout",
    "text",
    "file",
    "dtmf",
    "choices",
    "action",
]
VALUES = ["connect", "transfer", "say", "ask", "play", "queue", "user", "sip", "phone", "wait", "operator"]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9) | st.sampled_from(VALUES),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=5),
    max_leaves=12,
)


@given(JSON)
def test_anything_is_a_command_or_a_bad_one(document: Any) -> None:
    for read in (commands.command, commands.route):
        with suppress(BadCommand):
            read(document)
