"""The measures. Each is one round for the system whose turn it is: calls are made and looked at."""

from __future__ import annotations

import time
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Final

from scripts.bench import bed as beds
from scripts.bench import peer
from scripts.bench.bed import Bed, BedFailed
from scripts.bench.cpu import Look, look
from scripts.bench.observer import Observed, observing
from scripts.bench.plans import Plan
from scripts.bench.sipp import Counts, Sipp, calling
from scripts.bench.traffic import Traffic, number, traffic

RING_S: Final = 0.1
"""What the agents' scenario lets a phone ring."""


@dataclass(slots=True, kw_only=True)
class Round:
    """What one round gave; lists hold seconds, one per call."""

    calls: int
    failed: int = 0
    repeated: int = 0
    double_booked: int = 0
    cpu_ms: dict[str, float] = field(default_factory=dict)
    """Processor time by process, per call (or per waiting caller and second)."""
    latencies: list[float] = field(default_factory=list)
    trouble: str = ""
    """What SIPp said of the first call that went wrong."""
    others: float = 0.0
    """Share of the machine that was busy with things that are no part of this benchmark."""

    @property
    def serving_ms(self) -> float:
        """What serving takes: Asterisk and, where there is one, the engine."""
        return self.cpu_ms.get("asterisk", 0.0) + self.cpu_ms.get("engine", 0.0)


class Bench:
    """Measures on one bed. `eyes` is off where packets may not be looked at: then there are no latencies."""

    def __init__(self, bed: Bed, *, eyes: bool = True) -> None:
        self.bed = bed
        self._eyes = eyes
        self._round = 0

    def warm_up(self) -> None:
        """A call for every agent, so that what a first call costs (his talk bridge) falls on no measure."""
        agents = len(self.bed.agents)
        rate, calls = min(80, 2 * agents), agents + agents // 5 + 1
        start = self._number(0.2)
        with self._calling(self.bed.number("idle"), start, rate, calls, calls) as callers:
            callers.wait(calls / rate + 20)
        self.bed.quiet()

    # --- the measures

    def idle(self, plan: Plan, *, address: str = beds.CALLERS, answered: bool = False) -> Round:
        """Calls that always find an idle agent: processor time per call, INVITE to INVITE.

        `answered`: by app_queue's dialplan before its queue, with music instead of ringing.
        """
        dialled = self.bed.number("backlog" if answered else "idle")
        return self._steady(plan.rate, plan.talk_s, plan.window_s, address, dialled)

    def rate(self, rate: float, talk_s: float, window_s: float) -> Round:
        """As `idle`, at a rate that may be too much."""
        return self._steady(rate, talk_s, window_s, beds.CALLERS, self.bed.number("idle"))

    def backlog(self, plan: Plan) -> Round:
        """Always more callers than agents: an agent's BYE to his next INVITE."""
        agents = len(self.bed.agents)
        cycle_s = plan.backlog_talk_s + RING_S
        rate = 1.5 * agents / cycle_s
        calls = int(agents + plan.waiting + agents * plan.window_s / cycle_s)
        start = self._number(plan.backlog_talk_s)
        before = self._phones.counts
        with (
            self._observed() as observed,
            self._calling(self.bed.number("backlog"), start, rate, calls, agents + plan.waiting) as callers,
        ):
            callers.wait(calls / rate + plan.window_s * 3 + 30)
            counts, trouble = callers.counts, callers.complaint
        seen = self._traffic(observed, start)
        left = self.bed.quiet()
        latencies = seen.next_ring_s() if seen else []
        return self._round_of(calls, counts, before, seen, latencies, left, trouble)

    def waiting(self, callers: int, window_s: float, *, control: bool = False) -> Round:
        """Callers nobody serves: processor time of one of them per second. `control`: answered, silence."""
        dialled = peer.SILENCE if control else self.bed.number("waiting")
        settle_s = 2.0
        arriving_s = callers / 50
        hold_ms = int((arriving_s + settle_s + window_s + 1) * 1000)
        with calling(
            self.bed.folder,
            self.bed.sip,
            address=beds.CALLERS,
            port=self.bed.callers_port(),
            dialled=dialled,
            number=self._number(1),
            rate=50,
            calls=callers,
            at_once_max=callers,
            hold_ms=hold_ms,
        ) as waiters:
            time.sleep(arriving_s + settle_s)
            if (there := self.bed.calls()) != callers:
                raise BedFailed(f"{there} of {callers} callers wait")
            processes = self.bed.processes | {"callers": waiters.pid}
            begin = look(processes)
            time.sleep(window_s)
            end = look(processes)
            waiters.wait(hold_ms / 1000 + 10)
            counts = waiters.counts
        self.bed.quiet()
        return Round(
            calls=callers,
            failed=callers - counts.good,
            repeated=counts.again,
            cpu_ms=_each_ms(begin, end, callers * (end.at - begin.at)),
            others=_others(begin, end),
        )

    # --- how

    def _steady(self, rate: float, talk_s: float, window_s: float, address: str, dialled: str) -> Round:
        ramp_s = talk_s + RING_S + 0.5
        calls = int(rate * (ramp_s + window_s + 0.5))
        start = self._number(talk_s)
        before = self._phones.counts
        with (
            self._observed() as observed,
            self._calling(dialled, start, rate, calls, calls, address) as callers,
        ):
            time.sleep(ramp_s)
            processes = self.bed.processes | {"callers": callers.pid}
            begin = look(processes)
            made = callers.counts.made
            time.sleep(window_s)
            end = look(processes)
            made = callers.counts.made - made
            callers.wait(talk_s + 40)
            counts, trouble = callers.counts, callers.complaint
        seen = self._traffic(observed, start)
        left = self.bed.quiet()
        came = seen.came(begin.at, end.at) if seen else made
        latencies = seen.first_ring_s(begin.at, end.at) if seen else []
        round_ = self._round_of(calls, counts, before, seen, latencies, left, trouble)
        round_.cpu_ms = _each_ms(begin, end, came)
        round_.others = _others(begin, end)
        return round_

    def _round_of(
        self,
        calls: int,
        counts: Counts,
        before: Counts,
        seen: Traffic | None,
        latencies: list[float],
        left: int,
        trouble: str,
    ) -> Round:
        time.sleep(1.1)  # SIPp tells its figures once a second
        agents = self._phones.counts.since(before)
        return Round(
            calls=calls,
            failed=max(calls - counts.good, agents.failed, left),
            repeated=counts.again + agents.again + (seen.repeated if seen else 0),
            double_booked=seen.double_booked() if seen else 0,
            latencies=latencies,
            trouble=trouble or self._phones.complaint,
        )

    def _calling(
        self,
        dialled: str,
        start: str,
        rate: float,
        calls: int,
        at_once_max: int,
        address: str = beds.CALLERS,
    ) -> AbstractContextManager[Sipp]:
        return calling(
            self.bed.folder,
            self.bed.sip,
            address=address,
            port=self.bed.callers_port(),
            dialled=dialled,
            number=start,
            rate=rate,
            calls=calls,
            at_once_max=at_once_max,
        )

    def _observed(self) -> AbstractContextManager[Observed | None]:
        return observing(self.bed.asterisk.sip_port, self.bed.folder) if self._eyes else nullcontext()

    def _traffic(self, observed: Observed | None, start: str) -> Traffic | None:
        if observed is None:
            return None
        return traffic(
            observed.messages,
            sip_port=self.bed.asterisk.sip_port,
            agents_port=self.bed.desks.port,
            number=start,
        )

    @property
    def _phones(self) -> Sipp:
        assert self.bed.desks.sipp is not None
        return self.bed.desks.sipp

    def _number(self, talk_s: float) -> str:
        self._round += 1
        return number(round(talk_s * 1000), self._round)


def _each_ms(begin: Look, end: Look, count: float) -> dict[str, float]:
    return {name: spent * 1000 / count for name, spent in end.since(begin).items()} if count else {}


def _others(begin: Look, end: Look) -> float:
    """Of one processor."""
    spent = end.since(begin)
    machine = spent.pop("machine")
    return max(0.0, machine - sum(spent.values())) / (end.at - begin.at)
