"""What a caller meets in the IVR."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ccapp.domain.events.customer_servers import Asked
from ccapp.domain.events.fact import VisitFact
from ccapp.domain.ids import NodeId, TreeId


@dataclass(frozen=True, slots=True, kw_only=True)
class IvrFact(VisitFact):
    tree: TreeId
    node: NodeId


@dataclass(frozen=True, slots=True, kw_only=True)
class IvrVisited(IvrFact):
    back: tuple[tuple[TreeId, NodeId], ...] = ()  # where the trees he is in return to, innermost last
    version: int = 0  # of the configuration whose trees he walks


@dataclass(frozen=True, slots=True, kw_only=True)
class IvrEventSent(IvrFact):
    """What a node of the IVR tells the world."""

    name: str
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class IvrAsked(IvrFact):
    """A node of the IVR asked a customer's server (`of`: its host) or database (`of`: empty)."""

    of: str
    result: Asked
    took_s: float
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class IvrSmsSent(IvrFact):
    """A node of the IVR asked the server at `of` to send a text message to `number`."""

    number: str
    of: str
    result: Asked
    took_s: float
    detail: str = ""
