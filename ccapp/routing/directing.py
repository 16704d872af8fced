"""Calls that the customer's server directs: in line, but offered to nobody on our own account.

Whom it names is offered the call like any other: he never has two, and his presence is right. When the server
is given up, the call is for all who serve its queue, with the time it has waited.
"""

from dataclasses import replace

from ccapp.domain.ids import AgentId, VisitId
from ccapp.domain.presence import Traffic
from ccapp.routing.decisions import Decision
from ccapp.routing.matching import Matching
from ccapp.routing.seats import Place


class NotToBeHad(Exception):
    """The agent who was named cannot be rung now. `busy`: he is on a call, else he does not take any."""

    def __init__(self, why: str, *, busy: bool = False) -> None:
        super().__init__(why)
        self.busy = busy


class Directing(Matching):
    def direct(self, visit: VisitId, agent: AgentId, ring_s: float, now: float) -> list[Decision]:
        """Offers the call to the agent who was named, unless `why_not` says something by now."""
        out = self._begin(now)
        if self.why_not(visit, agent) is None:
            place = self._places[visit]
            self._offer(self._seats[agent], place, now, out)
            usual = place.ringing[-1].offer
            place.ringing[-1].offer = replace(usual, ring_s=ring_s)
            out[out.index(usual)] = place.ringing[-1].offer
        return self._after(now, out)

    def _serve_call(self, place: Place, now: float, out: list[Decision]) -> None:
        if not place.call.directed:
            super()._serve_call(place, now, out)

    def why_not(self, visit: VisitId, agent: AgentId) -> NotToBeHad | None:
        """Why the agent cannot be rung for the call; None: he can."""
        place, seat = self._directed(visit), self._seats.get(agent)
        if place is None or place.ringing:
            return NotToBeHad("the call waits for nobody", busy=True)
        if seat is None or seat.removed:
            return NotToBeHad("no such operator")
        if seat.presence.traffic is not Traffic.IDLE or seat.offer is not None:
            return NotToBeHad("on a call", busy=True)
        if not seat.waits_for_call():
            return NotToBeHad("does not take calls now")
        if not seat.has_room:
            return NotToBeHad("as many of his group are on calls as may be", busy=True)
        return None

    def undirect(self, visit: VisitId, now: float) -> list[Decision]:
        """From now on the call is for all who serve its queue."""
        out = self._begin(now)
        place = self._directed(visit)
        if place is not None:
            place.direct(False)
            self._crowds.note(place, waits=not place.ringing)
            if not place.ringing:
                self._serve_calls([place], now, out)
        return self._after(now, out)

    def _directed(self, visit: VisitId) -> Place | None:
        place = self._places.get(visit)
        return place if place is not None and place.call.directed else None
