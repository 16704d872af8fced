"""Since when things are as they are: the little that facts tell and the live owner does not keep."""

from collections.abc import Iterable

from ccapp.domain import events
from ccapp.domain.events import Fact
from ccapp.domain.ids import AgentId, VisitId
from ccapp.domain.presence import State, SubState


class Since:
    """A fold over the facts. Hears each one from `Acd.watch`."""

    def __init__(self) -> None:
        self.nodes: dict[VisitId, events.IvrVisited] = {}
        self._agents: dict[AgentId, tuple[State, SubState, float]] = {}

    def agent(self, agent: AgentId, state: State, sub_state: SubState) -> float | None:
        """Since when he is in the state he is in; None when nobody was there to see it."""
        known = self._agents.get(agent)
        return known[2] if known is not None and known[:2] == (state, sub_state) else None

    def before(self, presences: Iterable[events.PresenceChanged]) -> None:
        """What the records know of a time when we were not there."""
        for fact in presences:
            self._agents.setdefault(fact.agent, (fact.state, fact.sub_state, fact.at))

    def heard(self, fact: Fact) -> None:
        match fact:
            case events.PresenceChanged():
                self._presence(fact)
            case events.IvrVisited():
                self.nodes[fact.visit] = fact
            case events.CallEnded():
                self.nodes.pop(fact.visit, None)
            case _:
                pass

    def _presence(self, fact: events.PresenceChanged) -> None:
        known = self._agents.get(fact.agent)
        if known is None or known[:2] != (fact.state, fact.sub_state):
            self._agents[fact.agent] = (fact.state, fact.sub_state, fact.at)
