"""A whole run: which measures, in which order, whose turn it is. Both take turns in every round."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

from scripts.bench import bed as beds
from scripts.bench.bed import Bed
from scripts.bench.measures import Bench, Round
from scripts.bench.plans import CLEAN_P99_S, Plan, Programme
from scripts.bench.traffic import percentile
from scripts.stack.progress import console, step

type Part = Literal["calls", "waiting", "rates"]
type Measure = Literal["idle", "backlog", "waiting", "rate"]
PARTS: Final[tuple[Part, ...]] = ("calls", "waiting", "rates")

ANSWERED: Final = "app_queue"
RINGING: Final = "app_queue, ringing"
CCAPP: Final = "ccapp"
TRUSTED: Final = "ccapp, trusted trunk"
SILENCE: Final = "silence"


@dataclass(slots=True)
class Results:
    """Every round, by measure, number of agents (or calls a second) and who was measured."""

    rounds: dict[tuple[Measure, float, str], list[Round]] = field(default_factory=dict)
    recorded: int = 0
    """Visits in ccapp's database, with both ends."""
    unended: int = 0
    """Visits there without an end."""
    loads: list[float] = field(default_factory=list)
    """The machine's load average, looked at before each turn."""

    def add(self, measure: Measure, size: float, who: str, round_: Round) -> None:
        if wrong := what_was_wrong(round_, p99_s_max=CLEAN_P99_S if measure == "rate" else None):
            console.print(f"  {who}, {measure} {size:g}: {wrong}. {round_.trouble}", soft_wrap=True)
        self.rounds.setdefault((measure, size, who), []).append(round_)

    def of(self, measure: Measure, size: float, who: str) -> list[Round]:
        return self.rounds.get((measure, size, who), [])

    def sizes(self, measure: Measure) -> list[float]:
        return sorted({size for kind, size, _ in self.rounds if kind == measure})

    def whos(self, measure: Measure) -> Iterable[str]:
        return dict.fromkeys(who for kind, _, who in self.rounds if kind == measure)


def run(programme: Programme, parts: Iterable[Part], *, eyes: bool) -> Results:
    results, parts = Results(), set(parts)
    for agents, plan in _sizes(programme, parts).items():
        with _bench(agents, eyes=eyes) as bench:
            for number in range(1, programme.rounds + 1):
                for system in beds.SYSTEMS:
                    results.loads.append(os.getloadavg()[0])
                    with step(f"{agents} agents, round {number}: {system}"):
                        bench.bed.turn(system)
                        bench.warm_up()
                        _turn(bench, system, plan, programme, parts, agents, results)
            if "rates" in parts and agents == programme.rate_agents:
                for system in beds.SYSTEMS:
                    bench.bed.turn(system)
                    bench.warm_up()
                    _rates(bench, system, programme, results)
            _recorded(bench.bed, results)
    return results


def _recorded(bed: Bed, results: Results) -> None:
    """The journal was on all the while: what it holds of the calls."""
    time.sleep(1)
    ended = bed.facts("CallEnded")
    results.recorded += ended
    results.unended += bed.facts("CallArrived") - ended


def _sizes(programme: Programme, parts: set[Part]) -> Mapping[int, Plan | None]:
    """The numbers of agents a bed is made for; the plan where calls are to be measured there."""
    sizes: dict[int, Plan | None] = {}
    if "calls" in parts:
        sizes |= {plan.agents: plan for plan in programme.plans}
    if "waiting" in parts:
        sizes.setdefault(programme.middle_agents, None)
    if "rates" in parts:
        sizes.setdefault(programme.rate_agents, None)
    return sizes


@contextmanager
def _bench(agents: int, *, eyes: bool) -> Iterator[Bench]:
    with tempfile.TemporaryDirectory(prefix="ccapp-bench-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)
        with ExitStack() as stack:
            with step(f"Starting Asterisk, PostgreSQL, ccapp and {agents} agents"):
                bed = stack.enter_context(Bed(folder, agents))
            yield Bench(bed, eyes=eyes)


def _turn(
    bench: Bench,
    system: beds.System,
    plan: Plan | None,
    programme: Programme,
    parts: set[Part],
    agents: int,
    results: Results,
) -> None:
    """All measures of one round for one system."""
    ours = system == "ccapp"
    if plan is not None:
        results.add("idle", agents, CCAPP if ours else RINGING, bench.idle(plan))
        if ours and agents == programme.middle_agents:
            results.add("idle", agents, TRUSTED, bench.idle(plan, address=beds.TRUSTED))
        if not ours:
            results.add("idle", agents, ANSWERED, bench.idle(plan, answered=True))
        results.add("backlog", agents, system, bench.backlog(plan))
    if "waiting" in parts and agents == programme.middle_agents:
        callers, window_s = programme.waiting_callers, programme.waiting_s
        results.add("waiting", callers, system, bench.waiting(callers, window_s))
        if not ours:
            results.add("waiting", callers, SILENCE, bench.waiting(callers, window_s, control=True))


def _rates(bench: Bench, system: beds.System, programme: Programme, results: Results) -> None:
    """Faster and faster until it is too much; a rate that is too much is tried once more."""
    for rate in programme.rates:
        for _ in range(2):
            with step(f"{rate:g} calls/s: {system}"):
                round_ = bench.rate(rate, programme.rate_talk_s, programme.rate_s)
            results.add("rate", rate, system, round_)
            if clean(round_):
                break
        else:
            return


def clean(round_: Round) -> bool:
    return not what_was_wrong(round_, CLEAN_P99_S)


def what_was_wrong(round_: Round, p99_s_max: float | None) -> str:
    p99 = percentile(round_.latencies, 0.99)
    wrong = {
        "failed": round_.failed,
        "sent again": round_.repeated,
        "double booked": round_.double_booked,
        f"p99 {p99 * 1000:.0f} ms": p99_s_max is not None and p99 > p99_s_max,
    }
    return ", ".join(
        f"{name} {count}" if count is not True else name for name, count in wrong.items() if count
    )
