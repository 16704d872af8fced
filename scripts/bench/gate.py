"""The Router against every strategy of app_queue, on the same callers: `scripts/bench/run gate`.

    python -m scripts.bench.gate [--seeds 10] [--calls 60000] [--cores 2]

100 agents, eight classes of calls of which some are much more frequent, 50/30/15/5 % of the agents with one,
two, three or all eight skills; talks of 300 s and patience of 180 s in the mean, 95 erlangs. The real Router
runs in the simulator, as `ccapp simulate` does; app_queue as `gate_models` says. The gate holds when, against
every strategy, abandonment, ASA and P99 are better with a paired 95 % confidence interval, the service level
is not worse by more than half a point, the worst served class is not worse off and work inside a skill group
is spread no worse than by leastrecent; and when the Router has nobody overtaken and no agent idle beside a
caller. Ends with 1 when it does not hold. Strategies with shared_lastcall, which is no default, are shown and
told of, but not judged.
"""

import argparse
import os
import random
import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from statistics import pstdev

from rich.console import Console
from rich.table import Table

from ccapp.domain import events
from ccapp.domain.centre import Agent, Centre, Queue
from ccapp.domain.events import Fact
from ccapp.domain.ids import AgentId, QueueId
from ccapp.domain.traffic import Answering, Duty
from ccapp.simulate.days.callers import Caller
from ccapp.simulate.days.day import MIDNIGHT, Day
from ccapp.simulate.days.estimate import Estimate, difference, estimate
from ccapp.simulate.days.swift import Swift
from scripts.bench.gate_models import AppQueue, Call, Floor, Watch

AGENTS, KINDS, TALK_S, PATIENCE_S, LOAD = 100, 8, 300.0, 180.0, 0.95
SKILLS = ((1, 50), (2, 30), (3, 15), (KINDS, 5))
WITHIN_S = 20.0
WARM_UP = 0.05  # of the calls
LEVEL_LOSS_MAX = 0.005
OURS = "ccapp"
THEIRS = {
    "ringall": False, "rrmemory": False, "leastrecent": False, "leastrecent, shared": True,
    "fewestcalls": False, "fewestcalls, shared": True, "random": False, "linear": False, "wrandom": False,
}  # fmt: skip
"""Strategy -> with shared_lastcall."""
JUDGED = tuple(policy for policy, shared in THEIRS.items() if not shared)

type Figures = Mapping[str, float]


def weights() -> list[float]:
    return [1 / (kind + 1) for kind in range(KINDS)]


def floor_of(seed: int) -> Floor:
    dice = random.Random(f"floor/{seed}")
    serves = [_skills(dice, count) for count, agents in SKILLS for _ in range(agents)]
    dice.shuffle(serves)
    return Floor(KINDS, serves)


def _skills(dice: random.Random, count: int) -> frozenset[int]:
    """Frequent classes are known to more agents."""
    skills: set[int] = set()
    while len(skills) < count:
        skills.add(dice.choices(range(KINDS), weights())[0])
    return frozenset(skills)


def calls_of(seed: int, count: int) -> list[Call]:
    dice, at, calls = random.Random(f"calls/{seed}"), 0.0, []
    for _ in range(count):
        at += dice.expovariate(LOAD * AGENTS / TALK_S)
        kind = dice.choices(range(KINDS), weights())[0]
        calls.append(Call(at, kind, dice.expovariate(1 / TALK_S), dice.expovariate(1 / PATIENCE_S)))
    return calls


# --- ours -------------------------------------------------------------------------------------------------


def through_router(floor: Floor, calls: Sequence[Call], watch: Watch, seed: int) -> None:
    agents = [AgentId(f"a{number:03}") for number in range(len(floor.serves))]
    queues = [
        Queue(
            id=QueueId(f"q{kind}"),
            name="",
            agents=frozenset(agents[n] for n in floor.agents(kind)),
            wrap_up_s=0,
        )
        for kind in range(floor.kinds)
    ]
    callers = [
        Caller(at_s=call.at, queue=queues[call.kind].id, talk_s=call.talk_s, patience_s=call.patience_s)
        for call in calls
    ]
    day = Day(
        seed=seed,
        centre=Centre(
            agents={agent: Agent(id=agent, name="", extension="") for agent in agents},
            queues={queue.id: queue for queue in queues},
        ),
        begin_s=0.0,
        end_s=calls[-1].at,
        callers=callers,
        duties=[(0.0, agent, Duty.READY) for agent in agents],
        answering=Answering(),
    )
    Swift(day, partial(_tell, watch, calls)).run()


def _tell(watch: Watch, calls: Sequence[Call], fact: Fact) -> None:
    match fact:
        case events.CallWaits(visit=visit):
            watch.came(_number(visit), calls[_number(visit)], fact.at - MIDNIGHT)
        case events.CallServed(visit=visit, agent=agent):
            watch.served(_number(visit), int(agent[1:]), fact.at - MIDNIGHT)
        case events.CallAbandoned(visit=visit):
            watch.gave_up(_number(visit), fact.at - MIDNIGHT)
        case events.TalkEnded(agent=agent):
            watch.free(int(agent[1:]), fact.at - MIDNIGHT)


def _number(visit: str) -> int:
    return int(visit.rpartition(".")[2])


# --- figures ----------------------------------------------------------------------------------------------


def figures(watch: Watch, calls: Sequence[Call]) -> Figures:
    fates = list(watch.fates.values())[int(WARM_UP * len(calls)) :]
    answered = sorted(fate.waited_s for fate in fates if fate.answered)
    by_kind: dict[int, list[bool]] = defaultdict(list)
    for fate in fates:
        by_kind[fate.call.kind].append(not fate.answered)
    return {
        "level": sum(wait_s <= WITHIN_S for wait_s in answered) / len(fates),
        "abandoned": 1 - len(answered) / len(fates),
        "asa_s": sum(answered) / len(answered),
        "p99_s": answered[-(-99 * len(answered) // 100) - 1],
        "overtaken": sum(fate.overtook for fate in fates) / len(answered),
        "beside": watch.beside_s / calls[-1].at,
        "worst": max(sum(gone) / len(gone) for gone in by_kind.values()),
        "spread": _spread(watch, calls[-1].at),
    }


def _spread(watch: Watch, lasted_s: float) -> float:
    """How unequally agents with the same skills work: the standard deviation of their occupancy."""
    groups: dict[frozenset[int], list[float]] = defaultdict(list)
    for kinds, busy_s in zip(watch.floor.serves, watch.busy_s, strict=True):
        groups[kinds].append(busy_s / lasted_s)
    several = [group for group in groups.values() if len(group) > 1]
    return sum(pstdev(group) * len(group) for group in several) / sum(map(len, several))


@dataclass(frozen=True, slots=True)
class Task:
    policy: str
    seed: int
    calls: int


def measured(task: Task) -> tuple[Task, Figures]:
    floor, calls = floor_of(task.seed), calls_of(task.seed, task.calls)
    watch = Watch(floor)
    if task.policy == OURS:
        through_router(floor, calls, watch, task.seed)
    else:
        strategy = task.policy.split(",")[0]
        AppQueue(floor, watch, strategy, task.seed, shared=THEIRS[task.policy]).run(calls)
    return task, figures(watch, calls)


# --- the gate ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Results:
    """Of each policy, one value of each figure for each seed."""

    of: Mapping[str, Sequence[Figures]]

    def values(self, policy: str, name: str) -> list[float | None]:
        return [each[name] for each in self.of[policy]]

    def mean(self, policy: str, name: str) -> float:
        found = estimate(self.values(policy, name))
        assert found is not None
        return found.mean

    def gain(self, policy: str, name: str) -> Estimate:
        """How much more we have than they, seed by seed."""
        found = difference(self.values(policy, name), self.values(OURS, name))
        assert found is not None
        return found


def broken(results: Results, policies: Sequence[str] = JUDGED) -> list[str]:
    """What the gate asks for and is not so, against these strategies."""
    found = []
    if any(results.values(OURS, "overtaken")):
        found.append("callers were overtaken")
    if any((share or 0.0) > 1e-9 for share in results.values(OURS, "beside")):
        found.append("agents idled beside callers")
    for policy in policies:
        for name in ("abandoned", "asa_s", "p99_s"):
            if not results.gain(policy, name).high < 0:
                found.append(f"{name} is not surely better than {policy}'s")
        if results.gain(policy, "level").mean < -LEVEL_LOSS_MAX:
            found.append(f"the service level is worse than {policy}'s")
        if results.gain(policy, "worst").mean > 0:
            found.append(f"the worst class is worse off than with {policy}")
        if policy.startswith("leastrecent") and results.gain(policy, "spread").mean > 0:
            found.append(f"work is spread worse than by {policy}")
    return found


TITLES = (
    ("SL20", "level", "{:.3f}"),
    ("abandoned", "abandoned", "{:.2%}"),
    ("ASA s", "asa_s", "{:.2f}"),
    ("P99 s", "p99_s", "{:.1f}"),
    ("overtaken", "overtaken", "{:.1%}"),
    ("idle beside a caller", "beside", "{:.1%}"),
    ("worst class abandons", "worst", "{:.1%}"),
    ("spread of work", "spread", "{:.2%}"),
)


def table(results: Results) -> Table:
    made = Table(title="ccapp's Router beside app_queue's strategies; in brackets, ours minus theirs ± 95 %")
    made.add_column("policy")
    for title, _, _ in TITLES:
        made.add_column(title, justify="right")
    for policy in (OURS, *THEIRS):
        made.add_row(policy, *(_cell(results, policy, name, form) for _, name, form in TITLES))
    return made


def _cell(results: Results, policy: str, name: str, form: str) -> str:
    told = form.format(results.mean(policy, name))
    if policy == OURS or name not in ("level", "abandoned", "asa_s", "p99_s"):
        return told
    gain = results.gain(policy, name)
    return f"{told} ({form.format(gain.mean)} ±{form.format(gain.half or 0.0)})"


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--calls", type=int, default=60_000, help="of each seed")
    parser.add_argument("--cores", type=int, default=os.cpu_count() or 1)
    asked = parser.parse_args()
    tasks = [
        Task(policy, seed, asked.calls) for seed in range(1, asked.seeds + 1) for policy in (OURS, *THEIRS)
    ]
    of: dict[str, list[Figures]] = defaultdict(list)
    with ProcessPoolExecutor(asked.cores) as pool:
        for task, found in pool.map(measured, tasks):
            of[task.policy].append(found)
    results = Results(of)
    console = Console(width=max(190, Console().width))
    console.print(table(results))
    console.print(f"{asked.seeds} paired seeds of {asked.calls:,} calls, {AGENTS} agents, {LOAD:.0%} load")
    for each in broken(results, [policy for policy in THEIRS if policy not in JUDGED]):
        console.print(f"  beyond the gate: {each}")
    wrong = broken(results)
    for each in wrong:
        console.print(f"  {each}")
    console.print("The gate does not hold." if wrong else "The gate holds.")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
