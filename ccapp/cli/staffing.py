"""How many agents a day needs, interval by interval, as a table, a plot and a picture: `ccapp staff`."""

import csv
import os
import sys
from collections.abc import Sequence
from math import ceil
from pathlib import Path
from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

from ccapp.cli import offered
from ccapp.cli.errors import CliError
from ccapp.cli.show import add, show, show_json, table, text
from ccapp.cli.simulating_screen import percent, queues, shown
from ccapp.cli.staffing_svg import picture
from ccapp.domain.traffic import Through, clock
from ccapp.routing.figures import Choice
from ccapp.simulate.days.measures import Counting
from ccapp.simulate.days.staffing import Need, NeverMet, Search, Staffing, Target

BAR = 18
EIGHTHS = " ▏▎▍▌▋▊▉█"


def staff(
    *,
    file: Path,
    traffic: Path | None,
    target: float,
    sl: float,
    abandonment: float | None,
    shrinkage: float,
    days: int,
    seed: int,
    svg: Path | None,
    through: Through | None,
    cores: int | None,
    as_csv: bool,
    as_json: bool,
) -> None:
    """As asked for in `what_if`; `target`, `abandonment` and `shrinkage` are per cent."""
    plan = offered.read_plan(file, traffic, None, None)
    aim = Target(share=target / 100, abandonment=None if abandonment is None else abandonment / 100)
    with offered.working("Looking for the least staff") as told:
        search = Search(
            plan=plan,
            target=aim,
            counting=Counting(choice=Choice(thresholds_s=(sl,)), interval_s=plan.traffic.interval_s),
            days=days,
            seed=seed,
            through=offered.through([plan], through),
            cores=cores or os.cpu_count() or 1,
            told=told,
        )
        found = _found(search)
    if svg is not None:
        _draw(svg, picture(found, aim, sl, plan.centre.name))
    if as_json:
        show_json([_row(need, shrinkage) for need in found.needs])
    elif as_csv:
        _write_csv([_row(need, shrinkage) for need in found.needs])
    else:
        show(_screen(found, search, shrinkage))


def _found(search: Search) -> Staffing:
    try:
        return search.run()
    except NeverMet as error:
        why = (
            f"from {clock(error.begin_s)} on no number of agents meets the target"
            if error.level is not None
            else "nobody serves the queues of this traffic"
        )
        raise CliError(why, "are the queue's rules (greeting, tiers, ring time) in the way of it?") from None


def _draw(path: Path, drawn: str) -> None:
    try:
        path.write_text(drawn, encoding="utf-8")
    except OSError as error:
        raise CliError(f"{path} cannot be written: {error.strerror}") from None


def scheduled(need: Need, shrinkage: float) -> int:
    return ceil(need.agents / (1 - shrinkage / 100) - 1e-9)


def _row(need: Need, shrinkage: float) -> dict[str, Any]:
    level, gone = need.level, need.abandonment
    return {
        "from": clock(need.begin_s),
        "calls": need.calls,
        "erlangs": need.load,
        "agents_by_formula": need.formula,
        "agents": need.agents,
        "scheduled": scheduled(need, shrinkage),
        "planned": need.planned,
        "service_level": None if level is None else level.mean,
        "service_level_low": None if level is None else level.low,
        "service_level_high": None if level is None else level.high,
        "abandonment": None if gone is None else gone.mean,
    }


def _write_csv(rows: Sequence[dict[str, Any]]) -> None:
    writer = csv.DictWriter(sys.stdout, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)


# --- for people -------------------------------------------------------------------------------------------


def _screen(found: Staffing, search: Search, shrinkage: float) -> RenderableType:
    within_s, share = search.counting.within_s, search.target.share
    level, most = f"% in {within_s:g} s", max(1, *(need.agents for need in found.needs))
    right = ["Calls", "Erlangs", "Formula", "Agents", "Planned", level, "% gave up"]
    if shrinkage:
        right.insert(4, "Paid")
    made = table("From", *right, "", right=right)
    for need in found.needs:
        cells: list[object] = [
            f"{need.calls:.0f}",
            f"{need.load:.1f}",
            need.formula,
            text(need.agents, "bold"),
        ]
        if shrinkage:
            cells.append(scheduled(need, shrinkage))
        cells += [_planned(need), shown(need.level, percent), shown(need.abandonment, percent)]
        add(made, clock(need.begin_s), *cells, _bar(need, most))
    heading = text(
        f"The least staff for {100 * share:g} % in {within_s:g} s in every interval, after {found.rounds} "
        f"rounds; confirmed on {search.days} other days.",
        "dim",
    )
    sums = text(
        f"{found.hours:.1f} hours of agents; the shifts of the traffic have {found.hours_planned:.1f}.",
        "bold",
    )
    return Group(
        heading, "", made, "", sums, "", text("With that staff, queue by queue:", "dim"),
        "", queues(found.days, search.counting),
    )  # fmt: skip


def _planned(need: Need) -> Text:
    """Red where the shifts fall short."""
    short = need.planned < need.agents - 0.05
    return text(f"{need.planned:.1f}".removesuffix(".0"), "red" if short else "")


def _bar(need: Need, most: int) -> Text:
    """Agents as a bar, the load within it brighter."""
    busy, whole = _eighths(need.load, most), _eighths(need.agents, most)
    full = Text("█" * (busy // 8), style="blue")
    full.append("█" * (whole // 8 - busy // 8), style="bright_blue")
    return full.append(EIGHTHS[whole % 8].strip(), style="bright_blue")


def _eighths(value: float, most: int) -> int:
    return round(8 * BAR * value / most)
