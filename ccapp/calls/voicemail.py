"""Leaving a message: the greeting, the tone, what the caller says, and what becomes of it.

A message that has begun is settled whatever happens to the call: also when the caller hangs up in the middle
of it, and when he did so while the engine was away (`settle`).
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace

from ccapp.acd import Taking, Visit
from ccapp.calls.floor import Floor
from ccapp.calls.ivr_values import spoken
from ccapp.calls.keys import key_during
from ccapp.calls.waypoint import InMailbox, InTree
from ccapp.domain import events
from ccapp.domain.events import EndedBy
from ccapp.domain.ivr import LeaveMessage, Prompt
from ccapp.domain.voicemail import SORRY, Mailbox, NotKept
from ccapp.ports import Dictated, DictationRules, Leg, Spoken, SwitchError, SwitchUnreachable

log = logging.getLogger(__name__)

SPARE_S = 20.0
"""After its longest time a message is over, whether or not that was told."""

HANG_UP_S_MAX = 3.0
"""From the caller's hang-up to the end of his message."""

OUTAGES_MAX, COMEBACK_S_MAX = 20, 3.0


async def leave_message(visit: Visit, caller: Leg, at: InMailbox, floor: Floor) -> InTree | None:
    """Returns where he goes on in the IVR, None when his visit is over."""
    visit.if_caller_leaves = at.otherwise
    said = await _message(visit, caller, at, floor)
    await _say(caller, spoken(said, visit, floor.acd.centre), floor)
    if at.then is None:
        visit.ends(at.otherwise, EndedBy.SYSTEM)
    return at.then


async def _message(visit: Visit, caller: Leg, at: InMailbox, floor: Floor) -> Prompt:
    """From the greeting to the end of the message; what he is told about it."""
    messages, mailbox = floor.acd.messages, floor.acd.centre.mailboxes.get(at.mailbox)
    await _in_spite_of_outages(caller.answer, floor)
    if at.begun is not None:
        mailbox = mailbox or Mailbox(id=at.mailbox, name=at.mailbox)  # it is no longer configured
    elif mailbox is None:
        messages.refused(visit, at.mailbox, at.queue, NotKept.FAILED, "there is no such mailbox")
        return SORRY
    elif messages.is_full(mailbox):
        log.warning("visit=%s mailbox=%s is full: %d messages", visit.id, mailbox.id, mailbox.messages_max)
        messages.refused(visit, mailbox.id, at.queue, NotKept.FULL)
        return mailbox.sorry
    else:
        await _greet(visit, caller, mailbox, floor)
    begin(visit, caller, mailbox, at, floor)
    match await settle(visit, floor):
        case None:
            return mailbox.thanks
        case NotKept.SHORT | NotKept.SILENT:
            return mailbox.empty
        case _:
            return mailbox.sorry


async def _greet(visit: Visit, caller: Leg, mailbox: Mailbox, floor: Floor) -> None:
    """A key takes him to the tone at once."""
    greeting = spoken(mailbox.greeting, visit, floor.acd.centre)

    async def greet() -> None:
        await key_during(caller, [greeting], barge_in=True, then_within_s=0)

    await _in_spite_of_outages(greet, floor)


def begin(visit: Visit, caller: Leg, mailbox: Mailbox, at: InMailbox, floor: Floor) -> None:
    """From here on he is recorded. One that was begun by an engine before us goes on."""
    messages = floor.acd.messages
    begun = at.begun or messages.begun(visit, mailbox.id, at.queue, at.otherwise)
    rules = DictationRules(
        name=begun.recording,
        seconds_max=mailbox.seconds_max,
        silence_s=mailbox.silence_s,
        end_key=mailbox.end_key,
        beep=mailbox.beep,
    )
    visit.taking = Taking(mailbox=mailbox, begun=begun, dictation=caller.dictate(rules))


async def settle(visit: Visit, floor: Floor, *, gone: bool = False) -> NotKept | None:
    """Waits for the end of the message that is being left, if one is, and keeps it, or says why not.

    `gone`: the caller has hung up.
    """
    taking = visit.taking
    if taking is None:
        return None
    over = await _over(taking, HANG_UP_S_MAX if gone else taking.mailbox.seconds_max + SPARE_S)
    found = await floor.switch.spoken(taking.file)
    why, detail = judged(taking.mailbox, over, found, gone=gone)
    visit.taking = None
    if why is None and found is not None:
        seconds = found.seconds if found.known else floor.acd.clock.now() - taking.begun.at
        floor.acd.messages.left(visit, taking.begun, seconds, notify=bool(taking.mailbox.notify))
        return None
    why = why or NotKept.FAILED
    if why is NotKept.FAILED:
        log.error("visit=%s mailbox=%s message lost: %s", visit.id, taking.mailbox.id, detail)
    floor.acd.messages.not_kept(visit, taking.begun, why, detail)
    floor.errands.soon(discard(taking.file, floor))
    return why


async def _over(taking: Taking, within_s: float) -> Dictated:
    """What is there counts, whatever is said of it: also where nothing is said in time."""
    if taking.dictation is None:
        return Dictated()
    try:
        async with asyncio.timeout(within_s):
            return await taking.dictation.over()
    except TimeoutError:
        taking.dictation.stop()
        return Dictated()


def judged(
    mailbox: Mailbox, over: Dictated, found: Spoken | None, *, gone: bool
) -> tuple[NotKept | None, str]:
    """Whether it is kept (None), and what is wrong with it. What was recorded before a fault is kept."""
    if found is None and gone and not over.fault:
        return NotKept.SHORT, ""  # he hung up before the tone
    if found is None or (over.fault and not found.known):
        return NotKept.FAILED, over.fault or "there is no recording"
    if not found.known:
        return None, ""
    if found.seconds < mailbox.seconds_min:
        return (NotKept.FAILED, over.fault) if over.fault else (NotKept.SHORT, "")
    return (NotKept.SILENT, "") if found.silent else (None, "")


async def discard(file: str, floor: Floor) -> None:
    """The file goes, as soon as that can be."""
    try:
        await _in_spite_of_outages(lambda: floor.switch.discard(file), floor)
    except SwitchError as why:
        log.error("recording=%s is not deleted: %s", file, why)


async def settle_left(visit: Visit, begun: events.MessageBegun, floor: Floor) -> None:
    """The caller hung up while nobody looked."""
    mailbox = floor.acd.centre.mailboxes.get(begun.mailbox, Mailbox(id=begun.mailbox, name=begun.mailbox))
    with floor.acd.visiting(visit):
        visit.taking = Taking(mailbox=mailbox, begun=begun, dictation=None)
        await settle(visit, floor, gone=True)
        visit.ends(begun.otherwise, EndedBy.CALLER)


def from_node(node: LeaveMessage, at: InTree) -> InMailbox:
    """`at`: the node's own place."""
    then = None if node.then is None else replace(at, node=node.then)
    return InMailbox(mailbox=node.mailbox, then=then)


async def _say(caller: Leg, prompt: Prompt, floor: Floor) -> None:
    await _in_spite_of_outages(lambda: caller.play([prompt]), floor)
    caller.forget_digits()


async def _in_spite_of_outages(doing: Callable[[], Awaitable[None]], floor: Floor) -> None:
    """Done again after a lost connection; a caller who has gone meanwhile is known by then."""
    for _ in range(OUTAGES_MAX):
        try:
            return await doing()
        except SwitchUnreachable:
            await floor.comebacks.next(within_s=COMEBACK_S_MAX)
    return await doing()
