"""What is wrong with a configuration, and where: said for people who must put it right."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from itertools import islice
from typing import Literal

type Path = tuple[str | int, ...]
"""Of a field: the keys and list positions that lead to it from the top of the file."""

type Severity = Literal["error", "warning"]

SHOWN_MAX = 50
PROBLEMS_MAX = 200
"""More are not looked for: nobody reads them, and a hostile file could have a million."""

ALIKE_MAX = 200
"""Names that are compared with a misspelt one."""
PART_LENGTH_MAX = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing to put right. `line` and `column` count from 1; 0 where there is no text to point into."""

    file: str
    line: int = 0
    column: int = 0
    field: str = ""  # dotted, e.g. "queues.sales.ring_s"; empty: the file as a whole
    message: str
    severity: Severity = "error"

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        what = f"{self.field}: {self.message}" if self.field else self.message
        return f"{where}: warning: {what}" if self.severity == "warning" else f"{where}: {what}"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong or doubtful in a configuration as a whole."""

    path: Path
    message: str
    severity: Severity = "error"


def unknown(path: Path, noun: str, name: str, known: Collection[str]) -> Iterator[Finding]:
    if name not in known:
        yield Finding(path, f'no {noun} "{name}"{did_you_mean(name, known)}')


class ConfigError(Exception):
    """A configuration that cannot be used, with everything that is wrong with it."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(self.problems)

    def __str__(self) -> str:
        lines = [str(problem) for problem in self.problems[:SHOWN_MAX]]
        if len(self.problems) > SHOWN_MAX:
            lines.append(f"... and {len(self.problems) - SHOWN_MAX} more")
        return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class Places:
    """Where each field of a document was written."""

    file: str = "document"
    at: Mapping[Path, tuple[int, int]] = field(default_factory=dict)  # path -> line, column, from 1

    def problem(self, path: Path, message: str, severity: Severity = "error") -> Problem:
        """A problem at `path`, or at the nearest thing around it that was written."""
        line, column = next(
            (at for size in range(len(path), -1, -1) if (at := self.at.get(path[:size]))), (0, 0)
        )
        return Problem(
            file=self.file, line=line, column=column, field=dotted(path), message=message, severity=severity
        )


def dotted(path: Path) -> str:
    return ".".join(shown(str(part)) for part in path)


def shown(text: str) -> str:
    """`text` as it may stand in a message: printable, on one line, not too long."""
    short = text if len(text) <= PART_LENGTH_MAX else text[:PART_LENGTH_MAX] + "..."
    return short if short.isprintable() and short else ascii(short)


def did_you_mean(given: str, known: Iterable[str]) -> str:
    """`; did you mean "sales"?`, or nothing when there is nothing alike."""
    by_lower = {name.lower(): name for name in islice(known, ALIKE_MAX)}
    near: Sequence[str] = get_close_matches(given[:PART_LENGTH_MAX].lower(), by_lower, n=1)
    return f'; did you mean "{by_lower[near[0]]}"?' if near else ""
