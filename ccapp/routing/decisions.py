"""What goes into the Router and what comes out of it.

Values all of them. The two decisions that every call brings are not frozen only because a frozen one takes
three times as long to make, which was a tenth of the Router's time.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ccapp.domain.admission import ExitReason
from ccapp.domain.causes import DeclineReason
from ccapp.domain.centre import Outside
from ccapp.domain.ids import AgentId, OfferId, QueueId, VisitId
from ccapp.domain.listing import Listed
from ccapp.domain.managers import Missed
from ccapp.domain.presence import Presence, State
from ccapp.domain.priorities import CALLER_PRIORITY, Priority
from ccapp.domain.requirements import Requires


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingCall:
    """A call as it joins the line. Of those with the same precedence the smallest `key` is served first."""

    visit: VisitId
    queue: QueueId
    entered_at: float  # epoch s, of its first entry: kept over restarts
    priority_s: float = 0.0  # the queue's and the call's own, added
    requires: Requires = field(default_factory=dict)  # the queue's and the call's own, merged
    own_requires: Requires = field(default_factory=dict)  # to merge again when the queue changes
    own_priority_s: float = 0.0
    caller_priority: Priority = CALLER_PRIORITY
    brought_s: float = 0.0  # waited before, in another line or until he hung up and called again
    offers: int = 0  # made so far in this visit: the next one is number offers + 1
    tried: Mapping[AgentId, float] = field(default_factory=dict)  # agent -> not offered to him before
    manager: AgentId | None = None  # the caller's own agent: see keeping.py
    only_s: float | None = None  # for nobody but him, who is waited for so long; missed, the call leaves
    callback: bool = False  # nobody is on the line: one phone rings for it, and no limit ends its wait
    directed: bool = False  # nobody is offered it but whom the customer's server names: see directing.py

    @property
    def key(self) -> float:
        return self.entered_at - self.brought_s - self.priority_s


@dataclass(slots=True, kw_only=True)
class Offer:
    """Ring this agent for this call. Settled exactly once, by `accepted`, `declined` or Withdrawn."""

    offer: OfferId
    visit: VisitId
    agent: AgentId
    queue: QueueId
    ring_s: float
    made_at: float
    waited_s: float
    phones_max: int = 1  # that may ring for this call at the same time, this one included
    on_line: bool = False  # he waits off-hook: join him, do not ring
    outside: Outside | None = None  # ring him there, as he was listed, and not on his own phone


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawn:
    """An offer taken back before it was settled (another agent was quicker; he logged out or vanished; the
    configuration changed): stop ringing. It needs no settling any more."""

    offer: OfferId
    visit: VisitId
    agent: AgentId
    reason: DeclineReason


@dataclass(slots=True, kw_only=True)
class Moved:
    """An agent's presence changed. `through`: states passed on the way, in no time (LOGIN)."""

    before: Presence
    after: Presence
    why: str
    through: tuple[State, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WrapUpOver:
    agent: AgentId
    wrap_up_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Dismissed:
    """A waiting call that has left the line by a rule: its time is up, or there is no such queue any more."""

    visit: VisitId
    reason: ExitReason


@dataclass(frozen=True, slots=True, kw_only=True)
class ManagerMissed:
    """A call is not, or no longer, kept for its manager: from now on it is for all."""

    visit: VisitId
    agent: AgentId
    why: Missed


@dataclass(frozen=True, slots=True, kw_only=True)
class ListWanted:
    """The customer's server is to be asked now whom the waiting calls of this queue may be given to."""

    queue: QueueId


@dataclass(frozen=True, slots=True, kw_only=True)
class ListChanged:
    """A call may be given to these now, and nobody was named before; or to nobody any more."""

    visit: VisitId
    entries: tuple[Listed, ...]


type Decision = Offer | Withdrawn | Moved | WrapUpOver | Dismissed | ManagerMissed | ListWanted | ListChanged
