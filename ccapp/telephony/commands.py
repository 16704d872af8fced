"""What can be asked of Asterisk: one function per command, and one place where its refusals are understood.

Ids, names and values are quoted here and nowhere else. A test holds every command against the API description
that ships with Asterisk.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote

from ccapp.domain.ids import BridgeId, ChannelId
from ccapp.ports import DictationRules, LegGone, Refused, SwitchBusy, SwitchError

type Subject = Literal["channel", "new channel", "bridge", "playback", "recording", "switch"]


class Conflict(Refused):
    """It exists already: a repeat."""


class NotYetIn(SwitchBusy):
    """The channel is there, but has not entered the application so far."""


class NoBridge(LegGone):
    """The bridge is no more."""


@dataclass(frozen=True, slots=True)
class Command:
    kind: str
    """For figures and logs."""
    subject: Subject
    """What a 404 or 409 speaks of."""
    method: Literal["GET", "POST", "PUT", "DELETE"]
    uri: str
    body: Mapping[str, object] | None = None


def fault(command: Command, status: int, text: str) -> SwitchError:
    """What a status of 400 and more means."""
    what = f"{command.kind} {command.uri.partition('?')[0]}: {status} {text}"
    if command.kind == "answer" and status == 500:  # it is being hung up
        return LegGone(what)
    if status >= 500:
        return SwitchBusy(what)
    match command.subject, status:
        case "bridge", 404:
            return NoBridge(what)
        case "bridge", 409 if "Bridge not in Stasis" in text:  # still found, but being closed
            return NoBridge(what)
        case (("channel" | "playback" | "recording"), 404):
            return LegGone(what)
        case "channel", (409 | 412):  # not in Stasis any more, or being hung up
            return LegGone(what)
        case "recording", 409 if "not in Stasis" in text:
            return NotYetIn(what)
        case (("new channel" | "bridge" | "recording"), 409):
            return Conflict(what)
        case "switch", 404:  # it has not booted yet
            return SwitchBusy(what)
        case _:
            return Refused(what)


def _uri(*path: str, **query: str | int | None) -> str:
    uri = "/".join(map(_quoted, path))
    given = "&".join(f"{name}={_quoted(str(value))}" for name, value in query.items() if value is not None)
    return f"{uri}?{given}" if given else uri


_UNRESERVED = re.compile(r"[A-Za-z0-9_.~-]*")


def _quoted(text: str) -> str:
    """Nearly every id and value needs no quoting, and `quote` takes its time to find that out."""
    return text if _UNRESERVED.fullmatch(text) else quote(text, safe="")


# --- channels


def originate(
    channel: ChannelId,
    *,
    endpoint: str,
    app: str,
    caller_id: str,
    timeout_s: int,
    variables: Mapping[str, str],
    originator: ChannelId | None,
) -> Command:
    uri = _uri(
        "channels",
        channel,
        endpoint=endpoint,
        app=app,
        appArgs="dialled",
        callerId=caller_id or None,
        timeout=timeout_s,
        originator=originator,
    )
    return Command("originate", "new channel", "POST", uri, {"variables": variables} if variables else None)


def answer(channel: ChannelId) -> Command:
    return Command("answer", "channel", "POST", _uri("channels", channel, "answer"))


def ring(channel: ChannelId) -> Command:
    return Command("ring", "channel", "POST", _uri("channels", channel, "ring"))


def hang_up(channel: ChannelId, cause: int) -> Command:
    return Command("hang_up", "channel", "DELETE", _uri("channels", channel, reason_code=cause))


def look_at(channel: ChannelId) -> Command:
    return Command("look_at", "channel", "GET", _uri("channels", channel))


def read(channel: ChannelId, variable: str) -> Command:
    return Command("read", "channel", "GET", _uri("channels", channel, "variable", variable=variable))


def read_many(channel: ChannelId, variables: Sequence[str]) -> Command:
    """All or nothing: one that cannot be read fails the whole command with 500."""
    uri = _uri("channels", channel, "variables", variables=",".join(variables))
    return Command("read_many", "channel", "GET", uri)


def play(channel: ChannelId, playback: str, media: str) -> Command:
    return Command("play", "channel", "POST", _uri("channels", channel, "play", playback, media=media))


def stop_playback(playback: str) -> Command:
    return Command("stop_playback", "playback", "DELETE", _uri("playbacks", playback))


def hear_music(channel: ChannelId, music: str) -> Command:
    return Command("hear_music", "channel", "POST", _uri("channels", channel, "moh", mohClass=music))


def hear_no_music(channel: ChannelId) -> Command:
    return Command("hear_no_music", "channel", "DELETE", _uri("channels", channel, "moh"))


# --- recordings


def snoop(channel: ChannelId, snoop: ChannelId, direction: Literal["in", "out"], app: str) -> Command:
    """A new channel that hears what comes from the channel's party, or what goes to it, until it ends."""
    uri = _uri("channels", channel, "snoop", snoop, spy=direction, app=app)
    return Command("snoop", "new channel", "POST", uri)


def record(channel: ChannelId, name: str) -> Command:
    uri = _uri("channels", channel, "record", name=name, format="wav", ifExists="fail")
    return Command("record", "recording", "POST", uri)


def dictate(channel: ChannelId, rules: DictationRules) -> Command:
    uri = _uri(
        "channels",
        channel,
        "record",
        name=rules.name,
        format="wav",
        maxDurationSeconds=rules.seconds_max,
        maxSilenceSeconds=rules.silence_s,
        ifExists="fail",
        beep="true" if rules.beep else "false",
        terminateOn=rules.end_key,
    )
    return Command("dictate", "recording", "POST", uri)


def look_at_recording(name: str) -> Command:
    return Command("look_at_recording", "recording", "GET", _uri("recordings", "live", name))


def stop_recording(name: str) -> Command:
    return Command("stop_recording", "recording", "POST", _uri("recordings", "live", name, "stop"))


def discard(name: str) -> Command:
    return Command("discard", "recording", "DELETE", _uri("recordings", "stored", name))


# --- bridges


def make_bridge(bridge: BridgeId, name: str, kind: Literal["mixing", "holding"]) -> Command:
    return Command("make_bridge", "bridge", "POST", _uri("bridges", bridge, type=kind, name=name))


def play_music(bridge: BridgeId, music: str) -> Command:
    return Command("play_music", "bridge", "POST", _uri("bridges", bridge, "moh", mohClass=music))


def add(bridge: BridgeId, channels: Sequence[ChannelId]) -> Command:
    """Without connected line updates: both phones know already who the other side is."""
    uri = _uri(
        "bridges", bridge, "addChannel", channel=",".join(channels), inhibitConnectedLineUpdates="true"
    )
    return Command("add", "bridge", "POST", uri)


def remove(bridge: BridgeId, channel: ChannelId) -> Command:
    return Command("remove", "bridge", "POST", _uri("bridges", bridge, "removeChannel", channel=channel))


def close_bridge(bridge: BridgeId) -> Command:
    return Command("close_bridge", "bridge", "DELETE", _uri("bridges", bridge))


# --- the switch as a whole


def hear_only(app: str, types: Iterable[str]) -> Command:
    """Asterisk filters by the rules of a socket's first application, replies too: name `RESTResponse`."""
    body = {"allowed": [{"type": type_} for type_ in types]}
    return Command("hear_only", "switch", "PUT", _uri("applications", app, "eventFilter"), body)


def subscribe(app: str, sources: Iterable[str]) -> Command:
    uri = _uri("applications", app, "subscription", eventSource=",".join(sources))
    return Command("subscribe", "switch", "POST", uri)


def unsubscribe(app: str, source: str) -> Command:
    uri = _uri("applications", app, "subscription", eventSource=source)
    return Command("unsubscribe", "switch", "DELETE", uri)


def application(app: str) -> Command:
    return Command("application", "switch", "GET", _uri("applications", app))


def channels() -> Command:
    return Command("channels", "switch", "GET", "channels")


def bridges() -> Command:
    return Command("bridges", "switch", "GET", "bridges")


def ping() -> Command:
    return Command("ping", "switch", "GET", _uri("asterisk", "ping"))


def endpoints() -> Command:
    return Command("endpoints", "switch", "GET", _uri("endpoints", "PJSIP"))


# --- agents' accounts

type SipObject = Literal["auth", "aor", "endpoint"]


def _sip(kind: SipObject, name: str) -> str:
    return _uri("asterisk", "config", "dynamic", "res_pjsip", kind, name)


def put_sip(kind: SipObject, name: str, fields: Mapping[str, str]) -> Command:
    body = {"fields": [{"attribute": attribute, "value": value} for attribute, value in fields.items()]}
    return Command("put_sip", "switch", "PUT", _sip(kind, name), body)


def get_sip(kind: SipObject, name: str) -> Command:
    return Command("get_sip", "switch", "GET", _sip(kind, name))


def drop_sip(kind: SipObject, name: str) -> Command:
    return Command("drop_sip", "switch", "DELETE", _sip(kind, name))


def send_text(endpoint: str, sender: str, text: str) -> Command:
    uri = _uri("endpoints", "PJSIP", endpoint, "sendMessage", **{"from": sender, "body": text})
    return Command("send_text", "switch", "PUT", uri)
