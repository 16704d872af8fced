"""How long a call may stay in its line, and who would ever come for it."""

import math

from ccapp.domain.admission import ExitReason, WhenEmpty
from ccapp.domain.centre import Queue
from ccapp.domain.ids import VisitId
from ccapp.domain.presence import Intent, Presence
from ccapp.routing.crews import is_watched
from tests.routing.properties.books import Books


class Limits(Books):
    def crew(self, queue: Queue) -> list[Presence]:
        """Of all who may ever serve it."""
        ever = {"waited": math.inf, "open_s": math.inf}
        able = [agent for agent in self.centre.agents if self.serving.may(agent, queue, {}, **ever)]
        here = [self.presences[agent] for agent in able]
        return [one for one in here if not queue.sign_in or one.queues is None or queue.id in one.queues]

    def is_deserted(self, queue: Queue) -> bool:
        return all(presence.intent is Intent.LOGGED_OUT for presence in self.crew(queue))

    def note_absence(self) -> None:
        """Since when nobody is logged in, of queues that ask."""
        for queue in self.centre.queues.values():
            if not is_watched(queue) or not self.is_deserted(queue):
                self.absent_since.pop(queue.id, None)
            else:
                self.absent_since.setdefault(queue.id, self.now)

    def limits(self, visit: VisitId) -> list[tuple[float, ExitReason]]:
        """When and why it must leave its line."""
        call = self.calls[visit][2]
        queue, entered_at = self.centre.queues[call.queue], call.entered_at
        if call.callback or call.only_s is not None or call.directed:
            return []
        found = []
        if queue.wait_s_max is not None:
            found.append((entered_at + queue.wait_s_max, ExitReason.TIMEOUT))
        if queue.no_agent_wait_s_max is not None and self.is_deserted(queue):
            at = max(self.absent_since[queue.id] + queue.no_agent_wait_s_max, entered_at + 2.0)
            found.append((at, ExitReason.NO_AGENT_TIMEOUT))
        strict = queue.leave_when_empty is WhenEmpty.STRICT
        there = [self.takes_calls(one, queue) for one in self.crew(queue)] if strict else []
        empty = not any(there) if strict else self.is_deserted(queue)
        if queue.leave_when_empty is not WhenEmpty.NO and empty:
            found.append((entered_at, ExitReason.EMPTY))
        return found

    @staticmethod
    def takes_calls(presence: Presence, queue: Queue) -> bool:
        reachable = presence.online and (presence.at_desk or not queue.needs_desk)
        return presence.intent is Intent.READY and reachable and presence.banned_until is None
