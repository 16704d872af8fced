"""What must be so, by looking at everything.

The model knows no index: it reads skill levels, memberships and presences, and checks every single decision
at the instant it was made.
"""

from collections.abc import Callable
from typing import Any

from ccapp.domain.admission import ExitReason
from ccapp.domain.causes import DeclineReason
from ccapp.domain.centre import Queue
from ccapp.domain.fifo import Kind
from ccapp.domain.ids import AgentId, QueueId, VisitId
from ccapp.domain.managers import Missed
from ccapp.domain.presence import Intent, Presence, State, Traffic
from ccapp.domain.serving import Standing, Strategy
from ccapp.routing.decisions import (
    Decision,
    Dismissed,
    ListChanged,
    ListWanted,
    ManagerMissed,
    Moved,
    Offer,
    Withdrawn,
    WrapUpOver,
)
from tests.routing.properties.directed import Directed
from tests.routing.properties.gates import Gates
from tests.routing.properties.lists import Lists
from tests.routing.properties.turns import Turns


class Model(Lists, Directed, Gates, Turns):
    # --- who may serve, and who is chosen ----------------------------------------------------------------

    def may_serve(self, agent: AgentId, visit: VisitId) -> bool:
        if self.is_listed(visit):
            return self.may_be_listed(agent, visit)
        if agent not in self.centre.agents:
            return False
        if (manager := self.manager(visit)) is not None:
            return manager == agent and not self.why_not_his(visit, agent) - {Missed.WAITED}
        queue = self.calls[visit][2].queue
        if self.is_let_in(agent, visit) and self.barred.get((visit, agent), self.now) <= self.now:
            return agent in self.on_line or bool(self.rung(visit)) or not self.rings_enough(queue)
        return False

    def rings_enough(self, queue: QueueId) -> bool:
        """Whether phones ring for as many calls of a fifo queue as may."""
        simo = self.centre.queues[queue].simo
        ringing = {o.visit for o in self.offers.values() if o.queue == queue and not o.on_line}
        return simo is not None and len(ringing) >= simo

    def unmatched(self) -> list[tuple[VisitId, AgentId]]:
        return [
            (visit, agent)
            for visit in self.waiting()
            for agent in [*self.free(), *self.guests()]
            if self.may_serve(agent, visit)
        ]

    def choice(self, able: list[AgentId], queue: Queue, idle: Callable[[AgentId], Any]) -> list[AgentId]:
        """Whom the queue may choose from those able: one, but by chance."""
        if queue.kind is Kind.FIFO:
            able = [agent for agent in able if agent in self.on_line] or able
        level = min((self.serving.level(queue, agent) for agent in able), default=1)
        able = [agent for agent in able if self.serving.level(queue, agent) == level]
        if not able or queue.strategy in (Strategy.RANDOM, Strategy.WEIGHTED):
            return able

        def rank(agent: AgentId) -> tuple[Any, ...]:
            position = queue.tiers.get(agent, Standing()).position
            turn = self.turns.get((queue.id, agent), 0)
            match queue.strategy:
                case Strategy.ROUND_ROBIN:
                    return turn, position, agent
                case Strategy.TOP_DOWN:
                    return position, agent
                case Strategy.SEQUENTIAL:
                    return position, turn, agent
                case Strategy.RING_PROGRESSIVELY:
                    return position, idle(agent)[1:], agent
                case Strategy.FEWEST_CALLS:
                    return self.answered.get(agent, 0), idle(agent)[1:], agent
                case Strategy.LEAST_TALK_TIME:
                    return self.talked_s.get(agent, 0.0), idle(agent)[1:], agent
                case _:
                    return (idle(agent),)

        return [min(able, key=rank)]

    def is_passed_over(self, other: VisitId, taken: VisitId, agent: AgentId) -> bool:
        """Whether the lot may have preferred `taken` to a call that goes first: of each priority the first
        call stands for all."""
        theirs, own = self.calls[other][0][0], self.calls[taken][0][0]
        alike = [one for one in self.waiting() if self.calls[one][0][0] == theirs]
        first = next(one for one in alike if self.may_serve(agent, one))
        queue = self.centre.queues[self.calls[first][2].queue]
        return 0 <= theirs < own and queue.service_probability < 1

    # --- decisions ----------------------------------------------------------------------------------------

    def hear(self, decision: Decision) -> None:
        match decision:
            case Offer():
                self._offered(decision)
            case Moved(before=before, after=after):
                if self._comes_as_guest(decision):
                    assert before == Presence(agent=before.agent, online=True)
                    self.here.add(before.agent)
                    self.presences[before.agent] = before
                assert self.presences[before.agent] == before, "a change of presence was kept quiet"
                assert before != after, "no change was told as one"
                self.presences[after.agent] = after
                if (before.intent is Intent.LOGGED_OUT) != (after.intent is Intent.LOGGED_OUT):
                    self.answered[after.agent], self.talked_s[after.agent] = 0, 0.0
                if after.agent in self.here and after.state is State.LOGOUT:
                    self.here.remove(after.agent)
                    del self.presences[after.agent]
                self.open_gates()
                self.note_absence()
            case ListChanged(visit=visit, entries=entries):
                assert list(entries) == self.lists[visit]
            case ListWanted(queue=queue_id):
                assert self.centre.queues[queue_id].get_list_agents_url
            case Withdrawn(visit=visit, offer=offer, reason=reason):
                assert offer in self.offers, "withdrawn, but not open"
                self.settle(offer)
                assert (reason is DeclineReason.ANSWERED_ELSEWHERE) == (visit not in self.calls)
                self.take_turns()
            case Dismissed(visit=visit, reason=ExitReason.AGENT_MISSED):
                assert not self.rung(visit), "sent away while a phone rings"
                call = self.calls[visit][2]
                assert call.only_s is not None, "he waited for others, too"
                assert call.manager is not None
                assert self.why_not_his(visit, call.manager), "sent away, for no reason"
                del self.calls[visit]
            case Dismissed(visit=visit, reason=reason):
                assert not self.rung(visit), "sent away while a phone rings"
                queue = self.centre.queues.get(self.calls[visit][2].queue)
                limits = [(0.0, ExitReason.QUEUE_GONE)] if queue is None else self.limits(visit)
                at, why = min(limits)
                assert at <= self.now
                assert why is reason
                del self.calls[visit]
            case ManagerMissed(visit=visit, agent=agent, why=why):
                assert self.manager(visit) == agent, "missed a manager it was not kept for"
                assert self.calls[visit][2].only_s is None, "for him alone, and now for all"
                assert why in self.why_not_his(visit, agent), "kept no longer, for no reason"
                self.missed.add(visit)
                self.take_turns()
                self.open_gates()
            case WrapUpOver(wrap_up_s=wrap_up_s):
                assert wrap_up_s >= 0

    def _comes_as_guest(self, moved: Moved) -> bool:
        """Also one of our own until this event, in which he is no longer configured."""
        agent = moved.before.agent
        if agent in self.centre.agents or agent in self.here or moved.after.intent is Intent.LOGGED_OUT:
            return False
        was = self.presences.get(agent)
        return was is None or (was.intent is Intent.LOGGED_OUT and was.traffic is Traffic.IDLE)

    def _offered(self, offer: Offer) -> None:
        visit, agent = offer.visit, offer.agent
        assert offer.offer not in self.made, "an offer's name was used twice"
        assert agent not in {open.agent for open in self.offers.values()}, "an agent was offered two calls"
        queue = self.centre.queues[offer.queue]
        if self.calls[visit][2].directed:
            self.hear_named(offer)
            self.phones_max[visit] = 1
        else:
            self._chosen(offer, queue)
        self.made.add(offer.offer)
        if self.serving.is_ordered(queue):
            self.turns[offer.queue, agent] = len(self.made)
        self.offers[offer.offer] = offer

    def _chosen(self, offer: Offer, queue: Queue) -> None:
        visit, agent = offer.visit, offer.agent
        assert self.wants_agent(visit), "a caller was offered to more agents than his queue rings at once"
        assert agent in self.free(), "an agent was offered a call who is not free"
        if not self.may_serve(agent, visit):
            self.open_to_backups()
        assert self.may_serve(agent, visit), "an agent was offered a call he may not serve"
        mine = self.order(visit, agent)
        older = [other for other in self.waiting() if self.order(other, agent) < mine]
        older = [other for other in older if self.may_serve(agent, other)]
        passed = [other for other in older if not self.is_passed_over(other, visit, agent)]
        assert not passed, "an older call was passed over"
        if self.is_listed(visit):
            self._listed(offer)
        if self.manager(visit) == agent:
            self.rang.add(visit)
        several = queue.strategy in (Strategy.RING_ALL, Strategy.RING_PROGRESSIVELY)
        if not self.rung(visit):
            managers = self.manager(visit) == agent
            alone = managers or self.calls[visit][2].callback
            self.phones_max[visit] = queue.ring_at_once_max if several and not alone else 1
            if not managers:
                self.missed.add(visit)  # offered to all, it has no manager any more
        if queue.strategy is Strategy.RING_PROGRESSIVELY:
            self.next_at[visit] = self.now + queue.ring_next_after_s

    def _listed(self, offer: Offer) -> None:
        entry = self.entry(offer.agent, offer.visit)
        assert entry is not None, "an agent was offered a call he is not listed for"
        assert (offer.ring_s, offer.outside) == (entry.ring_s, entry.outside)
        if self.in_list_order:
            names = [entry.agent for entry in self.lists[offer.visit]]
            before = names[: names.index(offer.agent)]
            free = {*self.free(), *self.guests()}
            assert not [one for one in before if one in free and self.may_be_listed(one, offer.visit)]
