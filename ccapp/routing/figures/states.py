"""What agents spent their time on. Every second of an agent is in exactly one state.

A state that an interval's border cuts counts in both, each with its part of the seconds.
"""

from dataclasses import dataclass

from ccapp.domain.events import PresenceChanged
from ccapp.domain.ids import AgentId
from ccapp.domain.presence import State, SubState
from ccapp.routing.figures.selection import Dimension
from ccapp.routing.figures.store import Cells, Store
from ccapp.routing.figures.tally import Tally


@dataclass(frozen=True, slots=True)
class Span:
    """Where an agent is, and since when."""

    state: State
    sub_state: SubState
    since: float


class States:
    def __init__(self, store: Store) -> None:
        self._store = store
        self.spans: dict[AgentId, Span] = {}

    def changes(self, fact: PresenceChanged) -> None:
        wanted = self._store.selection.agent
        if wanted is not None and wanted != fact.agent:
            return
        span = self.spans.get(fact.agent) or self._before(fact)
        if (span.state, span.sub_state) == (fact.state, fact.sub_state):
            self.spans[fact.agent] = span
            return
        at = max(fact.at, span.since)
        self._spent(fact.agent, span, at)
        self.spans[fact.agent] = Span(fact.state, fact.sub_state, at)

    def anew(self, store: Store) -> None:
        self._store = store

    def so_far(self, of: Dimension, cells: Cells, now: float) -> None:
        """Adds the time since the last change."""
        if of not in (Dimension.AGENT, Dimension.WHOLE):
            return
        for agent, span in self.spans.items():
            key = agent if of is Dimension.AGENT else ""
            for interval, seconds in self._store.pieces(span.since, now):
                cells.setdefault((key, interval), Tally()).in_state(span.state, span.sub_state, seconds)

    def _before(self, fact: PresenceChanged) -> Span:
        """Of an agent never heard of: he was what the fact says he was before, all the time asked for."""
        since = self._store.selection.since
        return Span(fact.before, SubState.NONE, since if 0 < since < fact.at else fact.at)

    def _spent(self, agent: AgentId, span: Span, until: float) -> None:
        for interval, seconds in self._store.pieces(span.since, until):
            for of, key in ((Dimension.AGENT, agent), (Dimension.WHOLE, "")):
                if tally := self._store.cell(of, key, interval):
                    tally.in_state(span.state, span.sub_state, seconds)
