"""Who is let into a queue's line, how long he may stay there, and where he goes otherwise."""

from dataclasses import dataclass
from enum import StrEnum

from ccapp.domain.ids import NodeId, QueueId, TreeId


class RefusalReason(StrEnum):
    """Why a caller was not let into a line."""

    CLOSED = "closed"  # outside the business hours
    FULL = "full"  # as many wait as may
    WAIT_TOO_LONG = "wait_too_long"  # as predicted
    OFFLINE = "offline"  # nobody who may serve is logged in
    NOBODY_READY = "nobody_ready"  # those who are logged in do not take calls


class ExitReason(StrEnum):
    """Why a wait was ended by a rule of ours."""

    TIMEOUT = "timeout"  # the longest wait
    NO_AGENT_TIMEOUT = "no_agent_timeout"  # the longest wait with nobody logged in
    EMPTY = "empty"  # the queue is left when nobody is there
    QUEUE_GONE = "queue_gone"  # it is no longer configured


class WhenEmpty(StrEnum):
    """What emptiness bars: joining a line, or (the other way round) makes callers leave it.

    To join: YES always, NO not while all who may serve are logged out, STRICT not while none of them takes
    calls (ready, or on a call). To leave: NO never, YES and STRICT when that is so.
    """

    YES = "yes"
    NO = "no"
    STRICT = "strict"


@dataclass(frozen=True, slots=True, kw_only=True)
class ToTree:
    """Into an IVR; `node` None: at its start."""

    tree: TreeId
    node: NodeId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ToQueue:
    queue: QueueId


@dataclass(frozen=True, slots=True, kw_only=True)
class Goodbye:
    """A sentence, then the end of the call."""

    say: str


type Treatment = ToQueue | ToTree | Goodbye
"""Where a caller goes whom a queue does not serve."""


def told(treatment: Treatment) -> str:
    """As the facts name it; empty: the end of the call."""
    match treatment:
        case ToQueue(queue=queue):
            return f"queue {queue}"
        case ToTree(tree=tree, node=node):
            return f"IVR {tree}" if node is None else f"IVR {tree}/{node}"
        case Goodbye():
            return ""
