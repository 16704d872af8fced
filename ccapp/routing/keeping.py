"""Calls kept for one agent: for the caller's manager, while he is there but busy, and for a bounded time.

A kept call is in line but in no heap, so nobody else is offered it. To its manager it counts as having waited
`wait_s` longer: he takes his own callers first, and yet nobody who came so much earlier waits for them. A
call falls through to all, for good, when its manager leaves, was rung in vain, or the time is over. One that
is for him alone (`only_s`) leaves the line then.
"""

from dataclasses import replace

from ccapp.domain.fifo import Kind
from ccapp.domain.managers import Missed
from ccapp.routing.index import Index
from ccapp.routing.seats import Place, Seat
from ccapp.routing.signing import is_let_in
from ccapp.routing.times import Times


class Keeping(Times[Place]):
    """When kept calls fall through."""

    def keep(self, place: Place, seat: Seat) -> None:
        until = place.call.entered_at + wait_s(place)
        place.waiting, place.kept_for, place.kept_until = True, seat, until
        seat.own[place.visit] = place
        self.push(until, place)

    def applies(self, at: float, number: int, whose: Place) -> bool:
        return whose.kept_for is not None and whose.kept_until == at

    def due(self, now: float) -> list[Place]:
        """The calls that were kept for long enough; still kept."""
        due: list[Place] = []
        while (taken := self.take(now)) is not None:
            due.append(taken[1])
        return due


def release(place: Place) -> None:
    """A kept call is taken out: offered, gone, or about to fall through."""
    assert place.kept_for is not None
    del place.kept_for.own[place.visit]
    place.waiting, place.kept_for = False, None


def released(seat: Seat) -> list[Place]:
    """The calls of a manager who is not there for them any more, taken out."""
    places = [place for place in seat.own.values() if not is_there(seat, place)]
    for place in places:
        release(place)
    return places


def is_there(seat: Seat, place: Place) -> bool:
    """Means to take calls of this queue, and will when he comes free."""
    if not is_let_in(seat.presence, place.queue):
        return False
    return seat.present and seat.presence.after_call is None and not seat.removed


def missed(place: Place, seat: Seat | None, index: Index, now: float) -> Missed | None:
    """Why the call cannot be kept for its manager; None: it can."""
    if seat is None or not is_there(seat, place):
        return Missed.ABSENT
    if not index.could_ever_serve(seat, place) or place.queue.kind is Kind.FIFO:
        return Missed.UNABLE
    if place.rang_manager or place.barred(seat.id, now):
        return Missed.NOT_REACHED
    if not seat.free and place.call.entered_at + wait_s(place) <= now:
        return Missed.WAITED
    return None


def first_own(seat: Seat) -> Place | None:
    """The first of those kept for him."""
    return min(seat.own.values(), key=own_order) if seat.own else None


def own_order(place: Place) -> tuple[int, float, int]:
    """Where a kept call stands in its manager's own order of service."""
    return place.rank, place.key - wait_s(place), place.seq


def turn(place: Place) -> tuple[int, float, int]:
    """Where a call stands among those that are given agents in one go."""
    return own_order(place) if is_managers(place) else place.order


def is_managers(place: Place) -> bool:
    """Whether the call has a manager who was not missed so far. A fifo queue's strict order knows none."""
    if place.call.only_s is not None:
        return True
    has_one = place.call.manager is not None and place.queue.manager is not None and place.missed is None
    return has_one and place.queue.kind is not Kind.FIFO


def wait_s(place: Place) -> float:
    """How long it is kept for him."""
    if place.call.only_s is not None:
        return place.call.only_s
    assert place.queue.manager is not None
    return place.queue.manager.wait_s


def is_for_manager(place: Place, seat: Seat) -> bool:
    """Whether the call is offered to him because he is its manager."""
    return is_managers(place) and place.call.manager == seat.id


def phones_max(place: Place, seat: Seat) -> int:
    """How many phones may ring beside that of `seat`, who is the first; a manager's rings alone.

    A call that is offered to all has no manager from then on.
    """
    if place.call.directed:
        return 1
    usual = 1 if place.call.callback else place.queue.phones_max
    if place.call.manager is None:
        return usual
    if is_for_manager(place, seat):
        place.rang_manager = True
        return 1
    if place.missed is None:
        place.call = replace(place.call, manager=None)
    return usual


def told(place: Place, seat: Seat) -> tuple[str, ...]:
    """What became of the call's manager, in words, for an offer to `seat`."""
    manager = place.call.manager
    if place.call.only_s is not None:
        return (f"the call is for {manager} alone",)
    if is_for_manager(place, seat):
        return (f"{manager} is the caller's manager",)
    match place.missed:
        case None:
            return ()
        case Missed.ABSENT:
            return (f"the caller's manager {manager} is not there",)
        case Missed.UNABLE:
            return (f"the caller's manager {manager} does not serve such calls",)
        case Missed.NOT_REACHED:
            return (f"the caller's manager {manager} was rung in vain",)
        case Missed.WAITED:
            return (f"kept for the caller's manager {manager} until {place.kept_until:.1f}",)
