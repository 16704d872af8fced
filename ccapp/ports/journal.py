"""The journal: Postgres, or memory."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from ccapp.domain.events import CallAbandoned, Fact, PresenceChanged, StandingOrder, VisitFact
from ccapp.domain.ids import AgentId
from ccapp.domain.voicemail import Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """A fact with its place in the order of all facts."""

    seq: int
    fact: Fact


class Journal(Protocol):
    def publish(self, fact: Fact) -> int:
        """Takes the fact, returns its sequence number. Never blocks, never fails, survives `kill -9`."""
        ...

    async def settled(self, within_s: float = 0.25) -> bool:
        """Waits until all that was published so far is committed in the database; False when that is not
        so within `within_s` (calls go on all the same, the facts are spooled)."""
        ...

    def follow(self) -> AsyncIterator[Recorded]:
        """The live stream from now on; a follower too slow for its bound is ended."""
        ...

    async def open_visits(self) -> Sequence[Sequence[VisitFact]]:
        """The facts, in order, of every visit without a CallEnded, oldest visit first."""
        ...

    async def presences(self) -> Sequence[PresenceChanged]:
        """The last PresenceChanged of every agent who has one."""
        ...

    async def abandoned(self, since: float) -> Sequence[CallAbandoned]:
        """Those who have hung up in a line since then (epoch s), in order; the last ten thousand."""
        ...

    async def standing_orders(self) -> Sequence[StandingOrder]:
        """The last one about every number and every queue, of those only that are in force."""
        ...

    async def manager(self, number: str, within_s: float = 0.25) -> AgentId | None:
        """Whom the last ManagerChosen of this number named, as far as that can be said in the time: without
        the database only what this engine knows already. Never raises."""
        ...

    async def messages(self) -> Sequence[Message]:
        """All that callers have left and nobody has deleted, the oldest first."""
        ...

    async def visit(self, visit: str) -> Sequence[Recorded]:
        """All facts of one visit, in order; empty when unknown."""
        ...
