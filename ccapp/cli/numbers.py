"""`ccapp numbers list|block|vip|remove`: callers who are refused, and callers who are preferred."""

from typing import Annotated, Any

import typer

from ccapp.cli.client import ask
from ccapp.cli.errors import CliError, Code
from ccapp.cli.queue import By, whoever
from ccapp.cli.reading import AsJson
from ccapp.cli.show import add, show_json, table, text
from ccapp.cli.show import show as out

app = typer.Typer(no_args_is_help=True, help="Numbers that are refused or preferred.")

Numbers = Annotated[list[str], typer.Argument(metavar="NUMBER...", help="As +49 30 123, 004930123, ...")]
Note = Annotated[str, typer.Option(help="Why; shown with every refusal.")]


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """All of them."""
    document = ask(lambda there: there.get("numbers"))
    if as_json:
        show_json(document)
    else:
        out(listing(document["numbers"]))


@app.command()
def block(
    numbers: Numbers,
    ivr: Annotated[bool, typer.Option(help="Refuse them before they hear anything.")] = True,
    queues: Annotated[bool, typer.Option(help="Let them into no queue.")] = True,
    note: Note = "",
    by: By = "",
    as_json: AsJson = False,
) -> None:
    """From their next call on they are refused."""
    if not ivr and not queues:
        raise CliError("--no-ivr and --no-queues leave nothing to refuse", code=Code.USAGE)
    tell(numbers, {"ivr_blocked": ivr, "queue_blocked": queues, "note": note}, by, as_json=as_json)


@app.command()
def vip(
    numbers: Numbers,
    priority: Annotated[
        int | None, typer.Option(min=1, max=100, help="Caller priority: 1 first, 50 usual.")
    ] = None,
    seconds: Annotated[int, typer.Option(min=0, max=3600, help="Count as waited already.")] = 0,
    data: Annotated[list[str] | None, typer.Option(metavar="NAME=VALUE", help="Call data.")] = None,
    note: Note = "",
    by: By = "",
    as_json: AsJson = False,
) -> None:
    """From their next call on they go before others."""
    body = {"caller_priority": priority, "priority_s": seconds, "data": pairs(data or []), "note": note}
    tell(numbers, body, by, as_json=as_json)


@app.command()
def remove(numbers: Numbers, by: By = "", as_json: AsJson = False) -> None:
    """From their next call on they are numbers as others."""
    shown([_removed(number, by) for number in numbers], as_json=as_json)


def _removed(number: str, by: str) -> dict[str, Any]:
    row: dict[str, Any] = ask(lambda there: there.delete("numbers", number, by=whoever(by)))
    return row


def tell(numbers: list[str], body: dict[str, Any], by: str, *, as_json: bool) -> None:
    body = {**body, "numbers": numbers, "by": whoever(by)}
    shown(ask(lambda there: there.post("numbers", body=body))["numbers"], as_json=as_json)


def shown(rows: list[dict[str, Any]], *, as_json: bool) -> None:
    if as_json:
        show_json({"numbers": rows})
    else:
        out(listing(rows))


def listing(rows: list[dict[str, Any]]) -> Any:
    if not rows:
        return text("No numbers are listed.")
    made = table("Number", "Blocked", "Priority", "Seconds", "Data", "Note", right=("Priority", "Seconds"))
    for row in rows:
        blocked = [word for word in ("ivr", "queue") if row[f"{word}_blocked"]]
        data = ", ".join(f"{name}={value}" for name, value in row["data"].items())
        priority = "" if row["caller_priority"] is None else row["caller_priority"]
        add(made, row["number"], ", ".join(blocked), priority, row["priority_s"] or "", data, row["note"])
    return made


def pairs(given: list[str]) -> dict[str, str]:
    split = [pair.partition("=") for pair in given]
    if wrong := [name for name, sign, _ in split if not sign]:
        raise CliError(f"{wrong[0]!r} is not NAME=VALUE", code=Code.USAGE)
    return {name: value for name, _, value in split}
