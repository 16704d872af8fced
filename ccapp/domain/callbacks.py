"""Calling a caller back in place of letting him wait: how a queue does it, and what may come of it."""

import re
from dataclasses import dataclass, replace
from enum import StrEnum

from ccapp.domain.ids import TrunkId
from ccapp.domain.ivr import Prompt, Say, Sound, fits

CALLBACK = "Callback"
"""The call data `Callback: Y` of a call we made ourselves; on the agent's phone it is `X-Callback: Y`."""

_NUMBER = re.compile(r"[+]?[0-9]{2,32}", re.ASCII)


CONFIRM = Say(
    text="We can call you back at {Number}. You keep your place. "
    "To agree, press 1. For another number, press 2."
)
ASK = Say(text="Please key the number at which we can call you, and the hash key.")
WRONG = Say(text="This number cannot be called back.")
TAKEN = Say(text="Thank you. We will call you when it is your turn. Goodbye.")
KNOWN = Say(text="We have noted already that you want to be called back. Goodbye.")


class RungFirst(StrEnum):
    """When a callback's turn has come, and an agent is free for it."""

    AGENT = "agent"  # the customer is dialled when the agent has answered, who hears music meanwhile
    CUSTOMER = "customer"  # the agent is kept free, and rung when the customer has answered


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackRules:
    """How the callers of a queue are called back. `{Number}` in `confirm` is read digit by digit."""

    trunk: TrunkId
    numbers: tuple[str, ...]  # one of which a number without its plus must fit, see `ivr.fits`
    caller_id: str = ""
    rung_first: RungFirst = RungFirst.AGENT
    ring_s: float = 30.0  # how long the customer's phone rings
    tries_max: int = 3
    retry_s: float = 600.0  # between two tries
    expires_s: float = 86_400.0
    confirm: Prompt = CONFIRM
    ask: Prompt = ASK
    wrong: Prompt | None = WRONG
    taken: Prompt | None = TAKEN
    known: Prompt | None = KNOWN

    def allows(self, number: str) -> bool:
        """Whether we may dial it."""
        digits = number.removeprefix("+")
        return bool(_NUMBER.fullmatch(number)) and any(fits(digits, pattern) for pattern in self.numbers)


class AskedBy(StrEnum):
    CALLER = "caller"
    COMMAND = "command"  # REST or CLI


class TryResult(StrEnum):
    """Why a try to call back was in vain."""

    BUSY = "busy"
    NO_ANSWER = "no_answer"
    REJECTED = "rejected"
    FAILED = "failed"  # no such number, trunk or network trouble
    HUNG_UP = "hung_up"  # answered, and left before an agent was there
    AGENT_GONE = "agent_gone"  # the agent did not wait until the customer answered
    NOT_DIALLED = "not_dialled"  # the agent was gone before the customer's phone rang: costs no try
    ENGINE_RESTART = "engine_restart"  # the engine died while the customer's phone rang


class CallbackEnd(StrEnum):
    """How a callback ended. All but the first: without a talk."""

    SERVED = "served"
    NOT_REACHED = "not_reached"  # all tries were in vain
    EXPIRED = "expired"
    CANCELLED = "cancelled"  # by command
    CALLED_IN = "called_in"  # the customer called himself, and has taken his place
    NOT_ALLOWED = "not_allowed"  # such numbers are no longer dialled
    QUEUE_GONE = "queue_gone"
    LOST = "lost"  # a failure of ours


def naming(number: str, prompt: Prompt) -> tuple[Prompt, ...]:
    """The prompt with `{Number}` as it is read to somebody, one digit after the other; behind a sound."""
    read = ", ".join(number.removeprefix("+"))
    match prompt:
        case Say(text=text, translations=others):
            in_all = tuple((language, other.replace("{Number}", read)) for language, other in others)
            return (replace(prompt, text=text.replace("{Number}", read), translations=in_all),)
        case Sound():
            return prompt, Say(text=read)
