"""What the clock alone will change: ends of pauses and wrap-ups, and pairs that may be tried again."""

from collections.abc import Mapping

from ccapp.domain.ids import AgentId
from ccapp.routing.seats import Place, Seat
from ccapp.routing.times import Times


class Deadlines(Times[tuple[Seat, Place | None]]):
    """With a place: the pair may be tried again."""

    def seat(self, seat: Seat, at: float) -> None:
        """The agent's one deadline; replaces an earlier one."""
        if seat.due_at != at:
            seat.due_at = at
            seat.due_number = self.push(at, (seat, None))

    def pair(self, seat: Seat, place: Place, until: float) -> None:
        """The agent is not offered this call before `until`."""
        seat.excluded[place.visit] = until
        place.tried[seat.id] = until
        self.push(until, (seat, place))

    def applies(self, at: float, number: int, whose: tuple[Seat, Place | None]) -> bool:
        seat, place = whose
        if place is None:
            return seat.due_at == at and seat.due_number == number
        return seat.excluded.get(place.visit) == at

    def pop(self, now: float) -> tuple[Seat, Place | None] | None:
        """The next deadline that has come, taken off."""
        taken = self.take(now)
        if taken is None:
            return None
        at, (seat, place) = taken
        if place is None:
            seat.due_at = None
        else:
            del seat.excluded[place.visit]
            if place.tried.get(seat.id) == at:
                del place.tried[seat.id]
        return seat, place


class Steps(Times[Place]):
    """When waiting calls climb their ladders, or have a further phone ring. Of each a call has one time, or
    none."""

    def arm(self, place: Place, at: float | None) -> None:
        if at is not None:
            self.push(at, place)

    def applies(self, at: float, number: int, whose: Place) -> bool:
        return at in (whose.step_at, whose.next_ring_at)

    def due(self, now: float) -> list[Place]:
        """The calls whose time has come, each once."""
        due: dict[Place, None] = {}
        while (taken := self.take(now)) is not None:
            at, place = taken
            if place.step_at is not None and place.step_at <= at:
                place.step_at = None
            if place.next_ring_at is not None and place.next_ring_at <= at:
                place.next_ring_at = None
            due[place] = None
        return list(due)


def forget_pairs(place: Place, seats: Mapping[AgentId, Seat]) -> None:
    """The call is out of line: nobody is kept from it any more."""
    for agent in place.tried:
        if agent in seats:
            seats[agent].excluded.pop(place.visit, None)
