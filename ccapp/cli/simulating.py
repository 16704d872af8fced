"""`ccapp simulate`: many days of offered traffic against a configuration, or two, on a virtual clock."""

import csv
import os
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any

import typer

from ccapp.cli import offered
from ccapp.cli.errors import CliError, Code
from ccapp.cli.show import show, show_json
from ccapp.cli.simulating_screen import compared, intervals, simulated
from ccapp.domain.traffic import Traffic
from ccapp.records.facts_json import encode_line
from ccapp.routing.figures import Choice, Formula
from ccapp.simulate.days.day import Plan
from ccapp.simulate.days.estimate import Estimate
from ccapp.simulate.days.measures import CALLS, STAFF, Counting, Key
from ccapp.simulate.days.replications import Days, Through, run_day, run_days

DAYS_MAX = 1000

File = Annotated[Path, typer.Argument(help="A configuration (YAML), perhaps with a `traffic` section.")]
TrafficFile = Annotated[Path | None, typer.Option("--traffic", help="The traffic, in a file of its own.")]
DaysOption = Annotated[int, typer.Option("--days", min=1, max=DAYS_MAX, help="How many days are simulated.")]
Seed = Annotated[int, typer.Option(min=0, help="Another number: other days.")]
Within = Annotated[float, typer.Option("--sl", min=0, help="Acceptable wait, seconds.")]
Cores = Annotated[int | None, typer.Option(min=1, help="Processes at a time [all cores].")]
ThroughOption = Annotated[
    Through | None,
    typer.Option(help="Run by the Router alone, or the whole stories (slower) [as the settings need]."),
]
AsCsv = Annotated[bool, typer.Option("--csv", help="Every figure, one row each.")]
AsJson = Annotated[bool, typer.Option("--json", help="Every figure, as JSON.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulated:
    """What came out; `other` where two were compared."""

    names: tuple[str, ...]
    days: Days
    other: Days | None
    counting: Counting
    traffic: Traffic
    count: int
    seed: int
    through: Through
    took_s: float


def simulate(
    file: File,
    traffic: TrafficFile = None,
    replay: Annotated[
        Path | None, typer.Option(help="Facts of a real day (`ccapp facts`): its callers, agents and breaks.")
    ] = None,
    compare: Annotated[
        Path | None, typer.Option(help="Another configuration, on the very same callers.")
    ] = None,
    what_if: Annotated[
        list[str] | None,
        typer.Option(help="Compare with FILE so changed, as agents.dana.skills.spanish=2; may be repeated."),
    ] = None,
    days: DaysOption = 10,
    seed: Seed = 1,
    sl: Within = 20.0,
    formula: Annotated[Formula, typer.Option(help="Of the service level.")] = Formula.F3,
    short: Annotated[float, typer.Option(min=0, help="Seconds below which a hang-up is short.")] = 0.0,
    tz: Annotated[str | None, typer.Option(help="Time zone of the day replayed.")] = None,
    through: ThroughOption = None,
    by_interval: Annotated[bool, typer.Option("--intervals", help="The figures over the day, too.")] = False,
    facts: Annotated[
        Path | None, typer.Option(help="Write the facts of the first day there, to be replayed or looked at.")
    ] = None,
    cores: Cores = None,
    as_csv: AsCsv = False,
    as_json: AsJson = False,
) -> None:
    """What a configuration would do with offered traffic: days in seconds, with confidence intervals."""
    if as_csv and as_json:
        raise CliError("--csv and --json do not go together", code=Code.USAGE)
    if compare and what_if:
        raise CliError("--compare and --what-if do not go together", code=Code.USAGE)
    plans = [offered.read_plan(file, traffic, replay, tz)]
    if compare or what_if:
        plans.append(_other(plans[0], compare or file, traffic, replay, tz, what_if or []))
    choice = Choice(formula=formula, thresholds_s=(sl,), short_s=short)
    done = _run(
        plans,
        names=(str(file), str(compare or "what if"))[: len(plans)],
        choice=choice,
        days=days,
        seed=seed,
        through=offered.through(plans, through),
        cores=cores,
    )
    if facts is not None:
        _write_facts(facts, plans[0], seed, done.through)
    _tell(done, by_interval=by_interval, as_csv=as_csv, as_json=as_json)


def _other(
    first: Plan,
    file: Path,
    traffic: Path | None,
    replay: Path | None,
    tz: str | None,
    what_if: Sequence[str],
) -> Plan:
    """The second one, with its own traffic if it has some, else with the first one's."""
    try:
        return offered.read_plan(file, traffic, replay, tz, what_if)
    except offered.NoTraffic as error:
        return replace(first, centre=error.centre)


def _run(
    plans: Sequence[Plan],
    *,
    names: tuple[str, ...],
    choice: Choice,
    days: int,
    seed: int,
    through: Through,
    cores: int | None,
) -> Simulated:
    planned = plans[0].traffic
    counting = Counting(choice=choice, warm_up_s=planned.warm_up_s, interval_s=planned.interval_s)
    began = time.perf_counter()
    with offered.progress("Simulating", days * len(plans)) as step:
        made = run_days(
            plans,
            range(seed, seed + days),
            counting,
            through=through,
            cores=cores or os.cpu_count() or 1,
            done=step,
        )
    return Simulated(
        names=names,
        days=made[0],
        other=made[1] if len(made) > 1 else None,
        counting=counting,
        traffic=planned,
        count=days,
        seed=seed,
        through=through,
        took_s=time.perf_counter() - began,
    )


def _write_facts(path: Path, plan: Plan, seed: int, through: Through) -> None:
    try:
        with path.open("wb") as file:
            lines = iter(range(1, sys.maxsize))
            run_day(
                plan.day(seed), through, lambda fact: _ignore(file.write(encode_line(next(lines), 0, fact)))
            )
    except OSError as error:
        raise CliError(f"{path} cannot be written: {error.strerror}") from None


def _ignore(_: int) -> None:
    pass


def _tell(done: Simulated, *, by_interval: bool, as_csv: bool, as_json: bool) -> None:
    if as_json:
        show_json(document(done))
    elif as_csv:
        _write_csv(done)
    else:
        show(simulated(done.days, done) if done.other is None else compared(done.days, done.other, done))
        if by_interval:
            show("", intervals(done.days, done.other, done))


# --- for programs -----------------------------------------------------------------------------------------


def document(done: Simulated) -> dict[str, Any]:
    return {
        "days": done.count,
        "seed": done.seed,
        "through": done.through.value,
        "acceptable_wait_s": done.counting.within_s,
        "formula": done.counting.choice.formula.value,
        "compared": list(done.names),
        "rows": [
            {"of": key[0], "key": key[1], "figures": dict(_figures(done, key))}
            for key in done.days.subjects()
        ],
    }


def _names(key: Key) -> Sequence[str]:
    return STAFF if key[0] == "group" else CALLS


def _figures(done: Simulated, key: Key) -> Iterator[tuple[str, Any]]:
    for name in _names(key):
        here = _told(done.days.estimate(key, name))
        if done.other is None:
            yield name, here
        else:
            there = _told(done.other.estimate(key, name))
            difference = _told(done.days.difference(done.other, key, name))
            yield name, {"first": here, "second": there, "difference": difference}


def _told(estimate: Estimate | None) -> dict[str, float | None] | None:
    """With its 95 % confidence interval, unless of a single day."""
    if estimate is None:
        return None
    some = estimate.half is not None
    return {
        "mean": estimate.mean,
        "low": estimate.low if some else None,
        "high": estimate.high if some else None,
    }


def _write_csv(done: Simulated) -> None:
    """One row for each figure of each queue, group and interval."""
    parts = ["first", "second", "difference"] if done.other is not None else [""]
    columns = [f"{part}_{name}".strip("_") for part in parts for name in ("mean", "low", "high")]
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(["of", "key", "figure", *columns])
    for key in done.days.subjects():
        for name, figure in _figures(done, key):
            told = [figure] if done.other is None else [figure[part] for part in parts]
            cells = [(each or {}).get(column) for each in told for column in ("mean", "low", "high")]
            writer.writerow([*key, name, *cells])
