"""Ringing one agent for a waiting caller, and joining both when he answers."""

import asyncio
import logging
from dataclasses import dataclass
from typing import Protocol

from ccapp.acd import Acd, Attempt, Talk
from ccapp.calls import briefing
from ccapp.calls.floor import Floor
from ccapp.calls.reach import reach
from ccapp.calls.scope import how_gone, until
from ccapp.domain.causes import DeclineReason, decline_reason
from ccapp.domain.ids import ChannelId, agent_channel
from ccapp.ports import Dial, Gone, Leg, LegGone, SwitchError

log = logging.getLogger(__name__)

RING_S_SPARE = 5.0
"""The switch stops ringing by itself so long after we should have: only if the engine died meanwhile."""


@dataclass(frozen=True, slots=True)
class Served:
    """The agent's leg, joined with the caller."""

    leg: Leg
    talk: Talk


class Party(Protocol):
    """Who an agent is rung for: a caller on the line, or a customer to be rung back."""

    @property
    def floor(self) -> Floor: ...

    @property
    def channel(self) -> ChannelId | None:
        """Whose media formats the agent's phone is offered, if that is known."""
        ...

    async def music(self) -> None:
        """Nobody rings for him now."""
        ...

    async def while_ringing(self) -> None: ...

    async def comes(self, attempt: Attempt, agent: Leg) -> Leg:
        """The leg to be joined with the agent, who has answered."""
        ...


async def one(attempt: Attempt, party: Party) -> Served | None:
    """Rings one agent. The phone is rung only after the offer is on record: a successor must know of it."""
    floor, agent = party.floor, attempt.offer.agent
    await floor.acd.settled()
    await floor.phones.hung_up(agent)
    if attempt.settled:
        return None
    leg = floor.switch.dial(dialled(attempt, party))
    floor.phones.took(agent, leg)
    served = None
    try:
        async with until(attempt.withdrawn.on):
            await party.while_ringing()
            if await answers(attempt, leg, floor.acd):
                served = await join(attempt, leg, party)
    finally:
        if served is None:
            leg.release()
    return served


def dialled(attempt: Attempt, party: Party) -> Dial:
    visit, offer = attempt.visit, attempt.offer
    his = reach(offer.agent, offer.queue, visit, party.floor.acd, offer.outside)
    return Dial(
        channel=agent_channel(offer.offer),
        endpoint=his.endpoint,
        caller=his.caller,
        headers=his.headers,
        ring_s_max=offer.ring_s + RING_S_SPARE,
        originator=party.channel,
    )


async def answers(attempt: Attempt, leg: Leg, acd: Acd) -> bool:
    try:
        async with asyncio.timeout(attempt.offer.ring_s):
            await leg.picked_up()
        return await briefing.confirmed(attempt, leg, acd)
    except TimeoutError:
        attempt.declined(DeclineReason.NO_ANSWER)
    except LegGone:
        gone = leg.gone or Gone(cause=0)
        attempt.declined(decline_reason(gone.cause), gone.cause)
    return False


async def join(attempt: Attempt, leg: Leg, party: Party) -> Served | None:
    """What the queue whispers, then both into the agent's talk bridge. If the agent is lost on the way, the
    caller keeps his place."""
    rooms, agent = party.floor.rooms, attempt.offer.agent
    if not await briefing.whispered(attempt, leg, party.floor.acd):
        return None
    try:
        caller = await party.comes(attempt, leg)
        bridge = await rooms.talk(agent)
        await caller.answer()
        await bridge.add(caller, leg)
    except LegGone as why:
        log.info("visit=%s agent=%s answered but could not be joined: %s", attempt.visit.id, agent, why)
        gone = await how_gone(leg)  # if it is the caller who has gone, his scope ends this wait
        attempt.declined(DeclineReason.AGENT_GONE, gone.cause)
        return None
    except SwitchError:
        log.exception("visit=%s agent=%s answered but could not be joined", attempt.visit.id, agent)
        attempt.declined(DeclineReason.TECHNICAL)
        return None
    talk = attempt.accepted(leg.id, bridge.id)
    return Served(leg, talk) if talk else None
