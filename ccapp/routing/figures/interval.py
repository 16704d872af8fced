"""Which hour, day or hour of the day an instant belongs to, in a time zone with all its summers."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo
from enum import StrEnum
from math import inf
from typing import NamedTuple

QUARTER_S = 900
"""Clocks of all zones differ by whole quarters: within one, neither hour nor day changes."""


class By(StrEnum):
    WHOLE = "whole"  # one interval: all that was asked for
    HOUR = "hour"
    DAY = "day"
    HOUR_OF_DAY = "hour_of_day"  # all days' 9 o'clocks in one


class Interval(NamedTuple):
    """`order` sorts, `label` is shown: a date, an hour with its offset, `09:00`, or nothing for the whole."""

    order: float
    label: str


WHOLE = Interval(0.0, "")


@dataclass(frozen=True, slots=True)
class Piece:
    interval: Interval
    begin: float
    end: float


class Calendar:
    """Instants (epoch s) to intervals. Remembers each quarter of an hour it was asked for."""

    def __init__(self, by: By = By.WHOLE, zone: tzinfo = UTC) -> None:
        self.by = by
        self.zone = zone
        self._known: dict[int, tuple[Interval, float]] = {}

    def at(self, instant: float) -> Interval:
        return self._at(instant)[0]

    def pieces(self, begin: float, end: float) -> Iterator[Piece]:
        """The time from `begin` to `end`, cut where one interval ends and the next begins."""
        while begin < end:
            interval, until = self._at(begin)
            cut = min(until, end)
            yield Piece(interval, begin, cut)
            begin = cut

    def _at(self, instant: float) -> tuple[Interval, float]:
        """The interval, and when it ends."""
        if self.by is By.WHOLE:
            return WHOLE, inf
        quarter = int(instant // QUARTER_S)
        found = self._known.get(quarter)
        if found is None:
            found = self._known[quarter] = self._reckoned(quarter * QUARTER_S)
        return found

    def _reckoned(self, instant: int) -> tuple[Interval, float]:
        local = datetime.fromtimestamp(instant, self.zone)
        if self.by is By.DAY:
            return self._day(local)
        begin = instant - local.minute * 60
        if self.by is By.HOUR_OF_DAY:
            return Interval(local.hour, f"{local.hour:02}:00"), begin + 3600
        hour = datetime.fromtimestamp(begin, self.zone)
        return Interval(begin, hour.isoformat(timespec="minutes")), begin + 3600

    def _day(self, local: datetime) -> tuple[Interval, float]:
        """From midnight to midnight: 23, 24 or 25 hours."""
        day = local.date()
        begin = datetime.combine(day, time(), self.zone).timestamp()
        end = datetime.combine(day + timedelta(days=1), time(), self.zone).timestamp()
        return Interval(begin, day.isoformat()), end
