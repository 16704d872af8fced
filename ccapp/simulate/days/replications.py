"""Many days of one plan or two, on all cores: the days of a number have the same people in both."""

import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass

from ccapp.domain.events import Fact
from ccapp.domain.traffic import Through
from ccapp.simulate.days.day import Day, Plan
from ccapp.simulate.days.estimate import Estimate, difference, estimate
from ccapp.simulate.days.measures import Counting, DayFigures, Key, Measured
from ccapp.simulate.days.swift import Swift
from ccapp.simulate.days.whole import Whole

ALONE_CALLS_MAX = 5_000
"""So few calls in all are run sooner than other processes are started."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    plan: Plan
    seed: int
    counting: Counting
    through: Through


@dataclass(frozen=True, slots=True)
class Days:
    """All days of one plan, in the order of their seeds."""

    measured: Sequence[Measured]

    def subjects(self) -> list[Key]:
        return list(self.measured[0])

    def values(self, key: Key, name: str) -> list[float | None]:
        return [day.get(key, {}).get(name) for day in self.measured]

    def estimate(self, key: Key, name: str) -> Estimate | None:
        return estimate(self.values(key, name))

    def difference(self, other: "Days", key: Key, name: str) -> Estimate | None:
        """How much more `other` has."""
        return difference(self.values(key, name), other.values(key, name))


def run_day(day: Day, through: Through, read: Callable[[Fact], None]) -> None:
    match through:
        case Through.ROUTER:
            Swift(day, read).run()
        case Through.STORIES:
            Whole(day, read).run()


def measured(task: Task) -> Measured:
    day = task.plan.day(task.seed)
    figures = DayFigures(day, task.counting)
    run_day(day, task.through, figures.feed)
    return figures.measured()


def run_days(
    plans: Sequence[Plan],
    seeds: Sequence[int],
    counting: Counting,
    *,
    through: Through = Through.ROUTER,
    cores: int = 1,
    done: Callable[[], None] = lambda: None,
) -> list[Days]:
    """One Days for each plan. `done` is called after each day."""
    tasks = [
        Task(plan=plan, seed=seed, counting=counting, through=through) for seed in seeds for plan in plans
    ]
    results: dict[int, Measured] = {}
    for number, result in _each(tasks, _cores(tasks, cores)):
        results[number] = result
        done()
    in_order = [results[number] for number in range(len(tasks))]
    return [Days(in_order[n :: len(plans)]) for n in range(len(plans))]


def _cores(tasks: Sequence[Task], cores: int) -> int:
    calls = len(tasks[0].plan.day(tasks[0].seed).callers) * len(tasks)
    return 1 if calls < ALONE_CALLS_MAX else min(cores, len(tasks))


def _each(tasks: Sequence[Task], cores: int) -> Iterator[tuple[int, Measured]]:
    if cores <= 1:
        yield from enumerate(map(measured, tasks))
        return
    with ProcessPoolExecutor(cores, mp_context=multiprocessing.get_context("spawn")) as pool:
        futures = {pool.submit(measured, task): number for number, task in enumerate(tasks)}
        for future in as_completed(futures):
            yield futures[future], future.result()
