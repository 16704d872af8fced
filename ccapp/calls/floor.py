"""The floor of the contact centre: whom the stories work with, and the rooms in which people are joined."""

import asyncio
import logging
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from ccapp.acd import Acd
from ccapp.calls.comebacks import Comebacks
from ccapp.calls.editions import Editions
from ccapp.calls.errands import Errands
from ccapp.calls.scope import forever, until_gone
from ccapp.domain.centre import Queue
from ccapp.domain.ids import (
    AgentId,
    BridgeId,
    ChannelId,
    QueueId,
    SessionId,
    agent_of,
    hall_bridge,
    is_room,
    queue_of,
    talk_bridge,
)
from ccapp.ports import Bridge, Customers, Leg, NoCustomers, NoPrompts, Prompts, Switch, SwitchError

log = logging.getLogger(__name__)

HALL_LINGER_S = 2.0
"""An empty hall is kept so long: the next caller often comes at once."""

TALK_LINGER_S = 2.0
"""An agent's talk bridge is kept so long after his log-out, until whoever is in it has left. Asterisk keeps a
bridge that was closed over a caller's head, of no use to anybody, for as long as he then waits in the hall;
should the agent log in again meanwhile, that caller could never be joined with him."""

CODE_S_MAX = 15.0
"""So long what a feature code confirms may take to be spoken and heard before his phone is rung."""

HANG_UP_S_MAX = 3.0
"""A leg that was released is waited for so long before its phone is rung again."""


def failed(opening: asyncio.Task[Bridge]) -> bool:
    return opening.cancelled() or opening.exception() is not None


def close_opened(opening: asyncio.Task[Bridge]) -> None:
    if not failed(opening):
        opening.result().close()


class Hall:
    """The holding bridge of a queue: everyone in it hears the same music, from one source."""

    def __init__(self, switch: Switch, queue: QueueId) -> None:
        self._switch = switch
        self._queue = queue
        self._guests: set[ChannelId] = set()
        self._bridge: asyncio.Task[Bridge] | None = None
        self._closing: asyncio.TimerHandle | None = None

    def inherit(self, music: str) -> None:
        """Left by an engine before us, or made without our being told: closed if nobody comes to wait."""
        if self._bridge is None or (self._bridge.done() and failed(self._bridge)):
            self._bridge = self._make(music)
            self._close_later()

    async def enter(self, leg: Leg, music: str) -> None:
        self._guests.add(leg.id)
        bridge = await self._open(music)
        await bridge.add(leg)

    async def _open(self, music: str) -> Bridge:
        if self._closing is not None:
            self._closing.cancel()
            self._closing = None
        if self._bridge is None or (self._bridge.done() and failed(self._bridge)):
            self._bridge = self._make(music)
        return await asyncio.shield(self._bridge)

    def _make(self, music: str) -> asyncio.Task[Bridge]:
        name = f"waiting for {self._queue}"
        return asyncio.ensure_future(self._switch.hall(hall_bridge(self._queue), name, music))

    def left(self, leg: Leg) -> None:
        """The leg is on its way out of the hall; the last one lets it be closed, after a while."""
        self._guests.discard(leg.id)
        self._close_later()

    def _close_later(self) -> None:
        if not self._guests and self._closing is None and self._bridge is not None:
            self._closing = asyncio.get_running_loop().call_later(HALL_LINGER_S, self._close)

    def _close(self) -> None:
        opening, self._closing = self._bridge, None
        if opening is not None and not opening.done():
            self._close_later()
            return
        self._bridge = None
        if opening is not None:
            close_opened(opening)

    def let_go(self) -> None:
        if self._closing is not None:
            self._closing.cancel()


class Rooms:
    """The bridges: one hall per queue, one talk bridge per agent, kept while he is logged in."""

    def __init__(self, switch: Switch) -> None:
        self._switch = switch
        self._halls: dict[QueueId, Hall] = {}
        self._talks: dict[AgentId, asyncio.Task[Bridge]] = {}
        self._closing: dict[AgentId, asyncio.TimerHandle] = {}

    def hall(self, queue: QueueId) -> Hall:
        return self._halls.setdefault(queue, Hall(self._switch, queue))

    async def talk(self, agent: AgentId) -> Bridge:
        """The bridge in which this agent talks to callers."""
        if (closing := self._closing.pop(agent, None)) is not None:
            closing.cancel()
        opening = self._talks.get(agent)
        if opening is None or (opening.done() and failed(opening)):
            made = self._switch.talk_bridge(talk_bridge(agent), f"talk of {agent}")
            opening = self._talks[agent] = asyncio.ensure_future(made)
        return await asyncio.shield(opening)  # who waits may go; the room is made all the same

    async def leave_talk(self, agent: AgentId, leg: Leg) -> None:
        """Takes a leg out of the agent's room; one that is about to be closed is closed all the same."""
        opening = self._talks.get(agent)
        if opening is not None:
            await (await asyncio.shield(opening)).remove(leg)

    def close_talk(self, agent: AgentId) -> None:
        """Soon; unless he has come back by then."""
        if agent in self._talks and agent not in self._closing:
            loop = asyncio.get_running_loop()
            self._closing[agent] = loop.call_later(TALK_LINGER_S, self._close_talk, agent)

    def _close_talk(self, agent: AgentId) -> None:
        del self._closing[agent]
        opening = self._talks.pop(agent, None)
        if opening is not None and opening.done():
            close_opened(opening)
        elif opening is not None:
            opening.add_done_callback(close_opened)

    async def close(self, bridge: BridgeId) -> None:
        """That of a call which did not go on."""
        with suppress(SwitchError):
            (await self._switch.talk_bridge(bridge, bridge)).close()

    async def compare(
        self, bridges: Mapping[BridgeId, frozenset[ChannelId]], queues: Mapping[QueueId, Queue]
    ) -> None:
        """After a new connection: the rooms of an engine before us are ours now. (A room of ours that the
        switch no longer has is made again by the next who enters.)"""
        try:
            for id in bridges:
                if (agent := agent_of(id)) is not None:
                    await self.talk(agent)
                elif (queue := queue_of(id)) is not None:
                    self.hall(queue).inherit(queues[queue].music if queue in queues else "default")
                elif is_room(id) and not bridges[id]:
                    (await self._switch.talk_bridge(id, id)).close()
        except SwitchError:
            log.warning("not connected any more; the next connection compares again")

    @property
    def talkers(self) -> Collection[AgentId]:
        """The agents who have a talk bridge."""
        return tuple(self._talks)

    def let_go(self) -> None:
        for hall in self._halls.values():
            hall.let_go()
        for closing in self._closing.values():
            closing.cancel()


class Phones:
    """Agents' phones have one line: the leg before must have ended, or the next call finds it busy; and so
    must the caller's, or the next one meets him in the agent's bridge."""

    def __init__(self) -> None:
        self._last: dict[AgentId, tuple[Leg, ...]] = {}
        self._dialled: dict[AgentId, Leg] = {}
        self._strays: list[Leg] = []
        self._on_line: dict[AgentId, Leg] = {}

    def took(self, agent: AgentId, *legs: Leg) -> None:
        """The leg that rings or talks on this phone, and the caller it talks to."""
        self._last[agent] = legs

    def dials(self, agent: AgentId, leg: Leg) -> None:
        """A call of the phone's own, the last one."""
        self._dialled[agent] = leg

    def waits_on_line(self, agent: AgentId, leg: Leg) -> None:
        """His phone is off-hook, and stays so between callers."""
        self._on_line[agent] = leg

    def left_line(self, agent: AgentId) -> None:
        self._on_line.pop(agent, None)

    def on_line(self, agent: AgentId) -> Leg | None:
        return self._on_line.get(agent)

    def stray(self, leg: Leg) -> None:
        """A leg of an engine before us, hung up now, on a phone we do not know."""
        self._strays.append(leg)

    async def hung_up(self, agent: AgentId) -> None:
        """Waits, for a bounded time, until the phone's last call has ended on both sides."""
        self._strays = [leg for leg in self._strays if leg.gone is None]
        if (own := self._dialled.get(agent)) is not None:
            await _until_gone([own], CODE_S_MAX)
        await _until_gone([*self._last.get(agent, ()), *self._strays], HANG_UP_S_MAX)


async def _until_gone(legs: Iterable[Leg], within_s: float) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(within_s):
            for leg in legs:
                if leg.gone is None:
                    async with until_gone(leg):
                        await forever()


@dataclass(frozen=True, slots=True)
class Floor:
    acd: Acd
    switch: Switch
    rooms: Rooms
    phones: Phones = field(default_factory=Phones)
    customers: Customers = field(default_factory=NoCustomers)
    editions: Editions = field(default_factory=Editions)
    comebacks: Comebacks = field(default_factory=Comebacks)
    errands: Errands = field(default_factory=Errands)
    prompts: Prompts = field(default_factory=NoPrompts)
    access_token: Callable[[SessionId], str] = str  # what lets a customer's server direct a call
