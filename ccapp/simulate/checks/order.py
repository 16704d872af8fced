"""The order of service: nobody is overtaken, and no agent idles beside a caller he may serve."""

from collections import Counter
from collections.abc import Iterator

from ccapp.domain import events
from ccapp.domain.causes import DeclineReason
from ccapp.domain.centre import Centre, Queue
from ccapp.domain.events import Fact, PresenceChanged
from ccapp.domain.ids import AgentId, QueueId, VisitId
from ccapp.domain.presence import State
from ccapp.domain.priorities import CALLER_PRIORITY
from ccapp.domain.requirements import Requires, met, wording
from ccapp.domain.serving import Strategy
from ccapp.simulate.checks.verdict import Verdict
from ccapp.simulate.checks.visits import LATE_S, is_callback


class Order:
    def __init__(self, verdict: Verdict, centre: Centre) -> None:
        self._verdict = verdict
        self._centre = centre
        self._waiting: dict[VisitId, events.CallWaits] = {}  # in line, no phone ringing
        self._offered: dict[VisitId, events.CallWaits] = {}
        self._ringing: Counter[VisitId] = Counter()  # phones, of those who are offered
        self._managers: dict[VisitId, AgentId] = {}  # whose alone a call is
        self._directed: set[VisitId] = set()  # the customer's server says who serves them
        self._undirected: set[tuple[VisitId, QueueId]] = set()
        self._barred: dict[tuple[VisitId, AgentId], float] = {}  # rung for him a moment ago
        self._listed: set[VisitId] = set()  # calls the customer's server names somebody for
        self._free: dict[AgentId, PresenceChanged] = {}
        queues = centre.queues.values()
        self._by_lot = {queue.priority for queue in queues if queue.service_probability < 1}
        self._ranked = len({queue.priority for queue in centre.queues.values()}) > 1
        self._may: dict[tuple[AgentId, QueueId, str], bool] = {}
        self._dirty = False
        self._suspended = False

    def engine_died(self) -> None:
        """The line is in the new engine's hands: those who wait say so again."""
        self._waiting.clear()
        self._managers.clear()
        self._offered.clear()
        self._ringing.clear()
        self._listed.clear()
        self._free.clear()
        self._suspended = True

    def fact(self, fact: Fact) -> None:
        match fact:
            case events.CallWaits(visit=visit, caller_priority=priority, manager=manager):
                self._waiting[visit] = fact
                self._ranked = self._ranked or priority != CALLER_PRIORITY
                self._ringing.pop(visit, None)
                self._listed.discard(visit)
                self._directs(fact)
                kept = fact.only_s is not None or self._centre.queues[fact.queue].manager is not None
                if manager is not None and kept:
                    self._managers[visit] = manager
            case events.ManagerMissed(visit=visit):
                del self._managers[visit]
            case events.AgentsListed(visit=visit, agents=agents):
                (self._listed.add if agents else self._listed.discard)(visit)
            case events.SessionOpened(visit=visit, queue=queue):
                self._undirected.discard((visit, queue))
                self._directed.add(visit)
            case events.Undirected(visit=visit):
                self._directed.discard(visit)
                if (call := self._waiting.get(visit)) is not None:
                    self._undirected.add((visit, call.queue))
            case events.OfferMade():
                self._in_order(fact)
            case events.OfferDeclined(visit=visit, reason=reason):
                self._ringing[visit] -= 1
                call = self._offered.pop(visit, None) if self._ringing[visit] <= 0 else None
                if call is not None and reason is not DeclineReason.CALLER_GONE:  # his end follows
                    self._waiting[visit] = call
                self._bar(fact, reason)
            case (
                events.CallServed(visit=visit)
                | events.CallAbandoned(visit=visit)
                | events.WaitEnded(visit=visit)
                | events.CallbackTried(visit=visit)
                | events.CallbackPutOff(visit=visit)
                | events.CallbackEnded(visit=visit)
            ):
                self._forget(visit)
            case events.CallEnded(visit=visit):
                self._forget(visit)
            case PresenceChanged(agent=agent, state=State.READY, online=True):
                self._free[agent] = fact
            case PresenceChanged(agent=agent):
                self._free.pop(agent, None)
            case events.SwitchFound():
                self._suspended = False
            case _:
                return
        self._dirty = True

    def _directs(self, call: events.CallWaits) -> None:
        directs = self._centre.queues[call.queue].external is not None
        if directs and (call.visit, call.queue) not in self._undirected:
            self._directed.add(call.visit)
        else:
            self._directed.discard(call.visit)

    def _forget(self, visit: VisitId) -> None:
        self._offered.pop(visit, None)
        self._waiting.pop(visit, None)
        self._ringing.pop(visit, None)
        self._managers.pop(visit, None)

    def _bar(self, fact: events.OfferDeclined, reason: DeclineReason) -> None:
        if queue := self._centre.queues.get(fact.queue):
            self._barred[fact.visit, fact.agent] = fact.at + queue.retry_same_agent_s

    def _in_order(self, offer: events.OfferMade) -> None:
        mine = self._waiting.pop(offer.visit, None) or self._offered.get(offer.visit)
        self._verdict.must(mine is not None, "offered out of line", offer)
        if mine is None:
            return
        self._offered[offer.visit] = mine
        self._ringing[offer.visit] += 1
        if offer.visit in self._directed:
            self._verdict.must(self._ringing[offer.visit] == 1, "one operator at a time", offer)
            return
        rings_max = self._centre.queues[mine.queue].phones_max
        self._verdict.must(self._ringing[offer.visit] <= rings_max, "too many rung at once", offer)
        self._verdict.must(self._eligible(offer.agent, mine), "offered to one who may not", offer)
        for other in self._wanting():
            if self._goes_first(other, mine, offer.agent) and self._could(offer.agent, other):
                self._verdict.broken("order of service", offer, "before", other)

    def _goes_first(self, other: events.CallWaits, mine: events.CallWaits, agent: AgentId) -> bool:
        """Whether `other` must be served before: of a lot it is not known whom it chose. (And who was chosen
        by it gives way to the agent's own caller, though others than him have lost the lot before.)"""
        theirs, own = self._rank(other, LATE_S), self._rank(mine, -LATE_S)
        by_lot = self._centre.queues[other.queue].priority in self._by_lot
        if theirs != own:
            return theirs < own and not by_lot
        if by_lot and self._managers.get(mine.visit) == agent:
            return False
        return self._key(other, agent) < self._key(mine, agent) - LATE_S

    def _rank(self, call: events.CallWaits, late_s: float) -> tuple[int, int]:
        """`late_s`: so much later it may have become overdue."""
        queue = self._centre.queues[call.queue]
        overdue_s = queue.overdue_s or float("inf")
        overdue = call.entered_at - call.brought_s + overdue_s <= self._verdict.now() - late_s
        if self._ranked and overdue and call.visit not in self._managers:
            return -1, 0
        return queue.priority, call.caller_priority

    def _key(self, call: events.CallWaits, agent: AgentId) -> float:
        """Where a call stands in an agent's order: his own callers wait longer, as it were."""
        rules, wait_s = self._centre.queues[call.queue].manager, call.only_s
        if wait_s is None and rules is not None:
            wait_s = rules.wait_s
        own = wait_s is not None and self._managers.get(call.visit) == agent
        return _key(call) - (wait_s if own and wait_s is not None else 0.0)

    def _could(self, agent: AgentId, call: events.CallWaits) -> bool:
        if call.visit in self._directed or self._managers.get(call.visit, agent) != agent:
            return False
        if _widens(self._centre.queues[call.queue]):
            return False
        if self._is_listed(call):
            return False  # who may is the customer's to say, and the Router's own tests' to check
        past = self._verdict.now() - LATE_S
        barred_until = self._barred.get((call.visit, agent), 0.0)
        limit_s = self._centre.queues[call.queue].wait_s_max
        given_up = (
            limit_s is not None and call.entered_at + limit_s <= past + 2 * LATE_S
        )  # hears how sorry we are
        return barred_until <= past and not given_up and self._eligible(agent, call)

    def _eligible(self, agent: AgentId, call: events.CallWaits) -> bool:
        if self._is_listed(call):
            return call.visit in self._listed
        if agent not in self._centre.agents:
            return False
        asked = (agent, call.queue, wording(call.requires))
        if asked not in self._may:
            self._may[asked] = self._may_serve(agent, call.queue, call.requires)
        return self._may[asked]

    def _is_listed(self, call: events.CallWaits) -> bool:
        return bool(self._centre.queues[call.queue].get_list_agents_url)

    def _may_serve(self, agent: AgentId, queue: QueueId, requires: Requires) -> bool:
        settings, has = self._centre.queues[queue], self._centre.agents[agent].skills
        members = self._centre.members(settings)
        return (members is None or agent in members) and (_widens(settings) or met(has, requires))

    def _wanting(self) -> Iterator[events.CallWaits]:
        """Those for whom an agent may be rung, also one more beside others."""
        for call in self._waiting.values():
            if not self._rings_enough(self._centre.queues[call.queue]):
                yield call
        for visit, call in self._offered.items():
            queue = self._centre.queues[call.queue]
            alone = visit in self._managers or is_callback(visit)
            several = queue.strategy is Strategy.RING_ALL and not alone
            if several and self._ringing[visit] < queue.phones_max:
                yield call

    def _rings_enough(self, queue: Queue) -> bool:
        """Whether phones ring for as many calls of a fifo queue as may."""
        if queue.simo is None:
            return False
        return sum(call.queue == queue.id for call in self._offered.values()) >= queue.simo

    def quiet(self) -> None:
        """Nothing more happens at this instant."""
        if not self._dirty or self._suspended:
            return
        self._dirty = False
        wanting = list(self._wanting())
        for agent, presence in self._free.items() if wanting else ():
            if presence.not_before > self._verdict.now() - LATE_S:
                self._dirty = True
                continue
            for call in wanting:
                if self._could(agent, call):
                    self._verdict.broken("idle beside a caller", presence, "beside", call)

    def at_the_end(self) -> None:
        self._verdict.must(not self._waiting and not self._offered, "the line is empty", self._waiting)


def _widens(queue: Queue) -> bool:
    """Whether those who may serve become more with time: then who could is the Router's own tests' to say."""
    return bool(queue.relax or queue.tier_rules or queue.groups.backup)


def _key(call: events.CallWaits) -> float:
    return call.entered_at - call.brought_s - call.priority_s
