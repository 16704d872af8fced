"""How often a phone outside may be rung: its owner helps out, and has other things to do.

What is left of a pause outlives the engine with the agent's presence; the rings before it are not counted
again.
"""

from ccapp.routing.seats import Seat

HOUR_S = 3600.0


def rung_again_at(seat: Seat, now: float) -> float:
    """Counts a ring; when the next may follow at the earliest, 0 when no limit holds it back."""
    most = seat.agent.outside.calls_per_hour_max if seat.agent.outside is not None else None
    if most is None:
        return 0.0
    seat.rung_at.append(now)
    while len(seat.rung_at) > most:
        seat.rung_at.popleft()
    return seat.rung_at[0] + HOUR_S if len(seat.rung_at) == most else 0.0
