"""How many events the Router decides in a second, beside the same Router with a naive scan for an index.

    python -m scripts.bench.routing [--seconds 2]

One event is a call that joins, an answer, or a talk that ends: three for each call served, with all their
presences and decisions. Beside it stands what the design measured of the bare index: without presences,
offers, deadlines and decisions. The naive scan looks at every free agent for a call and at every waiting call
for an agent; all else is the same code. Both run in one process, one after the other, in CPU seconds, so that
a busy machine spoils neither.
"""

import argparse
import gc
import random
import resource
import sys
import time
from dataclasses import dataclass, replace
from typing import TypedDict

from ccapp.domain.centre import Agent, Centre, Queue
from ccapp.domain.ids import AgentId, QueueId, SkillId, VisitId
from ccapp.domain.presence import Move
from ccapp.domain.requirements import normal
from ccapp.domain.serving import AskLess, Standing
from ccapp.routing.decisions import Decision, Offer, WaitingCall
from ccapp.routing.index import TIERS, Index
from ccapp.routing.router import Router
from ccapp.routing.seats import Place, Seat


class Many(TypedDict):
    queues: int
    skills: int
    skills_mean: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    name: str
    agents: int = 10_000
    queues: int = 500
    skills: int = 50
    skills_mean: int = 4  # per agent
    idle: int = 0  # agents free in the steady state
    waiting: int = 0  # calls in line in the steady state
    naive: bool = True
    relaxing: bool = False  # two steps of relaxation in every queue
    tiers: bool = False  # a tenth of the agents on the second level of every queue
    reference: str = ""  # thousands of events/s of the bare index alone, as the design measured them

    def centre(self, dice: random.Random) -> Centre:
        skills = [SkillId(f"skill-{n}") for n in range(self.skills)]
        queues = [
            Queue(
                id=QueueId(f"queue-{n}"),
                name=f"queue-{n}",
                requires={skill: dice.randint(1, 3) for skill in dice.sample(skills, dice.choice([1, 1, 2]))},
                wrap_up_s=0.0,
            )
            for n in range(self.queues)
        ]
        if self.relaxing or self.tiers:
            queues = [self._widened(queue, dice) for queue in queues]
        agents = [
            Agent(
                id=AgentId(f"agent-{n}"),
                name="",
                extension="",
                skills={
                    skill: dice.randint(1, 5)
                    for skill in dice.sample(
                        skills, min(self.skills, dice.randint(1, 2 * self.skills_mean - 1))
                    )
                },
            )
            for n in range(self.agents)
        ]
        return Centre(agents={a.id: a for a in agents}, queues={q.id: q for q in queues})

    def _widened(self, queue: Queue, dice: random.Random) -> Queue:
        """As the size says; a call takes 2 s, some 4,000 events, to climb all steps."""
        second = dice.sample(range(self.agents), self.agents // 10)
        [skill, *_] = normal(queue.requires) if not isinstance(queue.requires, str) else ()
        steps = AskLess(after_s=1.0, skill=skill, level=1), AskLess(after_s=2.0, skill=skill)
        return replace(
            queue,
            tiers={AgentId(f"agent-{n}"): Standing(level=2) for n in second} if self.tiers else {},
            relax=steps if self.relaxing else (),
        )


MANY: Many = {"queues": 2_000, "skills": 200, "skills_mean": 12}
SIZES = (
    Size(name="500 queues, 1k idle", idle=1_000, reference="448-617k"),
    Size(name="500 queues, 10k waiting", waiting=10_000, reference="933-948k"),
    Size(name="500 tiers, relaxing, 1k idle", relaxing=True, tiers=True, idle=1_000, naive=False),
    Size(name="500 tiers, relaxing, 10k w.", relaxing=True, tiers=True, waiting=10_000, naive=False),
    Size(name="2,000 queues, 1k idle", **MANY, idle=1_000, reference="58-147k"),
    Size(name="2,000 queues, 10k waiting", **MANY, waiting=10_000, reference="58-147k"),
    Size(name="2,000 relaxing, 1k idle", **MANY, relaxing=True, idle=1_000, naive=False),
    Size(name="2,000 relaxing, 10k waiting", **MANY, relaxing=True, waiting=10_000, naive=False),
    Size(name="2,000 tiers, relaxing, 1k idle", **MANY, relaxing=True, tiers=True, idle=1_000, naive=False),
    Size(
        name="2,000 tiers, relaxing, 10k w.", **MANY, relaxing=True, tiers=True, waiting=10_000, naive=False
    ),
    Size(name="100 agents, 10 idle", agents=100, queues=8, skills=8, skills_mean=3, idle=10),
)
"""Agents have skills of levels 1 to 5 and queues ask for levels 1 to 3 of one or two, in every size."""


class Scan(Index):
    """The same rules by looking at everybody."""

    def adopt(self) -> None:
        super().adopt()
        self._free: dict[Seat, None] = {}
        self._able = {id(s): frozenset(s.capable) for s in self._signatures.values()}

    def add(self, seat: Seat) -> None:
        seat.free = True
        self._free[seat] = None

    def remove(self, seat: Seat) -> None:
        seat.free = False
        del self._free[seat]

    def agent_for(self, place: Place, now: float) -> Seat | None:
        able = self._able[id(place.signature)]
        free = (seat for seat in self._free if seat in able)
        return min(free, key=lambda seat: (seat.tier, seat.idle_key), default=None)

    def call_for(self, seat: Seat, now: float) -> Place | None:
        waiting = (
            entry
            for signature in self._signatures.values()
            for entry in signature.heap
            if entry[3].waiting and entry[3].signature is signature and seat in self._able[id(signature)]
        )
        best = min(waiting, default=None)
        return best[3] if best else None


class Load:
    """A steady state: so many idle or so many waiting, calls coming and going."""

    def __init__(self, size: Size, index: type[Index]) -> None:
        self.dice = random.Random(1)
        self.centre = size.centre(self.dice)
        self.queues = list(self.centre.queues)
        self.now = 1_000_000.0
        self.calls = self.line = 0
        self.talking: list[AgentId] = []
        began = time.process_time()
        self.router = Router(self.centre, self.now)
        self.built_s = time.process_time() - began
        self.index(index)
        self.all_ready()
        nearly = size.agents - size.idle - size.agents // 100
        while self.calls < 5 * size.agents and (self.line < size.waiting or len(self.talking) < nearly):
            self.joins()

    def index(self, kind: type[Index]) -> None:
        if kind is not Index:
            router = self.router
            router._index = kind(self.centre, router._seats, TIERS, router._dice)
            self.router._index.adopt()

    def all_ready(self) -> None:
        for agent in self.centre.agents:
            self.now += 0.001
            self.router.online(agent, True, self.now)
            self.router.move(agent, Move.LOG_IN, self.now)
            self.router.move(agent, Move.READY, self.now)

    def joins(self) -> int:
        self.calls += 1
        self.now += 0.001
        queue = self.centre.queues[self.dice.choice(self.queues)]
        visit = VisitId(f"v{self.calls}")
        call = WaitingCall(visit=visit, queue=queue.id, entered_at=self.now, requires=queue.requires)
        self.line += 1
        return 1 + self.climbs() + self.answers(self.router.join(call, self.now))

    def climbs(self) -> int:
        """What comes due by now: a step of relaxation is an event too."""
        at, events = self.router.next_deadline(), 0
        while at is not None and at <= self.now:
            events += 1 + self.answers(self.router.tick(at))
            at = self.router.next_deadline()
        return events

    def ends(self) -> int:
        talking = self.talking
        n = self.dice.randrange(len(talking))
        talking[n], talking[-1] = talking[-1], talking[n]
        self.now += 0.001
        return 1 + self.answers(self.router.talk_ended(talking.pop(), self.now))

    def answers(self, decisions: list[Decision]) -> int:
        events = 0
        for decision in decisions:
            if type(decision) is Offer:
                self.router.accepted(decision.offer, 0.0, self.now)
                self.talking.append(decision.agent)
                self.line -= 1
                events += 1
        return events

    def reconfigured_s(self) -> float:
        began = time.process_time()
        self.router.reconfigure(self.centre, self.now)
        return time.process_time() - began


def per_second(load: Load, seconds: float) -> float:
    """Events a second in the steady state: a call joins, a talk ends, in turn."""
    events = 0
    gc.collect()
    began = time.process_time()
    while time.process_time() < began + seconds:
        for _ in range(10):
            events += load.joins() + load.ends()
    return events / (time.process_time() - began)


HEAD = f"{'10,000 agents':30}  build s rebuild s   idle   line  events/s design's    naive  ratio"


def row(size: Size, seconds: float) -> str:
    load = Load(size, Index)
    speed = per_second(load, seconds)
    idle, line, rebuilt_s = size.agents - len(load.talking), load.line, load.reconfigured_s()
    naive = per_second(Load(size, Scan), seconds / 2) if size.naive else None
    beside = f"{naive:8,.0f} {speed / naive:6.1f}" if naive else ""
    return (
        f"{size.name:30} {load.built_s:8.2f} {rebuilt_s:9.2f} {idle:6} {line:6} {speed:9,.0f} "
        f"{size.reference:>8} {beside}"
    )


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seconds", type=float, default=2.0, help="of each measurement")
    seconds = options.parse_args().seconds
    print(f"Python {sys.version.split()[0]}, one core, {seconds:g} CPU seconds each, seed 1")
    print(HEAD)
    for size in SIZES:
        print(row(size, seconds), flush=True)
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
