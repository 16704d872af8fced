"""The Router under another configuration, and the Router after its engine's death."""

from dataclasses import replace

from ccapp.domain.admission import ExitReason
from ccapp.domain.centre import Agent, Centre, Queue
from ccapp.domain.ids import AgentId, QueueId, VisitId
from ccapp.domain.presence import Move, Presence, Traffic
from ccapp.domain.priorities import CALLER_PRIORITY
from ccapp.routing import keeping, listing
from ccapp.routing.books import withdrawn, wrap_up_s_of
from ccapp.routing.crews import Crews
from ccapp.routing.crowds import Crowds
from ccapp.routing.deadlines import Steps
from ccapp.routing.decisions import (
    Decision,
)
from ccapp.routing.index import Index
from ccapp.routing.limits import Limits
from ccapp.routing.matching import Matching
from ccapp.routing.presence import Told
from ccapp.routing.rooms import Rooms
from ccapp.routing.seats import Place, Seat
from ccapp.routing.shifts import Shifts


class Rebuilding(Matching):
    # --- configuration -------------------------------------------------------------------------------------

    def reconfigure(self, centre: Centre, now: float) -> list[Decision]:
        """The new configuration, whole and at once, for the agents there are and the calls that wait.

        Offers that are open stay as they are, unless their agent is no longer configured.
        """
        out: list[Decision] = []
        centre = listing.as_routed(centre)
        new = (agent for agent in centre.agents.values() if agent.id not in self._seats)
        seats = self._seats | {agent.id: Seat(agent, Presence(agent=agent.id)) for agent in new}
        index = Index(centre, seats, self._tiers, self._dice)
        self._now = now
        self._centre, self._seats, self._index = centre, seats, index
        self._steps, self._limits, self._keeping = Steps(), Limits(), keeping.Keeping()
        self._crews = Crews(centre, seats, now, self._crews)
        self._rooms, self._shifts = Rooms(centre, seats), Shifts(centre, seats, now)
        self._crowds = Crowds()
        self._rosters = listing.Rosters(centre.queues.values())
        index.adopt()
        for seat in list(self._seats.values()):
            self._reseat(seat, now, out)
        self._shifts_changed(now, out)
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
        if agent is not None and seat.removed and seat.offer is not None:
            seat.agent, seat.removed = agent, False
            self._let_go(seat, now, out)  # a guest who is one of us from now on logs in by himself
        if agent is not None:
            seat.agent, seat.removed = agent, False
            if not seat.waits_for_call():
                self._refresh(seat, now, out)  # a break may have another limit now
            return
        seat.signatures, seat.ordered, seat.due_at = [], [], None
        if seat.removed:
            return  # on his way out already, or a guest
        seat.removed = True
        self._let_go(seat, now, out)
        if seat.presence.traffic is Traffic.IDLE:
            del self._seats[seat.id]

    def _let_go(self, seat: Seat, now: float, out: list[Decision]) -> None:
        if (opened := seat.offer) is not None:
            self._close(opened)
            out.append(withdrawn(opened))
        self._change(seat, Move.LOG_OUT, Told(now), "removed", out)

    def _replace(self, place: Place, now: float, out: list[Decision]) -> None:
        """The call under its queue as configured now; without one it leaves once no phone rings for it."""
        queue = self._centre.queues.get(place.queue.id)
        place.waiting, place.step_at, place.kept_for = False, None, None
        if queue is not None:
            place.requeue(queue)
        if queue is None or queue.external is None:
            place.direct(False)
        place.ring_as(queue, now)
        self._steps.arm(place, place.next_ring_at)
        turn = place.rank, place.precedence
        self._index.place(place)
        if queue is None:  # it keeps its turn for as long as a phone rings for it
            (place.rank, place.precedence), place.overdue_at = turn, None
        self._crowds.note(place, waits=not place.ringing)
        self._rosters.enter(place)
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
        free = (s for s in self._seats.values() if s.waits_for_call() and s.presence.not_before <= now)
        for seat in sorted(free, key=lambda seat: seat.idle_key):
            if seat.has_room:
                self._index.add(seat)

    # --- recovery ------------------------------------------------------------------------------------------

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
        self._hold_back(seat)
        self._refresh(seat, now, [])

    def restore_own_talk(self, agent: AgentId, now: float) -> None:
        """A call of his own that survived the crash."""
        seat = self._seats.get(agent)
        if seat is not None:
            seat.presence = replace(seat.presence, traffic=Traffic.TALKING, wrap_up_until=None)
            self._hold_back(seat)
            self._refresh(seat, now, [])
