"""`ccapp queue close|open QUEUE`: by hand, whatever its business hours."""

import getpass
from datetime import datetime, time, timedelta
from typing import Annotated, Any

import typer

from ccapp.cli.client import ask
from ccapp.cli.errors import CliError, Code
from ccapp.cli.reading import AsJson
from ccapp.cli.show import show as out
from ccapp.cli.show import show_json, text
from ccapp.cli.wording import closed_until
from ccapp.domain.standing import Waiting

app = typer.Typer(no_args_is_help=True, help="Close a queue by hand, and open it again.")

Queue = Annotated[str, typer.Argument(metavar="QUEUE", help="The queue's id, as in the configuration.")]
By = Annotated[str, typer.Option(help="Who orders it; else the user of this machine.")]


def whoever(by: str) -> str:
    """The name told with an order."""
    try:
        return by or getpass.getuser()
    except (OSError, KeyError):
        return "somebody"


@app.command()
def close(
    queue: Queue,
    until: Annotated[str, typer.Option(metavar="HH:MM", help="Opens by itself, here on the clock.")] = "",
    say: Annotated[str, typer.Option(help="Heard by callers, in place of what `closed` does.")] = "",
    waiting: Annotated[Waiting, typer.Option(help="What becomes of those who wait.")] = Waiting.STAY,
    by: By = "",
    as_json: AsJson = False,
) -> None:
    """No more callers from now on, until it is opened again."""
    body: dict[str, Any] = {"say": say, "waiting": waiting.value, "by": whoever(by)}
    if until:
        body["until"] = next_time(until, datetime.now().astimezone()).timestamp()
    tell(ask(lambda there: there.post("queues", queue, "close", body=body)), as_json=as_json)


@app.command("open")
def open_(queue: Queue, by: By = "", as_json: AsJson = False) -> None:
    """Its business hours count again."""
    body = {"by": whoever(by)}
    tell(ask(lambda there: there.post("queues", queue, "open", body=body)), as_json=as_json)


def tell(row: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        show_json(row)
    elif row["closed"] is None:
        out(text(f"{row['id']} is open, as its business hours say"))
    else:
        out(text(f"{row['id']} is {closed_until(row['closed'])}"))


def next_time(given: str, now: datetime) -> datetime:
    """When the clock on the wall shows `given` next."""
    try:
        clock = time.fromisoformat(given)
    except ValueError:
        raise CliError(f"{given!r} is no time of day, such as 15:00", code=Code.USAGE) from None
    at = now.replace(hour=clock.hour, minute=clock.minute, second=0, microsecond=0)
    return at if at > now else at + timedelta(days=1)
