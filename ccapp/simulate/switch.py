"""`ports.Switch` over the simulated exchange: what an engine knows, one connection away from the truth."""

import asyncio
import random
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from functools import partial
from typing import assert_never

from ccapp.domain.ids import AgentId, BridgeId, ChannelId
from ccapp.domain.ivr import Prompt
from ccapp.ports import (
    Account,
    Arrived,
    Connected,
    DeviceOnline,
    Dial,
    Disconnected,
    FoundLeg,
    Gone,
    LegGone,
    News,
    Refused,
    Replaced,
    Spoken,
    SwitchError,
    SwitchUnreachable,
)
from ccapp.simulate.channels import (
    Census,
    Channel,
    DictationOver,
    Ended,
    Entered,
    Event,
    Held,
    PhoneChanged,
    PickedUp,
    Played,
    Pressed,
)
from ccapp.simulate.exchange import Exchange
from ccapp.simulate.legs import FakeBridge, FakeLeg, close_bridge
from ccapp.simulate.link import NOT_CONNECTED, USUAL, Latency, Link

RECONNECT_S = 1.0


class FakeSwitch:
    """An engine's switch. Build it inside the engine's process; a killed engine's is simply abandoned."""

    def __init__(self, exchange: Exchange, *, latency: Latency = USUAL, seed: object = 0) -> None:
        self.exchange = exchange
        self.legs: dict[ChannelId, FakeLeg] = {}
        self._loop = asyncio.get_running_loop()
        self._link = Link(exchange, latency, random.Random(f"link/{seed}"), self._take, self._cut_off)
        self._news: deque[News] = deque()
        self._more: asyncio.Future[None] | None = None
        self._silent = False  # let go
        self._known: set[ChannelId] = set()  # when we asked what there is
        self._unwanted: set[BridgeId] = set()  # bridges to be closed

    # --- ports.Switch

    def connect(self) -> None:
        if not self._link.up and not self._silent:
            self._known = set(self.legs)
            self._link.connect()

    async def news(self) -> AsyncIterator[News]:
        self.connect()
        while True:
            while self._news:
                yield self._news.popleft()
            self._more = self._loop.create_future()
            await self._more

    def dial(self, dial: Dial) -> FakeLeg:
        if dial.channel in self.legs:
            repeat = FakeLeg(self._link, dial.channel, forget=lambda id: None)
            repeat.end(Gone(cause=0))
            return repeat
        leg = self._leg(dial.channel)
        self._link.send(partial(self.exchange.originate, dial), partial(self._dialled, leg), leg.key)
        return leg

    def _leg(self, id: ChannelId, *, answered: bool = False) -> FakeLeg:
        leg = self.legs[id] = FakeLeg(self._link, id, answered=answered, forget=self._forget)
        return leg

    def _forget(self, id: ChannelId) -> None:
        self.legs.pop(id, None)

    def _dialled(self, leg: FakeLeg, result: object, error: SwitchError | None) -> None:
        match error:
            case None:
                pass
            case SwitchUnreachable() if self._link.up or error.args[0] != NOT_CONNECTED:
                pass  # it may ring all the same: the next connection tells
            case SwitchUnreachable():
                self._end(leg.id, Gone(cause=41, switch_lost=True))
            case Refused():
                self._end(leg.id, Gone(cause=error.args[1]))
            case _:
                self._end(leg.id, Gone(cause=34))

    async def talk_bridge(self, id: BridgeId, name: str) -> FakeBridge:
        return await self._bridge(id, name, None)

    async def hall(self, id: BridgeId, name: str, music: str) -> FakeBridge:
        return await self._bridge(id, name, music)

    async def _bridge(self, id: BridgeId, name: str, music: str | None) -> FakeBridge:
        bridge = FakeBridge(self._link, id, name, music, self._unwanted)
        await bridge.make()
        return bridge

    async def lives(self, channel: ChannelId) -> bool:
        there = await self._link.command(lambda: channel in self.exchange.channels, "")
        if not there:
            self._end(channel, Gone(cause=41, switch_lost=True))
        return there

    async def spoken(self, file: str) -> Spoken | None:
        return self.exchange.dictations.spoken(file)

    async def discard(self, file: str) -> None:
        with suppress(LegGone):
            await self._link.command(partial(self.exchange.dictations.discard, file), "")

    async def look_for_phones(self) -> None:
        pass  # every word of them arrives

    def tell(self, agent: AgentId, text: str) -> None:
        if self._link.up:
            self.exchange.told.append((agent, text))

    def let_go(self) -> None:
        self._silent = True
        self._link.cut()

    async def push_accounts(self, accounts: Sequence[Account]) -> None:
        await self._link.command(partial(self.exchange.push, list(accounts)), "")

    async def prepare(self, prompts: Sequence[Prompt]) -> None:
        pass  # speech is always there

    # --- faults

    @property
    def connected(self) -> bool:
        return self._link.up

    @property
    def latency(self) -> Latency:
        return self._link.latency

    @latency.setter
    def latency(self, latency: Latency) -> None:
        self._link.latency = latency

    def drop_connection(self, back_after_s: float | None = RECONNECT_S) -> None:
        """The connection breaks; None: until `reconnect`."""
        if self._link.up:
            self._link.cut()
            self._cut_off(False, back_after_s)

    def reconnect(self) -> None:
        self.connect()

    def restart_switch(self) -> None:
        """Asterisk itself dies and comes back."""
        self.exchange.restart()

    def _cut_off(self, other: bool, back_after_s: float | None = RECONNECT_S) -> None:
        if other:
            self._silent = True
            self._tell(Replaced())
            return
        self._tell(Disconnected())
        if back_after_s is not None:
            self._loop.call_later(back_after_s, self.reconnect, context=self._link.context)

    # --- what is heard

    def _take(self, event: Event) -> None:
        match event:
            case Entered(channel):
                self._arrived(channel)
            case PickedUp(id):
                if leg := self.legs.get(id):
                    leg.picked()
            case Ended(id, cause):
                self._end(id, Gone(cause=cause))
            case Pressed(id, key):
                if leg := self.legs.get(id):
                    leg.pressed(key)
            case Held(id, on):
                if leg := self.legs.get(id):
                    leg.held(on)
            case Played(id, playback):
                if leg := self.legs.get(id):
                    leg.sounded(playback)
            case DictationOver(id, name):
                if leg := self.legs.get(id):
                    leg.dictated(name)
            case PhoneChanged(agent, online):
                self._tell(DeviceOnline(agent=agent, online=online))
            case Census():
                self._connected(event)
            case _:
                assert_never(event)

    def _arrived(self, channel: Channel) -> None:
        leg = self._leg(channel.id)
        self._tell(_arrival(channel, leg))

    def _end(self, id: ChannelId, gone: Gone) -> None:
        if leg := self.legs.get(id):
            leg.end(gone)

    def _connected(self, census: Census) -> None:
        alive = {channel.id for channel, _, _ in census.channels}
        for id in sorted(self._known - alive):
            self._end(id, Gone(cause=41, switch_lost=True))
        for leg in self.legs.values():
            leg.sound_lost()
        for unwanted in sorted(self._unwanted & census.bridges.keys()):
            close_bridge(self._link, unwanted, self._unwanted)
        found = [self._found(*each) for each in census.channels]
        self._tell(Connected(legs=found, bridges=census.bridges))
        for agent in census.online:
            self._tell(DeviceOnline(agent=agent, online=True))

    def _found(self, channel: Channel, up: bool, bridge: BridgeId | None) -> FoundLeg:
        leg = self.legs.get(channel.id)
        if leg is None:
            leg = self._leg(channel.id, answered=up)
        elif up and not leg.answered:
            leg.picked()
        leg.release_again()
        arrived = None if channel.kind == "dialled" else _arrival(channel, leg)
        return FoundLeg(leg=leg, bridge=bridge, arrived=arrived)

    def _tell(self, news: News) -> None:
        self._news.append(news)
        if self._more is not None and not self._more.done():
            self._more.set_result(None)


def _arrival(channel: Channel, leg: FakeLeg) -> Arrived:
    return Arrived(
        leg=leg,
        kind="phone" if channel.kind == "phone" else "inbound",
        endpoint=channel.endpoint,
        dialled=channel.dialled,
        caller=channel.caller,
    )
