"""How things look: one console, durations as people read them, and nothing of a caller's that could act."""

import re
import sys
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Literal

import orjson
from rich.box import SIMPLE_HEAD
from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

WIDTH_WITHOUT_TTY = 100
TEXT_LENGTH_MAX = 2000
_ACTING = re.compile(r"[\x7f-\x9f\u2028\u2029]")

STATE_STYLES = {"READY": "green", "BUSY": "yellow", "ACW": "cyan", "UNREADY": "magenta", "LOGOUT": "dim"}


def console(*, stderr: bool = False) -> Console:
    """Made anew each time, for wherever the output goes now."""
    made = Console(stderr=stderr, highlight=False, soft_wrap=False)
    if not made.is_terminal and "COLUMNS" not in made._environ:
        made.width = WIDTH_WITHOUT_TTY
    return made


def show(*renderables: RenderableType) -> None:
    out = console()
    for each in renderables:
        out.print(each)


def show_json(value: Any, *, indent: bool = True) -> None:
    """What a terminal might obey is escaped, which in JSON it always may be."""
    text = orjson.dumps(value, option=orjson.OPT_INDENT_2 if indent else None).decode()
    sys.stdout.write(_ACTING.sub(lambda found: f"\\u{ord(found[0]):04x}", text) + "\n")


def text(value: object, style: str = "") -> Text:
    """Anything as one line of plain text: no markup, nothing that moves a cursor or turns text around."""
    told = str(value)[:TEXT_LENGTH_MAX]
    if not told.isprintable():
        told = "".join(each if each.isprintable() else " " for each in told)
    return Text(told, style=style)


def duration(seconds: float | None) -> str:
    """`0:07`, `12:34`, `1:02:03`, `3 d 4 h`."""
    if seconds is None:
        return ""
    whole = max(0, int(seconds))
    minutes, second = divmod(whole, 60)
    hours, minute = divmod(minutes, 60)
    if hours >= 48:
        return f"{hours // 24} d {hours % 24} h"
    return f"{hours}:{minute:02}:{second:02}" if hours else f"{minute}:{second:02}"


def moment(at: float | None) -> str:
    """Local date and time."""
    return "" if at is None else datetime.fromtimestamp(at).astimezone().strftime("%Y-%m-%d %H:%M:%S")


def caller(call: dict[str, Any]) -> str:
    number, name = call.get("caller_number") or "", call.get("caller_name") or ""
    return f"{number} {name}".strip() if name != number else number


def state_text(state: str, sub_state: str) -> Text:
    return text(f"{state}/{sub_state}" if sub_state else state, STATE_STYLES.get(state, ""))


def table(*columns: str, right: Iterable[str] = (), wide: str = "") -> Table:
    """Columns by their titles; `right` ones hold figures; the `wide` one gives way when there is no room."""
    made = Table(box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0), header_style="bold", show_edge=False)
    for title in columns:
        side: Literal["left", "right"] = "right" if title in right else "left"
        made.add_column(title, justify=side, no_wrap=title != wide, overflow="ellipsis", min_width=len(title))
    return made


def add(made: Table, *cells: object) -> None:
    row = [cell if isinstance(cell, Text) else text("" if cell is None else cell) for cell in cells]
    for cell, column in zip(row, made.columns, strict=True):
        cell.no_wrap = column.overflow == "ellipsis"  # what gives way is cut, not wrapped
    made.add_row(*row)


def number(value: int, style: str = "") -> Text:
    """A figure; nought is nothing to look at."""
    return Text(str(value), style=style if value else "dim")


def listed(parts: Sequence[str], nothing: str = "none") -> str:
    return ", ".join(parts) if parts else nothing
