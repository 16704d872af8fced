"""`ccapp calls`: those that are here, or those of the records, with what happened in them."""

import sys
from typing import Annotated

import typer

from ccapp.cli import screens
from ccapp.cli.client import ask
from ccapp.cli.errors import CliError, Code
from ccapp.cli.reading import AsJson, Watch, present

type Query = dict[str, str | int]


def calls(
    history: Annotated[bool, typer.Option("--history", help="The last calls of the records.")] = False,
    since: Annotated[
        str | None, typer.Option(help="Past calls from this time on (RFC 3339 or date).")
    ] = None,
    until: Annotated[str | None, typer.Option(help="... and before this one.")] = None,
    queue: Annotated[str | None, typer.Option(help="Past calls that came to this queue.")] = None,
    agent: Annotated[str | None, typer.Option(help="Past calls of this agent.")] = None,
    number: Annotated[str | None, typer.Option(help="Past calls to this number.")] = None,
    caller: Annotated[str | None, typer.Option(help="Past calls from this number.")] = None,
    outcome: Annotated[str | None, typer.Option(help="served, abandoned, left_in_ivr, ...")] = None,
    ended_by: Annotated[str | None, typer.Option(help="caller, agent, system, switch.")] = None,
    served: Annotated[
        bool | None, typer.Option("--served/--unserved", help="Talked to an agent, or to none.")
    ] = None,
    min_wait: Annotated[float | None, typer.Option(help="Who waited at least so many seconds.")] = None,
    after: Annotated[str | None, typer.Option(help="The page after this call.")] = None,
    limit: Annotated[
        int | None, typer.Option(help="At most so many, the newest; alone: the last calls.")
    ] = None,
    events: Annotated[
        bool, typer.Option("--events", help="With all that happened; goes with --json or --csv.")
    ] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Past calls, a line each.")] = False,
    as_json: AsJson = False,
    watch: Watch = False,
) -> None:
    """The calls that are here now; with any option those of the records, newest first."""
    asked = {
        "since": since, "until": until, "queue": queue, "agent": agent, "number": number,
        "caller_number": caller, "outcome": outcome, "ended_by": ended_by, "wait_s_min": min_wait,
        "served": None if served is None else str(served).lower(), "after": after, "limit": limit,
    }  # fmt: skip
    query: Query = {name: value for name, value in asked.items() if value is not None}  # type: ignore[misc]
    if events:
        query["events"] = "true"
    if (history or as_csv) and not query:
        query["limit"] = 100
    if events and not (as_csv or as_json):
        raise CliError("--events goes with --json or --csv", code=Code.USAGE)
    if as_csv and (as_json or watch):
        raise CliError("--csv goes with neither --json nor --watch", code=Code.USAGE)
    if as_csv:
        _write_csv(query)
    else:
        present(screens.calls, "calls", as_json=as_json, watch=watch, **query)


def _write_csv(query: Query) -> None:
    lines, following = ask(lambda there: there.calls_csv(**query))
    sys.stdout.write(lines)
    if following is not None:
        typer.echo(f"more: --after {following}", err=True)
