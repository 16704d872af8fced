"""A message brought to an agent as work: a callback that he hears the message of before anybody is dialled.

It stands in the line of the queue the caller had come to, as long as he has waited since he called, and is
offered as any call is. Who does not answer, or hangs up in it, leaves it there.
"""

from contextlib import suppress

from ccapp.acd import AskedAlready, NoCallback, Standing, Visit
from ccapp.calls.floor import Floor
from ccapp.calls.keys import interrupted, key_within
from ccapp.calls.listening import heard_whole
from ccapp.domain.callbacks import AskedBy
from ccapp.domain.calldata import lookup
from ccapp.domain.events import MessageLeft
from ccapp.domain.ids import AgentId
from ccapp.domain.ivr import Say
from ccapp.domain.voicemail import MESSAGE, Message
from ccapp.ports import Leg

KEYS = "To ring the caller back, press 1. To hear it again, press 2. If nothing is to be done, press 3."
RING, AGAIN, DONE = "1", "2", "3"
KEY_S, ASKED_MAX = 6.0, 3


def bring(left: MessageLeft, floor: Floor) -> None:
    """Into the line, where its mailbox wants that and the caller can be rung back at all."""
    acd = floor.acd
    mailbox, visit = acd.centre.mailboxes.get(left.mailbox), acd.visits.get(left.visit)
    if mailbox is None or not mailbox.deliver or not left.queue or visit is None:
        return
    standing = Standing(queue=left.queue, brought_s=acd.clock.now() - visit.arrived_at)
    with suppress(NoCallback, AskedAlready):  # it is in the mailbox all the same
        acd.callbacks.ask(standing, left.caller_number, by=AskedBy.CALLER, origin=visit)


def message_of(visit: Visit, floor: Floor) -> Message | None:
    """What is to be heard before the caller is rung back."""
    return floor.acd.messages.get(lookup(visit.data, MESSAGE))


async def is_to_be_rung(message: Message, agent: AgentId, leg: Leg, floor: Floor) -> bool:
    """Whether the agent, who has heard it, wants the caller rung back. Raises LegGone: he has hung up."""
    key: str | None = AGAIN
    while key == AGAIN:
        leg.forget_digits()
        key = await interrupted(heard_whole(message, leg), leg.digit())
        for _ in range(ASKED_MAX):
            if key in (RING, AGAIN, DONE):
                break
            key = await interrupted(leg.play([Say(text=KEYS)]), leg.digit()) or await key_within(leg, KEY_S)
    floor.acd.messages.heard(message.id, agent)
    return key == RING
