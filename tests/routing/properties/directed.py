"""Calls that the customer's server directs: rung is whom it names, and nobody else until it gives them up."""

from dataclasses import replace

from ccapp.domain.ids import AgentId, QueueId, VisitId
from ccapp.domain.presence import Traffic
from ccapp.routing.decisions import Offer
from tests.routing.properties.books import Books


class Directed(Books):
    def directs(self, queue: QueueId) -> bool:
        """Whether calls that come into this queue now are directed."""
        settings = self.centre.queues.get(queue)
        return self.directing and settings is not None and settings.external is not None

    def directed(self) -> list[VisitId]:
        return [visit for visit, (_, _, call) in self.calls.items() if call.directed]

    def give_up(self, visit: VisitId) -> None:
        turn, joined, call = self.calls[visit]
        self.calls[visit] = turn, joined, replace(call, directed=False)

    def give_up_as_configured(self) -> None:
        for visit in self.directed():
            queue = self.centre.queues.get(self.calls[visit][2].queue)
            if queue is None or queue.external is None:
                self.give_up(visit)

    def is_busy(self, agent: AgentId, visit: VisitId) -> bool | None:
        """Whether it is for being busy that he cannot be rung for the call, he or the call; None: he can."""
        if visit not in self.calls or not self.calls[visit][2].directed or self.rung(visit):
            return True
        if agent not in self.centre.agents:
            return False
        presence = self.presences[agent]
        if presence.traffic is not Traffic.IDLE:
            return True
        if not self.is_ready(presence):
            return False
        return True if self.has_no_room(agent) else None

    def hear_named(self, offer: Offer) -> None:
        assert self.named is not None, "a directed call was offered to somebody nobody has named"
        assert self.named == (offer.visit, offer.agent, offer.ring_s)
        assert offer.phones_max == 1
        assert self.is_busy(offer.agent, offer.visit) is None, "an agent was rung who cannot be"
        self.named = None
