"""What Asterisk tells, decoded to the few things we need to know.

On the hot path: plain dictionaries in, slotted values out, one look-up per event. A test holds every field
read here against the API description that ships with Asterisk.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ccapp.domain.ids import ChannelId

type Raw = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel as events and `GET /channels` show it."""

    id: ChannelId
    state: str
    number: str
    name: str
    dialled: str
    app: str  # the dialplan application it is in
    app_data: str

    @property
    def up(self) -> bool:
        return self.state == "Up"

    def stasis_args(self) -> list[str]:
        """What `Stasis(app,…)` was given; empty when it is not in Stasis."""
        return self.app_data.split(",")[1:] if self.app == "Stasis" else []


@dataclass(frozen=True, slots=True)
class Entered:
    """StasisStart: an arrival, or a dialled leg picked up."""

    channel: Channel
    args: list[str]


@dataclass(frozen=True, slots=True)
class HangingUp:
    """ChannelHangupRequest: the only word on the cause for channels that arrived, whose ChannelDestroyed
    comes after our subscription has ended."""

    channel: ChannelId
    cause: int


@dataclass(frozen=True, slots=True)
class Left:
    """StasisEnd. We never continue a channel in the dialplan, so this is its end."""

    channel: ChannelId


@dataclass(frozen=True, slots=True)
class Destroyed:
    """ChannelDestroyed: the end of a dialled leg that nobody picked up."""

    channel: ChannelId
    cause: int


@dataclass(frozen=True, slots=True)
class Pressed:
    channel: ChannelId
    digit: str


@dataclass(frozen=True, slots=True)
class Held:
    """ChannelHold, ChannelUnhold: the party has put the call on hold, or taken it back."""

    channel: ChannelId
    on: bool


@dataclass(frozen=True, slots=True)
class PlaybackBegan:
    playback: str


@dataclass(frozen=True, slots=True)
class PlaybackEnded:
    playback: str
    failed: bool


@dataclass(frozen=True, slots=True)
class RecordingFailed:
    name: str
    cause: str


@dataclass(frozen=True, slots=True)
class RecordingOver:
    """RecordingFinished: its file is whole."""

    name: str


@dataclass(frozen=True, slots=True)
class EndpointChanged:
    """Comes with every channel that the endpoint gets or loses, too."""

    endpoint: str
    online: bool


@dataclass(frozen=True, slots=True)
class TakenOver:
    application: str


type Event = (
    Entered
    | HangingUp
    | Left
    | Destroyed
    | Pressed
    | Held
    | PlaybackBegan
    | PlaybackEnded
    | RecordingFailed
    | RecordingOver
    | EndpointChanged
    | TakenOver
)


def channel(raw: Raw) -> Channel:
    caller, dialplan = raw["caller"], raw["dialplan"]
    return Channel(
        ChannelId(raw["id"]),
        raw["state"],
        caller["number"],
        caller["name"],
        dialplan["exten"],
        dialplan.get("app_name", ""),
        dialplan.get("app_data", ""),
    )


def _playback_ended(raw: Raw) -> PlaybackEnded:
    playback = raw["playback"]
    return PlaybackEnded(playback["id"], playback["state"] == "failed")


def _recording_failed(raw: Raw) -> RecordingFailed:
    return RecordingFailed(raw["name"], raw.get("cause", ""))


def endpoint(raw: Raw) -> EndpointChanged:
    """An entry of `GET /endpoints`, or an event's `endpoint`."""
    return EndpointChanged(raw["resource"], raw.get("state") == "online")


_DECODERS: Mapping[str, Callable[[Raw], Event]] = {
    "StasisStart": lambda raw: Entered(channel(raw["channel"]), raw["args"]),
    "StasisEnd": lambda raw: Left(raw["channel"]["id"]),
    "ChannelHangupRequest": lambda raw: HangingUp(raw["channel"]["id"], raw.get("cause", 0)),
    "ChannelDestroyed": lambda raw: Destroyed(raw["channel"]["id"], raw["cause"]),
    "ChannelDtmfReceived": lambda raw: Pressed(raw["channel"]["id"], raw["digit"]),
    "ChannelHold": lambda raw: Held(raw["channel"]["id"], True),
    "ChannelUnhold": lambda raw: Held(raw["channel"]["id"], False),
    "PlaybackStarted": lambda raw: PlaybackBegan(raw["playback"]["id"]),
    "PlaybackFinished": _playback_ended,
    "RecordingFailed": lambda raw: _recording_failed(raw["recording"]),
    "RecordingFinished": lambda raw: RecordingOver(raw["recording"]["name"]),
    "EndpointStateChange": lambda raw: endpoint(raw["endpoint"]),
    "ApplicationReplaced": lambda raw: TakenOver(raw["application"]),
}

REPLY = "RESTResponse"
OF_DEVICES = ("EndpointStateChange", "RecordingFailed", "ApplicationReplaced")
OF_CALLS = (REPLY, *(type_ for type_ in _DECODERS if type_ != "EndpointStateChange"))


def decode(raw: Raw) -> Event | None:
    """None for what we do not need."""
    decoder = _DECODERS.get(raw["type"])
    return decoder(raw) if decoder else None
