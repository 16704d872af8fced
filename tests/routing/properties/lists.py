"""Calls that are given only to those whom the customer's server lists for them."""

from ccapp.domain.ids import AgentId, VisitId
from ccapp.domain.listing import Listed
from tests.routing.properties.books import Books


class Lists(Books):
    def is_listed(self, visit: VisitId) -> bool:
        call = self.calls[visit][2]
        queue = self.centre.queues.get(call.queue)
        return call.only_s is None and queue is not None and bool(queue.get_list_agents_url)

    def entry(self, agent: AgentId, visit: VisitId) -> Listed | None:
        return next((entry for entry in self.lists.get(visit, ()) if entry.agent == agent), None)

    def may_be_listed(self, agent: AgentId, visit: VisitId) -> bool:
        entry, presence = self.entry(agent, visit), self.presences.get(agent)
        if entry is None or agent in self.passed.get(visit, ()):
            return False
        if self.barred.get((visit, agent), self.now) > self.now:
            return False
        if agent not in self.centre.agents:
            return entry.outside is not None
        assert presence is not None
        queue = self.centre.queues[self.calls[visit][2].queue]
        signed_in = not queue.sign_in or presence.queues is None or queue.id in presence.queues
        return signed_in and (entry.outside is not None or presence.at_desk or not queue.needs_desk)

    def guests(self) -> list[AgentId]:
        """Who would come if he were called now."""
        named = {entry.agent for visit in self.calls for entry in self.lists.get(visit, ())}
        return sorted(named - self.centre.agents.keys() - self.presences.keys())

    def note_through(self) -> None:
        self.through |= {v for v in self.waiting() if self.is_listed(v) and self.passed.get(v)}

    def forget_lists(self) -> None:
        """Of calls whose queue has none any more."""
        for visit in self.calls:
            if not self.is_listed(visit):
                self.lists.pop(visit, None)
                self.passed.pop(visit, None)
                self.through.discard(visit)
