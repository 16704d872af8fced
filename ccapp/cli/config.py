"""`ccapp config check FILE | apply FILE | set SETTING=VALUE | export | history | settings`."""

import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from ccapp.cli.client import Engine, Refused, ask
from ccapp.cli.errors import CliError, Code
from ccapp.cli.show import add, show, table, text
from ccapp.config import ConfigError, Problem, Reading, read, read_file, yaml_file
from ccapp.config.settings import rows

app = typer.Typer(no_args_is_help=True, help="The contact centre's configuration.")

File = Annotated[Path, typer.Argument(help="A YAML file; - is standard input.")]
STDIN = Path("-")


@app.command()
def check(file: File) -> None:
    """Read a file and list every problem with its line. Needs no engine."""
    try:
        reading = read(sys.stdin.read(), "<stdin>") if file == STDIN else read_file(file)
    except ConfigError as error:
        show(*problems(error.problems))
        raise CliError(f"{file} cannot be used: {_count(len(error.problems), 'problem')}") from None
    show(*problems(reading.warnings), _summary(file, reading))


def _summary(file: Path, reading: Reading) -> Text:
    centre = reading.centre
    counts = (
        (centre.queues, "queue"),
        (centre.agents, "agent"),
        (centre.numbers, "number"),
        (centre.trees, "IVR"),
    )
    line = ", ".join(_count(len(things), noun) for things, noun in counts)
    return Text("ok", style="green").append_text(text(f"  {file}: {line}"))


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def problems(found: tuple[Problem, ...] | list[Problem]) -> list[Text]:
    return [text(problem, "yellow" if problem.severity == "warning" else "red") for problem in found]


@app.command()
def apply(
    file: File,
    only_check: Annotated[
        bool, typer.Option("--check", help="Let the engine check it, change nothing.")
    ] = False,
) -> None:
    """Put a file into effect, whole, also on the calls that wait. Agents without password keep theirs."""
    try:
        body = sys.stdin.buffer.read() if file == STDIN else file.read_bytes()
    except OSError as error:
        raise CliError(f"{file} cannot be read: {error.strerror}") from None
    query = {"check": "1"} if only_check else {}
    _put_into_effect(str(file), lambda there: there.put_yaml("/v1/config", body, **query), only_check)


def _put_into_effect(what: str, question: Callable[[Engine], Awaitable[Any]], only_check: bool) -> None:
    try:
        answer = ask(question)
    except Refused as refused:
        told = [_problem(what, problem) for problem in refused.error.get("problems", [])]
        if not told:
            raise
        show(*problems(told))
        raise CliError(
            f"{what} was not applied: {_count(len(told), 'problem')}", "nothing has changed."
        ) from None
    show(*problems([_problem(what, warning) for warning in answer["warnings"]]))
    done = "could be applied" if only_check else f"is in effect as version {answer['version']}"
    show(Text("ok", style="green").append_text(text(f"  {what} {done}")))


@app.command("set")
def set_(
    settings: Annotated[
        list[str],
        typer.Argument(metavar="SETTING=VALUE", help="e.g. queues.support.ring_s=20; no value: the default."),
    ],
    only_check: Annotated[
        bool, typer.Option("--check", help="Let the engine check it, change nothing.")
    ] = False,
) -> None:
    """Change single settings, all of them or none, also for the calls that wait. Values are YAML."""
    query = {"check": "1"} if only_check else {}
    changes: dict[str, Any] = {}
    for setting in settings:
        _lay(changes, setting)
    what = ", ".join(settings)
    _put_into_effect(what, lambda there: there.patch("config", body=changes, **query), only_check)


def _lay(changes: dict[str, Any], setting: str) -> None:
    """`queues.support.ring_s=20` as `{"queues": {"support": {"ring_s": 20}}}`."""
    path, equals, value = setting.partition("=")
    *way, last = path.split(".")
    if not equals or not all((*way, last)):
        raise CliError(f"{setting} is no setting", "write it as queues.support.ring_s=20.", Code.USAGE)
    for name in way:
        changes = changes.setdefault(name, {})
        if not isinstance(changes, dict):
            raise CliError(f"{path} is set beside what it is in", "set one of them.", Code.USAGE)
    changes[last] = _value(setting, value)


def _value(setting: str, text: str) -> Any:
    try:
        written, _ = yaml_file.parse(f"value: {text}", setting)
    except ConfigError as error:
        raise CliError(f"{setting}: {error.problems[0].message}", "values are YAML.", Code.USAGE) from None
    return written["value"] if isinstance(written, dict) else None


def _problem(file: str, told: dict[str, Any]) -> Problem:
    return Problem(
        file=file,
        line=told["line"],
        column=told["column"],
        field=told["field"],
        message=told["message"],
        severity=told["severity"],
    )


@app.command()
def export() -> None:
    """The configuration in effect as a file, without secrets."""
    sys.stdout.write(ask(lambda there: there.yaml("/v1/config")))


@app.command()
def settings() -> None:
    """Every setting of the program: environment variable, default, meaning."""
    made = table("Variable", "Default", "Meaning")
    made.columns[1].max_width = 24
    made.columns[2].no_wrap = made.columns[1].no_wrap = False
    made.columns[2].overflow = made.columns[1].overflow = "fold"
    for row in rows():
        add(made, row.variable, row.default, row.description)
    show(made)


@app.command()
def history(limit: Annotated[int, typer.Option(min=1, max=1000)] = 20) -> None:
    """The versions of the configuration, the newest first."""
    answer = ask(lambda there: there.get("config", "versions", limit=limit))
    made = table("Version", "Applied at", "By", right=["Version"], wide="By")
    for each in answer["versions"]:
        add(made, each["version"], each["applied_at"][:19].replace("T", " "), each["by"])
    show(made)


Version = Annotated[int, typer.Argument(min=1, help="As `ccapp config history` tells it.")]


@app.command("show")
def show_version(version: Version) -> None:
    """A version of the configuration as a file, without secrets."""
    sys.stdout.write(ask(lambda there: there.yaml(f"/v1/config/versions/{version}")))


@app.command()
def rollback(
    version: Version,
    ivr: Annotated[list[str] | None, typer.Option(help="Only this IVR; may be given several times.")] = None,
) -> None:
    """Put an earlier version into effect again, whole or only IVRs of it. It becomes a new version."""
    body: dict[str, Any] = {"version": version, **({"ivr": ivr} if ivr else {})}
    answer = ask(lambda there: there.post("config", "rollback", body=body))
    what = f"{', '.join(ivr)} of version {version}" if ivr else f"version {version}"
    done = text(f"  {what} is in effect again as version {answer['version']}")
    show(Text("ok", style="green").append_text(done))
