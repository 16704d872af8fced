"""A caller whom the customer's server directs."""

from dataclasses import dataclass

from ccapp.domain.backend import Failed
from ccapp.domain.events.fact import VisitFact
from ccapp.domain.ids import BridgeId, ChannelId, QueueId, SessionId


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionFact(VisitFact):
    session: SessionId


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionOpened(SessionFact):
    """From here on the customer's server directs the call."""

    queue: QueueId
    entered_at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteAsked(SessionFact):
    """The server is asked where the caller shall go, for the `attempt`th time."""

    attempt: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteAnswered(SessionFact):
    """`action` empty: no answer that could be used, for the reason in `detail`."""

    attempt: int
    action: str
    took_s: float
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandTaken(SessionFact):
    """A command on the access URL that was accepted."""

    command_id: str
    command: str
    body: str  # of the whole command, JSON


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandFailed(SessionFact):
    """It was accepted, and yet could not be done."""

    command_id: str
    command: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorRung(SessionFact):
    """One who is no agent of ours: `operator` is `phone +49...` or `sip sip:...`."""

    operator: str
    channel: ChannelId


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorFailed(SessionFact):
    """`operator` also `user alice`, where no offer could be made to her at all."""

    operator: str
    reason: Failed
    detail: str
    rang_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorJoined(SessionFact):
    operator: str
    channel: ChannelId
    bridge: BridgeId
    rang_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorLeft(SessionFact):
    """The talk with him is over. `by`: operator, caller or system."""

    operator: str
    by: str
    talk_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TalkHeld(VisitFact):
    """Of a directed call: the agent has put the caller on hold, or taken him back."""

    on: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceMade(SessionFact):
    """What the caller keyed when he was asked; empty: nothing that could be used."""

    choice: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Undirected(SessionFact):
    """The customer's server directs the call no longer; `to` as in WaitEnded, empty: its agents serve."""

    why: str
    to: str = ""
