"""A caller's whole visit, from the first ring to the last word."""

import logging

from ccapp.acd import Visit
from ccapp.calls import backend, customer_info, ivr, listed, queueing, voicemail
from ccapp.calls.floor import Floor
from ccapp.calls.scope import until_gone
from ccapp.calls.waypoint import InLine, InMailbox, InTree, Waypoint
from ccapp.domain import calldata
from ccapp.domain.centre import Number, ToQueue, ToTree, ToVoicemail
from ccapp.domain.events import EndedBy, Outcome
from ccapp.domain.ids import TrunkId
from ccapp.ports import Arrived, Gone, Leg

log = logging.getLogger(__name__)

NO_SUCH_NUMBER = 1  # Q.850, becomes SIP 404


async def inbound(arrived: Arrived, floor: Floor) -> None:
    """A call from a trunk."""
    caller, acd = arrived.leg, floor.acd
    number = acd.centre.number(arrived.dialled)
    visit = acd.arrive(arrived, number.data if number else {})
    try:
        with acd.visiting(visit), customer_info.asked_while_here(visit):
            async with until_gone(caller) as scope:
                await learn_from_headers(visit, caller, floor)
                if number is None:
                    visit.ends(Outcome.REFUSED, EndedBy.SYSTEM)
                    caller.release(NO_SUCH_NUMBER)
                elif listed.let_in(visit, caller, floor):
                    await journey(visit, caller, start(number, visit), floor)
            await voicemail.settle(visit, floor, gone=True)
            note_hang_up(visit, scope.happened)
    finally:
        caller.release()


async def journey(visit: Visit, caller: Leg, at: Waypoint | None, floor: Floor) -> None:
    """From waypoint to waypoint until one of them is the last."""
    customer_info.ask(visit, floor)
    while at is not None:
        match at:
            case InTree():
                at = await ivr.walk(visit, caller, at, floor)
            case InLine() if backend.directs(visit, at, floor):
                at = await backend.serve(visit, caller, at, floor)
            case InLine():
                at = await queueing.wait_and_talk(visit, caller, at, floor)
            case InMailbox():
                at = await voicemail.leave_message(visit, caller, at, floor)


def start(number: Number, visit: Visit) -> Waypoint:
    match number.target:
        case ToTree(tree=tree):
            return InTree(tree=tree)
        case ToQueue(queue=queue):
            return queueing.line_for(visit, queue, {}, 0.0)
        case ToVoicemail(mailbox=mailbox):
            return InMailbox(mailbox=mailbox)


async def learn_from_headers(visit: Visit, caller: Leg, floor: Floor) -> None:
    """What a trusted trunk transfers with the call; from any other trunk nothing is read at all."""
    trunk = floor.acd.centre.trunks.get(TrunkId(visit.trunk))
    if trunk is None or not trunk.trusted:
        return
    wanted = (*calldata.TRANSFERRED, calldata.USER_TO_USER, *trunk.headers)
    visit.learn(calldata.from_headers(await caller.headers(wanted), trunk.headers))
    visit.caller_number = calldata.lookup(visit.data, "Ani") or visit.caller_number
    visit.caller_name = calldata.lookup(visit.data, "callerId") or visit.caller_name


def note_hang_up(visit: Visit, gone: Gone | None) -> None:
    """The caller's leg has ended: unless something else was said before, that is how the visit ended."""
    if gone is None:
        return
    if not gone.switch_lost:
        visit.ends(visit.if_caller_leaves, EndedBy.CALLER)
    elif visit.if_caller_leaves is Outcome.SERVED or visit.left_message:
        visit.ends(visit.if_caller_leaves, EndedBy.SWITCH)
    else:
        visit.ends(Outcome.LOST, EndedBy.SWITCH)
