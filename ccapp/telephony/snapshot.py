"""What is in our application, asked for at each connection: events missed meanwhile are gone for good."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

import orjson

from ccapp.domain.ids import BridgeId, ChannelId, is_dialled
from ccapp.ports import Refused
from ccapp.telephony import commands, events
from ccapp.telephony.commands import Command
from ccapp.telephony.events import Channel

type Send = Callable[[Command], Awaitable[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    channels: Mapping[ChannelId, Channel]
    bridges: Mapping[BridgeId, frozenset[ChannelId]]

    def bridge_of(self, channel: ChannelId) -> BridgeId | None:
        return next((id for id, members in self.bridges.items() if channel in members), None)


async def taken(send: Send, app: str) -> Snapshot:
    application, channels, bridges = map(
        orjson.loads,
        await asyncio.gather(
            send(commands.application(app)), send(commands.channels()), send(commands.bridges())
        ),
    )
    subscribed = set(application["channel_ids"])
    every = {channel.id: channel for channel in map(events.channel, channels)}
    strays = [id for id in every if id not in subscribed and is_dialled(id)]
    heard = await asyncio.gather(*(_subscribed(send, app, id) for id in strays))
    subscribed |= {id for id, ok in zip(strays, heard, strict=True) if ok}
    return Snapshot(
        channels={id: channel for id, channel in every.items() if id in subscribed},
        bridges={
            BridgeId(bridge["id"]): frozenset(map(ChannelId, bridge["channels"]))
            for bridge in bridges
            if bridge["bridge_class"] == "stasis"
        },
    )


async def _subscribed(send: Send, app: str, channel: ChannelId) -> bool:
    """A leg that an engine before us dialled, and whose end we would not hear otherwise."""
    try:
        await send(commands.subscribe(app, [f"channel:{channel}"]))
    except Refused:  # 422: it has ended meanwhile
        return False
    return True
