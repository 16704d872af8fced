"""Callers who are called back."""

from dataclasses import dataclass, field

from ccapp.domain.callbacks import AskedBy, CallbackEnd, TryResult
from ccapp.domain.events.fact import VisitFact
from ccapp.domain.ids import AgentId, ChannelId, QueueId, TrunkId, VisitId
from ccapp.domain.priorities import CALLER_PRIORITY, Priority
from ccapp.domain.requirements import Requires


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackRequested(VisitFact):
    """Begins a visit without a caller: he is called back when it is his turn in the line of `queue`."""

    queue: QueueId
    trunk: TrunkId  # his call came over; empty: none did
    number: str  # he had dialled
    caller_number: str  # to be called
    caller_name: str
    asked_by: AskedBy
    expires_at: float
    origin: VisitId | None = None  # his call
    brought_s: float = 0.0  # waited before, and counted for his place
    own_priority_s: float = 0.0
    own_requires: Requires = field(default_factory=dict)
    caller_priority: Priority = CALLER_PRIORITY


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackDialled(VisitFact):
    """It is his turn, an agent is there for him, and his phone is about to ring. `tries` counts from 1."""

    queue: QueueId
    tries: int
    channel: ChannelId
    trunk: TrunkId
    agent: AgentId | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackTried(VisitFact):
    """He was not reached: he is out of the line, and back at his place from `again_at` on."""

    queue: QueueId
    tries: int
    result: TryResult
    cause: int  # Q.850, 0 when we ended the leg ourselves
    again_at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackPutOff(VisitFact):
    """Out of the line for some time, as nobody is called back now: outside the business hours, or while the
    queue has no callbacks. His place is kept."""

    queue: QueueId
    until: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackEnded(VisitFact):
    """Exactly one for every CallbackRequested."""

    queue: QueueId
    reason: CallbackEnd
    tries: int
    by: str = ""  # who cancelled it, or the visit with which he called himself
