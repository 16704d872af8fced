"""How a visit begins and ends."""

from dataclasses import dataclass
from enum import StrEnum

from ccapp.domain.events.fact import VisitFact
from ccapp.domain.ids import ChannelId, TrunkId


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
class CallEnded(VisitFact):
    """The visit is over. Exactly one for every CallArrived."""

    outcome: Outcome
    ended_by: EndedBy
    duration_s: float
