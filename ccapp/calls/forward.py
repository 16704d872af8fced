"""Joining a caller with a number outside, dialled on a trunk."""

import asyncio

from ccapp.acd import Visit
from ccapp.calls.floor import Floor, close_opened
from ccapp.calls.scope import forever, until_gone
from ccapp.domain.calldata import to_headers
from ccapp.domain.events import EndedBy, Outcome
from ccapp.domain.ids import BridgeId, ChannelId, NodeId, TrunkId
from ccapp.domain.ivr import Forward
from ccapp.ports import Bridge, CallerId, Dial, Leg, LegGone

PREFIX = "forward-"


def is_forward(bridge: BridgeId) -> bool:
    return bridge.startswith(PREFIX)


async def forward(visit: Visit, caller: Leg, node: Forward, floor: Floor) -> NodeId | None:
    """Returns the node to go on with when the number was not reached, else None: the visit is over."""
    await caller.answer()
    leg = floor.switch.dial(_dial(visit, caller, node, floor))
    try:
        if not await _answers(leg, node.ring_s):
            floor.acd.forwarded(visit, node.number, node.trunk, answered=False, talk_s=0.0)
            return node.otherwise
        await _join_and_talk(visit, caller, leg, node, floor)
    except LegGone:
        if caller.gone is not None:
            raise
        return node.otherwise
    finally:
        leg.release()
    return None


async def _join_and_talk(visit: Visit, caller: Leg, leg: Leg, node: Forward, floor: Floor) -> None:
    opening = asyncio.ensure_future(_bridge(visit, floor))
    try:
        bridge = await asyncio.shield(opening)  # who waits may go; the bridge is made all the same
        await bridge.add(caller, leg)
        await _talk(visit, leg, bridge, node, floor.acd.clock.now(), floor)
    finally:
        opening.add_done_callback(close_opened)


async def go_on(
    visit: Visit, caller: Leg, leg: Leg | None, node: Forward, since: float, floor: Floor
) -> None:
    """A forward that went on while the engine was away; without the other leg it is over."""
    bridge = await _bridge(visit, floor)
    if leg is None:
        visit.ends(Outcome.FORWARDED, EndedBy.AGENT)
        bridge.close()
        return
    try:
        await _talk(visit, leg, bridge, node, since, floor)
    finally:
        leg.release()


async def _bridge(visit: Visit, floor: Floor) -> Bridge:
    return await floor.switch.talk_bridge(BridgeId(f"{PREFIX}{visit.id}"), f"forward of {visit.id}")


def _dial(visit: Visit, caller: Leg, node: Forward, floor: Floor) -> Dial:
    """What travels with a call leaves the house by trusted trunks only."""
    trunk = floor.acd.centre.trunks.get(TrunkId(node.trunk))
    trusted = trunk is not None and trunk.trusted
    return Dial(
        channel=ChannelId(f"{PREFIX}{visit.id}-{floor.acd.clock.now():.3f}"),
        endpoint=f"{node.number}@{node.trunk}",
        caller=CallerId(number=node.caller_id or visit.caller_number, name=visit.caller_name),
        headers=to_headers(visit.data) if trusted else {},
        ring_s_max=node.ring_s,
        originator=caller.id,
    )


async def _answers(leg: Leg, ring_s: float) -> bool:
    try:
        async with asyncio.timeout(ring_s):
            await leg.picked_up()
    except (TimeoutError, LegGone):
        return False
    return True


async def _talk(visit: Visit, leg: Leg, bridge: Bridge, node: Forward, since: float, floor: Floor) -> None:
    visit.if_caller_leaves = Outcome.FORWARDED
    try:
        async with until_gone(leg):
            await forever()
        visit.ends(Outcome.FORWARDED, EndedBy.AGENT)
    finally:
        bridge.close()
        talk_s = floor.acd.clock.now() - since
        floor.acd.forwarded(visit, node.number, node.trunk, answered=True, talk_s=talk_s)
