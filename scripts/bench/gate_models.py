"""app_queue as its source has it, idealised in its favour, for the gate; and what watches both sides alike.

Each class of calls is a queue of its own; an agent is a member of several. A waiting caller looks every
second, counted from his own arrival, whether it is his turn: whether more members of his queue are available
than callers stand before him (`is_our_turn`, with autofill). Between queues there is no order. Then the
queue's strategy picks a member. In its favour: phones are answered at once, nothing is retried, no lock
waits, penalties (where a strategy goes by them) prefer the least widely skilled.
"""

import random
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush
from math import floor, inf
from typing import Final

RECHECK_S: Final = 1.0


@dataclass(frozen=True, slots=True)
class Call:
    at: float
    kind: int
    talk_s: float
    patience_s: float


@dataclass(frozen=True, slots=True)
class Floor:
    """`serves[agent]`: the classes he may serve. Agents with the same are a group."""

    kinds: int
    serves: Sequence[frozenset[int]]

    def agents(self, kind: int) -> list[int]:
        return [agent for agent, kinds in enumerate(self.serves) if kind in kinds]


@dataclass(slots=True)
class Fate:
    call: Call
    waited_s: float = 0.0
    answered: bool = False
    overtook: bool = False


@dataclass(slots=True)
class Watch:
    """Told of everything by either side, in the order of time."""

    floor: Floor
    fates: dict[int, Fate] = field(default_factory=dict)
    busy_s: list[float] = field(default_factory=list)
    beside_s: float = 0.0  # time in which somebody idled beside a caller he could serve
    _now: float = 0.0
    _lines: list[OrderedDict[int, float]] = field(default_factory=list)  # of each class: call -> since when
    _idle: list[int] = field(default_factory=list)  # of each class: how many could serve it

    def __post_init__(self) -> None:
        self.busy_s = [0.0] * len(self.floor.serves)
        self._lines = [OrderedDict() for _ in range(self.floor.kinds)]
        self._idle = [len(self.floor.agents(kind)) for kind in range(self.floor.kinds)]

    def _passes(self, now: float) -> None:
        if now > self._now:
            if any(line and idle for line, idle in zip(self._lines, self._idle, strict=True)):
                self.beside_s += now - self._now
            self._now = now

    def came(self, number: int, call: Call, now: float) -> None:
        self._passes(now)
        self.fates[number] = Fate(call)
        self._lines[call.kind][number] = now

    def gave_up(self, number: int, now: float) -> None:
        self._passes(now)
        self._left(number, now)

    def served(self, number: int, agent: int, now: float) -> None:
        self._passes(now)
        fate = self._left(number, now)
        heads = (next(iter(self._lines[kind].values()), inf) for kind in self.floor.serves[agent])
        fate.answered, fate.overtook = True, min(heads) < now - fate.waited_s
        self.busy_s[agent] += fate.call.talk_s
        for kind in self.floor.serves[agent]:
            self._idle[kind] -= 1

    def free(self, agent: int, now: float) -> None:
        self._passes(now)
        for kind in self.floor.serves[agent]:
            self._idle[kind] += 1

    def _left(self, number: int, now: float) -> Fate:
        fate = self.fates[number]
        fate.waited_s = now - self._lines[fate.call.kind].pop(number)
        return fate


# --- app_queue --------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Member:
    """Of one queue: what its strategies go by."""

    agent: int
    position: int
    penalty: int
    calls: int = 0
    last_call: int = 0  # whole seconds, as time() tells them


@dataclass(slots=True)
class Line:
    members: dict[int, Member]
    waiting: OrderedDict[int, float] = field(default_factory=OrderedDict)  # call -> when it came
    looks: dict[int, float] = field(default_factory=dict)  # call -> when it looks next, if that may matter
    next_position: int = 0  # rrmemory's


type Metric = Callable[[Line, Member, int, random.Random], float]
"""The member with the least is taken: calc_metric of app_queue.c."""


def _round_robin(line: Line, member: Member, now: int, dice: random.Random) -> float:
    return member.position + (1000 if member.position < line.next_position else 0)


STRATEGIES: Final[Mapping[str, Metric]] = {
    "ringall": lambda line, member, now, dice: dice.random(),  # whoever is quickest
    "rrmemory": _round_robin,
    "leastrecent": lambda line, member, now, dice: 1_000_000 - (now - member.last_call),
    "fewestcalls": lambda line, member, now, dice: member.calls,
    "random": lambda line, member, now, dice: dice.random(),
    "linear": lambda line, member, now, dice: member.position,
    "wrandom": lambda line, member, now, dice: dice.random() * (1 + member.penalty) * 1000,
}
"""rrordered differs from rrmemory only where members come and go."""


class AppQueue:
    """`shared`: shared_lastcall=yes, the members of all queues know of an agent's calls."""

    def __init__(self, floor: Floor, watch: Watch, strategy: str, seed: int, *, shared: bool = False) -> None:
        self._floor, self._watch = floor, watch
        self._metric, self._ring_all = STRATEGIES[strategy], strategy == "ringall"
        self._shared = shared
        self._dice = random.Random(f"app_queue/{seed}")
        self._idle = set(range(len(floor.serves)))
        self._lines = [self._line(kind) for kind in range(floor.kinds)]
        self._heap: list[tuple[float, int, Callable[[float], None]]] = []
        self._count = 0

    def _line(self, kind: int) -> Line:
        agents = self._floor.agents(kind)
        members = (
            Member(agent, position, penalty=len(self._floor.serves[agent]) - 1)
            for position, agent in enumerate(agents)
        )
        return Line({member.agent: member for member in members})

    def run(self, calls: Sequence[Call]) -> None:
        for number, call in enumerate(calls):
            self._at(call.at, lambda now, number=number, call=call: self._comes(number, call, now))  # type: ignore[misc]
        while self._heap:
            at, _, act = heappop(self._heap)
            act(at)

    def _at(self, at: float, act: Callable[[float], None]) -> None:
        self._count += 1
        heappush(self._heap, (at, self._count, act))

    def _comes(self, number: int, call: Call, now: float) -> None:
        line = self._lines[call.kind]
        line.waiting[number] = now
        self._watch.came(number, call, now)
        self._at(now + call.patience_s, lambda at: self._gives_up(number, line, at))
        self._looks(number, line, now)

    def _gives_up(self, number: int, line: Line, now: float) -> None:
        if number in line.waiting:
            del line.waiting[number]
            line.looks.pop(number, None)
            self._watch.gave_up(number, now)
            self._may_matter(line, now)

    def _available(self, line: Line) -> list[Member]:
        return [line.members[agent] for agent in self._idle & line.members.keys()]

    def _turns(self, available: int) -> int:
        """So many from the head may have their turn."""
        return min(available, 1) if self._ring_all else available

    def _looks(self, number: int, line: Line, now: float) -> None:
        """is_our_turn, and if so, try_calling."""
        line.looks.pop(number, None)
        available = self._available(line)
        ahead = 0
        for other in line.waiting:
            if other == number or ahead >= self._turns(len(available)):
                break
            ahead += 1
        if ahead < self._turns(len(available)):
            self._serves(number, line, available, now)

    def _serves(self, number: int, line: Line, available: list[Member], now: float) -> None:
        second = floor(now)
        available.sort(key=lambda member: member.position)
        member = min(available, key=lambda each: self._metric(line, each, second, self._dice))
        line.next_position = member.position + 1
        self._idle.remove(member.agent)
        del line.waiting[number]
        self._watch.served(number, member.agent, now)
        talk_s = self._watch.fates[number].call.talk_s
        self._at(now + talk_s, lambda at: self._ends(member, at))

    def _ends(self, member: Member, now: float) -> None:
        agent, second = member.agent, floor(now)
        known = [line.members[agent] for line in self._lines if agent in line.members]
        for each in known if self._shared else [member]:
            each.calls += 1
            each.last_call = second
        self._idle.add(agent)
        self._watch.free(agent, now)
        for line in self._lines:
            if agent in line.members:
                self._may_matter(line, now)

    def _may_matter(self, line: Line, now: float) -> None:
        """Those who would find it their turn if they looked now will look when their second is over."""
        if not line.waiting:
            return
        turns = self._turns(len(self._available(line)))
        for place, (number, came_at) in enumerate(line.waiting.items()):
            if place >= turns:
                return
            if number not in line.looks:
                at = came_at + (floor((now - came_at) / RECHECK_S) + 1) * RECHECK_S
                line.looks[number] = at
                self._at(at, lambda when, number=number: self._look_if_there(number, line, when))  # type: ignore[misc]

    def _look_if_there(self, number: int, line: Line, now: float) -> None:
        if number in line.waiting and line.looks.get(number) == now:
            self._looks(number, line, now)
            self._may_matter(line, now)
