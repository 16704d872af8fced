"""Calls that agents make themselves."""

from dataclasses import dataclass

from ccapp.domain.events.fact import Fact
from ccapp.domain.events.visits import EndedBy
from ccapp.domain.ids import AgentId, ChannelId, TrunkId


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
