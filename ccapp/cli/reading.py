"""`ccapp status | queues | agents`: what is now."""

from collections.abc import Callable
from typing import Annotated, Any

import typer
from rich.console import RenderableType

from ccapp.cli import screens
from ccapp.cli.client import Engine, ask
from ccapp.cli.errors import CliError, Code
from ccapp.cli.show import show, show_json
from ccapp.cli.watching import watch as watch_screen

AsJson = Annotated[bool, typer.Option("--json", help="The engine's answer as it is.")]
Watch = Annotated[bool, typer.Option("--watch", "-w", help="Follow what happens, until Ctrl-C.")]

type View = Callable[[Any], RenderableType]


def present(view: View, /, *path: str, as_json: bool, watch: bool, **query: str | int) -> None:
    """One document of the engine: shown, followed, or passed on."""
    if as_json and watch:
        raise CliError("--json and --watch do not go together", code=Code.USAGE)

    async def screen(there: Engine) -> RenderableType:
        return view(await there.get(*path, **query))

    if watch:
        watch_screen(screen)
    elif as_json:
        show_json(ask(lambda there: there.get(*path, **query)))
    else:
        show(ask(screen))


def status(as_json: AsJson = False, watch: Watch = False) -> None:
    """The contact centre at a glance."""
    present(screens.status, "status", as_json=as_json, watch=watch)


def queues(
    queue: Annotated[str | None, typer.Argument(help="Show this queue's line.")] = None,
    as_json: AsJson = False,
    watch: Watch = False,
) -> None:
    """Who waits where; of one queue, everyone in line."""
    if queue is None:
        present(screens.queues, "queues", as_json=as_json, watch=watch)
    else:
        present(screens.queue, "queues", queue, as_json=as_json, watch=watch)


def agents(
    agent: Annotated[str | None, typer.Argument(help="Show everything of this agent.")] = None,
    view: Annotated[
        str, typer.Option(help="In other words: xswitch, stringee, voximplant, freeswitch, phone.")
    ] = "",
    as_json: AsJson = False,
    watch: Watch = False,
) -> None:
    """What everybody is doing."""
    if agent is None and view:
        raise CliError("--view goes with one agent", code=Code.USAGE)
    if agent is None:
        present(screens.agents, "agents", as_json=as_json, watch=watch)
    elif view:
        present(screens.agent_view, "agents", agent, as_json=as_json, watch=watch, view=view)
    else:
        present(screens.agent, "agents", agent, as_json=as_json, watch=watch)
