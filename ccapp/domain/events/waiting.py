"""In the line of a queue: into it, what is heard there, and out of it without an agent."""

from dataclasses import dataclass, field

from ccapp.domain.admission import ExitReason, RefusalReason
from ccapp.domain.events.fact import VisitFact
from ccapp.domain.ids import AgentId, QueueId
from ccapp.domain.priorities import CALLER_PRIORITY, Priority
from ccapp.domain.requirements import Requires


@dataclass(frozen=True, slots=True, kw_only=True)
class CallWaits(VisitFact):
    """Into the line of a queue. `entered_at`, `brought_s` and `priority_s` make the key that orders it."""

    queue: QueueId
    entered_at: float
    priority_s: float  # the queue's and the call's own, added
    requires: Requires  # the queue's and the call's own, merged
    own_priority_s: float = 0.0
    own_requires: Requires = field(default_factory=dict)
    caller_priority: Priority = CALLER_PRIORITY
    brought_s: float = 0.0  # waited before, and counted
    manager: AgentId | None = None  # the caller's own agent, whom he is offered to first
    only_s: float | None = None  # he is offered to nobody else, and waits for him so long while he is busy


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryRefused(VisitFact):
    """Not let into the line of `queue`. `to` is where he goes, as `queue sales`; empty: out, with a word."""

    queue: QueueId
    reason: RefusalReason
    detail: str
    to: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerTold(VisitFact):
    """What a caller heard of the queue while he waited: its prompt of this number (from 0); or his position
    and the wait to expect, None where that was not said. `at` is when it began."""

    queue: QueueId
    prompt: int | None = None
    position: int | None = None
    expected_wait_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CallAbandoned(VisitFact):
    """Left the line of `queue` without an agent; `offered` when a phone was ringing for the call."""

    queue: QueueId
    waited_s: float
    offered: bool
    caller_number: str = ""
    brought_s: float = 0.0  # waited before, and counted for his place


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitEnded(VisitFact):
    """Out of the line of `queue` by a rule of ours, or by a key of the caller's; `to` as above."""

    queue: QueueId
    reason: ExitReason
    waited_s: float
    to: str = ""
    key: str = ""  # that he pressed


@dataclass(frozen=True, slots=True, kw_only=True)
class NotReached(VisitFact):
    """Nobody was had where `queue` had sent the caller (`to`): he goes on to `then`, as in EntryRefused."""

    queue: QueueId
    to: str
    why: str
    then: str
