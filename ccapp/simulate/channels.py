"""What the exchange is made of, who holds the ends of its lines, and what it tells its one listener."""

import asyncio
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from ccapp.domain.ids import AgentId, BridgeId, ChannelId
from ccapp.domain.ivr import Prompt
from ccapp.ports import CallerId


class NoSuch(Exception):
    """404 or 409: the channel, bridge or playback is not there, or not any more."""


class NotNow(Exception):
    """Other 4xx: understood and refused. `cause` is what an originate fails with."""

    def __init__(self, why: str, cause: int = 41) -> None:
        super().__init__(why)
        self.cause = cause


class Party:
    """Who holds the other end of a channel. Told what happens, does what he likes: here nothing."""

    silent = False
    """Says nothing while he is recorded."""

    def rings(self, channel: "Channel") -> None:
        """His phone has begun to ring."""

    def hears_ringing(self, channel: "Channel") -> None:
        """The far end says that it rings."""

    def answered(self, channel: "Channel") -> None:
        """His call has been answered."""

    def hears(self, channel: "Channel", prompt: Prompt) -> None:
        """A prompt has begun."""

    def speaks(self, channel: "Channel") -> None:
        """He is being recorded alone, after a tone."""

    def queued(self, channel: "Channel") -> None:
        """He is in a hall, with music."""

    def joined(self, channel: "Channel", others: Sequence["Channel"]) -> None:
        """He can talk with the others."""

    def parted(self, channel: "Channel") -> None:
        """He can talk with nobody any more, but the channel lives."""

    def ended(self, channel: "Channel", cause: int) -> None:
        """The channel is no more."""


@dataclass(slots=True, kw_only=True, eq=False)
class Channel:
    id: ChannelId
    kind: Literal["inbound", "phone", "dialled"]
    endpoint: str
    dialled: str
    caller: CallerId
    party: Party
    headers: Mapping[str, str] = field(default_factory=dict)
    up: bool = False
    bridge: BridgeId | None = None
    cause: int | None = None  # of its end
    playbacks: deque[tuple[str, Prompt]] = field(default_factory=deque)
    music: str = ""  # heard on the channel itself
    sound: asyncio.TimerHandle | None = None
    ring_limit: asyncio.TimerHandle | None = None
    tapes: list["Tape"] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Mix:
    """A bridge."""

    id: BridgeId
    name: str
    music: str | None = None  # None: a talk
    members: dict[ChannelId, Channel] = field(default_factory=dict)
    talking: bool = False


@dataclass(slots=True, kw_only=True)
class Tape:
    """A recording; whole when it does not run any more."""

    runs: bool = True


@dataclass(slots=True, kw_only=True)
class Phone:
    """What can be registered under an account's name."""

    name: str
    party: Party
    registered: bool = True


# --- what the link is told


@dataclass(frozen=True, slots=True)
class Entered:
    channel: Channel


@dataclass(frozen=True, slots=True)
class PickedUp:
    channel: ChannelId


@dataclass(frozen=True, slots=True)
class Ended:
    channel: ChannelId
    cause: int


@dataclass(frozen=True, slots=True)
class Pressed:
    channel: ChannelId
    key: str


@dataclass(frozen=True, slots=True)
class Held:
    channel: ChannelId
    on: bool


@dataclass(frozen=True, slots=True)
class Played:
    channel: ChannelId
    playback: str


@dataclass(frozen=True, slots=True)
class DictationOver:
    channel: ChannelId
    name: str


@dataclass(frozen=True, slots=True)
class PhoneChanged:
    agent: AgentId
    online: bool


@dataclass(frozen=True, slots=True)
class Census:
    """All there is, as a connecting engine asks for it: one answer, in the stream."""

    channels: Sequence[tuple[Channel, bool, BridgeId | None]]  # channel, up, bridge
    bridges: Mapping[BridgeId, frozenset[ChannelId]]
    online: Sequence[AgentId]


type Event = Entered | PickedUp | Ended | Pressed | Held | Played | DictationOver | PhoneChanged | Census


class Ear(Protocol):
    """The one application connection."""

    def hear(self, event: Event) -> None: ...

    def replaced(self) -> None:
        """The exchange ended the connection."""

    def dead(self) -> None:
        """The engine at the other end is no more."""
