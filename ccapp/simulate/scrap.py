"""A journal that keeps nothing: for long runs of which only figures are wanted."""

from collections.abc import AsyncIterator, Sequence

from ccapp.domain.events import CallAbandoned, Fact, PresenceChanged, StandingOrder, VisitFact
from ccapp.domain.ids import AgentId
from ccapp.domain.voicemail import Message
from ccapp.ports import Recorded


class ScrapJournal:
    def __init__(self) -> None:
        self._seq = 0

    def publish(self, fact: Fact) -> int:
        self._seq += 1
        return self._seq

    async def settled(self, within_s: float = 0.25) -> bool:
        return True

    def follow(self) -> AsyncIterator[Recorded]:
        raise NotImplementedError("nothing is kept")

    async def open_visits(self) -> Sequence[Sequence[VisitFact]]:
        return []

    async def presences(self) -> Sequence[PresenceChanged]:
        return []

    async def abandoned(self, since: float) -> Sequence[CallAbandoned]:
        return []

    async def standing_orders(self) -> Sequence[StandingOrder]:
        return []

    async def manager(self, number: str, within_s: float = 0.25) -> AgentId | None:
        return None

    async def messages(self) -> Sequence[Message]:
        return []

    async def visit(self, visit: str) -> Sequence[Recorded]:
        return []
