"""Who may serve a call as long as it has waited: levels and backups come in by and by, or at once."""

from ccapp.domain.ids import AgentId, VisitId
from ccapp.domain.presence import Intent
from tests.routing.properties.managers import Managers


class Gates(Managers):
    def is_let_in(self, agent: AgentId, visit: VisitId) -> bool:
        """Whether he may serve the call as it stands, whether or not he was tried."""
        call = self.calls[visit][2]
        queue = self.centre.queues[call.queue]
        his = self.presences[agent].queues
        if queue.sign_in and his is not None and queue.id not in his:
            return False
        if queue.needs_desk and not self.presences[agent].at_desk:
            return False
        steps = [step.after_s for step in queue.relax if call.entered_at + step.after_s <= self.now]
        gates = [at for at, _, _ in self.serving.all_gates(queue) if call.entered_at + at <= self.now]
        waited = max([0.0, *steps, *gates])
        return self.serving.may(
            agent, queue, call.own_requires, waited=waited, open_s=self.open_s.get(visit, 0.0)
        )

    def open_gates(self) -> None:
        """For waiting calls that nobody is there for, those that need not wait."""
        there = [
            agent
            for agent, presence in self.presences.items()
            if agent in self.centre.agents
            and presence.intent is Intent.READY
            and presence.online
            and presence.banned_until is None
        ]
        for visit in self.waiting():
            if self.manager(visit) is not None:
                continue
            call = self.calls[visit][2]
            queue = self.centre.queues.get(call.queue)
            while queue is not None and not any(self.is_let_in(agent, visit) for agent in there):
                gates = [at for at, _, _ in self.serving.all_gates(queue) if call.entered_at + at <= self.now]
                following = self.serving.next_gate(queue, max([0.0, *gates, self.open_s.get(visit, 0.0)]))
                if following is None or not following[1]:
                    break
                self.open_s[visit] = following[0]

    def open_to_backups(self) -> None:
        """Of the calls no phone rings for: the first ones, as many as there are too many."""
        for queue in self.centre.queues.values():
            above, at = queue.groups.backup_above, self.serving.backup_after_s(queue)
            if above is None or not queue.groups.backup:
                continue
            here = [v for v in self.waiting() if self.calls[v][2].queue == queue.id and not self.rung(v)]
            here = [v for v in here if self.manager(v) is None and not self.is_open(v, at)]
            for visit in here[: max(0, len(here) - above)]:
                self.open_s[visit] = at

    def is_open(self, visit: VisitId, at: float) -> bool:
        return self.open_s.get(visit, 0.0) >= at or self.calls[visit][2].entered_at + at <= self.now
