"""A day through the real Router alone, from instant to instant: no switch, no loop, ten times as fast.

What the stories do around the Router is done here in few words: greetings are heard, phones ring and are
answered or not, callers lose patience or reach the queue's limit, talks and wrap-ups end, agents come, go and
rest. The facts are those the stories would tell, but for OfferMade and the steps through an IVR.
`unknown_settings` names what a configuration has beyond that: then the whole stories must run it.
"""

from collections.abc import Callable, Sequence
from dataclasses import fields
from functools import partial
from heapq import heappop, heappush
from typing import assert_never

from ccapp.acd.telling import presence_changes
from ccapp.domain import events
from ccapp.domain.admission import ExitReason
from ccapp.domain.causes import DeclineReason
from ccapp.domain.centre import Agent, Centre, Queue
from ccapp.domain.events import EndedBy, Fact, Outcome
from ccapp.domain.ids import (
    AgentId,
    BridgeId,
    ChannelId,
    OfferId,
    TrunkId,
    VisitId,
    agent_channel,
    talk_bridge,
)
from ccapp.domain.presence import Move, SubState
from ccapp.domain.requirements import merged
from ccapp.routing.books import wrap_up_s_of
from ccapp.routing.decisions import (
    Decision,
    Dismissed,
    ListChanged,
    ListWanted,
    ManagerMissed,
    Moved,
    Offer,
    WaitingCall,
    Withdrawn,
    WrapUpOver,
)
from ccapp.routing.router import Router
from ccapp.simulate.days.callers import Caller, ring
from ccapp.simulate.days.day import MIDNIGHT, Day
from ccapp.simulate.days.duty import Staff
from ccapp.simulate.exchange import length_s

type Read = Callable[[Fact], None]
type Act = Callable[[], None]


class Visit:
    """A caller in the house."""

    __slots__ = ("caller", "id", "in_line", "number", "offers")

    def __init__(self, number: int, caller: Caller) -> None:
        self.number = number
        self.caller = caller
        self.id = VisitId(f"day.{number}")
        self.offers = 0
        self.in_line = False

    @property
    def came_at(self) -> float:
        return MIDNIGHT + self.caller.at_s


class Swift:
    """Runs one day to its end: until the last caller has gone and everybody is home."""

    def __init__(self, day: Day, read: Read) -> None:
        self._day = day
        self._read = read
        self._now = MIDNIGHT + day.begin_s
        self._heap: list[tuple[float, int, Act]] = []
        self._scheduled = 0
        self._router = Router(day.centre, self._now, seed=day.seed)
        self._here: dict[VisitId, Visit] = {}  # not yet served
        self._offers: dict[OfferId, Offer] = {}
        self._staff = Staff(self._asks, self._later)

    def run(self) -> None:
        for agent in self._day.centre.agents:
            self._carry_out(self._router.online(agent, True, self._now))
        for at_s, agent, duty in self._day.duties:
            self._at(MIDNIGHT + at_s, partial(self._staff.means, agent, duty))
        self._next_caller(0)
        while (at := self._next_at()) is not None:
            if self._heap and self._heap[0][0] <= at:
                self._now, _, act = heappop(self._heap)
                act()
            else:
                self._now = max(at, self._now)
                self._carry_out(self._router.tick(self._now))

    def _next_at(self) -> float | None:
        due = self._router.next_deadline()
        if not self._heap:
            return due
        return self._heap[0][0] if due is None else min(due, self._heap[0][0])

    def _at(self, at: float, act: Act) -> None:
        self._scheduled += 1
        heappush(self._heap, (max(at, self._now), self._scheduled, act))

    def _later(self, delay_s: float, act: Act) -> None:
        self._at(self._now + delay_s, act)

    # --- callers ------------------------------------------------------------------------------------------

    def _next_caller(self, number: int) -> None:
        if number < len(self._day.callers):
            visit = Visit(number, self._day.callers[number])
            self._at(visit.came_at, lambda: self._comes(visit))

    def _comes(self, visit: Visit) -> None:
        """In, past the queue's greeting, into the line; his patience and the queue's limit begin to count."""
        self._next_caller(visit.number + 1)
        self._read(_arrived(visit))
        self._here[visit.id] = visit
        queue, patience_s = self._day.centre.queues[visit.caller.queue], visit.caller.patience_s
        if queue.greeting is not None:
            self._later(length_s(queue.greeting), lambda: self._joins(visit, queue))
        else:
            self._joins(visit, queue)
        if patience_s is not None:
            self._later(patience_s, lambda: self._loses_patience(visit))

    def _joins(self, visit: Visit, queue: Queue) -> None:
        if visit.id not in self._here:
            return
        caller = visit.caller
        call = WaitingCall(
            visit=visit.id,
            queue=queue.id,
            entered_at=visit.came_at,
            priority_s=queue.priority_s + caller.priority_s,
            requires=merged(queue.requires, caller.requires),
            own_requires=caller.requires,
            own_priority_s=caller.priority_s,
            caller_priority=caller.caller_priority,
        )
        visit.in_line = True
        self._read(_waits(call, self._now))
        self._carry_out(self._router.join(call, self._now))

    def _loses_patience(self, visit: Visit) -> None:
        if visit.id not in self._here:
            return
        if not visit.in_line:
            self._leaves(visit)
            self._ends(visit, Outcome.LEFT_IN_IVR, EndedBy.CALLER)
            return
        ringing = self._router.open_offers(visit.id)
        for offer in ringing:
            self._declines(offer, DeclineReason.CALLER_GONE)
        self._leaves(visit)
        waited_s = self._now - visit.came_at
        self._read(
            events.CallAbandoned(
                at=self._now,
                visit=visit.id,
                queue=visit.caller.queue,
                waited_s=waited_s,
                offered=bool(ringing),
            )
        )
        self._ends(visit, Outcome.ABANDONED, EndedBy.CALLER)

    def _leaves(self, visit: Visit) -> None:
        del self._here[visit.id]
        self._carry_out(self._router.leave(visit.id, self._now))

    def _ends(self, visit: Visit, outcome: Outcome, by: EndedBy) -> None:
        duration_s = self._now - visit.came_at
        self._read(
            events.CallEnded(
                at=self._now, visit=visit.id, outcome=outcome, ended_by=by, duration_s=duration_s
            )
        )

    # --- offers and talks ---------------------------------------------------------------------------------

    def _carry_out(self, decisions: Sequence[Decision]) -> None:
        for decision in decisions:
            match decision:
                case Offer():
                    self._rings(decision)
                case Withdrawn(offer=offer, reason=reason):
                    self._declines(self._offers[offer], reason)
                case Moved():
                    self._moved(decision)
                case WrapUpOver(agent=agent, wrap_up_s=wrap_up_s):
                    self._read(events.WrapUpEnded(at=self._now, agent=agent, wrap_up_s=wrap_up_s))
                case ManagerMissed():
                    pass  # nobody calls from a number there
                case ListWanted() | ListChanged():
                    pass  # such settings are for the stories
                case Dismissed(visit=visit, reason=reason):
                    self._sent_away(self._here.pop(visit), reason)
                case _ as never:
                    assert_never(never)

    def _sent_away(self, visit: Visit, reason: ExitReason) -> None:
        self._read(
            events.WaitEnded(
                at=self._now,
                visit=visit.id,
                queue=visit.caller.queue,
                reason=reason,
                waited_s=self._now - visit.came_at,
            )
        )
        self._ends(visit, Outcome.TIMED_OUT, EndedBy.SYSTEM)

    def _rings(self, offer: Offer) -> None:
        visit = self._here[offer.visit]
        visit.offers += 1
        self._offers[offer.offer] = offer
        after_s = ring(self._day.answering, self._day.seed, visit.number, visit.offers)
        if after_s is not None and after_s < offer.ring_s:
            self._later(after_s, lambda: self._answers(offer))
        else:
            self._later(offer.ring_s, lambda: self._rings_out(offer))

    def _rings_out(self, offer: Offer) -> None:
        if offer.offer not in self._offers:
            return
        self._declines(offer, DeclineReason.NO_ANSWER)
        self._carry_out(self._router.declined(offer.offer, DeclineReason.NO_ANSWER, self._now))

    def _declines(self, offer: Offer, reason: DeclineReason) -> None:
        del self._offers[offer.offer]
        self._read(
            events.OfferDeclined(
                at=self._now,
                visit=offer.visit,
                offer=offer.offer,
                agent=offer.agent,
                queue=offer.queue,
                reason=reason,
                cause=0,
                rang_s=self._now - offer.made_at,
            )
        )

    def _answers(self, offer: Offer) -> None:
        if self._offers.pop(offer.offer, None) is None:
            return
        visit = self._here.pop(offer.visit)
        centre = self._day.centre
        wrap_up_s = wrap_up_s_of(None, centre.agents[offer.agent], centre.queues[offer.queue])
        self._carry_out(self._router.accepted(offer.offer, wrap_up_s, self._now))
        by_backup = centre.is_backup(offer.queue, offer.agent)
        self._read(_served(visit, offer, self._now, wrap_up_s, by_backup=by_backup))
        self._later(visit.caller.talk_s, lambda: self._talk_ends(visit, offer))

    def _talk_ends(self, visit: Visit, offer: Offer) -> None:
        self._read(
            events.TalkEnded(
                at=self._now,
                visit=visit.id,
                agent=offer.agent,
                queue=offer.queue,
                segment=1,
                talk_s=visit.caller.talk_s,
                ended_by=EndedBy.CALLER,
            )
        )
        self._carry_out(self._router.talk_ended(offer.agent, self._now))
        self._ends(visit, Outcome.SERVED, EndedBy.CALLER)
        self._staff.does_his_duty(offer.agent)

    # --- agents -------------------------------------------------------------------------------------------

    def _asks(self, agent: AgentId, move: Move, sub_state: SubState) -> None:
        self._carry_out(self._router.move(agent, move, self._now, sub_state=sub_state, why="shift"))

    def _moved(self, moved: Moved) -> None:
        for fact in presence_changes(moved, self._now):
            self._read(fact)
            self._staff.hears(fact)


def _arrived(visit: Visit) -> events.CallArrived:
    return events.CallArrived(
        at=visit.came_at,
        visit=visit.id,
        channel=ChannelId(visit.id),
        trunk=TrunkId("simulated"),
        number="",
        caller_number="",
        caller_name="",
    )


def _waits(call: WaitingCall, now: float) -> events.CallWaits:
    return events.CallWaits(
        at=now,
        visit=call.visit,
        queue=call.queue,
        entered_at=call.entered_at,
        priority_s=call.priority_s,
        requires=call.requires,
        own_priority_s=call.own_priority_s,
        own_requires=call.own_requires,
        caller_priority=call.caller_priority,
    )


def _served(
    visit: Visit, offer: Offer, now: float, wrap_up_s: float, *, by_backup: bool
) -> events.CallServed:
    bridge: BridgeId = talk_bridge(offer.agent)
    return events.CallServed(
        at=now,
        visit=visit.id,
        offer=offer.offer,
        agent=offer.agent,
        queue=offer.queue,
        segment=1,
        channel=agent_channel(offer.offer),
        bridge=bridge,
        waited_s=now - visit.came_at,
        rang_s=now - offer.made_at,
        wrap_up_s=wrap_up_s,
        by_backup=by_backup,
    )


# --- what is not known here -------------------------------------------------------------------------------

KNOWN = {
    Queue: frozenset({
        "id", "name", "caller_id", "requires", "agents", "groups", "tiers", "tier_rules", "relax", "strategy",
        "priority", "service_probability", "overdue_s", "priority_s", "ring_s", "retry_same_agent_s",
        "wrap_up_s", "wait_s_max", "handling_s", "music", "greeting", "sorry", "ring_at_once_max",
        "ring_next_after_s", "sign_in", "needs_desk", "caller_id_name", "record", "announce", "keys",
    }),
    Agent: frozenset({
        "id", "name", "extension", "skills", "digest", "max_misses", "reject_delay_s", "busy_delay_s",
        "no_answer_delay_s", "technical_delay_s", "lag_s", "ban_s", "wrap_up_s", "language",
    }),
}  # fmt: skip
"""Settings that are decided by the Router, or done above, or make no difference here."""


def unknown_settings(centre: Centre) -> list[str]:
    """As `queue sales: overflow`, of those that are not as by default."""
    queues = ((queue, Queue(id=queue.id, name="")) for queue in centre.queues.values())
    agents = ((agent, Agent(id=agent.id, name="", extension="")) for agent in centre.agents.values())
    return [
        *(f"queue {queue.id}: {name}" for queue, default in queues for name in _differing(queue, default)),
        *(f"agent {agent.id}: {name}" for agent, default in agents for name in _differing(agent, default)),
    ]


def _differing[T: (Queue, Agent)](value: T, default: T) -> list[str]:
    unknown = [field.name for field in fields(value) if field.name not in KNOWN[type(value)]]
    return [name for name in unknown if getattr(value, name) != getattr(default, name)]
