"""A caller whom the customer's server directs: he waits, it says whom to ring, he talks, it may ask him more.

What the server says comes in order from the call's session (`acd/sessions.py`); here it is done. When the
server is silent for too long the queue's own agents serve, or the caller goes where the queue says.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ccapp.acd import Place, TurnedAway, Visit
from ccapp.acd.entering import DIVERSIONS_MAX
from ccapp.acd.session import Changed, GiveUp, Mail, Session, State, Taken
from ccapp.calls import conversation, outside_operator, queueing, ringing, route_request
from ccapp.calls.comfort import Comfort
from ccapp.calls.floor import Floor
from ccapp.calls.ivr_values import heard
from ccapp.calls.keys import key_during
from ccapp.calls.offering import Served
from ccapp.calls.outside_operator import Joined
from ccapp.calls.scope import until
from ccapp.calls.sounds import Sounds
from ccapp.calls.waypoint import InLine, Waypoint
from ccapp.domain import events
from ccapp.domain.admission import Goodbye, ToQueue, told
from ccapp.domain.backend import Failed
from ccapp.domain.causes import DeclineReason
from ccapp.domain.commands import (
    Ask,
    Connect,
    HangUp,
    PlayFile,
    SayText,
    SendTo,
    Stop,
    Transfer,
    User,
    name_of,
)
from ccapp.domain.events import EndedBy, Outcome
from ccapp.domain.ids import AgentId, QueueId
from ccapp.domain.ivr import Prompt, Say, Sound
from ccapp.ports import Leg
from ccapp.routing.directing import NotToBeHad


@dataclass(frozen=True, slots=True)
class Directed:
    """All that the story of one such call works with."""

    visit: Visit
    caller: Leg
    session: Session
    floor: Floor


def spoken(call: Directed, text: str) -> Sequence[Prompt]:
    """In the call's language, as far as its voice goes."""
    return heard(Say(text=text), call.visit, call.floor.acd.centre)


class HungUp(Exception):
    """The server has ended the call."""


def directs(visit: Visit, line: InLine, floor: Floor) -> bool:
    """Whether the customer's server says who serves the caller in this line."""
    queue = floor.acd.centre.queues.get(line.queue)
    if queue is None or queue.external is None or line.only is not None:
        return False
    session = floor.acd.sessions.of(visit.id, line.queue)
    return line.entered_at is None or session is None or session.state is not State.RELEASED


async def serve(visit: Visit, caller: Leg, line: InLine, floor: Floor) -> Waypoint | None:
    """Returns where the caller goes next, None when his visit is over."""
    line, since = queueing.begun(visit, line, floor)
    return await _to_the_end(visit, caller, line, since, None, floor)


async def go_on(
    visit: Visit, caller: Leg, queue: QueueId, reached: Served | Joined, floor: Floor
) -> Waypoint | None:
    """As `serve`, from the join on."""
    line = queueing.line_for(visit, queue, {}, 0.0)
    return await _to_the_end(visit, caller, line, floor.acd.clock.now(), reached, floor)


async def _to_the_end(
    visit: Visit, caller: Leg, line: InLine, since: float, reached: Served | Joined | None, floor: Floor
) -> Waypoint | None:
    """He waits and talks, again with every operator the server sends him on to."""
    try:
        if reached is None and line.entered_at is None:
            line = await queueing.come_in(visit, caller, line, floor)
        while reached is None or await _talk(visit, caller, line.queue, reached, floor):
            if reached is not None:
                since = floor.acd.clock.now()
                line = replace(line, entered_at=since)
            reached = await _wait(visit, caller, line, since, floor)
    except TurnedAway as away:
        line = replace(line, brought_s=line.brought_s + floor.acd.clock.now() - since)
        return await queueing.elsewhere(visit, caller, line, away, floor)
    except HungUp:
        visit.ends(Outcome.TIMED_OUT, EndedBy.SYSTEM)
    return None


def sent_on(line: InLine, to: str) -> Waypoint | None:
    """The queue the server had sent a caller on to when the engine died, as WaitEnded names it."""
    kind, _, name = to.partition(" ")
    return replace(line, queue=QueueId(name), entered_at=None) if kind == "queue" else None


# --- the wait ---------------------------------------------------------------------------------------------


async def _wait(visit: Visit, caller: Leg, line: InLine, since: float, floor: Floor) -> Served | Joined:
    """Until he is joined with somebody. Raises TurnedAway, HungUp."""
    sessions, again = floor.acd.sessions, line.entered_at is not None
    async with queueing.in_line(visit, caller, line, since, floor, directed=True) as (place, comfort):
        session = sessions.open(visit, line.queue, since, again=again)
        rules = place.settings.external
        if rules is None:  # the configuration has changed meanwhile
            session.is_now(State.RELEASED)
            floor.acd.undirect(place)
            return await comfort.until_served()
        call = Directed(visit, caller, session, floor)
        await comfort.music()
        with Sounds(comfort) as sounds, route_request.asked(session, rules, floor):
            if rules.say_while_waiting and not again:
                await sounds.play(spoken(call, rules.say_while_waiting))
            return await _as_told(call, place, comfort, sounds, since)


async def _as_told(
    call: Directed, place: Place, comfort: Comfort, sounds: Sounds, since: float
) -> Served | Joined:
    """Does what the server says, one after the other, until somebody is reached or it is too late."""
    while True:
        match told := await _next(call, since):
            case GiveUp(why=why):
                return await _give_up(call, place, comfort, sounds, why)
            case Taken(command=Connect() as connect) | Taken(command=Transfer(to=connect)):
                await sounds.stop()
                if reached := await _connect(call, place, comfort, connect):
                    return reached
                await comfort.music()
                call.session.goes_on(State.WAITING)
            case Taken(command=SayText(text=text)):
                await sounds.play(spoken(call, text))
            case Taken(command=PlayFile(file=file)):
                await sounds.play([Sound(name=file)])
            case Taken(command=Stop()):
                await sounds.stop()
            case Taken(command=Ask() as ask):
                await sounds.stop()
                await _ask(call, ask)
                call.session.goes_on(State.WAITING)
            case Taken(command=SendTo(queue=queue)):
                _send_on(call, place, queue, told)
            case Taken(command=HangUp()):
                call.floor.acd.send_on(place, Goodbye(say=None))
                raise HungUp
            case Taken() | Changed():
                pass  # `cancel`: the ringing is over


async def _next(call: Directed, since: float) -> Mail:
    """What is to be done next; to give it up when the caller has waited for long enough."""
    acd = call.floor.acd
    queue = acd.centre.queues.get(call.session.queue)
    rules = queue.external if queue is not None else None
    try:
        async with asyncio.timeout_at(acd.clock.loop_time(since + rules.max_wait_s) if rules else None):
            return await call.session.next()
    except TimeoutError:
        return GiveUp("it did not decide in time")


def _send_on(call: Directed, place: Place, queue: QueueId, told: Taken) -> None:
    """Into another queue's line. Raises TurnedAway, unless there is no such queue."""
    call.visit.diversions += 1
    known = queue in call.floor.acd.centre.queues and queue != call.session.queue
    if known and call.visit.diversions <= DIVERSIONS_MAX:
        raise call.floor.acd.send_on(place, ToQueue(queue=queue))
    call.session.is_now(State.WAITING)
    call.floor.acd.sessions.tell(
        events.CommandFailed,
        call.session,
        command_id=told.command_id,
        command=name_of(told.command),
        why="sent on too often" if known else f"no other queue {queue}",
    )


async def _give_up(
    call: Directed, place: Place, comfort: Comfort, sounds: Sounds, why: str
) -> Served | Joined:
    """The server directs the call no longer. Raises TurnedAway, unless the queue's agents serve."""
    acd, session = call.floor.acd, call.session
    if place.away is not None:
        session.is_now(State.RELEASED)
        raise place.away
    queue = acd.centre.queues.get(session.queue)
    to = queue.external.on_timeout if queue is not None and queue.external is not None else None
    acd.sessions.tell(events.Undirected, session, why=why, to="" if to is None else told(to) or "out")
    session.is_now(State.RELEASED)
    await sounds.stop()
    if to is not None:
        raise acd.send_on(place, to)
    acd.undirect(place)
    return await comfort.until_served()


# --- an operator ------------------------------------------------------------------------------------------


async def _connect(
    call: Directed, place: Place, comfort: Comfort, connect: Connect
) -> Served | Joined | None:
    """Rings him; None when he was not reached."""
    if isinstance(connect.operator, User):
        return await _connect_agent(call, place, comfort, connect.operator.id, connect.ring_s)
    return await outside_operator.connect(call.session, place, call.caller, comfort, connect, call.floor)


async def _connect_agent(
    call: Directed, place: Place, comfort: Comfort, agent: AgentId, ring_s: float
) -> Served | None:
    if call.session.interrupted.fired is not None:
        return None
    try:
        call.floor.acd.direct(place, agent, ring_s)
    except NotToBeHad as why:
        call.floor.acd.sessions.tell(
            events.OperatorFailed,
            call.session,
            operator=f"user {agent}",
            reason=Failed.BUSY if why.busy else Failed.UNAVAILABLE,
            detail=str(why),
        )
        return None
    served = None
    with await place.next_attempt() as attempt:
        async with until(call.session.interrupted.on) as called_off:
            served = await ringing.ring(attempt, place, comfort)
        if called_off.happened is not None:
            attempt.declined(DeclineReason.WITHDRAWN)
    return served


# --- the talk, and what is asked --------------------------------------------------------------------------


async def _talk(visit: Visit, caller: Leg, queue: QueueId, reached: Served | Joined, floor: Floor) -> bool:
    """Whether the server has sent the caller on to another operator."""
    session = floor.acd.sessions.of(visit.id, queue)
    if session is None or session.state is State.RELEASED:
        assert isinstance(reached, Served), "our own agents serve"
        await queueing.talk(visit, caller, reached, floor)
        return False
    session.talks(_name(reached))
    async with until(session.interrupted.on) as called_off:
        if isinstance(reached, Served):
            await conversation.between(
                visit, caller, reached, floor, caller_stays=lambda: session.question is not None
            )
        else:
            await outside_operator.talk(session, caller, reached, floor)
    if (told := called_off.happened) is None:
        await _ask_after(Directed(visit, caller, session, floor))
        return False
    if isinstance(reached, Served):
        await floor.rooms.leave_talk(reached.talk.agent, caller)
        floor.phones.took(reached.talk.agent, reached.leg)
    if isinstance(told.command, Transfer):
        return True
    visit.ends(Outcome.SERVED, EndedBy.SYSTEM)
    return False


def _name(reached: Served | Joined) -> str:
    return f"user {reached.talk.agent}" if isinstance(reached, Served) else reached.operator


async def _ask_after(call: Directed) -> None:
    """What was to be asked when the operator has hung up."""
    session = call.session
    if (question := session.question) is not None:
        session.question = None
        session.goes_on(State.ASKING)
        await _ask(call, question)
    session.is_now(State.ENDED)


async def _ask(call: Directed, ask: Ask) -> None:
    """A key for each choice; asked once more when none of them came."""
    call.caller.forget_digits()
    choice = ""
    async with until(call.session.interrupted.on) as called_off:
        for _ in range(2):
            key = await key_during(
                call.caller, spoken(call, ask.text), barge_in=True, then_within_s=ask.within_s
            )
            if choice := ask.keys.get(key or "", ""):
                break
    if called_off.happened is None:
        call.floor.acd.sessions.tell(events.ChoiceMade, call.session, choice=choice)
