"""`ccapp ivr draw TREE [--svg]` and `ccapp ivr walk TREE KEYS...`: an IVR seen and tried without a phone."""

import sys
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from ccapp.cli.client import ask
from ccapp.cli.errors import CliError, Code
from ccapp.cli.ivr_drawing import mermaid
from ccapp.cli.ivr_svg import svg
from ccapp.cli.show import show, text
from ccapp.config import ConfigError, read_document, read_file
from ccapp.domain.centre import Centre
from ccapp.domain.ids import TreeId
from ccapp.simulate.ivr_walk import Heard, Walk, try_walk

app = typer.Typer(no_args_is_help=True, help="The IVR: drawn, and tried without a phone.")

TreeName = Annotated[str, typer.Argument(metavar="TREE", help="Name of the tree.")]
File = Annotated[
    Path | None, typer.Option("--file", "-f", help="A configuration file; else the one in effect.")
]

STYLES = {"hears": "green", "keys": "yellow", "goes": "bold", "ends": "bold", "node": "dim"}


@app.command()
def draw(
    tree: TreeName,
    file: File = None,
    as_svg: Annotated[bool, typer.Option("--svg", help="An SVG picture, else Mermaid's text.")] = False,
) -> None:
    """The graph of a tree as a picture, on standard output."""
    found = _centre(tree, file).trees[TreeId(tree)]
    sys.stdout.write(svg(found) if as_svg else mermaid(found))


@app.command()
def walk(
    tree: TreeName,
    keys: Annotated[list[str] | None, typer.Argument(help="What is keyed, as 1 2 '#' or 4711#.")] = None,
    file: File = None,
    data: Annotated[list[str] | None, typer.Option(help="Call data, as Name=Anna.")] = None,
    answer: Annotated[
        list[str] | None, typer.Option(help="JSON for the next node that asks; else it takes a failure.")
    ] = None,
) -> None:
    """Walk the tree on paper: the nodes passed, what would be heard, and where it leads."""
    centre = _centre(tree, file)
    pressed = "".join(keys or [])
    if not all(key in "0123456789*#" for key in pressed):
        raise CliError("a key is one of 0 to 9, * and #", "", Code.USAGE)
    given = Walk(keys=pressed, data=_pairs(data or []), answers=[_json(each) for each in answer or []])
    show(*map(_line, try_walk(centre, TreeId(tree), given)))


def _line(heard: Heard) -> Any:
    return text(f"{heard.at_s:8.1f} s  {heard.what:<5}  {heard.text}", STYLES.get(heard.what, ""))


def _centre(tree: str, file: Path | None) -> Centre:
    try:
        centre = read_file(file).centre if file is not None else _in_effect()
    except ConfigError as error:
        raise CliError(str(error), "`ccapp config check FILE` tells all problems.") from None
    if tree not in centre.trees:
        known = ", ".join(centre.trees) or "none"
        raise CliError(f"no IVR {tree!r}", f"there are: {known}.", Code.NOT_FOUND)
    return centre


def _in_effect() -> Centre:
    answer = ask(lambda engine: engine.get("config"))
    return read_document(answer["document"]).centre


def _pairs(given: list[str]) -> dict[str, str]:
    for each in given:
        if "=" not in each:
            raise CliError(f"{each!r} is no call data", "write Name=value.", Code.USAGE)
    return dict(each.split("=", 1) for each in given)


def _json(given: str) -> Any:
    try:
        return orjson.loads(given)
    except orjson.JSONDecodeError as error:
        raise CliError(f"--answer is no JSON: {error.msg}", "", Code.USAGE) from None
