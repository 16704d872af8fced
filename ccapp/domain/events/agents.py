"""Agents: their presence, their queues, their phones."""

from dataclasses import dataclass

from ccapp.domain.events.fact import Fact
from ccapp.domain.ids import AgentId, QueueId
from ccapp.domain.presence import Intent, Move, State, SubState


@dataclass(frozen=True, slots=True, kw_only=True)
class PresenceChanged(Fact):
    """An agent's presence after a change, whole enough to rebuild it after a crash."""

    agent: AgentId
    state: State
    sub_state: SubState
    reason: str
    before: State
    intent: Intent
    unready_sub_state: SubState
    online: bool
    wrap_up_until: float | None
    not_before: float
    misses: int
    idle_since: float
    logged_in_at: float | None
    why: str  # what brought it about: a command, an offer, a rule
    after_call: Move | None = None  # asked for during the call, done when it ends
    after_call_sub_state: SubState = SubState.NONE
    after_call_reason: str = ""
    on_demand: bool = False
    rest_since: float = 0.0
    overdue: bool = False
    banned_until: float | None = None
    queues: tuple[QueueId, ...] | None = None
    phone: str = ""
    at_desk: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentSignedIn(Fact):
    """To one queue; the log-in itself is told by PresenceChanged."""

    agent: AgentId
    queue: QueueId


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentSignedOut(Fact):
    agent: AgentId
    queue: QueueId


@dataclass(frozen=True, slots=True, kw_only=True)
class WrapUpEnded(Fact):
    agent: AgentId
    wrap_up_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceChanged(Fact):
    agent: AgentId
    online: bool
