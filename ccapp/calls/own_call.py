"""An agent calls somebody from his own phone: a colleague's extension, or a number outside."""

import asyncio
import re
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass

from ccapp.acd import OwnCall
from ccapp.calls import recording
from ccapp.calls.feature_codes import NOT_KNOWN, NOT_POSSIBLE, is_code, spoken
from ccapp.calls.floor import Floor, close_opened
from ccapp.calls.scope import forever, until_gone
from ccapp.domain.centre import Agent, Centre
from ccapp.domain.events import EndedBy
from ccapp.domain.ids import AgentId, ChannelId, TrunkId, dialler_of, own_bridge, own_leg
from ccapp.domain.ivr import Say
from ccapp.domain.presence import IllegalMove, State
from ccapp.ports import Arrived, Bridge, CallerId, Connected, Dial, FoundLeg, Gone, Leg, LegGone

NO_ANSWER, BUSY, NOT_THERE = 19, 17, 20  # Q.850: what the dialling phone is told
OUTSIDE = re.compile(r"[+]?[0-9]{2,32}")

type Story = Coroutine[None, None, None]


@dataclass(frozen=True, slots=True)
class Target:
    """Whom the agent calls: a colleague, or whoever the number reaches over the trunk."""

    number: str
    colleague: Agent | None = None
    trunk: TrunkId | None = None


async def own_call(arrived: Arrived, floor: Floor) -> None:
    """From his dialling to the last word; nothing is offered to him meanwhile."""
    leg, agent = arrived.leg, floor.acd.person_at(AgentId(arrived.endpoint)) or AgentId(arrived.endpoint)
    floor.phones.dials(agent, leg)
    try:
        async with until_gone(leg):
            target = target_of(arrived.dialled, agent, floor.acd.centre)
            if target is None:
                await _say(leg, NOT_KNOWN)
                return
            try:
                call = _begin(agent, leg, target, floor)
            except IllegalMove as refused:
                await _refuse(leg, agent, refused, floor)
                return
            with floor.acd.own_calls.going_on(call):
                await _ring_and_talk(call, leg, target, floor)
    finally:
        leg.release()


def target_of(dialled: str, agent: AgentId, centre: Centre) -> Target | None:
    colleague = centre.with_extension(dialled)
    if colleague is not None and colleague.id != agent:
        return Target(dialled, colleague=colleague)
    trunk = centre.own_calls.outbound_trunk
    if trunk is not None and colleague is None and OUTSIDE.fullmatch(dialled):
        return Target(dialled, trunk=trunk)
    return None


def _begin(agent: AgentId, leg: Leg, target: Target, floor: Floor) -> OwnCall:
    colleague = target.colleague.id if target.colleague else None
    if agent not in floor.acd.centre.agents:
        raise IllegalMove(agent, "dials", State.LOGOUT)
    return floor.acd.own_calls.begin(agent, leg.id, target.number, target.trunk, colleague)


async def _refuse(leg: Leg, agent: AgentId, refused: IllegalMove, floor: Floor) -> None:
    """Himself he is told why; of a colleague, that he is busy or not there."""
    if refused.agent != agent:
        leg.release(BUSY if refused.state is State.BUSY else NOT_THERE)
    elif agent in floor.acd.centre.agents:
        await _say(leg, NOT_POSSIBLE.format(now=spoken(floor.acd.presence(agent))))
    else:
        await _say(leg, NOT_KNOWN)


async def _say(leg: Leg, text: str) -> None:
    await leg.answer()
    await leg.play([Say(text=text)])


async def _ring_and_talk(call: OwnCall, leg: Leg, target: Target, floor: Floor) -> None:
    other = floor.switch.dial(_dial(call, leg, target, floor))
    if call.colleague is not None:
        floor.phones.took(call.colleague, other)
    try:
        await leg.ring()
        if await _answers(other, floor.acd.centre.own_calls.ring_s):
            await _join_and_talk(call, leg, other, floor)
        else:
            leg.release(other.gone.cause if other.gone else NO_ANSWER)
    finally:
        call.ended_by = _ended_by(leg.gone, other.gone)
        other.release()


def _dial(call: OwnCall, leg: Leg, target: Target, floor: Floor) -> Dial:
    centre, ring_s = floor.acd.centre, floor.acd.centre.own_calls.ring_s
    person = centre.agents[call.agent]
    if target.colleague is not None:
        outside = target.colleague.outside
        if outside is None:
            phone = floor.acd.presence(target.colleague.id).phone
            endpoint, shown = phone or str(target.colleague.id), person.extension
        else:
            endpoint = f"{outside.number}@{outside.trunk}"
            shown = centre.own_calls.caller_id or person.extension
    else:
        endpoint, shown = f"{target.number}@{target.trunk}", centre.own_calls.caller_id or person.extension
    return Dial(
        channel=own_leg(leg.id),
        endpoint=endpoint,
        caller=CallerId(number=shown, name=person.name if target.colleague else ""),
        ring_s_max=ring_s,
        originator=leg.id,
    )


async def _answers(other: Leg, ring_s: float) -> bool:
    try:
        async with asyncio.timeout(ring_s):
            await other.picked_up()
    except (TimeoutError, LegGone):
        return False
    return True


async def _join_and_talk(call: OwnCall, leg: Leg, other: Leg, floor: Floor) -> None:
    await leg.answer()
    opening = asyncio.ensure_future(_bridge(call, floor))
    try:
        bridge = await asyncio.shield(opening)  # who waits may go; the bridge is made all the same
        await bridge.add(leg, other)
        floor.acd.own_calls.answered(call)
        await _talk(call, leg, other, floor)
    except LegGone:
        if leg.gone is not None:
            raise  # else the other side went in the very instant of its answer: the call is over
    finally:
        opening.add_done_callback(close_opened)


async def _bridge(call: OwnCall, floor: Floor) -> Bridge:
    return await floor.switch.talk_bridge(own_bridge(call.channel), f"call of {call.agent}")


async def _talk(call: OwnCall, leg: Leg, other: Leg, floor: Floor) -> None:
    """Until the other side hangs up (or the agent: his scope is around this one)."""
    own_calls = floor.acd.own_calls
    undo = [leg.on_hold(lambda on: own_calls.held(call, call.agent, on))]
    if (colleague := call.colleague) is not None:
        undo.append(other.on_hold(lambda on: own_calls.held(call, colleague, on)))
    try:
        with recording.own_call_recorded(call, other, floor):
            async with until_gone(other):
                await forever()
    finally:
        for deaf in undo:
            deaf()


def _ended_by(dialler: Gone | None, other: Gone | None) -> EndedBy:
    for gone, party in ((dialler, EndedBy.AGENT), (other, EndedBy.CALLER)):
        if gone is not None and not gone.ours:
            return EndedBy.SWITCH if gone.switch_lost else party
    return EndedBy.SYSTEM


# --- after a restart of the engine ------------------------------------------------------------------------


def take_over(
    survey: Connected, legs: Mapping[ChannelId, FoundLeg], floor: Floor
) -> tuple[set[ChannelId], list[Story]]:
    """What becomes of the calls that agents made, when the engine died in them: the legs that have their
    owner now, and the stories. A talk goes on; a call that was not answered yet is released, for him to dial
    again."""
    owned: set[ChannelId] = set()
    stories: list[Story] = []
    for leg in survey.legs:
        arrived = leg.arrived
        if arrived is None or arrived.kind != "phone" or is_code(arrived.dialled, floor.acd.centre):
            continue
        owned.add(leg.leg.id)
        other = legs.get(own_leg(leg.leg.id))
        if other is None or leg.bridge != own_bridge(leg.leg.id) or other.bridge != leg.bridge:
            leg.leg.release()
            continue
        owned.add(other.leg.id)
        call = _found_call(arrived, floor)
        floor.acd.own_calls.found(call)
        stories.append(_goes_on(call, leg.leg, other.leg, floor))
    going_on = {own_bridge(leg) for leg in owned if own_leg(leg) in owned}
    stories += [floor.rooms.close(id) for id in survey.bridges if dialler_of(id) and id not in going_on]
    return owned, stories


def _found_call(arrived: Arrived, floor: Floor) -> OwnCall:
    phone, centre = AgentId(arrived.endpoint), floor.acd.centre
    agent = floor.acd.person_at(phone) or phone
    target = target_of(arrived.dialled, agent, centre) or Target(arrived.dialled)
    since = floor.acd.last_told_at(agent)
    return OwnCall(
        channel=arrived.leg.id,
        agent=agent,
        number=target.number,
        trunk=target.trunk,
        colleague=target.colleague.id if target.colleague else None,
        began_at=since,
        answered_at=since,
    )


async def _goes_on(call: OwnCall, leg: Leg, other: Leg, floor: Floor) -> None:
    floor.phones.dials(call.agent, leg)
    if call.colleague is not None:
        floor.phones.took(call.colleague, other)
    opening = asyncio.ensure_future(_bridge(call, floor))
    try:
        async with until_gone(leg):
            with floor.acd.own_calls.going_on(call):
                try:
                    await _talk(call, leg, other, floor)
                finally:
                    call.ended_by = _ended_by(leg.gone, other.gone)
                    other.release()
    finally:
        opening.add_done_callback(close_opened)
        leg.release()
