"""`ccapp manager show|set|forget NUMBER`: whom callers from a number are offered to first."""

from typing import Annotated, Any

import typer

from ccapp.cli.client import ask
from ccapp.cli.reading import AsJson
from ccapp.cli.show import show as out
from ccapp.cli.show import show_json, text

app = typer.Typer(no_args_is_help=True, help="Callers' own agents, by the number they call from.")

Number = Annotated[str, typer.Argument(metavar="NUMBER", help="The caller's, as his calls bring it.")]


def tell(row: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        show_json(row)
    else:
        out(text(f"the manager of {row['number']} is {row['agent'] or 'nobody'}"))


@app.command("show")
def show_one(number: Number, as_json: AsJson = False) -> None:
    """Who is it?"""
    tell(ask(lambda there: there.get("managers", number)), as_json=as_json)


@app.command("set")
def choose(
    number: Number,
    agent: Annotated[str, typer.Argument(metavar="AGENT", help="The agent's id, as in the configuration.")],
    as_json: AsJson = False,
) -> None:
    """From the next call on it is this agent."""
    tell(ask(lambda there: there.put("managers", number, body={"agent": agent})), as_json=as_json)


@app.command()
def forget(number: Number, as_json: AsJson = False) -> None:
    """From the next call on it is nobody."""
    tell(ask(lambda there: there.delete("managers", number)), as_json=as_json)
