"""Whoever answers a number outside says by a key that he takes the caller: a mailbox cannot."""

import asyncio

from ccapp.acd import Acd, Attempt
from ccapp.calls.keys import key_during
from ccapp.domain.causes import DeclineReason
from ccapp.domain.ivr import Say
from ccapp.ports import Leg, LegGone

TAKES_HIM = "1"


async def given(attempt: Attempt, leg: Leg, acd: Acd) -> bool:
    """Whether the caller may be joined; if not, the offer is declined. Other keys are not listened to."""
    person = acd.centre.agents.get(attempt.offer.agent)
    outside = person.outside if person is not None else None
    if outside is None or not outside.confirm:
        return True
    question = [Say(text=outside.confirm)]
    try:
        async with asyncio.timeout(outside.confirm_s):
            key = None
            while key != TAKES_HIM:
                key = await key_during(leg, question, barge_in=True, then_within_s=outside.confirm_s)
    except (TimeoutError, LegGone):
        attempt.declined(DeclineReason.NOT_CONFIRMED)
        return False
    return True
