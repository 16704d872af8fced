"""Whether callers wait as long as is foretold: `scripts/bench/run wait`.

    python -m scripts.bench.wait [--days 20] [--cores 2]

Simulated days of several kinds, through the real Router. One caller in ten is patient for ever, since of who
hangs up nobody knows how long he would have waited; what these are foretold when they come into the line is
compared with what becomes of them. Who is served at once is not counted. It holds when of every kind of day
the waits foretold are in the sum within a tenth of those that came, and at least 85 in 100 waited no longer
than the bound they were told. Ends with 1 when it does not hold.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace

from rich.console import Console
from rich.table import Table

from ccapp.domain import events
from ccapp.domain.centre import Queue
from ccapp.domain.events import Fact
from ccapp.domain.ids import QueueId, VisitId
from ccapp.routing.experience import Experience
from ccapp.routing.forecast import Forecast
from ccapp.simulate.days.day import Day
from ccapp.simulate.days.swift import Swift, Visit
from scripts.bench.wait_plans import KINDS

PATIENT_EVERY = 10
ERROR_MAX = 0.10
HELD_MIN = 0.85
UP_TO_S = (60.0, 180.0, float("inf"))
"""Foretold waits are also shown apart, by their length."""


@dataclass(frozen=True, slots=True)
class Told:
    """One caller: what he was told when he came, and what came of it."""

    queue: QueueId
    expected_s: float
    bound_s: float
    waited_s: float


class FortuneTeller(Swift):
    """Runs a day, and tells its patient callers how long they will wait."""

    def __init__(self, day: Day) -> None:
        callers = [
            replace(caller, patience_s=None) if number % PATIENT_EVERY == 0 else caller
            for number, caller in enumerate(day.callers)
        ]
        super().__init__(replace(day, callers=callers), self._hears)
        self._experience = Experience()
        self._foretold: dict[VisitId, Forecast] = {}
        self.told: list[Told] = []

    def _joins(self, visit: Visit, queue: Queue) -> None:
        super()._joins(visit, queue)
        if visit.number % PATIENT_EVERY == 0 and not self._router.open_offers(visit.id):
            forecast = self._router.forecast(visit.id, self._experience, self._now)
            if forecast is not None:
                self._foretold[visit.id] = forecast

    def _hears(self, fact: Fact) -> None:
        self._experience.hear(fact, self._day.centre.queues)
        if isinstance(fact, events.CallServed) and fact.visit in self._foretold:
            forecast = self._foretold.pop(fact.visit)
            self.told.append(Told(fact.queue, forecast.expected_s, forecast.bound_s, fact.waited_s))


@dataclass(frozen=True, slots=True)
class Row:
    """Many callers together."""

    callers: int
    waited_s: float  # in the mean
    expected_s: float
    held: float  # share of those who waited no longer than their bound

    @property
    def error(self) -> float:
        return self.expected_s / self.waited_s - 1


def row(told: Sequence[Told]) -> Row:
    count = len(told)
    return Row(
        callers=count,
        waited_s=sum(each.waited_s for each in told) / count,
        expected_s=sum(each.expected_s for each in told) / count,
        held=sum(each.waited_s <= each.bound_s for each in told) / count,
    )


def day_of(task: tuple[str, int]) -> tuple[str, list[Told]]:
    kind, seed = task
    teller = FortuneTeller(KINDS[kind]().day(seed))
    teller.run()
    return kind, teller.told


def measured(kinds: Sequence[str], days: int, cores: int) -> dict[str, list[Told]]:
    tasks = [(kind, seed) for kind in kinds for seed in range(1, days + 1)]
    told: dict[str, list[Told]] = {kind: [] for kind in kinds}
    if cores == 1:
        for kind, each in map(day_of, tasks):
            told[kind] += each
    else:
        with ProcessPoolExecutor(cores) as pool:
            for kind, each in pool.map(day_of, tasks):
                told[kind] += each
    return told


def parts(told: Sequence[Told]) -> dict[str, list[Told]]:
    """By queue where there are several, and by what was foretold."""
    queues = sorted({each.queue for each in told})
    found = {f"queue {name}": [each for each in told if each.queue == name] for name in queues[1:] and queues}
    for low, high in zip((0.0, *UP_TO_S), UP_TO_S, strict=False):
        name = f"told {low:.0f} s or more" if high == float("inf") else f"told {low:.0f} to {high:.0f} s"
        found[name] = [each for each in told if low <= each.expected_s < high]
    return found


def broken(told: dict[str, list[Told]]) -> list[str]:
    """What was to hold and does not."""
    found = []
    for kind, each in told.items():
        whole = row(each)
        if abs(whole.error) > ERROR_MAX:
            found.append(f"{kind}: foretold {whole.expected_s:.0f} s, and {whole.waited_s:.0f} s it was")
        if whole.held < HELD_MIN:
            found.append(f"{kind}: the bound held for {whole.held:.0%} only")
    return found


def table(told: dict[str, list[Told]]) -> Table:
    made = Table(title="Waits foretold on entry beside those that came")
    made.add_column("days")
    for title in ("callers", "waited s", "foretold s", "error", "within the bound"):
        made.add_column(title, justify="right")
    for kind, each in told.items():
        made.add_section()
        for name, some in {f"[b]{kind}": each, **parts(each)}.items():
            if some:
                made.add_row(name, *_cells(row(some)))
    return made


def _cells(of: Row) -> tuple[str, ...]:
    return str(of.callers), f"{of.waited_s:.0f}", f"{of.expected_s:.0f}", f"{of.error:+.1%}", f"{of.held:.1%}"


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("kinds", nargs="*", choices=[[], *KINDS], help="default: all")
    parser.add_argument("--days", type=int, default=20, help="of each kind")
    parser.add_argument("--cores", type=int, default=os.cpu_count() or 1)
    asked = parser.parse_args()
    told = measured(asked.kinds or list(KINDS), asked.days, asked.cores)
    console = Console(width=max(100, Console().width))
    console.print(table(told))
    wrong = broken(told)
    for each in wrong:
        console.print(f"  {each}")
    console.print("It does not hold." if wrong else "It holds.")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
