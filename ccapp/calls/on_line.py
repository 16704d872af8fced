"""An agent who waits on the line: his phone stays off-hook, and callers are joined to him with a beep.

He dials the feature code and stays. Between callers he hears nothing; who hangs up is not ready any more. His
leg lives longer than any talk, also over an engine's death: the next engine finds it where it was.
"""

from collections.abc import Mapping

from ccapp.acd import Attempt
from ccapp.calls import briefing, offering
from ccapp.calls.feature_codes import NOT_KNOWN, NOT_POSSIBLE, spoken
from ccapp.calls.floor import Floor
from ccapp.calls.offering import Party, Served
from ccapp.calls.scope import forever, until, until_gone
from ccapp.domain.ids import AgentId, ChannelId
from ccapp.domain.ivr import Say, Sound
from ccapp.domain.presence import IllegalMove, Move
from ccapp.ports import Arrived, FoundLeg, Leg

BEEP = Sound(name="beep")
WELCOME = Say(text="You wait on the line.")


async def wait(arrived: Arrived, floor: Floor) -> None:
    """From his dialling to his hanging up, whatever calls there are meanwhile."""
    leg, at = arrived.leg, AgentId(arrived.endpoint)
    agent = floor.acd.person_at(at) or at
    try:
        async with until_gone(leg):
            if floor.phones.on_line(agent) is not leg and not await _comes(agent, leg, floor):
                return
            await forever()
    finally:
        leg.release()
        _goes(agent, leg, floor)


async def _comes(agent: AgentId, leg: Leg, floor: Floor) -> bool:
    """Logged in, on the line, and then ready; or told why not."""
    await leg.answer()
    if agent not in floor.acd.centre.agents:
        await leg.play([Say(text=NOT_KNOWN)])
        return False
    _hold(agent, leg, floor)
    floor.acd.move(agent, Move.LOG_IN, why="on the line")
    await leg.play([WELCOME])
    try:
        floor.acd.move(agent, Move.READY, why="on the line")
    except IllegalMove:
        await leg.play([Say(text=NOT_POSSIBLE.format(now=spoken(floor.acd.presence(agent))))])
        return False
    return True


def _hold(agent: AgentId, leg: Leg, floor: Floor) -> None:
    floor.phones.waits_on_line(agent, leg)
    floor.acd.on_line(agent, leg.id)


def _goes(agent: AgentId, leg: Leg, floor: Floor) -> None:
    if floor.phones.on_line(agent) is leg:
        floor.phones.left_line(agent)
        floor.acd.off_line(agent)


def found_again(legs: Mapping[ChannelId, FoundLeg], floor: Floor) -> None:
    """Those who waited or talked on the line when the engine before us died: before anybody is rung."""
    code = floor.acd.centre.feature_codes.on_line
    for found in legs.values():
        arrived = found.arrived
        if arrived is not None and arrived.kind == "phone" and arrived.dialled == code and found.leg.answered:
            at = AgentId(arrived.endpoint)
            _hold(floor.acd.person_at(at) or at, found.leg, floor)


async def joined(attempt: Attempt, party: Party) -> Served | None:
    """A beep, and both talk. The caller before must have left the agent's bridge."""
    floor, agent = party.floor, attempt.offer.agent
    await floor.acd.settled()
    await floor.phones.hung_up(agent)
    leg, served = floor.phones.on_line(agent), None
    async with until(attempt.withdrawn.on):
        await party.while_ringing()
        if await briefing.hears(attempt, leg, [BEEP]) and leg is not None:
            served = await offering.join(attempt, leg, party)
    return served
