"""The published facts: the one vocabulary of journal, live stream, reports, recovery and checkers.

A fact is something that happened, said once, never changed. `at` is in epoch seconds. The journal adds a
sequence number. Every figure and the recovery after a crash are folds over these.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from ccapp.domain import backend_facts
from ccapp.domain.admission import ExitReason, RefusalReason
from ccapp.domain.callbacks import AskedBy, CallbackEnd, TryResult
from ccapp.domain.causes import DeclineReason
from ccapp.domain.explanation import Explanation
from ccapp.domain.fact import Fact as Fact
from ccapp.domain.fact import VisitFact as VisitFact
from ccapp.domain.ids import (
    AgentId,
    BridgeId,
    ChannelId,
    MailboxId,
    MessageId,
    NodeId,
    OfferId,
    QueueId,
    TreeId,
    TrunkId,
    VisitId,
)
from ccapp.domain.managers import Chosen, Missed
from ccapp.domain.presence import Intent, Move, State, SubState
from ccapp.domain.priorities import CALLER_PRIORITY, Priority
from ccapp.domain.requirements import Requires
from ccapp.domain.standing import Closing, Listed
from ccapp.domain.voicemail import NotKept


class EndedBy(StrEnum):
    CALLER = "caller"
    AGENT = "agent"
    SYSTEM = "system"  # a rule of ours: wait limit, IVR end, refused number
    SWITCH = "switch"  # Asterisk went away and took the call with it


class Outcome(StrEnum):
    """How a visit ended, whole."""

    SERVED = "served"  # talked to an agent
    FORWARDED = "forwarded"  # talked to a number dialled by the IVR or for a queue
    VOICEMAIL = "voicemail"  # left a message
    ABANDONED = "abandoned"  # left while waiting or being offered
    LEFT_IN_IVR = "left_in_ivr"
    IVR_ENDED = "ivr_ended"  # the graph's own end
    TIMED_OUT = "timed_out"  # a limit of the queue's to his wait
    LEFT_BY_KEY = "left_by_key"  # pressed a key while waiting that ends the call
    REFUSED = "refused"  # no such number, not let into the queue, or the engine takes no new calls
    LOST = "lost"  # the switch or a failure of ours took it
    CALLBACK = "callback"  # asked to be called back: that is a visit of its own
    NOT_CALLED_BACK = "not_called_back"  # a callback's own, without a talk: CallbackEnded says why


@dataclass(frozen=True, slots=True, kw_only=True)
class CallArrived(VisitFact):
    channel: ChannelId
    trunk: TrunkId
    number: str  # dialled
    caller_number: str
    caller_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IvrVisited(VisitFact):
    tree: TreeId
    node: NodeId
    back: tuple[tuple[TreeId, NodeId], ...] = ()  # where the trees he is in return to, innermost last
    version: int = 0  # of the configuration whose trees he walks


@dataclass(frozen=True, slots=True, kw_only=True)
class IvrEventSent(VisitFact):
    """What a node of the IVR tells the world."""

    tree: TreeId
    node: NodeId
    name: str
    values: Mapping[str, str] = field(default_factory=dict)


class Asked(StrEnum):
    """What came of a question to a customer's server or database."""

    ANSWERED = "answered"
    NO_ROW = "no_row"
    TIMED_OUT = "timed_out"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class IvrAsked(VisitFact):
    """A node of the IVR asked a customer's server (`of`: its host) or database (`of`: empty)."""

    tree: TreeId
    node: NodeId
    of: str
    result: Asked
    took_s: float
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerInfoAsked(VisitFact):
    """The customer's server (`of`: its host) was asked who is calling; `info` is its answer, as JSON."""

    of: str
    result: Asked
    took_s: float
    detail: str = ""
    info: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class IvrSmsSent(VisitFact):
    """A node of the IVR asked the server at `of` to send a text message to `number`."""

    tree: TreeId
    node: NodeId
    number: str
    of: str
    result: Asked
    took_s: float
    detail: str = ""


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
class ManagerMissed(VisitFact):
    """The caller's manager does not serve him now: from here on the call is for all of the queue."""

    queue: QueueId
    agent: AgentId
    why: Missed


@dataclass(frozen=True, slots=True, kw_only=True)
class ManagerAsked(VisitFact):
    """After the talk: whether the agent should stay the caller's manager. None: no answer came."""

    agent: AgentId
    yes: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ManagerChosen(Fact):
    """The manager of all who call from a number; None: they have none any more."""

    number: str  # as `domain.managers.caller_key` has it
    agent: AgentId | None
    why: Chosen


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentsListed(VisitFact):
    """The customer's server names agents for the call, in this order, and had named none; or none any more.
    How the list changes between is told with each offer."""

    queue: QueueId
    agents: tuple[AgentId, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferMade(VisitFact):
    offer: OfferId
    agent: AgentId
    queue: QueueId
    channel: ChannelId  # of the agent's leg, chosen before it is dialled
    ring_s: float
    waited_s: float
    explanation: Explanation


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferDeclined(VisitFact):
    offer: OfferId
    agent: AgentId
    queue: QueueId
    reason: DeclineReason
    cause: int  # Q.850, 0 when we ended the leg ourselves
    rang_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CallServed(VisitFact):
    """The agent answered and both are joined. `segment` counts the agents of the visit from 1."""

    offer: OfferId
    agent: AgentId
    queue: QueueId
    segment: int
    channel: ChannelId  # the agent's
    bridge: BridgeId
    waited_s: float
    rang_s: float
    wrap_up_s: float
    record: bool = False  # to be recorded
    by_backup: bool = False  # the agent is of a backup group of the queue, and not primary


@dataclass(frozen=True, slots=True, kw_only=True)
class TalkEnded(VisitFact):
    agent: AgentId
    queue: QueueId
    segment: int
    talk_s: float  # with the time on hold
    ended_by: EndedBy
    hold_s: float = 0.0  # of it on hold


@dataclass(frozen=True, slots=True, kw_only=True)
class TalkRecorded(VisitFact):
    """A talk was to be recorded, and is over. `ok` None: nobody looked when it ended."""

    agent: AgentId
    segment: int
    recording: str  # its name, as one asks for it
    files: tuple[str, ...]  # in Asterisk's folder of recordings: the caller's side, the agent's
    seconds: float
    ok: bool | None
    detail: str = ""  # what is wrong with it


@dataclass(frozen=True, slots=True, kw_only=True)
class ForwardAnswered(VisitFact):
    """A number outside has answered, and is about to be joined with the caller."""

    number: str
    trunk: TrunkId
    record: bool = False  # to be recorded


@dataclass(frozen=True, slots=True, kw_only=True)
class ForwardRecorded(VisitFact):
    """As TalkRecorded, of a talk with a number outside; its side is in the agent's file."""

    number: str
    recording: str
    files: tuple[str, ...]
    seconds: float
    ok: bool | None
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotReached(VisitFact):
    """Nobody was had where `queue` had sent the caller (`to`): he goes on to `then`, as in EntryRefused."""

    queue: QueueId
    to: str
    why: str
    then: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageBegun(VisitFact):
    """The caller is about to speak. MessageLeft or MessageNotKept follows, exactly one of them."""

    message: MessageId
    mailbox: MailboxId
    queue: QueueId  # whose line he came from; empty: none's
    recording: str
    otherwise: Outcome  # how his visit ends if he leaves none


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageLeft(VisitFact):
    message: MessageId
    mailbox: MailboxId
    queue: QueueId
    caller_number: str
    caller_name: str
    seconds: float
    file: str  # in Asterisk's folder of recordings


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageNotKept(VisitFact):
    """Without a MessageBegun before it where none could begin."""

    message: MessageId
    mailbox: MailboxId
    queue: QueueId
    why: NotKept
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageHeard(Fact):
    message: MessageId
    mailbox: MailboxId
    by: str  # an agent, or `api`


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageDeleted(Fact):
    """Its file goes, too."""

    message: MessageId
    mailbox: MailboxId
    file: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageTold(Fact):
    """The mailbox's address was told of the message, or is told no more. `of`: its host."""

    message: MessageId
    mailbox: MailboxId
    of: str
    ok: bool
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallForwarded(VisitFact):
    """The end of a forward; of one that was not answered, no ForwardAnswered came before."""

    number: str
    trunk: TrunkId
    answered: bool
    talk_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CallAbandoned(VisitFact):
    """Left the line of `queue` without an agent; `offered` when a phone was ringing for the call."""

    queue: QueueId
    waited_s: float
    offered: bool
    caller_number: str = ""
    brought_s: float = 0.0  # waited before, and counted for his place


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryRefused(VisitFact):
    """Not let into the line of `queue`. `to` is where he goes, as `queue sales`; empty: out, with a word."""

    queue: QueueId
    reason: RefusalReason
    detail: str
    to: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitEnded(VisitFact):
    """Out of the line of `queue` by a rule of ours, or by a key of the caller's; `to` as above."""

    queue: QueueId
    reason: ExitReason
    waited_s: float
    to: str = ""
    key: str = ""  # that he pressed


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerTold(VisitFact):
    """What a caller heard of the queue while he waited: its prompt of this number (from 0); or his position
    and the wait to expect, None where that was not said. `at` is when it began."""

    queue: QueueId
    prompt: int | None = None
    position: int | None = None
    expected_wait_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CallEnded(VisitFact):
    """The visit is over. Exactly one for every CallArrived."""

    outcome: Outcome
    ended_by: EndedBy
    duration_s: float


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


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerBlocked(VisitFact):
    """His number is on the list of those who are refused before they hear anything."""

    number: str
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberListed(Fact):
    """From now on this becomes of callers from the number, in place of what was said before."""

    listed: Listed
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberUnlisted(Fact):
    number: str
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueClosed(Fact):
    """By hand, whatever its business hours."""

    closing: Closing


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueOpened(Fact):
    """Closed by hand no more: its business hours count again."""

    queue: QueueId
    by: str = ""


type StandingOrder = NumberListed | NumberUnlisted | QueueClosed | QueueOpened


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
class AgentDialled(Fact):
    """An agent calls somebody from his own phone: a number outside, or a colleague."""

    agent: AgentId
    channel: ChannelId  # of his phone's leg: the call's name
    number: str  # dialled
    trunk: TrunkId | None = None
    colleague: AgentId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentCallAnswered(Fact):
    agent: AgentId
    channel: ChannelId
    rang_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentCallEnded(Fact):
    """Exactly one for every AgentDialled. `ended_by` AGENT: who dialled; CALLER: the other side."""

    agent: AgentId
    channel: ChannelId
    answered: bool
    talk_s: float  # with the time on hold
    hold_s: float
    ended_by: EndedBy


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentCallRecorded(Fact):
    """A talk of an agent's own call with somebody outside; the `caller` of the files is the other side."""

    agent: AgentId
    channel: ChannelId
    recording: str
    files: tuple[str, ...]
    seconds: float
    ok: bool | None
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptRecorded(Fact):
    """By an agent, on his phone: callers hear it from now on."""

    agent: AgentId
    prompt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WrapUpEnded(Fact):
    agent: AgentId
    wrap_up_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceChanged(Fact):
    agent: AgentId
    online: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CentreApplied(Fact):
    version: int
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineStarted(Fact):
    epoch: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineStopped(Fact):
    epoch: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchLost(Fact):
    """The connection to Asterisk is gone; calls may well go on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchFound(Fact):
    """Connected (again) and compared: so many calls went on, so many were gone."""

    alive: int
    gone: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ListServerLost(Fact):
    """The customer's server that lists agents for a queue does not answer as it should; lists stay."""

    queue: QueueId
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ListServerFound(Fact):
    queue: QueueId
    away_s: float


KINDS: dict[str, type[Fact]] = {
    kind.__name__: kind
    for kind in (
        AgentsListed, ListServerLost, ListServerFound,
        CallArrived, IvrVisited, IvrEventSent, IvrAsked,
        CallWaits, OfferMade, OfferDeclined, CallServed, TalkEnded, CallForwarded,
        CallAbandoned, EntryRefused, WaitEnded, CallEnded, PresenceChanged, WrapUpEnded, DeviceChanged,
        CentreApplied, EngineStarted, EngineStopped, AgentSignedIn, AgentSignedOut, AgentDialled,
        AgentCallAnswered, AgentCallEnded, SwitchLost, SwitchFound, ManagerMissed, ManagerAsked,
        ManagerChosen, TalkRecorded, AgentCallRecorded, ForwardAnswered, NotReached, CustomerInfoAsked,
        MessageBegun, MessageLeft, MessageNotKept, MessageHeard, MessageDeleted, MessageTold, PromptRecorded,
        CallbackRequested, CallbackDialled, CallbackTried, CallbackPutOff, CallbackEnded,
        ForwardRecorded, IvrSmsSent, CallerBlocked, NumberListed, NumberUnlisted, QueueClosed, QueueOpened,
        CallerTold,
        *backend_facts.KINDS,
    )
}  # fmt: skip
"""Every kind by its name, as the journal stores it."""
