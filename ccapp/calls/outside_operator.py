"""Ringing an operator who is no agent of ours, by number or SIP address, and the caller's talk with him."""

import asyncio
from dataclasses import dataclass

from ccapp.acd import Place, Visit
from ccapp.acd.reports import FAILED
from ccapp.acd.session import Session
from ccapp.calls.comfort import Comfort
from ccapp.calls.floor import Floor, close_opened
from ccapp.calls.forward import PREFIX
from ccapp.calls.keys import key_during
from ccapp.calls.offering import RING_S_SPARE
from ccapp.calls.scope import forever, until, until_gone
from ccapp.domain import events
from ccapp.domain.backend import Failed
from ccapp.domain.causes import decline_reason
from ccapp.domain.commands import Connect, PhoneNumber, SipUri
from ccapp.domain.events import EndedBy, Outcome
from ccapp.domain.ids import BridgeId, ChannelId, TrunkId
from ccapp.domain.ivr import Say
from ccapp.ports import Bridge, CallerId, Dial, Gone, Leg, LegGone

CONFIRM = "A caller is waiting. To take the call, press 1."
CONFIRM_S = 15.0


@dataclass(frozen=True, slots=True)
class Joined:
    """In one bridge with the caller since then (epoch s). `leg` None: gone while nobody looked."""

    leg: Leg | None
    operator: str
    since: float


def found(session: Session, leg: Leg | None) -> Joined:
    """A talk that an engine before us began."""
    return Joined(leg, session.operator, session.joined_at)


class NotReached(Exception):
    def __init__(self, why: Failed, detail: str) -> None:
        super().__init__(detail)
        self.why = why


async def connect(
    session: Session, place: Place, caller: Leg, comfort: Comfort, command: Connect, floor: Floor
) -> Joined | None:
    """Rings him until he has answered; None when that failed, or was called off."""
    operator, began = str(command.operator), floor.acd.clock.now()
    failed = NotReached(Failed.CANCELLED, "called off")
    joined = None
    try:
        async with until(session.interrupted.on):
            leg = await _rung(session, caller, comfort, command, floor)
            joined = await _joined(session, caller, comfort, leg, operator, began, floor)
            floor.acd.taken_outside(place, operator)
    except NotReached as why:
        failed = why
    finally:
        if joined is None:
            if caller.gone is not None:
                failed = NotReached(Failed.CANCELLED, "the caller has gone")
            _tell_failed(session, operator, failed, floor.acd.clock.now() - began, floor)
    return joined


def _tell_failed(session: Session, operator: str, failed: NotReached, rang_s: float, floor: Floor) -> None:
    floor.acd.sessions.tell(
        events.OperatorFailed,
        session,
        operator=operator,
        reason=failed.why,
        detail=str(failed),
        rang_s=rang_s,
    )


async def _rung(session: Session, caller: Leg, comfort: Comfort, command: Connect, floor: Floor) -> Leg:
    """His leg, answered. Raises NotReached."""
    dial = _dial(session, caller, command, floor)
    floor.acd.sessions.tell(
        events.OperatorRung, session, operator=str(command.operator), channel=dial.channel
    )
    await floor.acd.settled()
    leg, answered = floor.switch.dial(dial), False
    try:
        await comfort.while_ringing()
        async with asyncio.timeout(command.ring_s):
            await leg.picked_up()
        if command.spare:
            await _confirmed(leg)
        answered = True
    except TimeoutError:
        raise NotReached(Failed.NO_ANSWER, "no answer") from None
    except LegGone:
        if caller.gone is not None:
            raise
        reason = decline_reason((leg.gone or Gone(cause=0)).cause)
        raise NotReached(FAILED[reason], reason.value) from None
    finally:
        if not answered:
            leg.release()
    return leg


async def _confirmed(leg: Leg) -> None:
    """A mailbox does not press 1."""
    async with asyncio.timeout(CONFIRM_S):
        while await key_during(leg, [Say(text=CONFIRM)], barge_in=True, then_within_s=CONFIRM_S) != "1":
            pass


def _dial(session: Session, caller: Leg, command: Connect, floor: Floor) -> Dial:
    queue = floor.acd.centre.queues.get(session.queue)
    trunk = queue.external.trunk if queue is not None and queue.external is not None else None
    if queue is None or trunk is None:
        raise NotReached(Failed.ERROR, "no trunk is configured for it")
    match command.operator:
        case SipUri(uri=address) | PhoneNumber(number=address):
            endpoint = f"{address}@{trunk}"
        case _:
            raise NotReached(Failed.ERROR, "an agent of ours")
    number = command.caller_id or queue.caller_id or session.visit.caller_number
    return Dial(
        channel=ChannelId(f"operator-{session.visit.id}-{floor.acd.clock.now():.3f}"),
        endpoint=endpoint,
        caller=CallerId(number=number, name=session.visit.caller_name),
        ring_s_max=command.ring_s + RING_S_SPARE,
        originator=caller.id,
    )


async def _joined(
    session: Session, caller: Leg, comfort: Comfort, leg: Leg, operator: str, began: float, floor: Floor
) -> Joined:
    joined = False
    opening = asyncio.ensure_future(_bridge(session.visit, floor))
    try:
        bridge = await asyncio.shield(opening)  # who waits may go; the bridge is made all the same
        await comfort.taken_out()
        await caller.answer()
        await bridge.add(caller, leg)
        joined = True
    except LegGone:
        if caller.gone is not None:
            raise
        raise NotReached(Failed.ERROR, "lost before he was joined") from None
    finally:
        if not joined:
            leg.release()
            opening.add_done_callback(close_opened)
    now = floor.acd.clock.now()
    floor.acd.sessions.tell(
        events.OperatorJoined,
        session,
        operator=operator,
        channel=leg.id,
        bridge=bridge.id,
        rang_s=now - began,
    )
    return Joined(leg, operator, now)


async def _bridge(visit: Visit, floor: Floor) -> Bridge:
    return await floor.switch.talk_bridge(BridgeId(f"{PREFIX}{visit.id}"), f"forward of {visit.id}")


async def talk(session: Session, caller: Leg, joined: Joined, floor: Floor) -> None:
    """Until one of them hangs up, or it is left."""
    visit = session.visit
    visit.if_caller_leaves = Outcome.FORWARDED
    bridge, over = await _bridge(visit, floor), False
    try:
        if joined.leg is not None:
            async with until_gone(joined.leg):
                await forever()
        over = True
        visit.ends(Outcome.FORWARDED, EndedBy.AGENT)
    finally:
        bridge.close()
        if joined.leg is not None:
            joined.leg.release()
        by = EndedBy.AGENT if over else EndedBy.SYSTEM if caller.gone is None else EndedBy.CALLER
        left(session, joined, by, floor)


def left(session: Session, joined: Joined, by: EndedBy, floor: Floor) -> None:
    """The talk's end. With neither of them gone, the caller is on his way to another."""
    talk_s = floor.acd.clock.now() - joined.since
    floor.acd.sessions.tell(
        events.OperatorLeft, session, operator=joined.operator, by=by.value, talk_s=talk_s
    )
    if by is not EndedBy.SYSTEM:
        _, _, number = joined.operator.partition(" ")
        floor.acd.forwarded(session.visit, number, trunk_of(session, floor), answered=True, talk_s=talk_s)


def trunk_of(session: Session, floor: Floor) -> TrunkId:
    queue = floor.acd.centre.queues.get(session.queue)
    trunk = queue.external.trunk if queue is not None and queue.external is not None else None
    return trunk or TrunkId("")
