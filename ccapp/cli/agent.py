"""`ccapp agent ready|not-ready|login|logout|wrap-up-done|ban|lift-ban|sign-in|sign-out AGENT`."""

from typing import Annotated, Any

import typer

from ccapp.cli import screens
from ccapp.cli.client import ask
from ccapp.cli.reading import AsJson
from ccapp.cli.show import show, show_json, state_text, text

app = typer.Typer(no_args_is_help=True, help="Ask something of an agent's presence.")

Name = Annotated[str, typer.Argument(metavar="AGENT", help="The agent's id, as in the configuration.")]


def move(agent: str, wish: dict[str, Any], *, as_json: bool) -> None:
    row = ask(lambda there: there.post("agents", agent, "state", body=wish))
    if as_json:
        show_json(row)
        return
    line = text(f"{row['id']} is ").append_text(state_text(row["state"], row["sub_state"]))
    more = screens.note(row)
    show(line.append(f" ({more})") if more else line)


@app.command()
def ready(
    agent: Name,
    once: Annotated[bool, typer.Option("--once", help="On demand: for one call.")] = False,
    as_json: AsJson = False,
) -> None:
    """Ready for calls."""
    move(agent, {"move": "ready_once" if once else "ready"}, as_json=as_json)


@app.command("not-ready")
def not_ready(
    agent: Name,
    reason: Annotated[str, typer.Option(help="Of a break, e.g. lunch.")] = "",
    as_state: Annotated[
        str | None, typer.Option("--as", metavar="SUB_STATE", help="WAIT, DND, BREAK, AWAY or CUSTOM.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Signed in, but not for calls. During a call it is done when that ends."""
    wish: dict[str, Any] = {"move": "not_ready", "reason": reason}
    if as_state:
        wish["sub_state"] = as_state.upper()
    move(agent, wish, as_json=as_json)


@app.command()
def login(
    agent: Name,
    phone: Annotated[str, typer.Option(help="The shared phone at which he sits.")] = "",
    as_json: AsJson = False,
) -> None:
    """Sign in; not ready yet."""
    move(agent, {"move": "log_in"} | ({"phone": phone} if phone else {}), as_json=as_json)


@app.command()
def logout(agent: Name, as_json: AsJson = False) -> None:
    """Sign out. During a call it is done when that ends."""
    move(agent, {"move": "log_out"}, as_json=as_json)


@app.command("wrap-up-done")
def wrap_up_done(agent: Name, as_json: AsJson = False) -> None:
    """End the work after a call before its time is up."""
    move(agent, {"move": "wrap_up_done"}, as_json=as_json)


@app.command("extend-wrap-up")
def extend_wrap_up(
    agent: Name,
    seconds: Annotated[float, typer.Argument(min=1, max=3600, help="How much longer.")],
    as_json: AsJson = False,
) -> None:
    """More time for the work after a call, while it lasts."""
    move(agent, {"move": "extend_wrap_up", "for_s": seconds}, as_json=as_json)


@app.command()
def ban(
    agent: Name,
    hours: Annotated[
        float | None, typer.Option(min=0.001, help="How long; without it until it is lifted.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """No calls for some time. It is over when he leaves and comes back, too."""
    wish: dict[str, Any] = {"move": "ban"}
    if hours is not None:
        wish["for_s"] = hours * 3600
    move(agent, wish, as_json=as_json)


@app.command("lift-ban")
def lift_ban(agent: Name, as_json: AsJson = False) -> None:
    """Calls again."""
    move(agent, {"move": "lift_ban"}, as_json=as_json)


Queue = Annotated[str, typer.Argument(metavar="QUEUE", help="A queue with sign_in.")]


@app.command("sign-in")
def sign_in(agent: Name, queue: Queue, as_json: AsJson = False) -> None:
    """Sign in to one queue; not ready yet, unless he is already."""
    move(agent, {"move": "sign_in", "queue": queue}, as_json=as_json)


@app.command("sign-out")
def sign_out(agent: Name, queue: Queue, as_json: AsJson = False) -> None:
    """Sign out of one queue."""
    move(agent, {"move": "sign_out", "queue": queue}, as_json=as_json)
