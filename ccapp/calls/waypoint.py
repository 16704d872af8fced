"""Where in the contact centre a caller is on his way to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ccapp.domain.admission import ToAgent
from ccapp.domain.events import CallerTold, MessageBegun, Outcome
from ccapp.domain.ids import NO_QUEUE, AgentId, MailboxId, NodeId, QueueId, TreeId
from ccapp.domain.priorities import CALLER_PRIORITY, Priority
from ccapp.domain.requirements import Requires

type Given = tuple[Requires, float, Priority | None]
"""What an IVR gives to a line: skills, seconds of priority, caller priority."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InTree:
    """At a node of an IVR tree; None: its start."""

    tree: TreeId
    node: NodeId | None = None
    back: tuple[tuple[TreeId, NodeId], ...] = ()  # where the trees he is in return to, the innermost last


@dataclass(frozen=True, slots=True, kw_only=True)
class InLine:
    """In a queue's line. What comes after `brought_s` only when a place is taken again after a crash."""

    queue: QueueId
    requires: Requires = field(default_factory=dict)  # the call's own
    priority_s: float = 0.0  # the call's own
    caller_priority: Priority = CALLER_PRIORITY
    brought_s: float = 0.0  # waited before, and counted for his place
    entered_at: float | None = None
    tried: Mapping[AgentId, float] = field(default_factory=dict)
    given: Given | None = None  # beside the call data; None: they do not count any more
    manager: AgentId | None = None  # the caller's own, if he is still to be waited for
    only: ToAgent | None = None  # one agent alone is waited for
    back: tuple[tuple[TreeId, NodeId], ...] = ()  # of the tree that `only` leads back into
    told: Sequence[CallerTold] = ()  # while he waited before


@dataclass(frozen=True, slots=True, kw_only=True)
class InMailbox:
    """On the way to leave a message. `begun` when he was leaving it before a crash."""

    mailbox: MailboxId
    queue: QueueId = NO_QUEUE  # whose line he came from
    otherwise: Outcome = Outcome.LEFT_IN_IVR  # how his visit ends if he leaves none
    then: InTree | None = None  # where he goes on; None: nowhere
    begun: MessageBegun | None = None


type Waypoint = InTree | InLine | InMailbox
