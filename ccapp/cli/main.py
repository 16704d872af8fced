"""The command's own shape: what there is, and how every early end is told."""

from typing import Any

import typer
from typer.core import TyperGroup

from ccapp.cli import (
    agent,
    callbacks,
    calls,
    config,
    doctor,
    explaining,
    facts,
    ivr,
    live,
    manager,
    numbers,
    queue,
    reading,
    report,
    running,
    voicemail,
    what_if,
)
from ccapp.cli.errors import CliError, Code
from ccapp.cli.show import console, text


class Friendly(TyperGroup):
    """Tells a CliError as two sentences on standard error, and exits with its code."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except CliError as error:
            out = console(stderr=True)
            for line in error.message.splitlines() or [""]:
                out.print(text(line, "red"), soft_wrap=True)
            if error.hint:
                out.print(text(error.hint, "dim"), soft_wrap=True)
            raise typer.Exit(int(error.code)) from None


app = typer.Typer(
    name="ccapp",
    cls=Friendly,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    help="A contact centre on Asterisk.",
    epilog=f"Exit codes: {Code.OK} done, {Code.REFUSED} refused or failed, {Code.USAGE} wrong usage, "
    f"{Code.NO_ENGINE} no engine, {Code.NO_RIGHT} wrong token, {Code.NOT_FOUND} no such thing.",
)
app.command()(running.run)
app.command()(reading.status)
app.command()(reading.queues)
app.command()(reading.agents)
app.command()(calls.calls)
app.command()(explaining.explain)
app.command()(live.live)
app.command()(report.report)
app.command()(facts.facts)
app.command()(what_if.simulate)
app.command()(what_if.staff)
app.add_typer(agent.app, name="agent")
app.add_typer(manager.app, name="manager")
app.add_typer(voicemail.app, name="voicemail")
app.add_typer(callbacks.app, name="callbacks")
app.add_typer(queue.app, name="queue")
app.add_typer(numbers.app, name="numbers")
app.add_typer(config.app, name="config")
app.add_typer(ivr.app, name="ivr")
app.command()(doctor.doctor)
