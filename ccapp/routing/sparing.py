"""How often a phone outside may be rung: its owner helps out, and has other things to do.

What is left of a pause outlives the engine with the agent's presence; the rings before it are not counted
again.
"""

from collections.abc import Iterator

from ccapp.domain.centre import Outside
from ccapp.routing.seats import Seat

HOUR_S = 3600.0
DAY_S = 24 * HOUR_S


def rung_again_at(seat: Seat, now: float) -> float:
    """Counts a ring; when the next may follow at the earliest, 0 when no limit holds it back."""
    outside = seat.agent.outside
    if outside is None or not (limits := list(_limits(outside))):
        return 0.0
    seat.rung_at.append(now)
    while len(seat.rung_at) > max(most for most, _ in limits):
        seat.rung_at.popleft()
    return max(_over_at(seat, most, span_s) for most, span_s in limits)


def _limits(outside: Outside) -> Iterator[tuple[int, float]]:
    """How many rings in how long a time."""
    if outside.calls_per_hour_max is not None:
        yield outside.calls_per_hour_max, HOUR_S
    if outside.calls_per_day_max is not None:
        yield outside.calls_per_day_max, DAY_S


def _over_at(seat: Seat, most: int, span_s: float) -> float:
    return seat.rung_at[-most] + span_s if len(seat.rung_at) >= most else 0.0
