"""Many days of offered traffic against a configuration, or two, on a virtual clock: `ccapp simulate`."""

import csv
import os
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ccapp.cli import offered
from ccapp.cli.errors import CliError
from ccapp.cli.show import show, show_json
from ccapp.cli.simulating_screen import compared, intervals, simulated
from ccapp.domain.traffic import Through, Traffic
from ccapp.records.facts_json import encode_line
from ccapp.routing.figures import Choice, Formula
from ccapp.simulate.days.day import Plan
from ccapp.simulate.days.estimate import Estimate
from ccapp.simulate.days.measures import CALLS, STAFF, Counting, Key
from ccapp.simulate.days.replications import Days, run_day, run_days


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
    *,
    file: Path,
    traffic: Path | None,
    replay: Path | None,
    compare: Path | None,
    what_if: Sequence[str],
    days: int,
    seed: int,
    sl: float,
    formula: Formula,
    short: float,
    tz: str | None,
    through: Through | None,
    by_interval: bool,
    facts: Path | None,
    cores: int | None,
    as_csv: bool,
    as_json: bool,
) -> None:
    """As asked for in `what_if`."""
    plans = [offered.read_plan(file, traffic, replay, tz)]
    if compare or what_if:
        plans.append(_other(plans[0], compare or file, traffic, replay, tz, what_if))
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
