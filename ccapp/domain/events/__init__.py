"""The published facts: the one vocabulary of journal, live stream, reports, recovery and checkers.

A fact is something that happened, said once, never changed. `at` is in epoch seconds. The journal adds a
sequence number. Every figure and the recovery after a crash are folds over these.

Each file holds the facts of one subject. A new one is imported here and named in `__all__` and `KINDS`.
"""

from ccapp.domain.events.agents import (
    AgentSignedIn,
    AgentSignedOut,
    DeviceChanged,
    PresenceChanged,
    WrapUpEnded,
)
from ccapp.domain.events.backend import (
    ChoiceMade,
    CommandFailed,
    CommandTaken,
    OperatorFailed,
    OperatorJoined,
    OperatorLeft,
    OperatorRung,
    RouteAnswered,
    RouteAsked,
    SessionFact,
    SessionOpened,
    TalkHeld,
    Undirected,
)
from ccapp.domain.events.callbacks import (
    CallbackDialled,
    CallbackEnded,
    CallbackPutOff,
    CallbackRequested,
    CallbackTried,
)
from ccapp.domain.events.customer_servers import (
    AgentsListed,
    Asked,
    CustomerInfoAsked,
    DeliveryDue,
    ListServerFound,
    ListServerLost,
)
from ccapp.domain.events.engine import CentreApplied, EngineStarted, EngineStopped, SwitchFound, SwitchLost
from ccapp.domain.events.fact import Fact, VisitFact
from ccapp.domain.events.forwards import CallForwarded, ForwardAnswered
from ccapp.domain.events.ivr import IvrAsked, IvrEventSent, IvrFact, IvrSmsSent, IvrVisited
from ccapp.domain.events.managers import ManagerAsked, ManagerChosen, ManagerMissed
from ccapp.domain.events.messages import (
    MessageBegun,
    MessageDeleted,
    MessageHeard,
    MessageLeft,
    MessageNotKept,
    MessageTold,
)
from ccapp.domain.events.offers import OfferDeclined, OfferFact, OfferMade
from ccapp.domain.events.own_calls import AgentCallAnswered, AgentCallEnded, AgentDialled
from ccapp.domain.events.recordings import (
    AgentCallRecorded,
    ForwardRecorded,
    PromptRecorded,
    RecordingFact,
    TalkRecorded,
)
from ccapp.domain.events.standing_orders import (
    CallerBlocked,
    NumberListed,
    NumberUnlisted,
    QueueClosed,
    QueueOpened,
    StandingOrder,
)
from ccapp.domain.events.talks import CallServed, TalkEnded
from ccapp.domain.events.visits import CallArrived, CallEnded, EndedBy, Outcome
from ccapp.domain.events.waiting import (
    CallAbandoned,
    CallerTold,
    CallWaits,
    EntryRefused,
    NotReached,
    WaitEnded,
)

__all__ = [
    "KINDS",
    "AgentCallAnswered", "AgentCallEnded", "AgentCallRecorded", "AgentDialled", "AgentSignedIn",
    "AgentSignedOut", "AgentsListed", "Asked", "CallAbandoned", "CallArrived", "CallEnded", "CallForwarded",
    "CallServed", "CallWaits", "CallbackDialled", "CallbackEnded", "CallbackPutOff", "CallbackRequested",
    "CallbackTried", "CallerBlocked", "CallerTold", "CentreApplied", "ChoiceMade", "CommandFailed",
    "CommandTaken", "CustomerInfoAsked", "DeliveryDue", "DeviceChanged", "EndedBy", "EngineStarted",
    "EngineStopped", "EntryRefused", "Fact", "ForwardAnswered", "ForwardRecorded", "IvrAsked",
    "IvrEventSent", "IvrFact", "IvrSmsSent", "IvrVisited", "ListServerFound", "ListServerLost",
    "ManagerAsked", "ManagerChosen", "ManagerMissed", "MessageBegun", "MessageDeleted", "MessageHeard",
    "MessageLeft", "MessageNotKept", "MessageTold", "NotReached", "NumberListed", "NumberUnlisted",
    "OfferDeclined", "OfferFact", "OfferMade", "OperatorFailed", "OperatorJoined", "OperatorLeft",
    "OperatorRung", "Outcome", "PresenceChanged", "PromptRecorded", "QueueClosed", "QueueOpened",
    "RecordingFact", "RouteAnswered", "RouteAsked", "SessionFact", "SessionOpened", "StandingOrder",
    "SwitchFound", "SwitchLost", "TalkEnded", "TalkHeld", "TalkRecorded", "Undirected", "VisitFact",
    "WaitEnded", "WrapUpEnded",
]  # fmt: skip

KINDS: dict[str, type[Fact]] = {
    kind.__name__: kind
    for kind in (
        CallArrived, CallEnded,
        IvrVisited, IvrEventSent, IvrAsked, IvrSmsSent,
        CustomerInfoAsked, AgentsListed, ListServerLost, ListServerFound, DeliveryDue,
        CallWaits, EntryRefused, CallerTold, CallAbandoned, WaitEnded, NotReached,
        OfferMade, OfferDeclined,
        CallServed, TalkEnded,
        ForwardAnswered, CallForwarded,
        TalkRecorded, ForwardRecorded, AgentCallRecorded, PromptRecorded,
        CallbackRequested, CallbackDialled, CallbackTried, CallbackPutOff, CallbackEnded,
        MessageBegun, MessageLeft, MessageNotKept, MessageHeard, MessageDeleted, MessageTold,
        ManagerMissed, ManagerAsked, ManagerChosen,
        CallerBlocked, NumberListed, NumberUnlisted, QueueClosed, QueueOpened,
        PresenceChanged, AgentSignedIn, AgentSignedOut, WrapUpEnded, DeviceChanged,
        AgentDialled, AgentCallAnswered, AgentCallEnded,
        CentreApplied, EngineStarted, EngineStopped, SwitchLost, SwitchFound,
        SessionOpened, RouteAsked, RouteAnswered, CommandTaken, CommandFailed, OperatorRung, OperatorFailed,
        OperatorJoined, OperatorLeft, TalkHeld, ChoiceMade, Undirected,
    )
}  # fmt: skip
"""Every kind by its name, as the journal stores it."""
