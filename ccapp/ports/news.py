"""What the switch tells, in one ordered stream."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from ccapp.domain.ids import AgentId, BridgeId, ChannelId
from ccapp.ports.leg import CallerId, Leg


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """A channel has entered the application, not dialled by us."""

    leg: Leg
    kind: Literal["inbound", "phone"]  # from a trunk, or from an agent's own phone
    endpoint: str  # the trunk's or the account's name
    dialled: str
    caller: CallerId


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceOnline:
    agent: AgentId
    online: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundLeg:
    """A channel in the application that a (new) connection found. Legs already known are the same objects."""

    leg: Leg
    bridge: BridgeId | None
    arrived: Arrived | None = None
    """As it would have been told on its arrival, unless we dialled it: an arrival whose event was lost with
    the connection is still an arrival."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Connected:
    """Connected and compared: everything that is in the application now. Known legs missing from it have
    been told gone, known dialled legs answered meanwhile have been told so, before this is delivered."""

    legs: Sequence[FoundLeg]
    bridges: Mapping[BridgeId, frozenset[ChannelId]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Disconnected:
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Replaced:
    """Another engine has taken this application: stop acting now."""


type News = Arrived | DeviceOnline | Connected | Disconnected | Replaced
