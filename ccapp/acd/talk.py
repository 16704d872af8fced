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
    record: bool = False  # it is to be recorded
    by_backup: bool = False  # the agent helps the queue out
    ended_by: EndedBy = EndedBy.SYSTEM
    held_since: float | None = None
    held_s: float = 0.0  # of the holds that are over

    def hold(self, on: bool, now: float) -> None:
        """The agent puts the caller on hold, or takes him back. A repeat changes nothing."""
        if on and self.held_since is None:
            self.held_since = now
        elif not on and self.held_since is not None:
            self.held_s += now - self.held_since
            self.held_since = None
