"""Talks of callers with agents."""

from dataclasses import dataclass

from ccapp.domain.events.fact import VisitFact
from ccapp.domain.events.offers import OfferFact
from ccapp.domain.events.visits import EndedBy
from ccapp.domain.ids import AgentId, BridgeId, ChannelId, QueueId


@dataclass(frozen=True, slots=True, kw_only=True)
class CallServed(OfferFact):
    """The agent answered and both are joined. `segment` counts the agents of the visit from 1."""

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
