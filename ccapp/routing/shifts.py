"""When those with a phone outside may be called there, and who is ready there without logging in.

Outside his hours an agent is logged out: at once, or when his talk ends. When they begin, or he is told of
for the first time, one who is always ready is logged in and ready. In between he may rest, or log out, as
everybody.
"""

from collections.abc import Mapping

from ccapp.domain.centre import Centre, Outside
from ccapp.domain.hours import Hours
from ccapp.domain.ids import AgentId
from ccapp.domain.presence import IllegalMove, Intent, Move
from ccapp.routing.seats import Seat
from ccapp.routing.times import Times

OUT_OF_HOURS = "outside his hours"
HOURS_BEGIN = "always ready"
MAY_STILL = frozenset({Move.LOG_OUT, Move.SIGN_OUT, Move.BAN, Move.LIFT_BAN})


class Shifts(Times[Seat]):
    def __init__(self, centre: Centre, seats: Mapping[AgentId, Seat], now: float) -> None:
        super().__init__()
        self._hours = centre.hours
        for _, seat in sorted(seats.items()):
            seat.out_of_hours = False
            if seat.id in centre.agents and _is_limited(centre.agents[seat.id].outside):
                self.push(now, seat)

    def applies(self, at: float, number: int, whose: Seat) -> bool:
        return True

    def due(self, now: float) -> list[tuple[Seat, tuple[Move, ...]]]:
        """Whose hours begin or end, and what he does for it."""
        found = []
        while (taken := self.take(now)) is not None:
            seat = taken[1]
            hours = self._of(seat)
            seat.out_of_hours = hours is not None and not hours.open_at(now)
            if hours is not None and (again := hours.changes_after(now)) is not None:
                self.push(again, seat)
            found.append((seat, _moves(seat)))
        return found

    def check(self, seat: Seat, move: Move, now: float) -> None:
        """Raises IllegalMove for what he cannot ask for outside his hours."""
        hours = self._of(seat)
        if hours is not None and move not in MAY_STILL and not hours.open_at(now):
            raise IllegalMove(seat.id, move, seat.presence.state, f"{OUT_OF_HOURS} ({hours.id})")

    def _of(self, seat: Seat) -> Hours | None:
        outside = seat.agent.outside
        return None if outside is None or outside.hours is None else self._hours.get(outside.hours)


def _is_limited(outside: Outside | None) -> bool:
    return outside is not None and (outside.hours is not None or outside.always_ready)


def _moves(seat: Seat) -> tuple[Move, ...]:
    logged_out = seat.presence.intent is Intent.LOGGED_OUT
    if seat.out_of_hours:
        return () if logged_out else (Move.LOG_OUT,)
    always_ready = seat.agent.outside is not None and seat.agent.outside.always_ready
    return (Move.LOG_IN, Move.READY) if always_ready and logged_out else ()
