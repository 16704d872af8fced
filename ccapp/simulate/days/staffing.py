"""The least staff that meets a target in every interval: Erlang's formulas to start, days to confirm.

The mix of agents is the configuration's: whoever is needed beyond those there are is another one like them,
in turn. Staff is found when every interval meets the target in the mean over the days, and no interval could
lose an agent without missing it; other days, of which the search knew nothing, then say what it is worth.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import ceil

from ccapp.domain.centre import Agent, Centre, Queue
from ccapp.domain.ids import AgentId, QueueId
from ccapp.domain.traffic import Shift, Stream, Through, Traffic, clock
from ccapp.routing.erlang import erlang_a, erlang_c
from ccapp.simulate.days.day import Plan
from ccapp.simulate.days.duty import planned
from ccapp.simulate.days.estimate import Estimate
from ccapp.simulate.days.measures import Counting, Key, serving
from ccapp.simulate.days.replications import Days, run_days

ROUNDS_MAX = 60
AGENTS_MAX = 2000
ENOUGH, ENOUGH_LOADS = 20, 4
"""More agents than this, and so many times the load, would not help either."""
LEAST_LOAD = 0.7
"""Of the offered load: fewer agents than this meet no target worth the name."""


class NeverMet(Exception):
    """No number of agents meets the target in an interval."""

    def __init__(self, begin_s: float, level: float | None) -> None:
        super().__init__(begin_s, level)
        self.begin_s, self.level = begin_s, level


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """So large a share of all calls of an interval is answered in time; perhaps, so few give up at most."""

    share: float = 0.8
    abandonment: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """Of one interval."""

    begin_s: float
    calls: float
    load: float  # erlangs, wrap-up and ringing within
    formula: int  # agents by Erlang's formula alone
    agents: int  # confirmed
    level: Estimate | None
    abandonment: Estimate | None
    planned: float  # agents whom the traffic's own shifts have there, on average


@dataclass(frozen=True, slots=True, kw_only=True)
class Staffing:
    needs: Sequence[Need]
    days: Days  # that confirmed it
    rounds: int
    interval_s: float

    @property
    def hours(self) -> float:
        """Of agents, over the day."""
        return sum(need.agents for need in self.needs) * self.interval_s / 3600

    @property
    def hours_planned(self) -> float:
        return sum(need.planned for need in self.needs) * self.interval_s / 3600


# --- Erlang -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Offered:
    """Everything that comes in an interval, as if it were one queue."""

    calls_per_s: float
    handling_s: float
    patience_s: float | None

    @property
    def load(self) -> float:
        return self.calls_per_s * self.handling_s


def offered(traffic: Traffic, centre: Centre, interval: int) -> Offered:
    rates = [(stream, stream.per_hour[interval] / 3600) for stream in traffic.streams]
    whole = sum(rate for _, rate in rates)
    if not whole:
        return Offered(0.0, 0.0, None)
    ring_s = 0.0 if traffic.answering.after is None else traffic.answering.after.mean_s
    handling_s = sum(rate * (_handling_s(stream, centre) + ring_s) for stream, rate in rates) / whole
    patient = any(stream.patience is None for stream, rate in rates if rate)
    patience_s = sum(rate * stream.patience.mean_s for stream, rate in rates if stream.patience) / whole
    return Offered(whole, handling_s, None if patient else patience_s)


def _handling_s(stream: Stream, centre: Centre) -> float:
    return stream.talk.mean_s + centre.queues[stream.queue].wrap_up_s


def by_formula(what: Offered, target: Target, within_s: float) -> int:
    """The fewest agents, were all calls one queue and all agents alike."""
    if not what.calls_per_s:
        return 0
    low, high = max(1, ceil(LEAST_LOAD * what.load)), AGENTS_MAX
    while low < high:
        middle = (low + high) // 2 if high < AGENTS_MAX else min(2 * low, (low + high) // 2)
        if _meets(what, middle, target, within_s):
            high = middle
        else:
            low = middle + 1
    return low


def _meets(what: Offered, agents: int, target: Target, within_s: float) -> bool:
    if what.patience_s is None:
        forecast = erlang_c(what.load, agents, what.handling_s, within_s)
    else:
        forecast = erlang_a(what.calls_per_s, agents, what.handling_s, what.patience_s, within_s)
    enough = target.abandonment is None or forecast.abandons <= target.abandonment
    return forecast.served_in_time >= target.share and enough


# --- the mix ----------------------------------------------------------------------------------------------


def in_mix(centre: Centre, queues: Sequence[QueueId]) -> list[AgentId]:
    """Those who serve any of the queues, so ordered that the first n are a fair sample for every n."""
    serves = {queue: serving(centre, centre.queues[queue]) for queue in queues}
    kinds: dict[object, list[AgentId]] = {}
    for agent in centre.agents:
        can = frozenset(queue for queue, agents in serves.items() if agent in agents)
        if can:
            kinds.setdefault(can, []).append(agent)
    places = [
        ((place + 0.5) / len(agents), number, agent)
        for number, agents in enumerate(kinds.values())
        for place, agent in enumerate(agents)
    ]
    return [agent for _, _, agent in sorted(places)]


def with_more(centre: Centre, mix: Sequence[AgentId], count: int) -> tuple[Centre, list[AgentId]]:
    """`centre` with as many agents as asked for, and their order: first the mix, then others like it."""
    order = list(mix)
    twins: dict[AgentId, list[AgentId]] = {}
    for number in range(len(mix), count):
        like = mix[number % len(mix)]
        twin = AgentId(f"{like}-{number // len(mix) + 1}")
        twins.setdefault(like, []).append(twin)
        order.append(twin)
    agents: dict[AgentId, Agent] = dict(centre.agents)
    for like, names in twins.items():
        agents |= {name: replace(centre.agents[like], id=name) for name in names}

    def more(members: frozenset[AgentId]) -> frozenset[AgentId]:
        return members.union(*(twins.get(agent, ()) for agent in members))

    return replace(
        centre,
        agents=agents,
        groups={id: replace(group, agents=more(group.agents)) for id, group in centre.groups.items()},
        queues={id: _with_twins(queue, twins, more) for id, queue in centre.queues.items()},
    ), order


def _with_twins(
    queue: Queue,
    twins: Mapping[AgentId, Sequence[AgentId]],
    more: Callable[[frozenset[AgentId]], frozenset[AgentId]],
) -> Queue:
    tiers = dict(queue.tiers)
    for like, names in twins.items():
        if like in tiers:
            tiers |= dict.fromkeys(names, tiers[like])
    return replace(queue, agents=None if queue.agents is None else more(queue.agents), tiers=tiers)


def shifts_of(staff: Sequence[int], traffic: Traffic, order: Sequence[AgentId]) -> tuple[Shift, ...]:
    """Agent k is there in every interval that asks for more than k."""
    return tuple(
        Shift(agents=frozenset([agent]), begin_s=begin_s, end_s=end_s)
        for k, agent in enumerate(order)
        for begin_s, end_s in _runs([count > k for count in staff], traffic)
    )


def _runs(there: Sequence[bool], traffic: Traffic) -> Iterator[tuple[float, float]]:
    begin_s = None
    for at_s, present in zip((*traffic.intervals, traffic.end_s), (*there, False), strict=True):
        if present and begin_s is None:
            begin_s = at_s
        elif not present and begin_s is not None:
            yield begin_s, at_s
            begin_s = None


# --- the search -------------------------------------------------------------------------------------------


@dataclass(slots=True, kw_only=True)
class Search:
    plan: Plan
    target: Target
    counting: Counting
    days: int = 20
    seed: int = 1
    through: Through = Through.ROUTER
    cores: int = 1
    told: Callable[[str], None] = lambda line: None  # of each round

    def run(self) -> Staffing:
        """Raises NeverMet."""
        traffic, centre = self.plan.traffic, self.plan.centre
        offers = [offered(traffic, centre, number) for number in range(len(traffic.intervals))]
        formula = [by_formula(each, self.target, self.counting.within_s) for each in offers]
        staff, rounds = self._searched(formula, offers)
        days = self.measured(staff, self.seed + self.days)
        there = _planned(self.plan)
        needs = [
            Need(
                begin_s=begin_s,
                calls=each.calls_per_s * traffic.interval_s,
                load=each.load,
                formula=formula[number],
                agents=staff[number],
                level=days.estimate(_key(begin_s), "service_level"),
                abandonment=days.estimate(_key(begin_s), "abandonment"),
                planned=there[number],
            )
            for number, (begin_s, each) in enumerate(zip(traffic.intervals, offers, strict=True))
        ]
        return Staffing(needs=needs, days=days, rounds=rounds, interval_s=traffic.interval_s)

    def _searched(self, formula: Sequence[int], offers: Sequence[Offered]) -> tuple[list[int], int]:
        """Up where the target is missed, faster and faster; down once it is met everywhere."""
        staff, tries = list(formula), Counter[int]()
        too_few = [0 if each.calls_per_s else -1 for each in offers]  # the most known to miss the target
        for number in range(1, ROUNDS_MAX + 1):
            days = self.measured(staff, self.seed)
            missing = [self._missing(days, n) for n in range(len(staff))]
            self.told(f"round {number}, {sum(map(bool, missing))} of {len(staff)} intervals short")
            for n, short in enumerate(missing):
                if short:
                    too_few[n] = max(too_few[n], staff[n])
                    tries[n] += 1
                    staff[n] += max(1, round(short * offers[n].load / 2)) * 2 ** max(0, tries[n] - 3)
                    self._not_endless(staff[n], n, offers[n], days)
            if not any(missing):
                before = staff
                staff = [
                    max(low + 1, count - (max(1, (count - low) // 2) if tries[n] > 3 else 1))
                    for n, (count, low) in enumerate(zip(before, too_few, strict=True))
                ]
                if staff == before:
                    return staff, number
        raise NeverMet(self.plan.traffic.begin_s, None)

    def _not_endless(self, agents: int, interval: int, offer: Offered, days: Days) -> None:
        if agents > ENOUGH + ENOUGH_LOADS * offer.load:
            begin_s = self.plan.traffic.intervals[interval]
            level = days.estimate(_key(begin_s), "service_level")
            raise NeverMet(begin_s, None if level is None else level.mean)

    def _missing(self, days: Days, interval: int) -> float:
        """By how much the target is missed; 0: it is met."""
        key = _key(self.plan.traffic.intervals[interval])
        level, abandonment = days.estimate(key, "service_level"), days.estimate(key, "abandonment")
        short = 0.0 if level is None else self.target.share - level.mean
        if self.target.abandonment is not None and abandonment is not None:
            short = max(short, abandonment.mean - self.target.abandonment)
        return max(0.0, short)

    def measured(self, staff: Sequence[int], seed: int) -> Days:
        traffic = self.plan.traffic
        mix = in_mix(self.plan.centre, [stream.queue for stream in traffic.streams])
        if not mix:
            raise NeverMet(traffic.begin_s, None)
        centre, order = with_more(self.plan.centre, mix, max(staff))
        shifts = shifts_of(staff, traffic, order)
        present = frozenset().union(*(shift.agents for shift in shifts))
        used = {id: agent for id, agent in centre.agents.items() if id in present}
        plan = replace(
            self.plan, centre=replace(centre, agents=used), traffic=replace(traffic, shifts=shifts)
        )
        seeds = range(seed, seed + self.days)
        [days] = run_days([plan], seeds, self.counting, through=self.through, cores=self.cores)
        return days


def _key(begin_s: float) -> Key:
    return "interval", clock(begin_s)


def _planned(plan: Plan) -> list[float]:
    """How many the traffic's own shifts have there, in the mean of each interval."""
    traffic, there_s = plan.traffic, [0.0] * len(plan.traffic.intervals)
    began: dict[AgentId, float] = {}
    for at_s, agent, duty in planned(traffic, plan.centre):
        if agent in began:
            for number, begin_s in enumerate(traffic.intervals):
                there_s[number] += _overlap(began[agent], at_s, begin_s, begin_s + traffic.interval_s)
            del began[agent]
        if duty == "ready":
            began[agent] = at_s
    return [each / traffic.interval_s for each in there_s]


def _overlap(begin_s: float, end_s: float, from_s: float, until_s: float) -> float:
    return max(0.0, min(end_s, until_s) - max(begin_s, from_s))
