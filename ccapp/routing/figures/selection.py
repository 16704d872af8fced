"""What a fold is to count, chosen before it begins; `figures.Choice` is what is chosen at the reading."""

from dataclasses import dataclass
from datetime import UTC, tzinfo
from enum import StrEnum
from math import inf

from ccapp.domain.ids import AgentId, QueueId
from ccapp.routing.figures.interval import By


class Belongs(StrEnum):
    """Whose interval counts a call, with its offers, its talk and its wrap-up."""

    ARRIVAL = "arrival"  # when it got into the line
    END = "end"  # when it left the line without an agent, or when its talk ended


class Dimension(StrEnum):
    WHOLE = "whole"
    QUEUE = "queue"
    AGENT = "agent"
    SKILL = "skill"  # a call that needs two skills counts for both
    CALLER = "caller"  # by number


EVERYTHING = frozenset(Dimension)
CELLS_MAX = 50_000


class TooMany(Exception):
    """More callers, agents and intervals than a fold may keep."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Calls that belong to the time from `since` until before `until` (epoch s), and that time of the agents.

    `queue` leaves only calls of that queue, `agent` only that agent's own rows and time.
    """

    since: float = -inf
    until: float = inf
    by: By = By.WHOLE
    zone: tzinfo = UTC
    belongs: Belongs = Belongs.ARRIVAL
    queue: QueueId | None = None
    agent: AgentId | None = None
    dimensions: frozenset[Dimension] = EVERYTHING
    cells_max: int = CELLS_MAX

    def holds(self, instant: float) -> bool:
        return self.since <= instant < self.until
