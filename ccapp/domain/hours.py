"""Business hours: when a queue is open, by the week and by days that are different.

Reckoned in the hours' own time zone, so that a change to summer time moves nothing on the clock on the wall.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from ccapp.domain.ids import HoursId

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Span(NamedTuple):
    """Minutes of a day: open from the first until before the second; 1440 is midnight."""

    begin: int
    end: int


type Spans = tuple[Span, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    id: HoursId
    time_zone: str = "UTC"
    weekly: Mapping[str, Spans] = field(default_factory=dict)  # by DAYS; a day not named is closed
    exceptions: Mapping[str, Spans] = field(default_factory=dict)  # by date, as 2026-12-24; none: closed

    def open_at(self, at: float) -> bool:
        """Whether it is open at this instant (epoch s)."""
        there = datetime.fromtimestamp(at, ZoneInfo(self.time_zone))
        spans = self.exceptions.get(there.date().isoformat())
        if spans is None:
            spans = self.weekly.get(DAYS[there.weekday()], ())
        minute = there.hour * 60 + there.minute
        return any(span.begin <= minute < span.end for span in spans)
