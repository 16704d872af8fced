"""The records as they would be, in memory: for what reads `web.desk.Past`."""

from collections.abc import AsyncIterator, Collection, Sequence
from datetime import datetime

from ccapp.domain.events import Fact, PresenceChanged, VisitFact
from ccapp.domain.presence import State
from ccapp.ports import Recorded
from ccapp.records.errors import DatabaseUnavailable
from ccapp.records.history import Span


class MemoryPast:
    """Everything is read, whatever the time asked for."""

    def __init__(self, facts: Sequence[Fact], size: int | None = None) -> None:
        self.kept = list(facts)
        self.size = size
        self.away = False

    async def span(self, since: datetime, until: datetime) -> Span | None:
        if self.away:
            raise DatabaseUnavailable("away")
        return Span(1, self.size or len(self.kept)) if self.kept else None

    async def since_login(self, agent: str) -> Sequence[PresenceChanged]:
        told = [fact for fact in self.kept if isinstance(fact, PresenceChanged) and fact.agent == agent]
        begins = [index for index, fact in enumerate(told) if fact.state is State.LOGIN]
        return told[begins[-1] if begins else 0 :]

    async def of_visits(self, visits: Collection[str]) -> AsyncIterator[Sequence[Recorded]]:
        for seq, fact in enumerate(self.kept, 1):
            if isinstance(fact, VisitFact) and fact.visit in visits:
                yield [Recorded(seq=seq, fact=fact)]

    async def facts(self, span: Span, kinds: Collection[str]) -> AsyncIterator[Sequence[Fact]]:
        for begin in range(span.first - 1, min(span.last, len(self.kept)), 7):
            facts = self.kept[begin : min(begin + 7, span.last)]
            yield [fact for fact in facts if type(fact).__name__ in kinds]
