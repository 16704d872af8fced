"""The real Router alone, driven by exact instants: for samples of a size that whole stories are too slow for.

A phone answers at once, nobody wraps up, nothing fails. Callers of each class come as a Poisson stream, talk
for an exponential time and, if they have patience at all, lose it after an exponential one.
"""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush

from ccapp.domain.centre import Agent, Centre, Queue
from ccapp.domain.ids import AgentId, QueueId, VisitId
from ccapp.domain.presence import Move
from ccapp.routing.decisions import Decision, Offer, WaitingCall
from ccapp.routing.router import Router


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """`serves[j]`: the classes agent j may serve. Rates per second, by class."""

    rates: Sequence[float]
    serves: Sequence[frozenset[int]]
    talk_s: float = 1.0
    patience_s: float | None = None
    lines_max: int | None = None  # calls in the house, talking or waiting; the next one is turned away


@dataclass(slots=True)
class Sample:
    """One call's fate."""

    kind: int
    waited_s: float
    abandoned: bool = False
    blocked: bool = False


@dataclass(slots=True)
class Run:
    samples: list[Sample] = field(default_factory=list)
    busy_s: list[float] = field(default_factory=list)  # by agent
    lasted_s: float = 0.0


def centre_of(model: Model) -> Centre:
    """One queue for each class, with the agents who may serve it."""
    agents = [AgentId(f"a{number:03}") for number in range(len(model.serves))]
    queues = {}
    for kind in range(len(model.rates)):
        may = frozenset(agent for agent, kinds in zip(agents, model.serves, strict=True) if kind in kinds)
        id = QueueId(f"q{kind}")
        queues[id] = Queue(id=id, name=id, agents=may, wrap_up_s=0.0)
    return Centre(
        queues=queues, agents={agent: Agent(id=agent, name=agent, extension="") for agent in agents}
    )


class Thin:
    """`Run` of `calls` arrivals, the first `warm_up` of them not counted."""

    def __init__(self, model: Model, seed: int, *, tiers: int = 1, centre: Centre | None = None) -> None:
        """`centre`: the model's own otherwise, `centre_of` it."""
        self._model = model
        self._chance = random.Random(f"thin/{seed}")
        self._now = 0.0
        centre = centre or centre_of(model)
        self._centre = centre
        self._router = Router(centre, 0.0, tiers=tiers)
        self._number = {agent: number for number, agent in enumerate(centre.agents)}
        self._heap: list[tuple[float, int, Callable[[], None]]] = []
        self._events = 0
        self._calls: dict[VisitId, Sample] = {}  # in line
        self._came: dict[VisitId, float] = {}
        self._arrived = 0
        self._inside = 0
        self._begun_s = 0.0
        self._result = Run(busy_s=[0.0] * len(centre.agents))
        self._weights = list(model.rates)
        self._rate = sum(model.rates)
        for agent in centre.agents:
            self._router.move(agent, Move.LOG_IN, 0.0)
            self._router.move(agent, Move.READY, 0.0)
            self._router.online(agent, True, 0.0)

    def run(self, calls: int, warm_up: int) -> Run:
        self._arrival_later()
        while self._arrived < calls + warm_up:
            if self._arrived == warm_up and not self._begun_s:
                self._begun_s = self._now
                self._result.samples.clear()
                self._result.busy_s = [0.0] * len(self._result.busy_s)
            at, _, act = heappop(self._heap)
            self._now = at
            act()
        self._result.lasted_s = self._now - self._begun_s
        return self._result

    def _later(self, delay_s: float, act: Callable[[], None]) -> None:
        self._events += 1
        heappush(self._heap, (self._now + delay_s, self._events, act))

    def _arrival_later(self) -> None:
        self._later(self._chance.expovariate(self._rate), self._arrive)

    def _arrive(self) -> None:
        self._arrived += 1
        model, chance = self._model, self._chance
        kind = chance.choices(range(len(self._weights)), self._weights)[0]
        sample = Sample(kind, 0.0)
        self._result.samples.append(sample)
        self._arrival_later()
        if model.lines_max is not None and self._inside >= model.lines_max:
            sample.blocked = True
            return
        self._inside += 1
        visit = VisitId(f"v{self._arrived}")
        self._calls[visit], self._came[visit] = sample, self._now
        queue = self._centre.queues[QueueId(f"q{kind}")]
        call = WaitingCall(
            visit=visit,
            queue=queue.id,
            entered_at=self._now,
            priority_s=queue.priority_s,
            requires=queue.requires,
        )
        self._carry_out(self._router.join(call, self._now))
        if visit in self._calls and model.patience_s is not None:
            self._later(chance.expovariate(1 / model.patience_s), lambda: self._abandon(visit))

    def _abandon(self, visit: VisitId) -> None:
        sample = self._calls.pop(visit, None)
        if sample is not None:
            sample.abandoned = True
            sample.waited_s = self._now - self._came.pop(visit)
            self._inside -= 1
            self._carry_out(self._router.leave(visit, self._now))

    def _carry_out(self, decisions: Sequence[Decision]) -> None:
        for decision in decisions:
            if isinstance(decision, Offer):
                self._serve(decision)

    def _serve(self, offer: Offer) -> None:
        self._calls.pop(offer.visit).waited_s = self._now - self._came.pop(offer.visit)
        talk_s = self._chance.expovariate(1 / self._model.talk_s)
        self._result.busy_s[self._number[offer.agent]] += talk_s
        self._router.accepted(offer.offer, 0.0, self._now)
        self._later(talk_s, lambda: self._talk_ends(offer.agent))

    def _talk_ends(self, agent: AgentId) -> None:
        self._inside -= 1
        self._carry_out(self._router.talk_ended(agent, self._now))


def by_class(samples: Sequence[Sample]) -> Mapping[int, list[Sample]]:
    kinds: dict[int, list[Sample]] = {}
    for sample in samples:
        kinds.setdefault(sample.kind, []).append(sample)
    return kinds
