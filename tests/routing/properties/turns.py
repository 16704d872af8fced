"""Which call goes first."""

from ccapp.domain.centre import Queue
from ccapp.domain.ids import AgentId, VisitId
from ccapp.domain.priorities import CALLER_PRIORITY
from ccapp.routing.decisions import WaitingCall
from tests.routing.properties.books import Turn
from tests.routing.properties.limits import Limits
from tests.routing.properties.managers import Managers


class Turns(Managers, Limits):
    def order(self, visit: VisitId, agent: AgentId) -> tuple[Turn, int]:
        """Where a call stands in an agent's order of service: his own callers wait longer, as it were."""
        (queue, caller, key), joined, call = self.calls[visit]
        bonus_s = self.kept_s(call) if self.manager(visit) == agent else 0.0
        return (queue, caller, key - bonus_s), joined

    def turn(self, call: WaitingCall) -> Turn:
        queue = self.centre.queues.get(call.queue, Queue(id=call.queue, name=""))
        since = call.entered_at - call.brought_s
        key = since - queue.priority_s - call.own_priority_s
        kept = self.manager_of(call) is not None or call.directed
        if self.mixed and not kept and queue.overdue_s and since + queue.overdue_s <= self.now:
            return -1, 0, key
        return queue.priority, call.caller_priority, key

    def take_turns(self) -> None:
        """Those who wait and are overdue by now go before the others."""
        priorities = {queue.priority for queue in self.centre.queues.values()}
        callers = {
            call.caller_priority
            for visit, (_, _, call) in self.calls.items()
            if call.queue in self.centre.queues or self.rung(visit)
        }
        self.mixed = self.mixed or len(priorities) > 1 or bool(callers - {CALLER_PRIORITY})
        for visit in self.waiting():
            _, order, call = self.calls[visit]
            if call.queue in self.centre.queues:
                self.calls[visit] = (self.turn(call), order, call)
        for visit, (_, _, call) in self.calls.items():
            ringing = call.queue in self.centre.queues and self.rung(visit)
            if ringing and any(at <= self.now for at, _ in self.limits(visit)):
                self.phones_max[visit] = 0  # those that ring are the last
