"""A talk between a caller and an agent, from the join to the last word."""

from __future__ import annotations

from dataclasses import dataclass

from ccapp.domain.events import EndedBy
from ccapp.domain.ids import AgentId, BridgeId, ChannelId, QueueId, VisitId


@dataclass(slots=True, kw_only=True)
class Talk:
    """One segment of a visit. `ended_by` is said by the story that hears it."""

    visit: VisitId
    agent: AgentId
    queue: QueueId
    segment: int
    channel: ChannelId  # the agent's
    bridge: BridgeId
    began_at: float
    ended_by: EndedBy = EndedBy.SYSTEM
