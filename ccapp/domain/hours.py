"""Business hours: when a queue is open, by the week and by days that are different.

Reckoned in the hours' own time zone, so that a change to summer time moves nothing on the clock on the wall.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from ccapp.domain.ids import HoursId

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


DAYS_AHEAD_MAX = 366


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

    def changes_after(self, at: float) -> float | None:
        """When (epoch s) it opens or closes next; None: not within DAYS_AHEAD_MAX."""
        now_open, zone = self.open_at(at), ZoneInfo(self.time_zone)
        today = datetime.fromtimestamp(at, zone).date()
        for ahead in range(DAYS_AHEAD_MAX + 1):
            edges = sorted(edge for edge in self._edges(today + timedelta(ahead), zone) if edge > at)
            for edge in edges:
                if self.open_at(edge) is not now_open:
                    return edge
        return None

    def _edges(self, day: date, zone: ZoneInfo) -> Iterator[float]:
        """Instants of a day at which it may open or close; also each half hour when the clocks change."""
        midnight = datetime(day.year, day.month, day.day, tzinfo=zone)
        spans = self.exceptions.get(day.isoformat())
        spans = self.weekly.get(DAYS[day.weekday()], ()) if spans is None else spans
        minutes = {0, *(minute for span in spans for minute in span)}
        if midnight.utcoffset() != (midnight + timedelta(1)).utcoffset():
            minutes.update(range(0, 24 * 60, 30))
        for minute in minutes:
            for fold in (0, 1):
                yield (midnight + timedelta(minutes=minute)).replace(fold=fold).timestamp()
