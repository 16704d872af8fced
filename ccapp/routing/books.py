"""The Router's books: the calls in line, the open offers, the agents, and all that keeps account of them.

Each act changes one of them and what depends on it; nobody is chosen for anybody here. Lists of decisions are
passed along as `out` and added to in the order they are made.
"""

from ccapp.domain.admission import ExitReason
from ccapp.domain.causes import DeclineReason
from ccapp.domain.centre import Agent, Centre, Queue
from ccapp.domain.ids import AgentId, OfferId, QueueId, VisitId
from ccapp.domain.presence import Move, Presence, Traffic
from ccapp.routing import keeping, listing
from ccapp.routing import presence as table
from ccapp.routing.crews import Crews
from ccapp.routing.crowds import Crowds
from ccapp.routing.deadlines import Deadlines, Steps, forget_pairs
from ccapp.routing.decisions import (
    Decision,
    Dismissed,
    Moved,
    WaitingCall,
    Withdrawn,
    WrapUpOver,
)
from ccapp.routing.dice import Dice
from ccapp.routing.index import TIERS, Index
from ccapp.routing.limits import Limits
from ccapp.routing.presence import Event, Line, Told
from ccapp.routing.rooms import Rooms
from ccapp.routing.seats import OpenOffer, Place, Seat
from ccapp.routing.shifts import Shifts
from ccapp.routing.simo import Simo

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


class Books:
    def __init__(self, centre: Centre, now: float, *, tiers: int = TIERS, seed: int = 0) -> None:
        self._centre = centre = listing.as_routed(centre)
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
        self._crowds = Crowds()
        self._rosters = listing.Rosters(centre.queues.values())
        self._rooms = Rooms(centre, self._seats)
        self._shifts = Shifts(centre, self._seats, now)
        self._joined = 0
        self._offered = 0
        self._idled = 0
        self._index = Index(centre, self._seats, tiers, self._dice)
        self._index.adopt()

    # --- the line ------------------------------------------------------------------------------------------

    def _admit(self, call: WaitingCall, queue: Queue, now: float) -> Place:
        self._joined += 1
        place = Place(call, queue, self._joined)
        self._places[call.visit] = place
        self._lines.setdefault(queue.id, {})[call.visit] = place
        self._index.place(place)
        self._crowds.note(place, waits=True)
        if self._rosters.queues:
            self._rosters.enter(place)
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

    @staticmethod
    def _enqueue(place: Place) -> None:
        if place.roster is None:
            place.signature.enqueue(place)
        else:
            place.waiting = True

    @staticmethod
    def _unqueue(place: Place) -> None:
        if place.roster is not None:
            place.waiting = False
        elif place.kept_for is None:
            place.signature.dequeue(place)
        else:
            keeping.release(place)

    def _drop(self, place: Place) -> None:
        if place.waiting:
            self._unqueue(place)
        del self._places[place.visit], self._lines[place.queue.id][place.visit]
        place.signature.calls -= 1
        place.step_at = place.limit = None
        self._crowds.note(place, waits=False)
        if place.roster is not None:
            self._rosters.forget(place)
        if place.tried:
            forget_pairs(place, self._seats)

    def _dismiss(self, place: Place, reason: ExitReason, out: list[Decision]) -> None:
        self._drop(place)
        out.append(Dismissed(visit=place.visit, reason=reason))

    # --- an offer ------------------------------------------------------------------------------------------

    def _settle(self, opened: OpenOffer, reason: DeclineReason, now: float, out: list[Decision]) -> None:
        self._close(opened)
        self._change(opened.seat, Line.DECLINED, Told(now, declined=reason), reason.value, out)
        if opened.seat.removed:
            self._sent_home(opened.seat, now, out)

    def _close(self, opened: OpenOffer) -> None:
        del self._offers[opened.id]
        self._closed[opened.id] = opened
        opened.seat.offer = None
        place = opened.place
        place.ringing.remove(opened)
        if not place.ringing:
            place.next_ring_at = None
            self._crowds.note(place, waits=place.visit in self._places)
        if opened.limits is not None:
            self._simo.over(opened)

    # --- agents --------------------------------------------------------------------------------------------

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
        signing = self._index.signing
        signs = bool(signing.queues) and signing.differ(before, presence) and not seat.removed
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
        if self._crews.watched:
            self._crews.moved(seat, before, self._now)
        if seat.rooms:
            self._hold_back(seat)

    def _hold_back(self, seat: Seat) -> None:
        """Of his groups no more than may be on calls at once are free for any."""
        for other in self._rooms.moved(seat):
            self._index.remove(other)

    def _taken_back(self, seat: Seat, begun: int, out: list[Decision]) -> list[Place]:
        """Withdraws the offer of an agent who is not there to take it any more; its call, if left alone."""
        opened = seat.offer
        if opened is None or seat.presence.traffic is Traffic.OFFERED:
            return []
        self._close(opened)
        out.insert(begun, withdrawn(opened))
        return unserved(opened.place)

    def _sent_home(self, seat: Seat, now: float, out: list[Decision]) -> None:
        """Who is not, or no longer, configured is gone once he is off the phone."""
        if seat.removed and seat.presence.traffic is Traffic.IDLE:
            self._change(seat, Move.LOG_OUT, Told(now), listing.GUEST, out)
            del self._seats[seat.id]
