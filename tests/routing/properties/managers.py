"""Calls kept for one agent, or for him alone: how long, and what speaks against it."""

import math

from ccapp.domain.centre import Queue
from ccapp.domain.fifo import Kind
from ccapp.domain.ids import AgentId, VisitId
from ccapp.domain.managers import Missed
from ccapp.domain.presence import Intent, Presence
from ccapp.routing.decisions import WaitingCall
from tests.routing.properties.books import Books


class Managers(Books):
    def manager(self, visit: VisitId) -> AgentId | None:
        """Whose alone the call is."""
        return self.manager_of(self.calls[visit][2])

    def manager_of(self, call: WaitingCall) -> AgentId | None:
        queue = self.centre.queues.get(call.queue)
        if queue is not None and call.only_s is not None:
            return call.manager
        if queue is None or queue.manager is None or queue.kind is Kind.FIFO or call.visit in self.missed:
            return None
        return call.manager

    def kept_s(self, call: WaitingCall) -> float:
        """How long it is kept for him."""
        rules = self.centre.queues[call.queue].manager
        if call.only_s is not None:
            return call.only_s
        assert rules is not None
        return rules.wait_s

    def why_not_his(self, visit: VisitId, manager: AgentId) -> set[Missed]:
        """All that speaks against keeping the call for him."""
        call, presence = self.calls[visit][2], self.presences.get(manager)
        queue = self.centre.queues[call.queue]
        found = {Missed.UNABLE} if queue.kind is Kind.FIFO else set()
        if manager not in self.centre.agents or presence is None or not self.is_there(presence, queue):
            return {Missed.ABSENT}
        if not self.serving.may(manager, queue, call.own_requires, waited=math.inf, open_s=math.inf):
            found.add(Missed.UNABLE)
        if visit in self.rang or self.barred.get((visit, manager), self.now) > self.now:
            found.add(Missed.NOT_REACHED)
        if call.entered_at + self.kept_s(call) <= self.now:
            found.add(Missed.WAITED)
        return found

    def is_there(self, presence: Presence, queue: Queue) -> bool:
        if queue.sign_in and presence.queues is not None and queue.id not in presence.queues:
            return False
        if queue.needs_desk and not presence.at_desk:
            return False
        ready = presence.intent is Intent.READY and presence.online and presence.banned_until is None
        return ready and presence.after_call is None
