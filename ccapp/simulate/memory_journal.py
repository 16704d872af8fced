"""The journal in memory: what ports.Journal promises, in the loop's own time, for simulator and tests.

A `MemoryStore` is the disk and the database: it outlives the journal object as they outlive the engine.
Commits take as long as the store says (group commit, as the real one), or do not come while it is `away`.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from typing import Self

from ccapp.domain.events import (
    CallAbandoned,
    CallEnded,
    Fact,
    ManagerChosen,
    PresenceChanged,
    StandingOrder,
    VisitFact,
)
from ccapp.domain.ids import AgentId, MessageId, VisitId
from ccapp.domain.messages import fold
from ccapp.domain.orders import standing
from ccapp.domain.voicemail import Message
from ccapp.ports import Recorded

BEHIND_MAX = 10_000


@dataclass(slots=True, eq=False)
class MemoryStore:
    """All that was published, and what is kept of it by visit and by agent."""

    commit_s: Callable[[], float] = lambda: 0.0  # how long the next commit takes
    facts: list[Recorded] = field(default_factory=list)
    visits: dict[VisitId, list[Recorded]] = field(default_factory=dict)
    open: dict[VisitId, None] = field(default_factory=dict)
    presences: dict[AgentId, PresenceChanged] = field(default_factory=dict)
    managers: dict[str, AgentId | None] = field(default_factory=dict)  # by caller's number
    messages: dict[MessageId, Message] = field(default_factory=dict)
    recorded: int = 0  # all facts up to this number are committed
    away: bool = False  # an outage: facts are kept, nothing is committed

    def add(self, fact: Fact) -> Recorded:
        item = Recorded(seq=len(self.facts) + 1, fact=fact)
        self.facts.append(item)
        fold(self.messages, fact)
        match fact:
            case VisitFact(visit=visit):
                if visit not in self.visits:
                    self.visits[visit], self.open[visit] = [], None
                self.visits[visit].append(item)
                if isinstance(fact, CallEnded):
                    self.open.pop(visit, None)
            case PresenceChanged(agent=agent):
                self.presences[agent] = fact
            case ManagerChosen(number=number, agent=chosen):
                self.managers[number] = chosen
        return item


class MemoryJournal:
    """One engine's journal over a store. Must be made in a running loop."""

    def __init__(self, store: MemoryStore | None = None, behind_max: int = BEHIND_MAX) -> None:
        self.store = store or MemoryStore()
        self._behind_max = behind_max
        self._loop = asyncio.get_running_loop()
        self._committing: asyncio.TimerHandle | None = None
        self._waiters: deque[tuple[int, asyncio.Future[None]]] = deque()
        self._followers: list[_Follower] = []
        self._closed = False
        self._commit_soon()

    def publish(self, fact: Fact) -> int:
        item = self.store.add(fact)
        for follower in tuple(self._followers):
            follower.put(item)
        self._commit_soon()
        return item.seq

    async def settled(self, within_s: float = 0.25) -> bool:
        target = len(self.store.facts)
        if self.store.recorded >= target:
            return True
        waiter = target, self._loop.create_future()
        self._waiters.append(waiter)
        try:
            async with asyncio.timeout(within_s):
                await waiter[1]
        except TimeoutError:
            return False
        finally:
            if waiter in self._waiters:
                self._waiters.remove(waiter)
        return True

    def follow(self) -> AsyncIterator[Recorded]:
        follower = _Follower(self._followers, self._behind_max)
        self._followers.append(follower)
        return follower

    async def open_visits(self) -> Sequence[Sequence[VisitFact]]:
        return [
            [item.fact for item in self.store.visits[id] if isinstance(item.fact, VisitFact)]
            for id in self.store.open
        ]

    async def presences(self) -> Sequence[PresenceChanged]:
        return list(self.store.presences.values())

    async def abandoned(self, since: float) -> Sequence[CallAbandoned]:
        facts = (item.fact for item in self.store.facts)
        return [fact for fact in facts if isinstance(fact, CallAbandoned) and fact.at > since]

    async def standing_orders(self) -> Sequence[StandingOrder]:
        return standing(item.fact for item in self.store.facts)

    async def manager(self, number: str, within_s: float = 0.25) -> AgentId | None:
        return self.store.managers.get(number)

    async def messages(self) -> Sequence[Message]:
        return list(self.store.messages.values())

    async def visit(self, visit: str) -> Sequence[Recorded]:
        return tuple(self.store.visits.get(VisitId(visit), ()))

    def database_away(self) -> None:
        """An outage begins; a commit on its way is lost, and made again after it."""
        self.store.away = True

    def database_back(self) -> None:
        """It is over: what waited is committed."""
        self.store.away = False
        self._commit_soon()

    def close(self) -> None:
        """As the engine's end, orderly or not: the store keeps everything, nobody is told any more."""
        self._closed = True
        if self._committing is not None:
            self._committing.cancel()
        for follower in tuple(self._followers):
            follower.end()

    def _commit_soon(self) -> None:
        """Starts a commit of all there is, unless one runs; what comes meanwhile is the next one's."""
        pending = self.store.recorded < len(self.store.facts)
        if pending and self._committing is None and not self.store.away and not self._closed:
            through = len(self.store.facts)
            self._committing = self._loop.call_later(self.store.commit_s(), self._committed, through)

    def _committed(self, through: int) -> None:
        self._committing = None
        if self.store.away:
            return
        self.store.recorded = through
        while self._waiters and self._waiters[0][0] <= through:
            _, done = self._waiters.popleft()
            if not done.done():
                done.set_result(None)
        self._commit_soon()


class _Follower(AsyncIterator[Recorded]):
    """A bounded line of facts; ends with the journal, or when its reader is too slow."""

    def __init__(self, followers: "list[_Follower]", behind_max: int) -> None:
        self._followers, self._behind_max = followers, behind_max
        self._line: deque[Recorded] = deque()
        self._news = asyncio.Event()
        self._ended = False

    def put(self, item: Recorded) -> None:
        if len(self._line) >= self._behind_max:
            self._line.clear()
            self.end()
            return
        self._line.append(item)
        self._news.set()

    def end(self) -> None:
        self._ended = True
        self._followers.remove(self)
        self._news.set()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Recorded:
        while not self._line:
            if self._ended:
                raise StopAsyncIteration
            self._news.clear()
            await self._news.wait()
        return self._line.popleft()
