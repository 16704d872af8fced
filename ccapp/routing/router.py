"""The one owner of "now": who waits, who is free, and who is offered to whom.

Pure and single-writer. Events and `now` go in; decisions come out in the order they were made;
`next_deadline` says when to call `tick` although nothing happened. No event leaves a ready agent beside a
call he may serve: whatever comes free (an agent, a call, a pair that may be tried again) is matched in the
same step.

What it must never do: look at a clock, wait, scan all agents or all calls for a match, offer an agent two
calls, or a caller two agents whose queue does not ring several at once.
"""

from collections.abc import Mapping
from dataclasses import replace
from heapq import heappop, heappush

from ccapp.domain.admission import ExitReason
from ccapp.domain.causes import DeclineReason
from ccapp.domain.centre import Agent, Centre, Queue
from ccapp.domain.explanation import Explanation
from ccapp.domain.ids import NO_QUEUE, AgentId, OfferId, QueueId, VisitId, offer_id
from ccapp.domain.managers import Missed
from ccapp.domain.presence import Move, Presence, SubState, Traffic
from ccapp.domain.priorities import CALLER_PRIORITY
from ccapp.domain.serving import Strategy
from ccapp.routing import keeping
from ccapp.routing import presence as table
from ccapp.routing.admission import Refusal, refusal
from ccapp.routing.crews import Crews
from ccapp.routing.deadlines import Deadlines, Steps, forget_pairs
from ccapp.routing.decisions import (
    Decision,
    Dismissed,
    ManagerMissed,
    Moved,
    Offer,
    WaitingCall,
    Withdrawn,
    WrapUpOver,
)
from ccapp.routing.dice import Dice
from ccapp.routing.explaining import explanation
from ccapp.routing.forecast import expected_wait_s
from ccapp.routing.index import TIERS, Index
from ccapp.routing.lapses import lapse, lapses_at
from ccapp.routing.limits import Limits
from ccapp.routing.precedence import drawn, precedence_of, rank
from ccapp.routing.presence import Event, Line, Told
from ccapp.routing.seats import OpenOffer, Place, Seat
from ccapp.routing.simo import Simo
from ccapp.routing.sparing import rung_again_at

BEGINS_IDLE = frozenset(
    {Move.READY, Move.READY_ONCE, Move.WRAP_UP_DONE, Move.LIFT_BAN}
    | {Line.WRAP_UP_OVER, Line.TALK_ENDED, Line.OWN_TALK_ENDED, Line.BAN_OVER}
)
"""Events from which an agent's idle time counts anew; a READY that changes nothing leaves him his place."""


class UnknownAgent(LookupError):
    """No such agent is configured."""


class UnknownOffer(LookupError):
    """No such offer is open: it was settled, withdrawn, or never made."""


def wrap_up_s_of(told_s: float | None, agent: Agent, queue: Queue) -> float:
    if told_s is not None:
        return told_s
    return queue.wrap_up_s if agent.wrap_up_s is None else agent.wrap_up_s


def withdrawn(opened: OpenOffer, reason: DeclineReason = DeclineReason.WITHDRAWN) -> Withdrawn:
    offer = opened.offer
    return Withdrawn(offer=offer.offer, visit=offer.visit, agent=offer.agent, reason=reason)


def unserved(place: Place) -> list[Place]:
    """The call that has lost an agent, if another is to be rung now and it is not in line for one."""
    return [place] if place.wants_agent and not place.waiting else []


class Router:
    def __init__(self, centre: Centre, now: float, *, tiers: int = TIERS, seed: int = 0) -> None:
        self._centre = centre
        self._now = now
        self._tiers = tiers
        self._seats = {agent.id: Seat(agent, Presence(agent=agent.id)) for agent in centre.agents.values()}
        self._places: dict[VisitId, Place] = {}
        self._lines: dict[QueueId, dict[VisitId, Place]] = {}
        self._offers: dict[OfferId, OpenOffer] = {}
        self._closed: dict[OfferId, OpenOffer] = {}  # in the event being decided
        self._deadlines = Deadlines()
        self._steps = Steps()
        self._limits = Limits()
        self._keeping = keeping.Keeping()
        self._crews = Crews(centre, self._seats, now)
        self._dice = Dice(seed)
        self._simo = Simo()
        self._joined = 0
        self._offered = 0
        self._idled = 0
        self._index = Index(centre, self._seats, tiers, self._dice)
        self._index.adopt()

    # --- the line -----------------------------------------------------------------------------------------

    def join(self, call: WaitingCall, now: float) -> list[Decision]:
        """A call enters a queue's line. A queue that is not (or no longer) configured sends it away."""
        if call.visit in self._places:
            raise ValueError(f"visit {call.visit} is in line already")
        queue = self._centre.queues.get(call.queue)
        if queue is None:
            return [Dismissed(visit=call.visit, reason=ExitReason.QUEUE_GONE)]
        if call.caller_priority != CALLER_PRIORITY:
            self._begin_ranking()
        out = self._begin(now)
        self._serve_call(self._admit(call, queue, now), now, out)
        return self._after(now, out)

    def _admit(self, call: WaitingCall, queue: Queue, now: float) -> Place:
        self._joined += 1
        place = Place(call, queue, self._joined)
        self._places[call.visit] = place
        self._lines.setdefault(queue.id, {})[call.visit] = place
        self._index.place(place)
        self._limits.set(place, self._crews.of(queue.id))
        for agent, until in call.tried.items():
            if until > now and agent in self._seats:
                self._deadlines.pair(self._seats[agent], place, until)
        return place

    def _begin_ranking(self) -> None:
        """Callers are not all alike any more: from now on those who wait may become overdue."""
        if self._index.ranked:
            return
        self._index.ranked = True
        for place in self._places.values():
            place.overdue_at = self._index.overdue_at(place)
            if place.overdue_at is not None and (place.step_at is None or place.overdue_at < place.step_at):
                place.step_at = place.overdue_at
                self._steps.arm(place, place.step_at)

    def leave(self, visit: VisitId, now: float) -> list[Decision]:
        """The caller is gone, or goes elsewhere. Open offers are settled without cost to the agents."""
        place = self._places.get(visit)
        if place is None:
            return []
        out = self._begin(now)
        ringing = list(place.ringing)
        self._drop(place)
        for opened in ringing:
            self._settle(opened, DeclineReason.CALLER_GONE, now, out)
        for opened in ringing:
            self._refresh(opened.seat, now, out)
        return self._after(now, out)

    @staticmethod
    def _unqueue(place: Place) -> None:
        if place.kept_for is None:
            place.signature.dequeue(place)
        else:
            keeping.release(place)

    def _drop(self, place: Place) -> None:
        if place.waiting:
            self._unqueue(place)
        del self._places[place.visit], self._lines[place.queue.id][place.visit]
        place.signature.calls -= 1
        place.step_at = place.limit = None
        forget_pairs(place, self._seats)

    # --- an offer's one outcome ---------------------------------------------------------------------------

    def accepted(self, offer: OfferId, wrap_up_s: float | None, now: float) -> list[Decision]:
        """Both are joined; the others who were rung for the call are let go. `wrap_up_s` None: the agent's
        own, else the queue's."""
        opened = self._offers.get(offer)
        if opened is None:
            raise UnknownOffer(offer)
        out = self._begin(now)
        seat, place = opened.seat, opened.place
        self._close(opened)
        self._drop(place)
        seat.calls += 1
        seat.talk_began = now
        seat.wrap_up_s = wrap_up_s_of(wrap_up_s, seat.agent, place.queue)
        self._change(seat, Line.ACCEPTED, Told(now), "answered", out)
        if place.ringing:
            self._let_others_go(place, now, out)
        return self._after(now, out)

    def _let_others_go(self, place: Place, now: float, out: list[Decision]) -> None:
        """Another was quicker: they are as they were, and may take the next call at once."""
        slower = list(place.ringing)
        for opened in slower:
            out.append(withdrawn(opened, DeclineReason.ANSWERED_ELSEWHERE))
            self._settle(opened, DeclineReason.ANSWERED_ELSEWHERE, now, out)
        for opened in slower:
            self._refresh(opened.seat, now, out)

    def declined(self, offer: OfferId, reason: DeclineReason, now: float) -> list[Decision]:
        """The offer came to nothing: the call is back at its old place, but not for this agent for a while.

        When the caller is gone, so is the call. An offer already settled or withdrawn changes nothing.
        """
        opened = self._offers.get(offer)
        if opened is None:
            return []
        if reason is DeclineReason.CALLER_GONE:
            return self.leave(opened.place.visit, now)
        out = self._begin(now)
        place = opened.place
        retry_s = place.queue.retry_same_agent_s
        if retry_s > 0:
            self._deadlines.pair(opened.seat, place, now + retry_s)
        self._settle(opened, reason, now, out)
        self._resettle(opened.seat, unserved(place), now, out)
        return self._after(now, out)

    def _settle(self, opened: OpenOffer, reason: DeclineReason, now: float, out: list[Decision]) -> None:
        self._close(opened)
        self._change(opened.seat, Line.DECLINED, Told(now, declined=reason), reason.value, out)

    def _close(self, opened: OpenOffer) -> None:
        del self._offers[opened.id]
        self._closed[opened.id] = opened
        opened.seat.offer = None
        place = opened.place
        place.ringing.remove(opened)
        if not place.ringing:
            place.next_ring_at = None
        if opened.limits is not None:
            self._simo.over(opened)

    def _dismiss(self, place: Place, reason: ExitReason, out: list[Decision]) -> None:
        self._drop(place)
        out.append(Dismissed(visit=place.visit, reason=reason))

    # --- agents -------------------------------------------------------------------------------------------

    def talk_ended(self, agent: AgentId, now: float) -> list[Decision]:
        """Into wrap-up, or what was asked for during the call."""
        seat = self._seat(agent)
        out = self._begin(now)
        seat.talk_s += now - seat.talk_began
        self._change(seat, Line.TALK_ENDED, Told(now, wrap_up_s=seat.wrap_up_s), "call ended", out)
        self._off_the_phone(seat, now, out)
        return self._after(now, out)

    def _off_the_phone(self, seat: Seat, now: float, out: list[Decision]) -> None:
        if seat.removed and seat.presence.traffic is Traffic.IDLE:
            del self._seats[seat.id]
        self._resettle(seat, [], now, out)

    def hears(
        self, agent: AgentId, line: Line, now: float, *, wrap_up_s: float = 0.0, why: str = ""
    ) -> list[Decision]:
        """What the lines say beside offers and their talks. Raises IllegalMove, UnknownAgent: nothing has
        changed."""
        seat = self._seat(agent)
        told = Told(now, wrap_up_s=wrap_up_s)
        table.changed(seat.presence, line, seat.agent, told)  # may be refused
        out = self._begin(now)
        begun = len(out)
        self._change(seat, line, told, why or line.value, out)
        limbo = self._taken_back(seat, begun, out)
        if limbo:
            self._serve_calls(limbo, now, out)
        self._off_the_phone(seat, now, out)
        return self._after(now, out)

    def move(
        self,
        agent: AgentId,
        move: Move,
        now: float,
        *,
        sub_state: SubState = SubState.WAIT,
        reason: str = "",
        until: float | None = None,
        queue: QueueId = NO_QUEUE,
        phone: str = "",
        why: str = "command",
    ) -> list[Decision]:
        """What an agent or supervisor asks for. Raises IllegalMove, UnknownAgent: nothing has changed."""
        seat = self._seat(agent)
        if seat.removed:
            raise UnknownAgent(agent)
        told = Told(
            now,
            sub_state=sub_state,
            reason=reason,
            until=until,
            queue=queue,
            phone=phone,
            others=self._centre.signed_in_to if move is Move.SIGN_OUT else (),
        )
        table.changed(seat.presence, move, seat.agent, told)  # may be refused, while nothing has been decided
        out = self._begin(now)
        begun = len(out)
        self._change(seat, move, told, why, out)
        self._resettle(seat, self._taken_back(seat, begun, out), now, out)
        return self._after(now, out)

    def _taken_back(self, seat: Seat, begun: int, out: list[Decision]) -> list[Place]:
        """Withdraws the offer of an agent who is not there to take it any more; its call, if left alone."""
        opened = seat.offer
        if opened is None or seat.presence.traffic is Traffic.OFFERED:
            return []
        self._close(opened)
        out.insert(begun, withdrawn(opened))
        return unserved(opened.place)

    def online(self, agent: AgentId, online: bool, now: float) -> list[Decision]:
        """A phone that can ring has come or gone. Of an agent not configured: nothing."""
        seat = self._seats.get(agent)
        if seat is None:
            return []
        out = self._begin(now)
        before = seat.presence
        after = table.connected(before, online)
        if after is not before:
            self._put(seat, after)
            out.append(Moved(before=before, after=after, why="online" if online else "offline"))
        self._resettle(seat, [], now, out)
        return self._after(now, out)

    def on_line(self, agent: AgentId, on_line: bool, now: float) -> list[Decision]:
        """He waits off-hook from now on, or no longer. Of an agent not configured: nothing."""
        seat = self._seats.get(agent)
        if seat is None or seat.on_line is on_line:
            return []
        out = self._begin(now)
        if seat.free:
            self._index.remove(seat)
        seat.on_line = on_line
        self._refresh(seat, now, out)
        return self._after(now, out)

    def _seat(self, agent: AgentId) -> Seat:
        seat = self._seats.get(agent)
        if seat is None:
            raise UnknownAgent(agent)
        return seat

    def _change(self, seat: Seat, event: Event, told: Told, why: str, out: list[Decision]) -> None:
        before = seat.presence
        after = table.changed(before, event, seat.agent, told)
        if after is before:
            return
        if event in BEGINS_IDLE and not seat.free:
            self._idled += 1
            seat.idle_number = self._idled
        self._put(seat, after)
        why = table.why(before, after, event, why)
        out.append(Moved(before=before, after=after, why=why, through=table.passed_through(before, event)))
        if before.wrap_up_until is not None and after.wrap_up_until is None:
            out.append(WrapUpOver(agent=seat.id, wrap_up_s=told.now - before.idle_since))

    def _put(self, seat: Seat, presence: Presence) -> None:
        was_on_duty, was_present = seat.on_duty, self._index.counts_present and seat.present
        before = seat.presence
        signs = presence.queues != before.queues and not seat.removed
        if signs and seat.free:
            self._index.remove(seat)
        if signs and not was_on_duty:
            self._index.signs(seat, before, presence)
        seat.presence = presence
        if seat.on_duty is not was_on_duty:
            seat.calls, seat.talk_s = 0, 0.0
            if not seat.removed:
                self._index.on_duty(seat, seat.on_duty)
        if self._index.counts_present and seat.present is not was_present and not seat.removed:
            self._index.present(seat, seat.present)
        if signs and was_on_duty:
            self._index.signs(seat, before, presence)
        self._crews.moved(seat, before, self._now)

    # --- time ---------------------------------------------------------------------------------------------

    def tick(self, now: float) -> list[Decision]:
        return self._after(now, self._begin(now))

    def next_deadline(self) -> float | None:
        """When `tick` is due at the latest, should nothing happen before."""
        first = None
        for due in (self._deadlines, self._steps, self._limits, self._keeping):
            at = due.earliest()
            if at is not None and (first is None or at < first):
                first = at
        return first

    def _begin(self, now: float) -> list[Decision]:
        """Begins every event: calls whose time is up have left by now, and those that may be served by more
        people by now are, in their order."""
        self._now = now
        self._closed.clear()
        out: list[Decision] = []
        self._end_waits(now, out)
        due = self._steps.due(now)
        if due:
            due = [place for place in due if place.wants_agent and place.kept_for is None]
        if due := due + self._keeping.due(now):
            self._widen(due, now, out)
        return out

    def _widen(self, climbing: list[Place], now: float, out: list[Decision]) -> None:
        """All that comes due in this instant is in line before anybody is chosen for it."""
        for place in climbing:
            if place.waiting:
                self._unqueue(place)
            if not self._is_managers(place, now, out):
                self._climb(place, now)
                place.signature.enqueue(place)
        self._come_due(now, out)
        climbing = [place for place in climbing if place.waiting and place.kept_for is None]
        for place in climbing:
            place.signature.dequeue(place)
        self._serve_calls(climbing, now, out)

    def _after(self, now: float, out: list[Decision]) -> list[Decision]:
        """Ends every event: what has come due by now is done too."""
        self._come_due(now, out)
        if self._simo.has_room:
            self._serve_calls(self._simo.next_calls(self._lines), now, out)
        self._end_waits(now, out)
        return out

    def _come_due(self, now: float, out: list[Decision]) -> None:
        while (due := self._deadlines.pop(now)) is not None:
            seat, place = due
            if place is not None:
                if place.waiting and seat.free:
                    self._serve_seat(seat, now, out)
                continue
            if (over := lapse(seat.presence, self._centre.break_limits, now)) is not None:
                self._change(seat, *over, out)
            self._refresh(seat, now, out)

    def _end_waits(self, now: float, out: list[Decision]) -> None:
        """The calls that must have left by now do; whom a phone rings for may still be answered."""
        if self._crews.changed:
            for queue in sorted(self._crews.changed):
                for place in self._lines.get(queue, {}).values():
                    self._limits.set(place, self._crews.of(queue))
            self._crews.changed.clear()
        for place in self._limits.due(now):
            self._time_is_up(place, out)

    def _time_is_up(self, place: Place, out: list[Decision]) -> None:
        """The call leaves; or, while phones ring for it, no further one does."""
        if place.waiting:
            self._unqueue(place)
        if place.ringing:
            place.phones_max = 0
        elif place.limit is not None:
            self._dismiss(place, place.limit[1], out)

    # --- matching -----------------------------------------------------------------------------------------

    def _refresh(self, seat: Seat, now: float, out: list[Decision]) -> None:
        """Makes the index agree with the agent's presence, and gives him a call if he came free."""
        presence = seat.presence
        if seat.removed or not seat.waits_for_call():
            if seat.free:
                self._index.remove(seat)
            lapses = lapses_at(presence, self._centre.break_limits)
            if lapses is not None and not seat.removed:
                self._deadlines.seat(seat, lapses)
            else:
                seat.due_at = None
        elif presence.not_before > now:
            self._deadlines.seat(seat, presence.not_before)
        elif not seat.free:
            seat.due_at = None
            self._serve_seat(seat, now, out)

    def _resettle(self, seat: Seat, limbo: list[Place], now: float, out: list[Decision]) -> None:
        """After an agent's presence has changed: first the calls that lost him, then he himself."""
        if seat.free and (seat.removed or not seat.waits_for_call()):
            self._index.remove(seat)
        if self._index.counts_present:
            limbo = limbo + self._index.deserted()
        limbo = limbo + keeping.released(seat)
        if limbo:
            self._serve_calls(limbo, now, out)
        self._refresh(seat, now, out)

    def _serve_calls(self, places: list[Place], now: float, out: list[Decision]) -> None:
        """Calls that are in no heap, in their order; those without a queue or with their time up leave."""
        for place in places:
            if not keeping.is_managers(place):
                self._index.promote(place, now)
        line = sorted((keeping.turn(place), place) for place in places)
        while line:
            _, place = heappop(line)
            if place.queue.id not in self._centre.queues:
                self._dismiss(place, ExitReason.QUEUE_GONE, out)
            elif (limit := self._limits.set(place, self._crews.of(place.queue.id))) and limit[0] <= now:
                self._time_is_up(place, out)
            elif not keeping.is_managers(place):
                self._serve_call(place, now, out)
            elif not self._is_managers(place, now, out):
                self._index.promote(place, now)
                heappush(line, (keeping.turn(place), place))

    def _serve_seat(self, seat: Seat, now: float, out: list[Decision]) -> None:
        place, own = self._index.call_for(seat, now), keeping.first_own(seat)
        passed: tuple[QueueId, ...] = ()
        if place is not None and self._index.chancy:
            place, passed = drawn(self._index.heads_for(seat, now), self._dice)
        if own is not None and (place is None or keeping.own_order(own) < place.order):
            place, passed = own, ()
        if place is not None:
            self._unqueue(place)
            self._offer(seat, place, now, out, passed)
        elif not seat.free:
            self._index.add(seat)

    def _serve_call(self, place: Place, now: float, out: list[Decision]) -> None:
        if self._is_managers(place, now, out):
            return
        if place.ladder is not None or place.overdue_at is not None:
            self._climb(place, now)
        seat = self._index.agent_for(place, now)
        if seat is not None:
            self._offer(seat, place, now, out)
        else:
            place.signature.enqueue(place)

    def _is_managers(self, place: Place, now: float, out: list[Decision]) -> bool:
        """Offers the call to its manager, or keeps it for him; False: it is for all."""
        manager = place.call.manager
        if manager is None or not keeping.is_managers(place):
            return False
        seat = self._seats.get(manager)
        place.missed = keeping.missed(place, seat, self._index, now)
        if place.missed is not None or seat is None:
            out.append(ManagerMissed(visit=place.visit, agent=manager, why=place.missed or Missed.ABSENT))
            return False
        if seat.free:
            self._offer(seat, place, now, out)
        else:
            self._keeping.keep(place, seat)
        return True

    def _climb(self, place: Place, now: float) -> None:
        before = place.step_at
        self._index.climb(place, now)
        if place.step_at != before:
            self._steps.arm(place, place.step_at)

    def _offer(
        self, seat: Seat, place: Place, now: float, out: list[Decision], passed: tuple[QueueId, ...] = ()
    ) -> None:
        if seat.free:
            self._index.remove(seat)
        if not place.ringing:
            place.phones_max = keeping.phones_max(place, seat)
        place.offers += 1
        self._offered += 1
        if place.signature.bench is not None:
            seat.turns[place.queue.id] = self._offered
        offer = Offer(
            offer=offer_id(place.visit, place.offers),
            visit=place.visit,
            agent=seat.id,
            queue=place.queue.id,
            ring_s=place.queue.ring_s,
            made_at=now,
            waited_s=now - place.call.entered_at,
            phones_max=place.phones_max,
            on_line=seat.on_line,
        )
        opened = OpenOffer(offer, seat, place, self._offered, passed)
        self._offers[offer.offer] = seat.offer = opened
        place.ringing.append(opened)
        if place.signature.bench is not None:
            self._simo.rings(opened)
        out.append(offer)
        told = Told(now, not_before=rung_again_at(seat, now))
        self._change(seat, Line.OFFERED, told, "offered", out)
        if place.phones_max > 1:
            self._ring_on(place, now, out)

    def _ring_on(self, place: Place, now: float, out: list[Decision]) -> None:
        """One more phone rings for the call, at once or in a while."""
        queue = place.queue
        if queue.strategy is Strategy.RING_PROGRESSIVELY:
            place.next_ring_at = now + queue.ring_next_after_s
            self._steps.arm(place, place.next_ring_at)
        if place.wants_agent:
            self._serve_call(place, now, out)

    # --- reading ------------------------------------------------------------------------------------------

    def presence(self, agent: AgentId) -> Presence:
        return self._seat(agent).presence

    def presences(self) -> Mapping[AgentId, Presence]:
        return {agent: seat.presence for agent, seat in self._seats.items()}

    def waiting(self, queue: QueueId | None = None) -> list[WaitingCall]:
        """The calls in line, in order of service; one being offered keeps its place."""
        places = self._places if queue is None else self._lines.get(queue, {})
        return [place.as_call() for place in sorted(places.values(), key=lambda place: place.order)]

    def position(self, visit: VisitId) -> int:
        """1-based among the calls of its queue; 0 when it is not in line."""
        place = self._places.get(visit)
        if place is None:
            return 0
        return 1 + sum(other.order < place.order for other in self._lines[place.queue.id].values())

    def refusal(self, call: WaitingCall, handling_s: float, now: float) -> Refusal | None:
        """Why a call would not be let into its line; `handling_s` is how long a call of it keeps an agent."""
        queue = self._centre.queues[call.queue]
        return refusal(
            queue,
            self._centre,
            now,
            in_line=len(self._lines.get(queue.id, ())),
            crew=self._crews.of(queue.id),
            predicted_s=lambda: self._predicted_wait_s(call, queue, handling_s, now),
        )

    def _predicted_wait_s(
        self, call: WaitingCall, queue: Queue, handling_s: float, now: float
    ) -> float | None:
        crew = self._crews.of(queue.id)
        if crew is None or crew.a_seat_is_free(now):
            return None if crew is None else 0.0
        turn = rank(precedence_of(queue), call.caller_priority), call.key
        ahead = sum(place.order[:2] <= turn for place in self._lines.get(queue.id, {}).values())
        return expected_wait_s(ahead + 1, crew.present, handling_s)

    def open_offers(self, visit: VisitId) -> list[Offer]:
        place = self._places.get(visit)
        return [opened.offer for opened in place.ringing] if place else []

    def offer_to(self, agent: AgentId) -> Offer | None:
        seat = self._seats.get(agent)
        return seat.offer.offer if seat is not None and seat.offer is not None else None

    def explain(self, offer: Offer, trigger: str, now: float) -> Explanation:
        """Why this agent. To be asked right after the decision, though the same event may have taken it back;
        UnknownOffer for offers settled before."""
        opened = self._offers.get(offer.offer) or self._closed.get(offer.offer)
        if opened is None:
            raise UnknownOffer(offer.offer)
        return explanation(opened, trigger, now, self._index, self._places)

    # --- configuration ------------------------------------------------------------------------------------

    def reconfigure(self, centre: Centre, now: float) -> list[Decision]:
        """The new configuration, whole and at once, for the agents there are and the calls that wait.

        Offers that are open stay as they are, unless their agent is no longer configured.
        """
        out: list[Decision] = []
        new = (agent for agent in centre.agents.values() if agent.id not in self._seats)
        seats = self._seats | {agent.id: Seat(agent, Presence(agent=agent.id)) for agent in new}
        index = Index(centre, seats, self._tiers, self._dice)
        self._now = now
        self._centre, self._seats, self._index = centre, seats, index
        self._steps, self._limits, self._keeping = Steps(), Limits(), keeping.Keeping()
        self._crews = Crews(centre, seats, now, self._crews)
        index.adopt()
        for seat in list(self._seats.values()):
            self._reseat(seat, now, out)
        for place in list(self._places.values()):
            self._replace(place, now, out)
        if any(place.call.caller_priority != CALLER_PRIORITY for place in self._places.values()):
            self._begin_ranking()
        self._fill(now)
        self._serve_calls([place for place in self._places.values() if place.wants_agent], now, out)
        return self._after(now, out)

    def _reseat(self, seat: Seat, now: float, out: list[Decision]) -> None:
        """The agent as configured now, or on his way out."""
        agent = self._centre.agents.get(seat.id)
        seat.free = False
        seat.own.clear()
        if agent is not None:
            seat.agent, seat.removed = agent, False
            if not seat.waits_for_call():
                self._refresh(seat, now, out)  # a break may have another limit now
            return
        seat.signatures, seat.ordered, seat.due_at, seat.removed = [], [], None, True
        opened = seat.offer
        if opened is not None:
            self._close(opened)
            out.append(withdrawn(opened))
        self._change(seat, Move.LOG_OUT, Told(now), "removed", out)
        if seat.presence.traffic is Traffic.IDLE:
            del self._seats[seat.id]

    def _replace(self, place: Place, now: float, out: list[Decision]) -> None:
        """The call under its queue as configured now; without one it leaves once no phone rings for it."""
        queue = self._centre.queues.get(place.queue.id)
        place.waiting, place.step_at, place.kept_for = False, None, None
        if queue is not None:
            place.requeue(queue)
        place.ring_as(queue, now)
        self._steps.arm(place, place.next_ring_at)
        turn = place.rank, place.precedence
        self._index.place(place)
        if queue is None:  # it keeps its turn for as long as a phone rings for it
            (place.rank, place.precedence), place.overdue_at = turn, None
        for opened in place.ringing:
            self._simo.rings(opened)
        place.limit = None
        if queue is not None:
            self._limits.set(place, self._crews.of(queue.id))
        elif not place.ringing:
            self._dismiss(place, ExitReason.QUEUE_GONE, out)
        for agent, until in place.tried.items():
            seat = self._seats.get(agent)
            if seat is not None and place.visit in self._places and place.visit not in seat.excluded:
                self._deadlines.pair(seat, place, until)

    def _fill(self, now: float) -> None:
        """The free agents into the index, longest idle first; they have no calls yet."""
        free = [s for s in self._seats.values() if s.waits_for_call() and s.presence.not_before <= now]
        for seat in sorted(free, key=lambda seat: seat.idle_key):
            self._index.add(seat)

    # --- recovery -----------------------------------------------------------------------------------------

    def restore(self, presence: Presence) -> None:
        """An agent as he was before a crash, off the phone. Before the first call; unknown ones are left."""
        seat = self._seats.get(presence.agent)
        if seat is None:
            return
        if seat.free:
            self._index.remove(seat)
        self._idled += 1
        seat.idle_number = self._idled
        self._put(seat, replace(presence, traffic=Traffic.IDLE))
        self._refresh(seat, self._now, [])

    def restore_talking(
        self, agent: AgentId, visit: VisitId, queue: QueueId, wrap_up_s: float | None, now: float
    ) -> None:
        """A talk that survived the crash. One whose agent is no longer configured ends him with it."""
        seat = self._seats.get(agent)
        if seat is None:
            seat = self._seats[agent] = Seat(Agent(id=agent, name="", extension=""), Presence(agent=agent))
            seat.removed = True
        settings = self._centre.queues.get(queue) or Queue(id=queue, name="", wrap_up_s=0.0)
        seat.wrap_up_s = wrap_up_s_of(wrap_up_s, seat.agent, settings)
        seat.talk_began = now
        seat.presence = replace(seat.presence, traffic=Traffic.TALKING, wrap_up_until=None)
        self._refresh(seat, now, [])

    def restore_own_talk(self, agent: AgentId, now: float) -> None:
        """A call of his own that survived the crash."""
        seat = self._seats.get(agent)
        if seat is not None:
            seat.presence = replace(seat.presence, traffic=Traffic.TALKING, wrap_up_until=None)
            self._refresh(seat, now, [])
