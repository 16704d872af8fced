"""Nobody gets stuck: every agent who is on the phone has a live channel that proves it, or is set free.

Events say when a leg ends; this is for what events do not say: one that was lost, a fault of ours. Every
`PROOF_S` all who are as they were at the last look are looked at again: the switch is asked for the channel
of what they are said to be doing. What is gone is told to its story. Whoever is still said to be on the phone
at the look after that, is set free. So `UNPROVEN_S_MAX` is the longest that an agent can be busy without a
channel.

A channel can outlive the phone at its end; that the switch finds out by the silence (`dead_phone_s`).
"""

import asyncio
import logging
from itertools import count

from ccapp.calls.floor import Floor
from ccapp.domain.ids import AgentId, ChannelId, own_leg
from ccapp.domain.presence import Traffic
from ccapp.ports import SwitchError

log = logging.getLogger(__name__)

PHONES_S = 5.0
"""Between two looks at which phones are there; what two of them find otherwise than it was told, is told."""

PHONES_PER_PROOF = 4
PROOF_S = PHONES_PER_PROOF * PHONES_S
UNPROVEN_S_MAX = 3 * PROOF_S


class Proof:
    def __init__(self, floor: Floor) -> None:
        self._floor = floor
        self._seen: dict[AgentId, ChannelId | None] = {}  # on the phone at the last look, by which channel
        self._suspects: dict[AgentId, ChannelId | None] = {}  # whose channel was not there

    async def run(self) -> None:
        for turn in count(1):
            await asyncio.sleep(PHONES_S)
            try:
                await self._floor.switch.look_for_phones()
                if turn % PHONES_PER_PROOF == 0:
                    await self.look()
            except SwitchError as why:
                log.info("nothing can be proven now: %s", why)
                self._suspects.clear()
            except Exception:
                log.exception("a look for proof failed")

    async def look(self) -> None:
        busy = {agent: self._channel(agent) for agent in self._busy()}
        suspects = {
            agent: channel
            for agent, channel in busy.items()
            if agent in self._seen and self._seen[agent] == channel and not await self._lives(channel)
        }
        for agent, channel in suspects.items():
            if self._suspects.get(agent, "") == channel and self._still(agent, channel):
                log.error("agent=%s channel=%s is on the phone by nothing, and set free", agent, channel)
                self._floor.acd.set_free(agent)
        self._seen, self._suspects = busy, suspects

    def _busy(self) -> list[AgentId]:
        presences = self._floor.acd.presences().items()
        return [agent for agent, presence in presences if presence.traffic is not Traffic.IDLE]

    def _still(self, agent: AgentId, channel: ChannelId | None) -> bool:
        return agent in self._busy() and self._channel(agent) == channel

    def _channel(self, agent: AgentId) -> ChannelId | None:
        """Of what he is said to be doing; None when nobody says so."""
        acd = self._floor.acd
        if (talk := acd.talk(agent)) is not None:
            return talk.channel
        if (call := acd.own_calls.of(agent)) is not None:
            return call.channel if call.agent == agent else own_leg(call.channel)
        if (offer := acd.offer_to(agent)) is not None:
            return acd.callbacks.kept_by(offer.visit) or acd.channel_of(offer)
        return None

    async def _lives(self, channel: ChannelId | None) -> bool:
        return channel is not None and await self._floor.switch.lives(channel)
