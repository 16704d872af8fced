"""What the packets say: who was rung when for whom, and how soon. Pure: messages in, figures out.

A caller's number is `TTTTTRRRRN…`: milliseconds the agent is to talk, the round, the caller within it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from scripts.bench.observer import Message


def number(talk_ms: int, round_: int) -> str:
    """The start of the numbers of one round's callers."""
    if not (0 < talk_ms < 100_000 and 0 <= round_ < 10_000):
        raise ValueError((talk_ms, round_))
    return f"{talk_ms:05d}{round_:04d}"


@dataclass(frozen=True, slots=True)
class Ring:
    """An agent's phone rung for a caller, until one of both sides said BYE."""

    at: float
    agent: str
    caller: str
    call: str


@dataclass(slots=True)
class Traffic:
    """One round's calls; times are epoch seconds."""

    arrivals: dict[str, float] = field(default_factory=dict)
    """By caller's number: his INVITE."""
    rings: list[Ring] = field(default_factory=list)
    ends: dict[str, float] = field(default_factory=dict)
    """By Call-ID of the agent's leg: its BYE."""
    repeated: int = 0
    """INVITEs and BYEs sent again for want of an answer."""

    @property
    def first_rings(self) -> dict[str, Ring]:
        found: dict[str, Ring] = {}
        for ring in self.rings:
            found.setdefault(ring.caller, ring)
        return found

    def first_ring_s(self, since: float, until: float) -> list[float]:
        """Caller's INVITE to the first agent's INVITE, of callers who came in that time and were served."""
        rings = self.first_rings
        return [
            rings[caller].at - at
            for caller, at in self.arrivals.items()
            if since <= at < until and caller in rings
        ]

    def came(self, since: float, until: float) -> int:
        return sum(since <= at < until for at in self.arrivals.values())

    def double_booked(self) -> int:
        """Phones rung while their agent was on another call, or rung for one."""
        count = 0
        for rings in self._by_agent().values():
            for before, after in pairwise(rings):
                count += self.ends.get(before.call, float("inf")) > after.at
        return count

    def next_ring_s(self) -> list[float]:
        """An agent's BYE to his next INVITE, where a caller was waiting for each free agent all the while."""
        came = sorted(self.arrivals.values())
        taken = sorted(ring.at for ring in self.first_rings.values())
        began = sorted(ring.at for ring in self.rings)
        ended = sorted(self.ends[ring.call] for ring in self.rings if ring.call in self.ends)
        found = []
        agents = self._by_agent()
        for rings in agents.values():
            for before, after in pairwise(rings):
                free_at = self.ends.get(before.call)
                if free_at is None:
                    continue
                waiting = bisect_left(came, free_at) - bisect_left(taken, free_at)
                busy = bisect_left(began, free_at) - bisect_left(ended, free_at) - 1
                if waiting >= len(agents) - busy:
                    found.append(after.at - free_at)
        return found

    def _by_agent(self) -> dict[str, list[Ring]]:
        found: dict[str, list[Ring]] = {}
        for ring in self.rings:
            found.setdefault(ring.agent, []).append(ring)
        return found


def traffic(messages: Iterable[Message], *, sip_port: int, agents_port: int, number: str) -> Traffic:
    """The calls of callers whose numbers begin with `number`."""
    seen: Counter[tuple[str, str, int]] = Counter()
    found = Traffic()
    agents_calls: set[str] = set()
    for message in messages:
        ours = message.sender.startswith(number) and message.kind == "INVITE"
        if not ours and message.call not in agents_calls:
            continue
        key = (message.call, message.kind, message.to_port)
        seen[key] += 1
        if seen[key] > 1:
            found.repeated += 1
        elif message.kind == "BYE":
            found.ends.setdefault(message.call, message.at)
        elif message.to_port == sip_port:
            found.arrivals[message.sender] = message.at
        elif message.to_port == agents_port:
            agents_calls.add(message.call)
            found.rings.append(Ring(message.at, message.target, message.sender, message.call))
    return found


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least `share` of them do not exceed; NaN of none."""
    if not values:
        return float("nan")
    ordered = sorted(values)
    return ordered[max(0, -(-int(share * 1000) * len(ordered) // 1000) - 1)]
