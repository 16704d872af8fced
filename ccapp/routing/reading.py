"""What the Router says of itself; nothing changes by being asked."""

from collections.abc import Mapping

from ccapp.domain.centre import Queue
from ccapp.domain.explanation import Explanation
from ccapp.domain.ids import AgentId, QueueId, VisitId
from ccapp.domain.presence import Presence
from ccapp.routing.admission import Refusal, refusal
from ccapp.routing.decisions import (
    Offer,
    WaitingCall,
)
from ccapp.routing.explaining import explanation
from ccapp.routing.forecast import expected_wait_s
from ccapp.routing.matching import Matching, UnknownOffer
from ccapp.routing.precedence import precedence_of, rank


class Reading(Matching):
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
