"""Joining a caller with a number outside, dialled on a trunk."""

import asyncio
import logging
from collections.abc import AsyncIterator, Coroutine
from collections.abc import Set as AbstractSet
from contextlib import asynccontextmanager
from dataclasses import dataclass

from ccapp.acd import Visit
from ccapp.calls import recording
from ccapp.calls.floor import Floor, close_opened
from ccapp.calls.scope import forever, until_gone
from ccapp.domain.calldata import to_headers
from ccapp.domain.events import EndedBy, ForwardAnswered, Outcome
from ccapp.domain.ids import BridgeId, ChannelId, TrunkId
from ccapp.ports import Bridge, CallerId, Connected, Dial, Leg, LegGone, SwitchError

log = logging.getLogger(__name__)

PREFIX = "forward-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """Where to, and how."""

    number: str
    trunk: TrunkId
    caller_id: str = ""  # empty: the caller's
    ring_s: float = 0.0
    music: str = ""  # heard while it rings; empty: nothing
    record: bool = False  # the talk


UNTOLD = Outside(number="", trunk=TrunkId(""))


def is_forward(bridge: BridgeId) -> bool:
    return bridge.startswith(PREFIX)


async def forward(visit: Visit, caller: Leg, to: Outside, floor: Floor) -> bool:
    """Whether the number was reached: then the visit is over when this returns."""
    await caller.answer()
    leg = floor.switch.dial(_dial(visit, caller, to, floor))
    try:
        async with _music(caller, to.music):
            answered = await _answers(leg, to.ring_s)
        if not answered:
            floor.acd.forwarded(visit, to.number, to.trunk, answered=False, talk_s=0.0)
            return False
        floor.acd.forward_answered(visit, to.number, to.trunk, record=to.record)
        await _join_and_talk(visit, caller, leg, to, floor)
    except LegGone:
        if caller.gone is not None:
            raise
        return False
    finally:
        leg.release()
    return True


@asynccontextmanager
async def _music(caller: Leg, music: str) -> AsyncIterator[None]:
    if not music:
        yield
        return
    try:
        await _comforted(caller, music)
        yield
    finally:
        caller.quiet()


async def _comforted(caller: Leg, music: str) -> None:
    """From a failed command the caller suffers silence, nothing worse."""
    try:
        await caller.music(music)
    except LegGone:
        raise
    except SwitchError:
        log.exception("leg=%s hears no music while a number outside rings", caller.id)


async def _join_and_talk(visit: Visit, caller: Leg, leg: Leg, to: Outside, floor: Floor) -> None:
    opening = asyncio.ensure_future(_bridge(visit, floor))
    try:
        bridge = await asyncio.shield(opening)  # who waits may go; the bridge is made all the same
        await bridge.add(caller, leg)
        await _talk(visit, caller, leg, bridge, to, floor.acd.clock.now(), floor)
    finally:
        opening.add_done_callback(close_opened)


async def go_on(visit: Visit, caller: Leg, leg: Leg | None, to: Outside, since: float, floor: Floor) -> None:
    """A forward that went on while the engine was away; without the other leg it is over."""
    bridge = await _bridge(visit, floor)
    if leg is None:
        visit.ends(Outcome.FORWARDED, EndedBy.AGENT)
        bridge.close()
        ended_unseen(visit, to, since, floor)
        return
    try:
        await _talk(visit, caller, leg, bridge, to, since, floor)
    finally:
        leg.release()


async def _bridge(visit: Visit, floor: Floor) -> Bridge:
    return await floor.switch.talk_bridge(BridgeId(f"{PREFIX}{visit.id}"), f"forward of {visit.id}")


def close_left(
    survey: Connected, owned: AbstractSet[ChannelId], floor: Floor
) -> list[Coroutine[None, None, None]]:
    """Bridges in which somebody was left alone, whom nobody owns: his caller hung up while nobody looked."""
    left = [id for id, there in survey.bridges.items() if is_forward(id) and there and not there & owned]
    return [floor.rooms.close(id) for id in left]


def _dial(visit: Visit, caller: Leg, to: Outside, floor: Floor) -> Dial:
    """What travels with a call leaves the house by trusted trunks only."""
    trunk = floor.acd.centre.trunks.get(to.trunk)
    trusted = trunk is not None and trunk.trusted
    return Dial(
        channel=ChannelId(f"{PREFIX}{visit.id}-{floor.acd.clock.now():.3f}"),
        endpoint=f"{to.number}@{to.trunk}",
        caller=CallerId(number=to.caller_id or visit.caller_number, name=visit.caller_name),
        headers=to_headers(visit.data) if trusted else {},
        ring_s_max=to.ring_s,
        originator=caller.id,
    )


async def _answers(leg: Leg, ring_s: float) -> bool:
    try:
        async with asyncio.timeout(ring_s):
            await leg.picked_up()
    except (TimeoutError, LegGone):
        return False
    return True


async def _talk(
    visit: Visit, caller: Leg, leg: Leg, bridge: Bridge, to: Outside, since: float, floor: Floor
) -> None:
    visit.if_caller_leaves = Outcome.FORWARDED
    try:
        with recording.forward_recorded(visit, caller, to.number, since, floor, record=to.record):
            async with until_gone(leg):
                await forever()
        visit.ends(Outcome.FORWARDED, EndedBy.AGENT)
    finally:
        bridge.close()
        talk_s = floor.acd.clock.now() - since
        floor.acd.forwarded(visit, to.number, to.trunk, answered=True, talk_s=talk_s)


def ended_unseen(visit: Visit, to: Outside, since: float, floor: Floor) -> None:
    """One of them hung up while the engine was away."""
    if to.record:
        recording.forward_ended_unseen(visit, to.number, since, floor)
    talk_s = floor.acd.clock.now() - since
    floor.acd.forwarded(visit, to.number, to.trunk, answered=True, talk_s=talk_s)


def outside_of(answered: ForwardAnswered) -> Outside:
    """As the fact tells of it, for who goes on with it."""
    return Outside(number=answered.number, trunk=answered.trunk, record=answered.record)
