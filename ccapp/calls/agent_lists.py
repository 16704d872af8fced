"""The customer's server says, for all calls that wait in a queue, whom each may be given to.

It is asked when a call has come, when an agent is free, when a list is through, and else every
`list_agents_every_s` while anybody waits; one question at a time for each queue. Without a good answer every
call keeps the list it has: a server that is away costs callers time, never their place. Lists are in memory
only: after a restart those who wait have none, and it is asked at once.
"""

import asyncio
import logging
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress

from ccapp.acd import Acd
from ccapp.calls.floor import Floor
from ccapp.domain import events
from ccapp.domain.centre import Centre, Outside, Queue
from ccapp.domain.ids import AgentId, QueueId
from ccapp.domain.listing import Listed
from ccapp.ports import Customers, ListCall, ListedAgent, ListQuestion, NoAnswer

log = logging.getLogger(__name__)

UNFIT = re.compile(r"[^A-Za-z0-9_-]+")
NAME_LENGTH_MAX = 60


class AgentLists:
    """Runs until cancelled: a task for each queue with lists in which anybody waits."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor
        self._asking: dict[QueueId, Asking] = {}
        self._begun: asyncio.Queue[QueueId] = asyncio.Queue()
        self._away: dict[QueueId, float] = {}  # since when the server is
        floor.acd.on_list_wanted(self._want)

    def _want(self, queue: QueueId) -> None:
        if queue not in self._asking:
            self._asking[queue] = Asking(queue, self._floor, self._away)
            self._begun.put_nowait(queue)
        self._asking[queue].wanted.set()

    async def run(self) -> None:
        async with asyncio.TaskGroup() as asking:
            while True:
                asking.create_task(self._ask(await self._begun.get()))

    async def _ask(self, queue: QueueId) -> None:
        try:
            await self._asking[queue].while_anybody_waits()
        except Exception:
            log.exception("queue=%s nobody asks for agents until the next call comes", queue)
        finally:
            del self._asking[queue]


class Asking:
    """The questions about one queue."""

    def __init__(self, queue: QueueId, floor: Floor, away: dict[QueueId, float]) -> None:
        self.wanted = asyncio.Event()
        self._queue = queue
        self._acd: Acd = floor.acd
        self._customers: Customers = floor.customers
        self._away = away
        self._last_fault = ""

    async def while_anybody_waits(self) -> None:
        while queue := self._settings():
            calls = waiting(queue, self._acd)
            if not calls:
                return
            self.wanted.clear()
            await self._ask(queue, calls)
            with suppress(TimeoutError):
                async with asyncio.timeout(queue.list_agents_every_s):
                    await self.wanted.wait()

    def _settings(self) -> Queue | None:
        """None: it has no lists any more."""
        queue = self._acd.centre.queues.get(self._queue)
        if queue is None or not queue.get_list_agents_url:
            self._away.pop(self._queue, None)
            return None
        return queue

    async def _ask(self, queue: Queue, calls: Sequence[ListCall]) -> None:
        question = ListQuestion(
            url=queue.get_list_agents_url, queue=queue.id, project=queue.list_agents_project, calls=calls
        )
        try:
            async with asyncio.timeout(queue.list_agents_within_s):
                answer = await self._customers.list_agents(question)
        except TimeoutError:
            self._failed(f"no answer within {queue.list_agents_within_s:g} s")
        except NoAnswer as why:
            self._failed(str(why))
        except Exception as fault:
            log.exception("queue=%s nobody can be asked for agents", self._queue)
            self._failed(f"a fault of ours: {type(fault).__name__}")
        else:
            self._answered()
            lists = {call.visit: entries(answer.get(call.visit, ()), queue, self._acd) for call in calls}
            self._acd.listed(queue.id, lists)

    def _failed(self, why: str) -> None:
        """Said when the server goes away, and when it fails in another way than before."""
        self._acd.meter.list_answers["failed"] += 1
        if why != self._last_fault:
            log.warning("queue=%s the customer's server lists no agents: %s", self._queue, why)
        self._last_fault = why
        if self._queue not in self._away:
            now = self._away[self._queue] = self._acd.clock.now()
            self._acd.declare(events.ListServerLost(at=now, queue=self._queue, why=why))
        self._acd.listed(self._queue, None)

    def _answered(self) -> None:
        self._acd.meter.list_answers["good"] += 1
        self._last_fault = ""
        since = self._away.pop(self._queue, None)
        if since is not None:
            now = self._acd.clock.now()
            log.warning("queue=%s the customer's server lists agents again", self._queue)
            self._acd.declare(events.ListServerFound(at=now, queue=self._queue, away_s=now - since))


def waiting(queue: Queue, acd: Acd) -> list[ListCall]:
    """All calls in line, those that are offered too, in the order of service."""
    visits = (acd.visits[call.visit] for call in acd.line(queue.id) if call.visit in acd.visits)
    return [ListCall(visit=each.id, caller=each.caller_number, dialled=each.number) for each in visits]


def entries(named: Sequence[ListedAgent], queue: Queue, acd: Acd) -> tuple[Listed, ...]:
    """Those of them that can be rung at all; who cannot, is passed over."""
    return tuple(entry for each in named for entry in _entry(each, queue, acd.centre))


def _entry(named: ListedAgent, queue: Queue, centre: Centre) -> Iterator[Listed]:
    agent = centre.agents.get(AgentId(named.user))
    outside = agent.outside if agent is not None else None
    if not named.by_number:
        if agent is not None:
            yield Listed(agent=agent.id, ring_s=named.ring_s)
        return
    if named.number and queue.list_agents_trunk is not None:
        there = Outside(number=named.number, trunk=queue.list_agents_trunk)
        id = guest_id(named) if agent is None else agent.id
        yield Listed(agent=id, ring_s=named.ring_s, outside=there)
    elif agent is not None and outside is not None and not named.number:
        yield Listed(agent=agent.id, ring_s=named.ring_s)


def guest_id(named: ListedAgent) -> AgentId:
    """What somebody is called whom only the customer's server knows: fit for the names of bridges."""
    return AgentId(f"guest-{UNFIT.sub('-', named.user)[:NAME_LENGTH_MAX]}")
