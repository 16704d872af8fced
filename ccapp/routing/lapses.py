"""What the clock alone does to an agent off the phone: a wrap-up, a break or a ban comes to its end."""

from collections.abc import Mapping

from ccapp.domain.centre import BreakLimit
from ccapp.domain.presence import UNTIL_DONE, Presence, SubState
from ccapp.routing.acts import Told
from ccapp.routing.presence import Line, Standing, standing

type Limits = Mapping[str, BreakLimit]


def lapses_at(presence: Presence, limits: Limits) -> float | None:
    """When (epoch s); None: never by itself."""
    match standing(presence):
        case Standing.ACW:
            at = presence.wrap_up_until
        case Standing.BANNED:
            at = presence.banned_until
        case Standing.UNREADY:
            limit = _limit(presence, limits)
            at = None if limit is None else presence.rest_since + limit.limit_s
        case _:
            at = None
    return None if at is None or at >= UNTIL_DONE else at


def _limit(presence: Presence, limits: Limits) -> BreakLimit | None:
    if presence.overdue or presence.sub_state is not SubState.BREAK:
        return None
    return limits.get(presence.reason)


def lapse(presence: Presence, limits: Limits, now: float) -> tuple[Line, Told, str] | None:
    """What has come to its end by now: the event, what comes with it, and how it is told."""
    at = lapses_at(presence, limits)
    if at is None or at > now:
        return None
    match standing(presence):
        case Standing.ACW:
            return Line.WRAP_UP_OVER, Told(now), "wrap-up over"
        case Standing.BANNED:
            return Line.BAN_OVER, Told(now), "ban over"
        case _:
            limit = limits[presence.reason]
            told = f"break longer than {limit.limit_s:g} s"
            return Line.BREAK_OVER, Told(now, then_away=limit.then_away), told
