"""`ccapp callbacks list|add|cancel`: who is to be called back when it is his turn."""

from typing import Annotated, Any

import typer

from ccapp.cli.client import ask
from ccapp.cli.reading import AsJson
from ccapp.cli.show import add as add_row
from ccapp.cli.show import duration, moment, show, show_json, table, text

app = typer.Typer(no_args_is_help=True, help="Callers who are to be called back.")

_WHERE = {
    "in_line": "in line",
    "later": "later",
    "agent_rings": "agent rings",
    "customer_rings": "customer rings",
    "talking": "talking",
}


@app.command("list")
def show_all(as_json: AsJson = False) -> None:
    """Those that are open, in the order in which they were asked for."""
    rows = ask(lambda there: there.get("callbacks"))["callbacks"]
    if as_json:
        show_json(rows)
    elif rows:
        show(_table(rows))
    else:
        show(text("Nobody is to be called back."))


def _table(rows: list[dict[str, Any]]) -> Any:
    made = table("Queue", "Number", "Waits", "Now", "Agent", "Tries", "Expires", "Callback", wide="Number")
    for row in rows:
        add_row(
            made,
            row["queue"],
            row["number"],
            duration(row["waited_s"]),
            _WHERE.get(row["where"], row["where"]),
            row["agent"] or "",
            str(row["tries"]),
            moment(row["expires_at"]),
            row["callback"],
        )
    return made


@app.command()
def add(
    queue: Annotated[str, typer.Argument(metavar="QUEUE", help="A queue with callbacks.")],
    number: Annotated[str, typer.Argument(metavar="NUMBER", help="To be called.")],
    name: Annotated[str, typer.Option(help="Shown to the agent.")] = "",
    waited: Annotated[float, typer.Option(help="Seconds he counts as having waited already.")] = 0.0,
    as_json: AsJson = False,
) -> None:
    """Call somebody back: now, or when it is his turn."""
    wish = {"queue": queue, "number": number, "name": name, "waited_s": waited}
    row = ask(lambda there: there.post("callbacks", body=wish))
    if as_json:
        show_json(row)
    else:
        show(text(f"{row['number']} will be called back for {row['queue']}: {row['callback']}"))


@app.command()
def cancel(
    callback: Annotated[str, typer.Argument(metavar="CALLBACK", help="As `ccapp callbacks list` shows it.")],
    as_json: AsJson = False,
) -> None:
    """Do not call him back."""
    row = ask(lambda there: there.delete("callbacks", callback))
    if as_json:
        show_json(row)
    else:
        show(text(f"{row['number']} will not be called back for {row['queue']}"))
