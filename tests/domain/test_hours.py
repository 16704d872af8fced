"""Open and closed, by the clock on the wall of the hours' own time zone."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from ccapp.domain.hours import Hours, Span
from ccapp.domain.ids import HoursId

NINE_TO_FIVE = (Span(9 * 60, 12 * 60), Span(13 * 60, 17 * 60))
OFFICE = Hours(
    id=HoursId("office"),
    time_zone="Europe/Berlin",
    weekly=dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), NINE_TO_FIVE) | {"sun": (Span(0, 1440),)},
    exceptions={"2026-12-24": (Span(9 * 60, 12 * 60),), "2026-12-25": (), "2026-12-26": (Span(600, 660),)},
)


def at(text: str, zone: str = "Europe/Berlin") -> float:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp()


@pytest.mark.parametrize(
    ("when", "is_open"),
    [
        ("2026-11-16 08:59:59.9", False),  # a Monday
        ("2026-11-16 09:00", True),
        ("2026-11-16 11:59:59.9", True),
        ("2026-11-16 12:00", False),
        ("2026-11-16 13:00", True),
        ("2026-11-16 17:00", False),
        ("2026-11-21 10:00", False),  # a Saturday
        ("2026-11-22 00:00", True),  # a Sunday, all day
        ("2026-11-22 23:59:59", True),
        ("2026-12-24 13:30", False),  # a Thursday, shorter
        ("2026-12-24 11:00", True),
        ("2026-12-25 10:00", False),  # a Friday, a holiday
        ("2026-12-26 10:30", True),  # a Saturday, open as an exception
        ("2026-03-29 03:00", True),  # the Sunday on which the clock jumps from two to three
    ],
)
def test_by_the_week_and_by_the_exceptions(when: str, is_open: bool) -> None:
    assert OFFICE.open_at(at(when)) is is_open


def test_the_clock_on_the_wall_counts_in_summer_and_in_winter() -> None:
    for day in ("2026-03-27", "2026-03-30"):  # the last working days before and after the change
        assert not OFFICE.open_at(at(f"{day} 08:59"))
        assert OFFICE.open_at(at(f"{day} 09:00"))
    assert at("2026-03-27 09:00", "UTC") - at("2026-03-27 09:00") == 3600
    assert at("2026-03-30 09:00", "UTC") - at("2026-03-30 09:00") == 7200


def test_elsewhere_it_is_another_day() -> None:
    tokyo = Hours(id=HoursId("t"), time_zone="Asia/Tokyo", weekly={"mon": (Span(0, 1440),)})
    assert tokyo.open_at(at("2026-11-15 15:00", "UTC"))  # Sunday in London, Monday in Tokyo
    assert not tokyo.open_at(at("2026-11-16 15:00", "UTC"))


@pytest.mark.parametrize(
    ("after", "changes"),
    [
        ("2026-11-16 08:59", "2026-11-16 09:00"),  # opens
        ("2026-11-16 09:00", "2026-11-16 12:00"),  # closes
        ("2026-11-20 17:00", "2026-11-22 00:00"),  # over the Saturday
        ("2026-11-22 12:00", "2026-11-23 00:00"),
        ("2026-12-24 12:00", "2026-12-26 10:00"),  # over the holiday
        ("2026-03-28 12:00", "2026-03-29 00:00"),
        ("2026-03-29 00:00", "2026-03-30 00:00"),  # a day of 23 hours
    ],
)
def test_when_it_changes_next(after: str, changes: str) -> None:
    assert OFFICE.changes_after(at(after)) == at(changes)


def test_at_night_when_the_clocks_change() -> None:
    """From 01:30 to 02:30, which is not there in spring and there twice in autumn."""
    night = Hours(id=HoursId("n"), time_zone="Europe/Berlin", weekly={"sun": (Span(90, 150),)})
    assert night.changes_after(at("2026-03-29 01:30")) == at("2026-03-29 03:00")
    first, again = at("2026-10-25 01:30"), at("2026-10-25 02:30")
    assert night.changes_after(first) == again
    assert night.changes_after(again) == again + 1800  # two o'clock for the second time
    assert night.changes_after(again + 1800) == again + 3600


def test_what_never_changes_is_said_so() -> None:
    assert Hours(id=HoursId("never")).changes_after(0.0) is None
