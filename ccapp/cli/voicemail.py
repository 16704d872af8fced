"""`ccapp voicemail list|download|heard|delete`: the messages callers have left."""

from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

import typer
from rich.table import Table

from ccapp.cli.client import ask
from ccapp.cli.errors import CliError
from ccapp.cli.reading import AsJson
from ccapp.cli.show import add, caller, duration, moment, show_json, table, text
from ccapp.cli.show import show as out

app = typer.Typer(no_args_is_help=True, help="Messages that callers have left in mailboxes.")

Id = Annotated[str, typer.Argument(metavar="MESSAGE", help="As `ccapp voicemail list` names it.")]


@app.command("list")
def listed(
    mailbox: Annotated[str, typer.Argument(metavar="[MAILBOX]", help="Only of this one.")] = "",
    new: Annotated[bool, typer.Option("--new", help="Only those nobody has heard.")] = False,
    as_json: AsJson = False,
) -> None:
    """The newest first."""
    wanted = {"mailbox": mailbox} if mailbox else {}
    only = {"new": "true"} if new else {}
    found = ask(lambda there: there.get("messages", **wanted, **only))
    if as_json:
        show_json(found)
    elif found["messages"]:
        out(_table(found["messages"]))
    else:
        out(text("no messages"))


def _table(messages: list[dict[str, Any]]) -> Table:
    made = table("message", "mailbox", "left", "length", "from", "heard by", right=["length"], wide="from")
    for each in messages:
        heard_by = text("new", "bold green") if each["new"] else each["heard_by"]
        left, length = moment(each["left_at"]), duration(each["seconds"])
        add(made, each["id"], each["mailbox"], left, length, caller(each), heard_by)
    return made


@app.command()
def download(
    id: Id,
    file: Annotated[
        Path | None, typer.Option("--to", help="The WAV file to write; without: its id with .wav.")
    ] = None,
) -> None:
    """Its sound, as a WAV file."""
    path, content = file or Path(f"{Path(id).name}.wav"), bytearray()
    ask(lambda there: there.stream(f"/v1/messages/{quote(id, safe='')}/sound", content.extend))
    try:
        path.write_bytes(content)
    except OSError as error:
        raise CliError(f"{path} cannot be written: {error.strerror}") from None
    out(text(f"written to {path}"))


@app.command()
def heard(id: Id, as_json: AsJson = False) -> None:
    """Marks it as heard."""
    found = ask(lambda there: there.post("messages", id, "heard", body={}))
    if as_json:
        show_json(found)
    else:
        out(text(f"{found['id']} is heard by {found['heard_by']}"))


@app.command()
def delete(id: Id, as_json: AsJson = False) -> None:
    """Deletes it, with its file."""
    gone = ask(lambda there: there.delete("messages", id))
    if as_json:
        show_json(gone)
    else:
        out(text(f"{gone['removed']} is deleted"))
