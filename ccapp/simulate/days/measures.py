"""The figures of one day, small enough to be kept of hundreds: by what they are about, and by name.

Made by the fold that makes live and historical figures. `Measured` holds, for the whole, each queue, each
group of agents and each interval of the day, the measures named in CALLS and STAFF.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from ccapp.domain import events
from ccapp.domain.centre import Centre, Queue
from ccapp.domain.events import Fact
from ccapp.domain.ids import AgentId
from ccapp.domain.requirements import met
from ccapp.domain.traffic import clock
from ccapp.routing.figures import Choice, Dimension, Figures, Selection, Tally, merged, service_level
from ccapp.routing.figures.catalogue import logged_in_s, occupancy
from ccapp.routing.figures.stat import Waits
from ccapp.routing.figures.tally import Ending
from ccapp.simulate.days.day import MIDNIGHT, Day

type Kind = Literal["whole", "queue", "group", "interval"]
type Key = tuple[Kind, str]
type Measures = Mapping[str, float | None]
type Measured = Mapping[Key, Measures]

WHOLE: Key = ("whole", "")
SHARES = (50, 90, 95, 99)

CALLS = ("offered", "answered", "service_level", "abandonment", "timed_out", "asa_s",
         *(f"wait_p{share}_s" for share in SHARES), "occupancy", "agents")  # fmt: skip
"""Of the whole, queues and intervals. Waits are those of answered callers; `agents`: present, on average."""
STAFF = ("agents", "occupancy")
LOWER_IS_BETTER = frozenset({"abandonment", "timed_out", "asa_s", *(f"wait_p{share}_s" for share in SHARES)})
HIGHER_IS_BETTER = frozenset({"service_level"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Counting:
    """How a day is counted: from when on, in which intervals, with which formula of the service level."""

    choice: Choice = field(default_factory=Choice)
    warm_up_s: float = 0.0
    interval_s: float = 1800.0

    @property
    def within_s(self) -> float:
        return self.choice.thresholds_s[0]


def percentile(waits: Waits, share: int) -> float | None:
    """The least wait that so many in a hundred do not exceed."""
    ordered = waits.in_order()
    return ordered[max(0, -(-share * len(ordered) // 100) - 1)] if ordered else None


class DayFigures:
    """Feed it the facts of a day, then ask for `measured`."""

    def __init__(self, day: Day, counting: Counting) -> None:
        self._day = day
        self._counting = counting
        self._since, self._until = MIDNIGHT + day.begin_s + counting.warm_up_s, MIDNIGHT + day.end_s
        dimensions = frozenset({Dimension.WHOLE, Dimension.QUEUE, Dimension.AGENT})
        self._figures = Figures(Selection(since=self._since, until=self._until, dimensions=dimensions))
        self._intervals: dict[int, Tally] = {}

    def feed(self, fact: Fact) -> None:
        self._figures.feed(fact)
        match fact:
            case events.CallServed(waited_s=waited_s):
                self._count(fact.at - waited_s, Ending.ANSWERED, waited_s)
            case events.CallAbandoned(waited_s=waited_s):
                self._count(fact.at - waited_s, Ending.ABANDONED, waited_s)
            case events.CallEnded(outcome=events.Outcome.TIMED_OUT, duration_s=duration_s):
                self._count(fact.at - duration_s, Ending.TIMED_OUT, duration_s)

    def _count(self, came_at: float, ending: Ending, waited_s: float) -> None:
        """In the interval of the arrival."""
        if not self._since <= came_at < self._until:
            return
        number = int((came_at - MIDNIGHT - self._day.begin_s + 1e-6) // self._counting.interval_s)
        tally = self._intervals.setdefault(number, Tally())
        tally.offered += 1
        tally.endings[ending] += 1
        if ending is Ending.ANSWERED:
            tally.answered.add(waited_s)
        elif ending is Ending.ABANDONED:
            tally.abandoned.add(waited_s)

    def measured(self) -> dict[Key, Measures]:
        now = max(self._figures.last_at, self._until)
        agents = {AgentId(row.key): row.tally for row in self._figures.rows(Dimension.AGENT, now)}
        queues = {row.key: row.tally for row in self._figures.rows(Dimension.QUEUE, now)}
        found: dict[Key, Measures] = {WHOLE: self._calls(self._figures.total(now), agents.values())}
        for id, queue in self._day.centre.queues.items():
            staff = serving(self._day.centre, queue)
            tallies = [tally for agent, tally in agents.items() if agent in staff]
            found["queue", id] = self._calls(queues.get(id, Tally()), tallies)
        for name, group in self._day.centre.groups.items():
            tallies = [tally for agent, tally in agents.items() if agent in group.agents]
            found["group", name] = self._staff(merged(tallies))
        found.update(self._by_interval())
        return found

    def _calls(self, tally: Tally, agents: Iterable[Tally]) -> Measures:
        return _of_calls(tally, self._counting.choice) | self._staff(merged(agents))

    def _staff(self, tally: Tally) -> dict[str, float | None]:
        choice, counted_s = self._counting.choice, self._until - self._since
        present_s = logged_in_s(tally, choice)
        return {"agents": present_s / counted_s, "occupancy": occupancy(tally, choice)}

    def _by_interval(self) -> Iterator[tuple[Key, Measures]]:
        interval_s = self._counting.interval_s
        count = round((self._day.end_s - self._day.begin_s) / interval_s)
        for number in range(count):
            name = clock(self._day.begin_s + number * interval_s)
            yield ("interval", name), _of_calls(self._intervals.get(number, Tally()), self._counting.choice)


def serving(centre: Centre, queue: Queue) -> frozenset[AgentId]:
    """Who may serve a queue's plain calls, at the latest when they have waited long enough."""
    members = centre.members(queue)
    return frozenset(
        id
        for id, agent in centre.agents.items()
        if (members is None or id in members) and met(agent.skills, queue.requires)
    )


def _of_calls(tally: Tally, choice: Choice) -> dict[str, float | None]:
    within_s, total = choice.thresholds_s[0], tally.total
    short = tally.abandoned.below(choice.short_s)
    answered = len(tally.answered)
    measures: dict[str, float | None] = {
        "offered": tally.offered,
        "answered": answered,
        "service_level": service_level(tally, choice.formula, within_s, choice.short_s),
        "abandonment": (tally.endings[Ending.ABANDONED] - short) / (total - short) if total > short else None,
        "timed_out": tally.endings[Ending.TIMED_OUT] / total if total else None,
        "asa_s": tally.answered.sum_s / answered if answered else None,
    }
    return measures | {f"wait_p{share}_s": percentile(tally.answered, share) for share in SHARES}
