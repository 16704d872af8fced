"""Who is offered to whom, and what time alone brings about: the machinery below the Router's events.

Every event is a `_begin`, its own change, and an `_after`; whatever comes free in between is matched at once.
"""

from heapq import heappop, heappush

from ccapp.domain.admission import ExitReason
from ccapp.domain.causes import DeclineReason
from ccapp.domain.ids import AgentId, QueueId, offer_id
from ccapp.domain.managers import Missed
from ccapp.domain.presence import Move
from ccapp.domain.serving import Strategy
from ccapp.routing import keeping, listing
from ccapp.routing.books import Books, withdrawn
from ccapp.routing.decisions import (
    Decision,
    ListWanted,
    ManagerMissed,
    Offer,
)
from ccapp.routing.lapses import lapse, lapses_at
from ccapp.routing.precedence import drawn
from ccapp.routing.presence import Line, Told
from ccapp.routing.seats import OpenOffer, Place, Seat
from ccapp.routing.shifts import HOURS_BEGIN, OUT_OF_HOURS
from ccapp.routing.sparing import rung_again_at


class Matching(Books):
    # --- agents --------------------------------------------------------------------------------------------

    def _off_the_phone(self, seat: Seat, now: float, out: list[Decision]) -> None:
        self._sent_home(seat, now, out)
        self._resettle(seat, [], now, out)

    def _let_others_go(self, place: Place, now: float, out: list[Decision]) -> None:
        """Another was quicker: they are as they were, and may take the next call at once."""
        slower = list(place.ringing)
        for opened in slower:
            out.append(withdrawn(opened, DeclineReason.ANSWERED_ELSEWHERE))
            self._settle(opened, DeclineReason.ANSWERED_ELSEWHERE, now, out)
        for opened in slower:
            self._refresh(opened.seat, now, out)

    # --- time ----------------------------------------------------------------------------------------------

    def _begin(self, now: float) -> list[Decision]:
        """Begins every event: calls whose time is up have left by now, and those that may be served by more
        people by now are, in their order."""
        self._now = now
        if self._closed:
            self._closed.clear()
        out: list[Decision] = []
        if self._limits.next_at <= now or self._crews.changed:
            self._end_waits(now, out)
        if self._steps.next_at <= now or self._keeping.next_at <= now:
            due = [place for place in self._steps.due(now) if place.wants_agent and place.kept_for is None]
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
                self._enqueue(place)
        self._come_due(now, out)
        climbing = [place for place in climbing if place.waiting and place.kept_for is None]
        for place in climbing:
            self._unqueue(place)
        self._serve_calls(climbing, now, out)

    def _after(self, now: float, out: list[Decision]) -> list[Decision]:
        """Ends every event: what has come due by now is done too."""
        if self._deadlines.next_at <= now:
            self._come_due(now, out)
        if self._shifts.next_at <= now:
            self._change_shifts(now, out)
        if self._rooms.reopened:
            for seat in self._rooms.let_in():
                self._refresh(seat, now, out)
        if self._crowds.changed:
            self._open_to_backups(now, out)
        if self._simo.room:
            self._serve_calls([], now, out)
        if self._limits.next_at <= now or self._crews.changed:
            self._end_waits(now, out)
        if self._rosters.wanted:
            out += (ListWanted(queue=queue) for queue in self._rosters.wanted)
            self._rosters.wanted.clear()
        return out

    def _open_to_backups(self, now: float, out: list[Decision]) -> None:
        crowded = self._crowds.opened()
        for place in crowded:
            self._unqueue(place)
        self._serve_calls(crowded, now, out)

    def _change_shifts(self, now: float, out: list[Decision]) -> None:
        changed, limbo = self._shifts_changed(now, out)
        self._serve_calls(limbo, now, out)
        for seat in changed:
            self._resettle(seat, [], now, out)

    def _shifts_changed(self, now: float, out: list[Decision]) -> tuple[list[Seat], list[Place]]:
        """Whose hours begin or end has done so, and is in no tier; and the calls that lost them, each once:
        one may have rung several."""
        changed: list[Seat] = []
        limbo: dict[Place, None] = {}
        for seat, moves in self._shifts.due(now):
            begun = len(out)
            for move in moves:
                why = OUT_OF_HOURS if seat.out_of_hours else HOURS_BEGIN
                self._change(seat, move, Told(now), why, out)
            if seat.free and not seat.waits_for_call():
                self._index.remove(seat)
            limbo.update(dict.fromkeys(self._taken_back(seat, begun, out)))
            changed.append(seat)
        return changed, list(limbo)

    def _come_due(self, now: float, out: list[Decision]) -> None:
        while (due := self._deadlines.pop(now)) is not None:
            seat, place = due
            if place is not None:
                if place.waiting and seat.free:
                    self._serve_seat(seat, now, out)
                elif place.waiting and seat.id not in self._seats:
                    self._serve_guest(seat.id, now, out)
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

    # --- matching ------------------------------------------------------------------------------------------

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
            if seat.removed and seat.id not in self._seats:
                self._serve_guest(seat.id, now, out)
        elif presence.not_before > now:
            self._deadlines.seat(seat, presence.not_before)
        elif not seat.free:
            seat.due_at = None
            if seat.has_room:
                self._serve_seat(seat, now, out)

    def _resettle(self, seat: Seat, limbo: list[Place], now: float, out: list[Decision]) -> None:
        """After an agent's presence has changed: first the calls that lost him, then he himself."""
        if seat.free and (seat.removed or not seat.waits_for_call()):
            self._index.remove(seat)
        if self._index.counts_present:
            limbo = limbo + self._index.deserted()
        if seat.own:
            limbo = limbo + keeping.released(seat)
        if limbo:
            self._serve_calls(limbo, now, out)
        self._refresh(seat, now, out)

    def _serve_calls(self, places: list[Place], now: float, out: list[Decision]) -> None:
        """Calls that are in no heap, in their order; those without a queue or with their time up leave.
        Beside them those that may ring again by now: they are before them, perhaps."""
        if self._simo.room:
            places = places + self._simo.next_calls(self._lines)
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
        place, own = self._index.call_for(seat, now), keeping.first_own(seat) if seat.own else None
        passed: tuple[QueueId, ...] = ()
        if place is not None and self._index.chancy:
            place, passed = drawn(self._index.heads_for(seat, now), self._dice)
        if own is not None and (place is None or keeping.own_order(own) < place.order):
            place, passed = own, ()
        if self._rosters.queues:
            named = self._rosters.first_naming(seat.id, seat, now)
            if named is not None and (place is None or named.order < keeping.turn(place)):
                place, passed = named, ()
        if place is not None:
            self._unqueue(place)
            self._offer(seat, place, now, out, passed)
        elif not seat.free:
            self._index.add(seat)
            if self._rosters.queues:
                self._rosters.agent_free(self._lines)

    def _serve_guest(self, agent: AgentId, now: float, out: list[Decision]) -> None:
        """Somebody who is not configured, but may be listed, is on the phone for nobody (any more)."""
        place = self._rosters.first_naming(agent, None, now)
        if place is not None:
            self._unqueue(place)
            self._serve_call(place, now, out)

    def _serve_call(self, place: Place, now: float, out: list[Decision]) -> None:
        if place.call.manager is not None and self._is_managers(place, now, out):
            return
        if place.ladder is not None or place.overdue_at is not None:
            self._climb(place, now)
        if place.roster is not None:
            seat = self._first_listed(place, now, out)
        else:
            seat = self._index.agent_for(place, now)
        if seat is not None:
            self._offer(seat, place, now, out)
        else:
            self._enqueue(place)

    def _first_listed(self, place: Place, now: float, out: list[Decision]) -> Seat | None:
        """Who is to be rung for the call; a guest has come for it."""
        entry = self._rosters.first_free(place, self._seats, now)
        if entry is None:
            return None
        if entry.agent not in self._seats:
            seat = self._seats[entry.agent] = listing.guest(entry)
            self._change(seat, Move.LOG_IN, Told(now), listing.GUEST, out)
            self._change(seat, Move.READY, Told(now), listing.GUEST, out)
        return self._seats[entry.agent]

    def _is_managers(self, place: Place, now: float, out: list[Decision]) -> bool:
        """Offers the call to its manager, keeps it for him, or sends it away; False: it is for all."""
        manager = place.call.manager
        if manager is None or not keeping.is_managers(place):
            return False
        seat = self._seats.get(manager)
        place.missed = keeping.missed(place, seat, self._index, now)
        if (place.missed is not None or seat is None) and place.call.only_s is not None:
            self._dismiss(place, ExitReason.AGENT_MISSED, out)
            return True
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
        self._crowds.note(place, waits=not place.ringing)

    def _offer(
        self, seat: Seat, place: Place, now: float, out: list[Decision], passed: tuple[QueueId, ...] = ()
    ) -> None:
        if seat.free:
            self._index.remove(seat)
        if not place.ringing:
            place.phones_max = keeping.phones_max(place, seat)
            self._crowds.note(place, waits=False)
        place.offers += 1
        self._offered += 1
        entry = None if place.roster is None else place.roster.entries.get(seat.id)
        outside = None if entry is None else entry.outside
        if place.signature.bench is not None:
            seat.turns[place.queue.id] = self._offered
        offer = Offer(
            offer=offer_id(place.visit, place.offers),
            visit=place.visit,
            agent=seat.id,
            queue=place.queue.id,
            ring_s=place.queue.ring_s if entry is None else entry.ring_s,
            made_at=now,
            waited_s=now - place.call.entered_at,
            phones_max=place.phones_max,
            on_line=seat.on_line and outside is None,
            outside=outside,
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
