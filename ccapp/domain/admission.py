"""Who is let into a queue's line, how long he may stay there, and where he goes otherwise."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from ccapp.domain.ids import AgentId, MailboxId, NodeId, QueueId, TreeId, TrunkId
from ccapp.domain.ivr import Prompt


class RefusalReason(StrEnum):
    """Why a caller was not let into a line."""

    CLOSED = "closed"  # outside the business hours
    FULL = "full"  # as many wait as may
    WAIT_TOO_LONG = "wait_too_long"  # as predicted
    OFFLINE = "offline"  # nobody who may serve is logged in
    NOBODY_READY = "nobody_ready"  # those who are logged in do not take calls
    BLOCKED = "blocked"  # his number is on the list


class ExitReason(StrEnum):
    """Why a wait was ended, neither by an agent nor by a hang-up."""

    TIMEOUT = "timeout"  # the longest wait
    NO_AGENT_TIMEOUT = "no_agent_timeout"  # the longest wait with nobody logged in
    EMPTY = "empty"  # the queue is left when nobody is there
    QUEUE_GONE = "queue_gone"  # it is no longer configured
    BACKEND = "backend"  # the customer's server has decided so, or did not decide in time
    CLOSED = "closed"  # by hand, with those who waited
    AGENT_MISSED = "agent_missed"  # he waited for one agent, who is not to be had
    KEY = "key"  # the caller pressed one of the queue's keys


CLOSED_REASONS = (RefusalReason.CLOSED, ExitReason.CLOSED)


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
class ToVoicemail:
    """He may leave a message."""

    mailbox: MailboxId


@dataclass(frozen=True, slots=True, kw_only=True)
class Goodbye:
    """A sentence, if any, then the end of the call."""

    say: Prompt | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ToCallback:
    """Rung back when his turn in this queue has come, in place of waiting on the line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToNumber:
    """A number outside, dialled on a trunk and joined with the caller."""

    number: str
    trunk: TrunkId
    caller_id: str = ""  # shown there; empty: the caller's own number
    ring_s: float = 30.0
    otherwise: "Treatment | None" = None  # not reached; None: the queue is sorry


@dataclass(frozen=True, slots=True, kw_only=True)
class ToCallCenter:
    """The overflow call centre that the call itself names (spec/call_center_phone.md §3), if it came by a
    trusted trunk: a number on `trunk`, or `number@trunk` of another one."""

    trunk: TrunkId
    caller_id: str = ""
    ring_s: float = 30.0
    otherwise: "Treatment | None" = None  # none named, or not reached


@dataclass(frozen=True, slots=True, kw_only=True)
class ToAgent:
    """This agent alone, in the line of a queue he serves, whose limits to size and wait do not count here."""

    agent: AgentId
    queue: QueueId | None = None  # None: the one that sends the caller
    wait_s: float = 30.0  # while he is there but busy
    otherwise: "Treatment | None" = None  # he is not there, busy for too long, or not reached


type Outward = ToNumber | ToCallCenter

type Treatment = ToQueue | ToTree | ToVoicemail | ToCallback | Goodbye | Outward | ToAgent
"""Where a caller goes whom a queue does not serve."""


def ways(treatment: "Treatment | None") -> Iterator[Treatment]:
    """A treatment, what follows when it comes to nothing, and so on."""
    while treatment is not None:
        yield treatment
        treatment = treatment.otherwise if isinstance(treatment, ToNumber | ToCallCenter | ToAgent) else None


def told(treatment: Treatment) -> str:
    """As the facts name it; empty: the end of the call."""
    match treatment:
        case ToQueue(queue=queue):
            return f"queue {queue}"
        case ToTree(tree=tree, node=node):
            return f"IVR {tree}" if node is None else f"IVR {tree}/{node}"
        case ToNumber(number=number, trunk=trunk):
            return f"{number} on {trunk}"
        case ToCallCenter():
            return "the CallCenter of the call"
        case ToVoicemail(mailbox=mailbox):
            return f"voicemail {mailbox}"
        case ToAgent(agent=agent):
            return f"agent {agent}"
        case Goodbye():
            return ""
        case ToCallback():
            return "callback"
