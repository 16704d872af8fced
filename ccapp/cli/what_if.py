"""`ccapp simulate` and `ccapp staff` as they are typed.

What they do is loaded only when it is asked for: the engine, which the same command starts, does without.
"""

from pathlib import Path
from typing import Annotated

import typer

from ccapp.cli.errors import CliError, Code
from ccapp.domain.traffic import Through
from ccapp.routing.figures import Formula

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

    from ccapp.cli import simulating

    simulating.simulate(
        file=file,
        traffic=traffic,
        replay=replay,
        compare=compare,
        what_if=what_if or [],
        days=days,
        seed=seed,
        sl=sl,
        formula=formula,
        short=short,
        tz=tz,
        through=through,
        by_interval=by_interval,
        facts=facts,
        cores=cores,
        as_csv=as_csv,
        as_json=as_json,
    )


def staff(
    file: File,
    traffic: TrafficFile = None,
    target: Annotated[
        float, typer.Option(min=1, max=99.9, help="Per cent answered in time, in every interval.")
    ] = 80.0,
    sl: Within = 20.0,
    abandonment: Annotated[
        float | None, typer.Option(min=0.1, max=99, help="Per cent that may give up, in every interval.")
    ] = None,
    shrinkage: Annotated[
        float,
        typer.Option(min=0, max=90, help="Per cent of paid time not on duty: breaks, training, illness."),
    ] = 0.0,
    days: Annotated[int, typer.Option("--days", min=2, max=1000, help="Days for each try.")] = 20,
    seed: Seed = 1,
    svg: Annotated[Path | None, typer.Option(help="Draw it into this file.")] = None,
    through: ThroughOption = None,
    cores: Cores = None,
    as_csv: AsCsv = False,
    as_json: AsJson = False,
) -> None:
    """The least staff that meets a target in every interval of a day, in the mix of the configuration."""
    if as_csv and as_json:
        raise CliError("--csv and --json do not go together", code=Code.USAGE)

    from ccapp.cli import staffing

    staffing.staff(
        file=file,
        traffic=traffic,
        target=target,
        sl=sl,
        abandonment=abandonment,
        shrinkage=shrinkage,
        days=days,
        seed=seed,
        svg=svg,
        through=through,
        cores=cores,
        as_csv=as_csv,
        as_json=as_json,
    )
