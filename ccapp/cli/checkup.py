"""What a check-up finds: for each point whether it is well, what was seen, and what to do when it is not."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from ccapp.cli.show import text


class Verdict(Enum):
    WELL = ("ok", "green")
    DOUBTFUL = ("note", "yellow")
    ILL = ("FAIL", "bold red")

    @property
    def mark(self) -> Text:
        return Text(self.value[0], style=self.value[1])


@dataclass(frozen=True, slots=True)
class Finding:
    point: str
    verdict: Verdict
    seen: str
    to_do: str = ""


def well(point: str, seen: str) -> Finding:
    return Finding(point, Verdict.WELL, seen)


def doubtful(point: str, seen: str, to_do: str) -> Finding:
    return Finding(point, Verdict.DOUBTFUL, seen, to_do)


def ill(point: str, seen: str, to_do: str) -> Finding:
    return Finding(point, Verdict.ILL, seen, to_do)


def report(findings: Iterable[Finding]) -> RenderableType:
    made = Table.grid(padding=(0, 2))
    made.add_column(no_wrap=True)
    made.add_column(style="bold", no_wrap=True)
    made.add_column()
    for found in findings:
        below = [Text("→ ", style="yellow").append_text(text(found.to_do))] if found.to_do else []
        made.add_row(found.verdict.mark, text(found.point), Group(text(found.seen), *below))
    return made
