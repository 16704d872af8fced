"""A caller's own manager: the agent he is offered to first, and how a queue deals with him."""

from dataclasses import dataclass
from enum import StrEnum

from ccapp.domain.ivr import Prompt


@dataclass(frozen=True, slots=True, kw_only=True)
class ManagerRules:
    """How a queue treats callers who have a manager."""

    wait_s: float = 20.0  # a caller is kept for a manager who is there but busy, at most for so long
    data: str = "Manager"  # the call data that names him; it counts before the caller's number
    absent: Prompt | None = None  # spoken when he is not there or not reached, and another serves
    learn_last: bool = False  # whoever talked with the caller last becomes his manager
    ask: Prompt | None = None  # spoken after the talk to who has none: 1 keeps the agent as manager, 2 not
    ask_s: float = 8.0  # how long a key is waited for


class Missed(StrEnum):
    """Why a caller is not, or no longer, kept for his manager."""

    ABSENT = "absent"  # not ready, logged out, without a phone, or not configured
    UNABLE = "unable"  # may not serve this queue, or not this call
    NOT_REACHED = "not_reached"  # rung in vain
    WAITED = "waited"  # busy for too long


class Chosen(StrEnum):
    """How an agent became, or ceased to be, somebody's manager."""

    COMMAND = "command"
    LAST_TALK = "last_talk"
    ANSWER = "answer"  # the caller's, after a talk


def caller_key(number: str) -> str:
    """A caller's number as managers are found by: digits and a leading plus; empty for no number."""
    digits = "".join(character for character in number if character.isascii() and character.isdigit())
    return f"+{digits}" if digits and number.strip().startswith("+") else digits
