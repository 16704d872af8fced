"""Every command and every field we read exists in the description that ships with the Asterisk in use."""

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from ccapp.domain.ids import BridgeId, ChannelId
from ccapp.ports import DictationRules
from ccapp.telephony import commands, events
from ccapp.telephony.commands import Command
from scripts.stack.asterisk import AsteriskServer, find_asterisk

pytestmark = pytest.mark.real

CHANNEL, BRIDGE = ChannelId("1.2/3"), BridgeId("talk-alice")

SAMPLES: Mapping[Callable[..., Command], Command] = {
    commands.originate: commands.originate(
        CHANNEL,
        endpoint="PJSIP/a",
        app="x",
        caller_id="1",
        timeout_s=1,
        variables={"a": "b"},
        originator=CHANNEL,
    ),
    commands.answer: commands.answer(CHANNEL),
    commands.ring: commands.ring(CHANNEL),
    commands.hang_up: commands.hang_up(CHANNEL, 16),
    commands.look_at: commands.look_at(CHANNEL),
    commands.read: commands.read(CHANNEL, "X"),
    commands.read_many: commands.read_many(CHANNEL, ["X", "Y"]),
    commands.play: commands.play(CHANNEL, "p", "sound:beep"),
    commands.stop_playback: commands.stop_playback("p"),
    commands.snoop: commands.snoop(CHANNEL, CHANNEL, "in", "x"),
    commands.record: commands.record(CHANNEL, "a/b"),
    commands.dictate: commands.dictate(CHANNEL, DictationRules(name="a/b", seconds_max=9)),
    commands.look_at_recording: commands.look_at_recording("a/b"),
    commands.stop_recording: commands.stop_recording("a/b"),
    commands.discard: commands.discard("a/b"),
    commands.make_bridge: commands.make_bridge(BRIDGE, "n", "holding"),
    commands.play_music: commands.play_music(BRIDGE, "default"),
    commands.hear_music: commands.hear_music(CHANNEL, "default"),
    commands.hear_no_music: commands.hear_no_music(CHANNEL),
    commands.add: commands.add(BRIDGE, [CHANNEL]),
    commands.remove: commands.remove(BRIDGE, CHANNEL),
    commands.close_bridge: commands.close_bridge(BRIDGE),
    commands.hear_only: commands.hear_only("x", ["StasisStart"]),
    commands.subscribe: commands.subscribe("x", ["endpoint:PJSIP/a"]),
    commands.unsubscribe: commands.unsubscribe("x", "endpoint:PJSIP/a"),
    commands.application: commands.application("x"),
    commands.channels: commands.channels(),
    commands.bridges: commands.bridges(),
    commands.ping: commands.ping(),
    commands.endpoints: commands.endpoints(),
    commands.put_sip: commands.put_sip("auth", "a", {"username": "a"}),
    commands.get_sip: commands.get_sip("auth", "a"),
    commands.drop_sip: commands.drop_sip("auth", "a"),
    commands.send_text: commands.send_text("a", "sip:x@y", "hello"),
}


@pytest.fixture(scope="module")
def description() -> Mapping[str, Any]:
    """File name without ending -> content."""
    folder: Path = find_asterisk().rest_api
    return {path.stem: json.loads(path.read_text()) for path in folder.glob("*.json")}


@pytest.fixture(scope="module")
def models(description: Mapping[str, Any]) -> Mapping[str, Any]:
    """All models by name."""
    return {
        name: model for content in description.values() for name, model in content.get("models", {}).items()
    }


def test_all_commands_are_sampled() -> None:
    made = {
        thing
        for name, thing in vars(commands).items()
        if not name.startswith("_") and getattr(thing, "__annotations__", {}).get("return") is Command
    }
    assert made == set(SAMPLES)


@pytest.mark.parametrize("command", SAMPLES.values(), ids=lambda command: command.kind)
def test_a_command_is_described(command: Command, description: Mapping[str, Any]) -> None:
    path, query = urlsplit(command.uri).path, parse_qs(urlsplit(command.uri).query)
    operation = next(_operations(description, command.method, path.split("/")), None)
    assert operation, f"{command.method} {path}"
    parameters = {one["name"]: one for one in operation.get("parameters", [])}
    assert query.keys() <= {name for name, one in parameters.items() if one["paramType"] == "query"}
    required = {
        name for name, one in parameters.items() if one["paramType"] == "query" and one.get("required")
    }
    assert required <= query.keys()
    bodies = {name for name, one in parameters.items() if one["paramType"] == "body"}
    if command.kind != "hear_only":  # whose body is the filter itself
        assert (command.body or {}).keys() <= bodies
    else:
        assert bodies == {"filter"}


def _operations(description: Mapping[str, Any], method: str, path: list[str]) -> Iterator[dict[str, Any]]:
    for content in description.values():
        for api in content.get("apis", []):
            template = api["path"].strip("/").split("/")
            fits = len(template) == len(path) and all(
                t == p or t.startswith("{") for t, p in zip(template, path, strict=True)
            )
            if fits and isinstance(api.get("operations"), list):
                yield from (one for one in api["operations"] if one["httpMethod"] == method)


class Described(dict[str, Any]):
    """An object with all fields of its model; asking for another one, even politely, is a fault."""

    def get(self, key: str, default: Any = None) -> Any:
        return self[key]


def example(models: Mapping[str, Any], model: str) -> Described:
    fields: dict[str, Any] = {"type": model}
    for name in ("Message", "Event", model):
        for field, of in models.get(name, {}).get("properties", {}).items():
            fields.setdefault(field, _value(models, of["type"]))
    return Described(fields)


def _value(models: Mapping[str, Any], kind: str) -> Any:
    simple: dict[str, Any] = {
        "string": "x",
        "int": 1,
        "long": 1,
        "boolean": True,
        "Date": "now",
        "object": {},
    }
    if kind in simple:
        return simple[kind]
    if kind.startswith("List["):
        return [_value(models, kind[5:-1])]
    return example(models, kind)


@pytest.mark.parametrize("type_", [*events.OF_CALLS, *events.OF_DEVICES])
def test_an_event_and_each_field_we_read_are_described(type_: str, models: Mapping[str, Any]) -> None:
    assert type_ in models
    if type_ != events.REPLY:
        assert events.decode(example(models, type_)) is not None


def test_lists_we_read_are_described(models: Mapping[str, Any]) -> None:
    assert events.channel(example(models, "Channel"))
    assert events.endpoint(example(models, "Endpoint"))
    assert "channel_ids" in example(models, "Application")
    assert {"id", "channels", "bridge_class"} <= example(models, "Bridge").keys()
    assert {"request_id", "status_code", "message_body", "reason_phrase"} <= example(
        models, events.REPLY
    ).keys()


def test_the_description_is_that_of_the_running_asterisk(asterisk: AsteriskServer) -> None:
    assert asterisk.rest_api == find_asterisk().rest_api
