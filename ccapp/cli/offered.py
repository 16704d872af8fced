"""What `simulate` and `staff` are given: a configuration and offered traffic, or the facts of a real day."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import orjson
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from ccapp.cli.errors import CliError, Code
from ccapp.cli.show import console, text
from ccapp.config import ConfigError, Offered, read_offered, read_traffic
from ccapp.domain.centre import Centre
from ccapp.domain.events import CallWaits, Fact
from ccapp.domain.traffic import PastDay, Through, Traffic
from ccapp.records.errors import FactError
from ccapp.records.facts_json import decode_fact
from ccapp.simulate.days.day import Plan
from ccapp.simulate.days.replay import NothingToReplay, replayed
from ccapp.simulate.days.swift import unknown_settings

REPLAY_INTERVAL_S = 1800.0
LINE_MAX = 10_000_000  # of a file of facts


class NoTraffic(CliError):
    """The configuration is fine, but nothing says who calls."""

    def __init__(self, file: Path, centre: Centre) -> None:
        super().__init__(
            f"{file} has no traffic section",
            "write one, or give --traffic FILE, or --replay FACTS; the README says what is in it.",
        )
        self.centre = centre


def changes(given: Sequence[str]) -> list[tuple[str, str]]:
    """`agents.dana.skills.spanish=2` as a place and a value."""
    found = []
    for each in given:
        where, equals, what = each.partition("=")
        if not equals or not where:
            raise CliError(f"{each} is not FIELD=VALUE", "as agents.dana.skills.spanish=2", Code.USAGE)
        found.append((where.strip(), what.strip()))
    return found


def read_plan(
    file: Path, traffic: Path | None, replay: Path | None, tz: str | None, what_if: Sequence[str] = ()
) -> Plan:
    """Prints warnings; raises CliError with every problem."""
    try:
        offered = read_offered(file, changes(what_if))
        if traffic is not None:
            offered = replace(read_traffic(traffic, offered.centre), warnings=offered.warnings)
    except ConfigError as error:
        raise CliError(str(error)) from None
    for warning in offered.warnings:
        console(stderr=True).print(text(warning, "yellow"), soft_wrap=True)
    return _with_day(offered, file, replay, tz)


def _with_day(offered: Offered, file: Path, replay: Path | None, tz: str | None) -> Plan:
    if replay is not None:
        return _of_past(offered.centre, offered.traffic, _facts(replay), tz)
    if offered.traffic is None:
        raise NoTraffic(file, offered.centre)
    return Plan(centre=offered.centre, traffic=offered.traffic)


def _of_past(centre: Centre, traffic: Traffic | None, facts: Sequence[Fact], tz: str | None) -> Plan:
    midnight = _midnight(facts, tz)
    try:
        past, answering = replayed(facts, midnight)
    except NothingToReplay:
        raise CliError("nobody waited in any line that day: there is nothing to replay") from None
    missing = sorted({call.queue for call in past.calls} - centre.queues.keys())
    if missing:
        raise CliError(f"that day had calls of queues that are not configured: {', '.join(missing)}")
    planned = traffic or Traffic(
        begin_s=0, end_s=0, interval_s=REPLAY_INTERVAL_S, streams=(), answering=answering
    )
    return Plan(centre=centre, traffic=_around(planned, past), past=past)


def _around(traffic: Traffic, past: PastDay) -> Traffic:
    return replace(traffic, begin_s=past.begin_s, end_s=past.end_s, interval_s=REPLAY_INTERVAL_S, streams=())


def _midnight(facts: Sequence[Fact], tz: str | None) -> float:
    """Before the first call that waited."""
    first = next((fact.entered_at for fact in facts if isinstance(fact, CallWaits)), 0.0)
    local = datetime.fromtimestamp(first, zone(tz)) if tz else datetime.fromtimestamp(first).astimezone()
    return local.replace(hour=0, minute=0, second=0, microsecond=0).timestamp()


def zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise CliError(f"no time zone {name}", "as Europe/Berlin", Code.USAGE) from None


def _facts(path: Path) -> list[Fact]:
    """One JSON object in each line, with `kind` and `fact`, as `ccapp facts` writes them."""
    try:
        with path.open("rb") as file:
            return [fact for number, line in enumerate(file, 1) for fact in _fact(path, number, line)]
    except OSError as error:
        raise CliError(f"{path} cannot be read: {error.strerror}") from None


def _fact(path: Path, number: int, line: bytes) -> Iterator[Fact]:
    if not line.strip():
        return
    try:
        item = orjson.loads(line)
        yield decode_fact(item["kind"], item["fact"])
    except (orjson.JSONDecodeError, KeyError, TypeError, FactError) as error:
        raise CliError(f"{path}:{number}: no fact of ours: {error}") from None


def through(plans: Sequence[Plan], asked: Through | None) -> Through:
    """The Router alone, unless a configuration has more than it knows; then that is said."""
    unknown = [setting for plan in plans for setting in unknown_settings(plan.centre)]
    if asked is None and unknown:
        told = ", ".join(dict.fromkeys(unknown[:3])) + (", ..." if len(unknown) > 3 else "")
        console(stderr=True).print(
            text(f"Through the whole stories, because of {told}.", "dim"), soft_wrap=True
        )
        return Through.STORIES
    return asked or Through.ROUTER


@contextmanager
def progress(what: str, total: int) -> Iterator[Callable[[], None]]:
    """A bar on standard error, gone when all is done. Gives what is to be called after each step."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    err = console(stderr=True)
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as bar:
        task = bar.add_task(what, total=total)
        yield lambda: bar.advance(task)


@contextmanager
def working(what: str) -> Iterator[Callable[[str], None]]:
    """The same for work of unknown length. Gives what is to be told how it goes."""
    err = console(stderr=True)
    with Progress(TextColumn("{task.description}"), BarColumn(), console=err, transient=True,
                  disable=not err.is_terminal) as bar:  # fmt: skip
        task = bar.add_task(what, total=None)
        yield lambda told: bar.update(task, description=f"{what}: {told}")
