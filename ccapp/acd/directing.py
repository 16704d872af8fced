"""Calls in line that the customer's server directs."""

from ccapp.acd import telling
from ccapp.acd.entering import TurnedAway
from ccapp.acd.lines import Lines
from ccapp.acd.place import Place
from ccapp.domain.admission import ExitReason, Goodbye, Treatment
from ccapp.domain.ids import AgentId
from ccapp.routing.directing import NotToBeHad


class Directing(Lines):
    def direct(self, place: Place, agent: AgentId, ring_s: float) -> None:
        """Has the agent rung who was named: the place's next attempt. Raises NotToBeHad."""
        visit, now = place.visit.id, self._on_time()
        if (why := self._router.why_not(visit, agent)) is not None:
            raise why
        self._carry_out("named", lambda: self._router.direct(visit, agent, ring_s, now))
        if not place.ringing:
            raise NotToBeHad("does not take calls any more")

    def undirect(self, place: Place) -> None:
        """From now on its queue's own agents serve the call."""
        now = self._on_time()
        self._carry_out("undirected", lambda: self._router.undirect(place.visit.id, now))

    def send_on(self, place: Place, to: Treatment) -> TurnedAway:
        """Out of the line, as the customer's server wants it, or since it does not say anything."""
        self._publish(telling.wait_ended(place, ExitReason.BACKEND, to, self.clock.now()))
        place.turn_away(TurnedAway(ExitReason.BACKEND, to))
        assert place.away is not None
        return place.away

    def taken_outside(self, place: Place, operator: str) -> None:
        """Out of the line: joined with one who is no agent of ours."""
        self._publish(telling.taken_outside(place, operator, self.clock.now()))
        place.turn_away(TurnedAway(ExitReason.BACKEND, Goodbye(say=None)))
