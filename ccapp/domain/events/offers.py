"""Offers of a call to an agent."""

from dataclasses import dataclass

from ccapp.domain.causes import DeclineReason
from ccapp.domain.events.fact import VisitFact
from ccapp.domain.explanation import Explanation
from ccapp.domain.ids import AgentId, ChannelId, OfferId, QueueId


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferFact(VisitFact):
    offer: OfferId
    agent: AgentId
    queue: QueueId


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferMade(OfferFact):
    channel: ChannelId  # of the agent's leg, chosen before it is dialled
    ring_s: float
    waited_s: float
    explanation: Explanation


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferDeclined(OfferFact):
    reason: DeclineReason
    cause: int  # Q.850, 0 when we ended the leg ourselves
    rang_s: float
