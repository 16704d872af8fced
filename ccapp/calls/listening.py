"""An agent dials a code and hears the new messages of his mailboxes, the oldest first.

While he listens nothing is offered to him. A message is heard when it was played to its end, or he pressed a
key in it; one that he hung up in is still new.
"""

from ccapp.acd import OwnCall
from ccapp.calls.feature_codes import NOT_KNOWN, NOT_POSSIBLE, spoken
from ccapp.calls.floor import Floor
from ccapp.calls.keys import interrupted, key_within
from ccapp.calls.scope import until_gone
from ccapp.domain.events import EndedBy
from ccapp.domain.ids import AgentId
from ccapp.domain.ivr import Say
from ccapp.domain.presence import IllegalMove
from ccapp.domain.voicemail import Message
from ccapp.ports import Arrived, Leg

NONE = "You have no new messages."
KEYS = "To hear it again, press 1. To delete it, press 3. For the next message, press hash."
DELETED = "The message is deleted."
NO_MORE = "You have no more new messages."
SENTENCES = (NONE, KEYS, DELETED, NO_MORE)
AGAIN, DELETE, NEXT = "1", "3", "#"
KEY_S, ASKED_MAX = 5.0, 3


async def listen(arrived: Arrived, floor: Floor) -> None:
    """From his dialling to the last message, or his hanging up."""
    leg, agent = arrived.leg, who_dials(arrived, floor)
    try:
        async with until_gone(leg):
            await leg.answer()
            call = await begun_call(agent, arrived, floor)
            if call is None:
                return
            with floor.acd.own_calls.going_on(call):
                await _all_new(agent, leg, floor)
    finally:
        leg.release()


def who_dials(arrived: Arrived, floor: Floor) -> AgentId:
    """The agent at this phone; it is in use from now on."""
    at = AgentId(arrived.endpoint)
    agent = floor.acd.person_at(at) or at
    floor.phones.dials(agent, arrived.leg)
    return agent


async def begun_call(agent: AgentId, arrived: Arrived, floor: Floor) -> OwnCall | None:
    """A call of his own, as any that he dials; None when he cannot make one now, which he is told."""
    if agent not in floor.acd.centre.agents:
        await _say(arrived.leg, NOT_KNOWN)
        return None
    try:
        call = floor.acd.own_calls.begin(agent, arrived.leg.id, arrived.dialled, None, None)
    except IllegalMove:
        await _say(arrived.leg, NOT_POSSIBLE.format(now=spoken(floor.acd.presence(agent))))
        return None
    call.ended_by = EndedBy.AGENT
    return call


async def _all_new(agent: AgentId, leg: Leg, floor: Floor) -> None:
    new = [message for message in floor.acd.messages.all() if message.new and _is_his(message, agent, floor)]
    await _say(leg, how_many(len(new)))
    for message in new:
        still = floor.acd.messages.get(message.id)
        if still is not None and still.new:  # nobody else has heard it meanwhile
            await _one(message, agent, leg, floor)
    if new:
        await _say(leg, NO_MORE)


def _is_his(message: Message, agent: AgentId, floor: Floor) -> bool:
    mailbox = floor.acd.centre.mailboxes.get(message.mailbox)
    return mailbox is not None and agent in mailbox.agents


async def _one(message: Message, agent: AgentId, leg: Leg, floor: Floor) -> None:
    """Until he goes on to the next; without a key after a while he does, too."""
    key: str | None = AGAIN
    while key == AGAIN:
        leg.forget_digits()
        key = await interrupted(heard_whole(message, leg), leg.digit())
        floor.acd.messages.heard(message.id, agent)
        for _ in range(ASKED_MAX):
            if key in (AGAIN, DELETE, NEXT):
                break
            key = await interrupted(leg.play([Say(text=KEYS)]), leg.digit()) or await key_within(leg, KEY_S)
    if key == DELETE:
        floor.acd.messages.delete(message.id, agent)
        await _say(leg, DELETED)


async def heard_whole(message: Message, leg: Leg) -> None:
    await leg.play([Say(text=whose(message))])
    await leg.replay(message.file)


async def _say(leg: Leg, text: str) -> None:
    await leg.play([Say(text=text)])


def how_many(count: int) -> str:
    if count == 0:
        return NONE
    return "You have one new message." if count == 1 else f"You have {count} new messages."


def whose(message: Message) -> str:
    """Its number digit by digit."""
    number = " ".join(character for character in message.caller_number if character.isdigit())
    return f"From {number}." if number else "From an unknown number."
