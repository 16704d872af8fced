"""Ringing one agent for a waiting caller, and joining both when he answers."""

import asyncio
import logging
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Protocol, Self

from ccapp.acd import Acd, Attempt, Place, Talk
from ccapp.acd.signal import Signal
from ccapp.calls import briefing
from ccapp.calls.floor import Floor
from ccapp.calls.ivr_values import heard
from ccapp.calls.reach import reach
from ccapp.calls.scope import Undo, how_gone, until
from ccapp.domain.causes import DeclineReason, decline_reason
from ccapp.domain.centre import Queue
from ccapp.domain.ids import ChannelId, agent_channel
from ccapp.domain.ivr import Prompt
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


class Comfort:
    """What the waiting caller hears: music; or, not yet answered while a phone rings, ringing.

    Once, too, that his manager is not to be had: all else goes on meanwhile, and joining him cuts it.
    """

    def __init__(self, place: Place, caller: Leg, queue: Queue, floor: Floor) -> None:
        self.floor = floor
        self._caller = caller
        self._queue = queue
        self._visit = place.visit
        self._hall = floor.rooms.hall(place.queue)
        self._inside = False
        self._moving = asyncio.Lock()
        self._missed = place.manager_missed
        self._cut: Signal[str] = Signal()
        self._telling: asyncio.Task[None] | None = None
        self._unwatch: Undo = lambda: None

    def __enter__(self) -> Self:
        self._unwatch = self._missed.on(lambda _: self._tell_absence())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._unwatch()
        if self._telling is not None:
            self._telling.cancel()
        self._hall.left(self._caller)

    async def music(self) -> None:
        if self._telling is None:
            await self._enter()

    async def _enter(self) -> None:
        async with self._moving:
            if not self._inside:
                self._inside = True
                self._inside = await self._tried(self._into_the_hall())

    async def while_ringing(self) -> None:
        if self._caller.answered:
            await self.music()
        else:
            await self._tried(self._caller.ring())

    async def _into_the_hall(self) -> None:
        await self._caller.answer()
        await self._hall.enter(self._caller, self._queue.music)

    async def _tried(self, comfort: Coroutine[None, None, None]) -> bool:
        """From a failed command the caller suffers silence, nothing worse: he keeps waiting."""
        try:
            await comfort
        except LegGone:
            raise
        except SwitchError:
            log.exception("leg=%s waits in silence", self._caller.id)
            return False
        return True

    def _tell_absence(self) -> None:
        if self._queue.manager is not None and (absent := self._queue.manager.absent) is not None:
            self._telling = asyncio.create_task(self._told(absent))

    async def _told(self, prompt: Prompt) -> None:
        with suppress(LegGone):  # his own story hears of that
            async with self._moving:
                if self._inside:
                    await self._tried(self._hall.step_out(self._caller))
                    self._inside = False
            async with until(self._cut.on):
                await self._tried(self._say(prompt))
            if self._cut.fired is None:
                await self._enter()
        self._telling = None

    async def _say(self, prompt: Prompt) -> None:
        await self._caller.answer()
        await self._caller.play(heard(prompt, self._visit, self.floor.acd.centre))

    @property
    def channel(self) -> ChannelId:
        return self._caller.id

    async def comes(self, attempt: Attempt, agent: Leg) -> Leg:
        """He is moved to be joined: should that fail, the next music brings him back."""
        self._cut.fire("joined")
        if self._telling is not None:
            await asyncio.wait([self._telling])
        self._inside = False
        return self._caller


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
    his = reach(offer.agent, offer.queue, visit, party.floor.acd)
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
