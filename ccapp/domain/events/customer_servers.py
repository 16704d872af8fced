"""What customers' servers are asked and told. Those that direct a call themselves: `backend`."""

from dataclasses import dataclass
from enum import StrEnum

from ccapp.domain.events.fact import Fact, VisitFact
from ccapp.domain.ids import AgentId, QueueId


class Asked(StrEnum):
    """What came of a question to a customer's server or database."""

    ANSWERED = "answered"
    NO_ROW = "no_row"
    TIMED_OUT = "timed_out"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerInfoAsked(VisitFact):
    """The customer's server (`of`: its host) was asked who is calling; `info` is its answer, as JSON."""

    of: str
    result: Asked
    took_s: float
    detail: str = ""
    info: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentsListed(VisitFact):
    """The customer's server names agents for the call, in this order, and had named none; or none any more.
    How the list changes between is told with each offer."""

    queue: QueueId
    agents: tuple[AgentId, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListServerLost(Fact):
    """The customer's server that lists agents for a queue does not answer as it should; lists stay."""

    queue: QueueId
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ListServerFound(Fact):
    queue: QueueId
    away_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryDue(VisitFact):
    """A message to a customer's server. Those of a `stream` are delivered in the order of their `number`."""

    stream: str
    number: int = 0  # from 1; 0: they are not counted
    to: str  # as `queue sales` or `mailbox sales`: where the address stands in the configuration
    body: str  # JSON
