"""The floor of the contact centre: whom the stories work with, and the rooms in which people are joined."""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass

from ccapp.acd import Acd
from ccapp.domain.ids import AgentId, BridgeId, ChannelId, QueueId, hall_bridge, is_room, talk_bridge
from ccapp.ports import Bridge, Leg, LegGone, Switch

log = logging.getLogger(__name__)

HALL_LINGER_S = 2.0
"""An empty hall is kept so long: the next caller often comes at once."""


class Hall:
    """The holding bridge of a queue: everyone in it hears the same music, from one source."""

    def __init__(self, switch: Switch, queue: QueueId) -> None:
        self._switch = switch
        self._queue = queue
        self._guests: set[ChannelId] = set()
        self._bridge: asyncio.Task[Bridge] | None = None
        self._closing: asyncio.TimerHandle | None = None

    async def enter(self, leg: Leg, music: str) -> None:
        self._guests.add(leg.id)
        try:
            bridge = await self._open(music)
            await bridge.add(leg)
        except LegGone:
            if leg.gone is None:  # it was the bridge that is gone: somebody closed it by hand
                self._bridge = None
                await (await self._open(music)).add(leg)

    async def _open(self, music: str) -> Bridge:
        if self._closing is not None:
            self._closing.cancel()
            self._closing = None
        if self._bridge is None or (self._bridge.done() and self._failed(self._bridge)):
            name = f"waiting for {self._queue}"
            self._bridge = asyncio.ensure_future(self._switch.hall(hall_bridge(self._queue), name, music))
        return await asyncio.shield(self._bridge)

    @staticmethod
    def _failed(opening: asyncio.Task[Bridge]) -> bool:
        return opening.cancelled() or opening.exception() is not None

    def left(self, leg: Leg) -> None:
        """The leg is on its way out of the hall; the last one lets it be closed, after a while."""
        self._guests.discard(leg.id)
        if not self._guests and self._closing is None and self._bridge is not None:
            self._closing = asyncio.get_running_loop().call_later(HALL_LINGER_S, self._close)

    def _close(self) -> None:
        opening, self._bridge, self._closing = self._bridge, None, None
        if opening is not None and opening.done() and not self._failed(opening):
            opening.result().close()

    def forget(self) -> None:
        """The switch no longer has it."""
        self._bridge = None

    def let_go(self) -> None:
        if self._closing is not None:
            self._closing.cancel()


class Rooms:
    """The bridges: one hall per queue, one talk bridge per agent, kept while he is logged in."""

    def __init__(self, switch: Switch) -> None:
        self._switch = switch
        self._halls: dict[QueueId, Hall] = {}
        self._talks: dict[AgentId, Bridge] = {}

    def hall(self, queue: QueueId) -> Hall:
        return self._halls.setdefault(queue, Hall(self._switch, queue))

    async def talk(self, agent: AgentId) -> Bridge:
        """The bridge in which this agent talks to callers."""
        bridge = self._talks.get(agent)
        if bridge is None:
            bridge = self._talks[agent] = await self._switch.talk_bridge(
                talk_bridge(agent), f"talk of {agent}"
            )
        return bridge

    def lost_talk(self, agent: AgentId) -> None:
        """The switch says there is no such bridge: the next talk makes a new one."""
        self._talks.pop(agent, None)

    def close_talk(self, agent: AgentId) -> None:
        bridge = self._talks.pop(agent, None)
        if bridge is not None:
            bridge.close()

    async def compare(self, bridges: Mapping[BridgeId, frozenset[ChannelId]]) -> None:
        """After a new connection: what the switch no longer has is made anew when needed, and rooms of an
        engine before us that stand empty are closed."""
        for agent in [agent for agent in self._talks if talk_bridge(agent) not in bridges]:
            del self._talks[agent]
        for queue, hall in self._halls.items():
            if hall_bridge(queue) not in bridges:
                hall.forget()
        ours = {talk_bridge(agent) for agent in self._talks} | {hall_bridge(queue) for queue in self._halls}
        for id, members in bridges.items():
            if not members and id not in ours and is_room(id):
                (await self._switch.talk_bridge(id, id)).close()

    def let_go(self) -> None:
        for hall in self._halls.values():
            hall.let_go()


@dataclass(frozen=True, slots=True)
class Floor:
    acd: Acd
    switch: Switch
    rooms: Rooms
