"""`ccapp report`: the figures of a time past, as a table, CSV or JSON; and what each of them means."""

from enum import StrEnum
from typing import Annotated, Any

import typer

from ccapp.cli import report_csv, report_screen
from ccapp.cli.client import ask
from ccapp.cli.errors import CliError, Code
from ccapp.cli.show import show, show_json
from ccapp.routing.figures import Belongs, Formula


class Of(StrEnum):
    QUEUES = "queues"
    AGENTS = "agents"
    GROUPS = "groups"
    SKILLS = "skills"
    CALLERS = "callers"
    INTERVALS = "intervals"


class By(StrEnum):
    HOUR = "hour"
    DAY = "day"
    HOUR_OF_DAY = "hour_of_day"


def report(
    of: Annotated[Of, typer.Argument(help="Whose figures.")] = Of.QUEUES,
    since: Annotated[str | None, typer.Option(help="From this time on (RFC 3339, date); else today.")] = None,
    until: Annotated[str | None, typer.Option(help="... and before this one; else until now.")] = None,
    queue: Annotated[str | None, typer.Option(help="Only calls of this queue.")] = None,
    agent: Annotated[str | None, typer.Option(help="Only this agent; goes with agents.")] = None,
    by: Annotated[By | None, typer.Option(help="Cut the time into intervals.")] = None,
    belongs: Annotated[
        Belongs | None, typer.Option(help="Whose interval counts a call: of its arrival, or its end.")
    ] = None,
    tz: Annotated[str | None, typer.Option(help="Time zone, as Europe/Berlin; else the engine's.")] = None,
    sl: Annotated[str | None, typer.Option(help="Acceptable waits, seconds with commas [20].")] = None,
    formula: Annotated[Formula | None, typer.Option(help="Of the service level [F3].")] = None,
    short: Annotated[float | None, typer.Option(help="Seconds below which a hang-up is short [0].")] = None,
    ring: Annotated[bool, typer.Option("--ring", help="Ringing occupies an agent.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Every figure, one row each.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="The engine's answer as it is.")] = False,
    definitions: Annotated[
        bool, typer.Option("--definitions", help="What each figure means; asks no engine.")
    ] = False,
) -> None:
    """The figures of queues, agents, groups, skills, callers or intervals, from the records."""
    if definitions:
        show(report_screen.definitions(of))
        return
    if as_csv and as_json:
        raise CliError("--csv and --json do not go together", code=Code.USAGE)
    asked = {
        "since": since, "until": until, "queue": queue, "agent": agent, "by": by, "belongs": belongs,
        "tz": tz, "sl": sl, "formula": formula, "short": short, "ring": "true" if ring else None,
    }  # fmt: skip
    query = {name: value for name, value in asked.items() if value is not None}
    document: dict[str, Any] = ask(lambda there: there.report(of=of, **query))
    if as_json:
        show_json(document)
    elif as_csv:
        report_csv.write(document)
    else:
        show(report_screen.table_of(document))
