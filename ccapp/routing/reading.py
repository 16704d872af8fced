"""What the Router says of itself; nothing changes by being asked."""

from collections.abc import Mapping

from ccapp.domain.explanation import Explanation
from ccapp.domain.ids import AgentId, QueueId, VisitId
from ccapp.domain.presence import Presence
from ccapp.routing.admission import Refusal, refusal
from ccapp.routing.books import UnknownOffer
from ccapp.routing.decisions import (
    Offer,
    WaitingCall,
)
from ccapp.routing.expecting import Expecting
from ccapp.routing.experience import Experience
from ccapp.routing.explaining import explanation
from ccapp.routing.forecast import Forecast
from ccapp.routing.matching import Matching


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

    def forecasts(self, experience: Experience, now: float) -> dict[VisitId, Forecast | None]:
        """How long each call in line will have to wait. None: nobody is there for it, and nobody will be."""
        return self._expecting(experience, now).of_line(self._places.values())

    def forecast(self, visit: VisitId, experience: Experience, now: float) -> Forecast | None:
        """None also when it is not in line."""
        return self._expecting(experience, now).of_line(self._places.values(), visit).get(visit)

    def _expecting(self, experience: Experience, now: float) -> Expecting:
        return Expecting(self._index, self._centre.queues, experience, now)

    def refusal(self, call: WaitingCall, experience: Experience, now: float) -> Refusal | None:
        """Why a call would not be let into its line."""
        queue = self._centre.queues[call.queue]
        return refusal(
            queue,
            self._centre,
            now,
            in_line=len(self._lines.get(queue.id, ())),
            crew=self._crews.of(queue.id),
            predicted_s=lambda: self._predicted_wait_s(call, experience, now),
        )

    def _predicted_wait_s(self, call: WaitingCall, experience: Experience, now: float) -> float | None:
        crew = self._crews.of(call.queue)
        if crew is not None and crew.a_seat_is_free(now):
            return 0.0
        expected = self._expecting(experience, now).of_new(call, self._places.values())
        return None if expected is None else expected.expected_s

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
        return explanation(opened, trigger, now, self._index, self._places, self._seats)
