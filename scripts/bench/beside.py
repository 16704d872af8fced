"""This checkout beside another one, as one before a change: both are up at once and take turns with the load,
so that a machine that is faster or slower for a while is so for both."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from typing import Final, Literal

from rich.table import Table

from scripts.stack.progress import step

HERE: Final = Path(__file__).resolve().parents[2]
SIDE: Final = Path(__file__).with_name("one_of_two.py")
ROUNDS: Final = 5

type What = Literal["idle", "backlog"]
type Figures = Mapping[str, float]
KINDS: Final[tuple[What, ...]] = ("idle", "backlog")
SIDES: Final = ("before", "now")


class BesideFailed(Exception):
    """A checkout cannot be measured."""


class Side:
    """A checkout at work, in processes of its own."""

    def __init__(self, process: subprocess.Popen[str], name: str) -> None:
        self._process, self.name = process, name

    def round(self, what: What) -> Figures:
        assert self._process.stdin is not None
        print(what, file=self._process.stdin, flush=True)
        found: Figures = json.loads(self.hears("round"))
        return found

    def hears(self, word: str) -> str:
        """The rest of the next line that begins with the word."""
        assert self._process.stdout is not None
        for line in self._process.stdout:
            begins, _, rest = line.partition(" ")
            if begins.strip() == word:
                return rest
        raise BesideFailed(f"{self.name} has ended with {self._process.wait()}")


@contextmanager
def at_work(checkout: Path, name: str, *words: str) -> Iterator[Side]:
    subprocess.run([checkout / "scripts" / "setup"], cwd=checkout, check=True)
    command = [str(checkout / ".venv" / "bin" / "python"), str(SIDE), *words]
    with subprocess.Popen(
        command,
        cwd=checkout,
        env=os.environ | {"PYTHONPATH": str(checkout), "PYTHONSAFEPATH": "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        side = Side(process, name)
        with step(f"{name} comes up"):
            side.hears("ready")
        yield side  # leaving closes its standard input, which ends it


def beside(other: Path, *, eyes: bool, smoke: bool = False, rounds: int = ROUNDS) -> Table:
    """Rounds of both, of each kind, in turns; medians of all rounds."""
    if not (other / "scripts" / "bench" / "bed.py").is_file():
        raise BesideFailed(f"{other} is no checkout with a benchmark")
    found: dict[tuple[What, str], list[Figures]] = {}
    words = [word for word, said in (("eyes", eyes), ("smoke", smoke)) if said]
    with ExitStack() as stack:
        sides = [
            stack.enter_context(at_work(other.resolve(), "before", *words)),
            stack.enter_context(at_work(HERE, "now", *words)),
        ]
        for number in range(rounds):
            with step(f"round {number + 1} of {rounds}"):
                for what in KINDS:
                    for side in sides[:: -1 if number % 2 else 1]:
                        found.setdefault((what, side.name), []).append(side.round(what))
    return _table(found, eyes=eyes)


def _table(found: Mapping[tuple[What, str], list[Figures]], *, eyes: bool) -> Table:
    table = Table(title="medians of all rounds", title_justify="left")
    for heading in ("measure", "before", "now", "ratio"):
        table.add_column(heading)
    for process in ("asterisk", "engine", "postgres"):
        _add(table, f"CPU per call, {process}, ms", [found["idle", side] for side in SIDES], process)
    for what in KINDS if eyes else ():
        rounds = [found[what, side] for side in SIDES]
        _add(table, f"{what} p50, ms", rounds, "p50_s", 1000)
        _add(table, f"{what} p99, ms", rounds, "p99_s", 1000)
    failed = [sum(each["failed"] for what in KINDS for each in found[what, side]) for side in SIDES]
    table.add_row("failed calls", *(f"{count:g}" for count in failed), "")
    return table


def _add(table: Table, measure: str, rounds: list[list[Figures]], key: str, factor: float = 1) -> None:
    before, now = (median(each[key] for each in side) * factor for side in rounds)
    table.add_row(measure, f"{before:.2f}", f"{now:.2f}", f"{now / before:.2f}" if before else "")
