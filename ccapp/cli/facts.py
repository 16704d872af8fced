"""`ccapp facts`: what happened in a time past, as lines of JSON, for `ccapp simulate --replay`."""

import sys
from typing import Annotated

import typer

from ccapp.cli.client import ask


def facts(
    since: Annotated[str | None, typer.Option(help="From this time on (RFC 3339, date); else today.")] = None,
    until: Annotated[str | None, typer.Option(help="... and before this one; else until now.")] = None,
    tz: Annotated[str | None, typer.Option(help="Time zone, as Europe/Berlin; else the engine's.")] = None,
) -> None:
    """Everything that happened in a time past, as lines of JSON."""
    asked = {"since": since, "until": until, "tz": tz}
    query = {name: value for name, value in asked.items() if value is not None}
    ask(lambda there: there.stream("/v1/facts", sys.stdout.buffer.write, **query))
    sys.stdout.buffer.flush()
