"""The real Router against exact results: first come first served, by the longest idle who can.

Adan & Weiss (Stochastic Systems 4(1), 2014) give such systems a product form, so both order rules are pinned
at once, figure by figure. Poisson arrivals, exponential talks of mean one, one tier, no ringing. Every figure
must lie in its 99.9 % interval of batch means.
"""

import heapq
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import batched
from math import sqrt
from statistics import fmean, stdev

import pytest

from ccapp.domain.ids import AgentId, VisitId
from ccapp.routing.decisions import Decision, Offer, WaitingCall
from tests.routing.floor import Floor, agent, queue

BATCHES = 20
STUDENT = 3.883  # two-sided 99.9 %, 19 degrees of freedom


@dataclass(slots=True)
class Seen:
    waits: list[list[float]]  # per class, in order of service
    busy: list[list[float]] = field(default_factory=list)  # per slice of time, share of it per agent


class System:
    """A Router with random callers and talks, in virtual time."""

    def __init__(self, rates: Sequence[float], crews: Sequence[Sequence[int]], seed: int) -> None:
        self.dice = random.Random(seed)
        self.rates = rates
        self.floor = Floor(
            *(queue(f"q{n}", f"s{n}", wrap_up_s=0) for n in range(len(rates))),
            *(agent(f"a{n}", " ".join(f"s{skill}" for skill in crew)) for n, crew in enumerate(crews)),
            now=0.0,
            tiers=1,
        )
        self.floor.ready(*(f"a{n}" for n in range(len(crews))))
        self.router = self.floor.router
        self.events: list[tuple[float, int, str]] = []
        self.classes = {f"q{n}": n for n in range(len(rates))}
        self.talked = [0.0] * len(crews)
        self.seen = Seen([[] for _ in rates])

    def run(self, calls: int) -> Seen:
        for n in range(len(self.rates)):
            self.later(self.rates[n], n, "")
        began, arrived = self.floor.now, 0
        while arrived < calls:
            now, n, who = heapq.heappop(self.events)
            if who:
                self.hear(self.router.talk_ended(AgentId(who), now), now)
                continue
            arrived += 1
            self.later(self.rates[n], n, "", now)
            at = self.floor.centre.queues[f"q{n}"]  # type: ignore[index]
            call = WaitingCall(
                visit=VisitId(f"v{arrived}"), queue=at.id, entered_at=now, requires=at.requires
            )
            self.hear(self.router.join(call, now), now)
            if arrived % (calls // BATCHES) == 0:
                self.seen.busy.append([talked / (now - began) for talked in self.talked])
                self.talked, began = [0.0] * len(self.talked), now
        return self.seen

    def later(self, rate: float, n: int, who: str, now: float | None = None) -> float:
        lasts = self.dice.expovariate(rate)
        heapq.heappush(self.events, ((self.floor.now if now is None else now) + lasts, n, who))
        return lasts

    def hear(self, decisions: list[Decision], now: float) -> None:
        for offer in decisions:
            if isinstance(offer, Offer):
                self.seen.waits[self.classes[offer.queue]].append(offer.waited_s)
                self.router.accepted(offer.offer, 0.0, now)
                n = int(offer.agent[1:])
                self.talked[n] += self.later(1.0, n, offer.agent, now)


def means(values: Sequence[float]) -> list[float]:
    return [fmean(batch) for batch in batched(values, len(values) // BATCHES, strict=False)][:BATCHES]


def covers(batch_means: Sequence[float], exact: float, what: str) -> None:
    middle = fmean(batch_means)
    half = STUDENT * stdev(batch_means) / sqrt(len(batch_means))
    assert abs(middle - exact) <= half, f"{what}: {middle:.5f} ± {half:.5f}, exact {exact:.5f}"


@pytest.mark.parametrize(
    ("rates", "crews", "waits", "wait", "busy"),
    [
        pytest.param(
            (0.9, 0.7), ((0,), (0, 1)), (0.66679, 0.89475), (1.66696, 4.13654), (0.70525, 0.89475), id="N"
        ),
        pytest.param(
            (0.8, 0.8),
            ((0,), (0, 1), (1,)),
            (0.36380,) * 2,
            (0.34698,) * 2,
            (0.49004, 0.61993, 0.49004),
            id="W",
        ),
        pytest.param(
            (0.8,) * 3, ((0, 1), (1, 2), (2, 0)), (0.68571,) * 3, (1.24868,) * 3, (0.8,) * 3, id="chain"
        ),
        pytest.param((2.4,), ((0,),) * 3, (0.64719,), (1.07865,), (0.8,) * 3, id="M/M/3"),
    ],
)
def test_the_product_form(
    rates: Sequence[float],
    crews: Sequence[Sequence[int]],
    waits: Sequence[float],
    wait: Sequence[float],
    busy: Sequence[float],
) -> None:
    seen = System(rates, crews, seed=7).run(40_000)
    for n, waited in enumerate(seen.waits):
        covers(means([float(one > 0) for one in waited]), waits[n], f"P(wait) of class {n}")
        covers(means(waited), wait[n], f"E[W] of class {n}")
    for n, exact in enumerate(busy):
        covers([part[n] for part in seen.busy], exact, f"busy of agent {n}")
