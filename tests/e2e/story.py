"""One visit, as it is recorded from the arrival to the end."""

from collections.abc import Sequence

from ccapp.domain import events
from ccapp.domain.events import EndedBy, Outcome, VisitFact


class Story:
    """The facts of one visit that is over, in order."""

    def __init__(self, facts: Sequence[VisitFact]) -> None:
        self.facts = facts

    def __repr__(self) -> str:
        return "\n".join(map(repr, self.facts))

    def all[F: VisitFact](self, kind: type[F]) -> list[F]:
        return [fact for fact in self.facts if isinstance(fact, kind)]

    def one[F: VisitFact](self, kind: type[F]) -> F:
        """The only fact of this kind."""
        [fact] = self.all(kind)
        return fact

    @property
    def ending(self) -> tuple[Outcome, EndedBy]:
        ended = self.one(events.CallEnded)
        return ended.outcome, ended.ended_by

    @property
    def nodes(self) -> list[str]:
        """The IVR nodes that were passed."""
        return [fact.node for fact in self.all(events.IvrVisited)]
