"""When a queue that is closed by hand opens again, from a time on the clock."""

from datetime import UTC, datetime

import pytest

from ccapp.cli.errors import CliError
from ccapp.cli.numbers import pairs
from ccapp.cli.queue import next_time

NOON = datetime(2026, 3, 1, 12, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("given", "at"),
    [("15:00", (1, 15, 0)), ("12:00", (2, 12, 0)), ("12:01", (1, 12, 1)), ("00:00", (2, 0, 0))],
)
def test_the_next_time_the_clock_shows_it(given: str, at: tuple[int, int, int]) -> None:
    found = next_time(given, NOON)
    assert (found.day, found.hour, found.minute, found.second) == (*at, 0)


@pytest.mark.parametrize("given", ["", "25:00", "noon", "3"])
def test_what_is_no_time_of_day_is_told(given: str) -> None:
    with pytest.raises(CliError, match="is no time of day"):
        next_time(given, NOON)


def test_call_data_are_pairs() -> None:
    assert pairs(["Tier=gold", "Note=a=b"]) == {"Tier": "gold", "Note": "a=b"}
    with pytest.raises(CliError, match="'Tier' is not NAME=VALUE"):
        pairs(["Tier"])
