"""What experience says of each queue: how long calls keep an agent, how soon callers give up, how many come.

Learnt from the facts as they are told. Until there are some, what is configured counts, and goes on to count
as a few calls would.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import exp, expm1

from ccapp.domain import events
from ccapp.domain.centre import Queue
from ccapp.domain.events import Fact
from ccapp.domain.ids import AgentId, QueueId
from ccapp.domain.presence import State
from ccapp.domain.priorities import Priority

NEWEST_SHARE_MIN = 0.03
"""Of the newest call in a moving average, at least; before, all calls since the start count the same."""

SEED_CALLS = 4
"""As so many calls counts what is configured."""

WAITS_SHARE = 0.005
"""Of the newest wait in what is known of the callers' patience."""

COMING_S = 900.0
"""How far back callers are counted to say how many come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """Of one queue's calls."""

    handling_s: float  # talk and wrap-up
    spread: float = 1.0  # variance of that / its mean squared
    ring_s: float = 0.0  # how long the phone of the one who answers rings
    giving_up: float = 0.0  # hang-ups per second of waiting

    @property
    def occupied_s(self) -> float:
        """How long a call keeps an agent from the next one."""
        return self.handling_s + self.ring_s


class Average:
    """A moving average, and of the squares."""

    __slots__ = ("count", "mean", "square")

    def __init__(self, mean: float, spread: float = 1.0, count: int = SEED_CALLS) -> None:
        self.count = count
        self.mean = mean
        self.square = mean * mean * (1 + spread)

    def learn(self, value: float) -> None:
        self.count += 1
        share = max(1 / self.count, NEWEST_SHARE_MIN)
        self.mean += share * (value - self.mean)
        self.square += share * (value * value - self.square)

    @property
    def spread(self) -> float:
        mean_square = self.mean * self.mean
        return max(0.0, self.square / mean_square - 1) if mean_square > 0 else 1.0


class Patience:
    """Calls, hang-ups and seconds waited, older ones counting less."""

    __slots__ = ("calls", "gave_up", "waited_s")

    def __init__(self) -> None:
        # as if ten callers had waited ten minutes altogether, and none had hung up
        self.calls, self.gave_up, self.waited_s = 10.0, 0.0, 600.0

    def learn(self, waited_s: float, *, gave_up: bool) -> None:
        self.calls += 1 - WAITS_SHARE * self.calls
        self.gave_up += gave_up - WAITS_SHARE * self.gave_up
        self.waited_s += waited_s - WAITS_SHARE * self.waited_s

    @property
    def stay(self) -> float:
        """The share of callers who do not hang up."""
        return 1 - self.gave_up / self.calls

    @property
    def giving_up(self) -> float:
        return self.gave_up / self.waited_s if self.waited_s > 0 else 0.0


class Stream:
    """How many come per second, over the last quarter of an hour or so."""

    __slots__ = ("_at", "_count", "_since")

    def __init__(self, since: float) -> None:
        self._since = self._at = since
        self._count = 0.0

    def came(self, now: float) -> None:
        self._count = self._left(now) + 1
        self._at = max(self._at, now)

    def _left(self, now: float) -> float:
        return self._count * exp(-max(0.0, now - self._at) / COMING_S)

    def per_s(self, now: float) -> float:
        watched = -expm1(-max(now - self._since, 60.0) / COMING_S)
        return self._left(now) / COMING_S / watched


class Experience:
    """Of one engine, since its start."""

    def __init__(self) -> None:
        self._handling: dict[QueueId, Average] = {}
        self._ring: dict[QueueId, Average] = {}
        self._patience: dict[QueueId, Patience] = {}
        self._streams: dict[tuple[QueueId, Priority], Stream] = {}
        self._ended: dict[AgentId, events.TalkEnded] = {}  # talks whose wrap-up may still come
        self._since: float | None = None

    def habits(self, queue: Queue) -> Habits:
        handling, ring = self._handling.get(queue.id), self._ring.get(queue.id)
        patience = self._patience.get(queue.id)
        return Habits(
            handling_s=queue.handling_s if handling is None else handling.mean,
            spread=1.0 if handling is None else handling.spread,
            ring_s=0.0 if ring is None else ring.mean,
            giving_up=0.0 if patience is None else patience.giving_up,
        )

    def coming(self, now: float) -> Mapping[tuple[QueueId, Priority], float]:
        """Calls per second that will want an agent, by queue and caller priority."""
        stay = {queue: patience.stay for queue, patience in self._patience.items()}
        return {of: stream.per_s(now) * stay.get(of[0], 1.0) for of, stream in self._streams.items()}

    def hear(self, fact: Fact, queues: Mapping[QueueId, Queue]) -> None:
        if self._since is None:
            self._since = fact.at
        match fact:
            case events.CallWaits(queue=queue, caller_priority=priority, at=at):
                self._streams.setdefault((queue, priority), Stream(self._since)).came(at)
            case events.CallServed(queue=queue, waited_s=waited_s, rang_s=rang_s):
                self._ring.setdefault(queue, Average(rang_s)).learn(rang_s)
                self._waited(queue, waited_s)
            case events.CallAbandoned(queue=queue, waited_s=waited_s):
                self._waited(queue, waited_s, gave_up=True)
            case events.WaitEnded(queue=queue, waited_s=waited_s):
                self._waited(queue, waited_s)
            case events.TalkEnded(agent=agent):
                self._ended[agent] = fact
            case events.WrapUpEnded(agent=agent, wrap_up_s=wrap_up_s):
                self._handled(agent, wrap_up_s, queues)
            case events.PresenceChanged(agent=agent, state=state) if state is not State.ACW:
                self._handled(agent, 0.0, queues)
            case _:
                pass

    def _waited(self, queue: QueueId, waited_s: float, *, gave_up: bool = False) -> None:
        self._patience.setdefault(queue, Patience()).learn(max(0.0, waited_s), gave_up=gave_up)

    def _handled(self, agent: AgentId, wrap_up_s: float, queues: Mapping[QueueId, Queue]) -> None:
        talk = self._ended.pop(agent, None)
        if talk is not None and talk.queue in queues:
            seed = Average(queues[talk.queue].handling_s)
            self._handling.setdefault(talk.queue, seed).learn(talk.talk_s + wrap_up_s)
