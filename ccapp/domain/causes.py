"""Why a leg ended, and what that means for the agent who was rung.

Source: spec/xswitch.md §3 (effects of an agent leg's end; SIP status to Q.850 cause as `res_pjsip` maps it).
"""

from enum import IntEnum, StrEnum


class Cause(IntEnum):
    """Q.850 causes as Asterisk reports them; any other number is possible on the wire."""

    UNKNOWN = 0
    UNALLOCATED = 1
    NORMAL = 16
    BUSY = 17
    NO_RESPONSE = 18
    NO_ANSWER = 19
    NOT_REGISTERED = 20
    REJECTED = 21
    OUT_OF_ORDER = 27
    CONGESTION = 34
    NETWORK_FAILURE = 38
    TEMPORARY_FAILURE = 41
    INTERWORKING = 127


class DeclineReason(StrEnum):
    """How an offer ended without a talk."""

    NO_ANSWER = "no_answer"  # rang out; counts towards max_misses
    BUSY = "busy"  # 486, 600
    REJECTED = "rejected"  # 603, 401, 403, 407
    UNREGISTERED = "unregistered"  # no phone to ring
    TECHNICAL = "technical"  # trunk, network or switch trouble
    NOT_CONFIRMED = "not_confirmed"  # answered outside, but nobody pressed 1: a mailbox; counts as no answer
    CALLER_GONE = "caller_gone"  # the caller left before the join; costs the agent nothing
    AGENT_GONE = "agent_gone"  # answered, then lost before the join
    ANSWERED_ELSEWHERE = "answered_elsewhere"  # another agent, rung too, was quicker; costs him nothing
    WITHDRAWN = "withdrawn"  # taken back by us: logout while ringing, configuration change
    ENGINE_RESTART = "engine_restart"  # the engine died while the phone rang


_REASONS = {
    Cause.BUSY: DeclineReason.BUSY,
    Cause.REJECTED: DeclineReason.REJECTED,
    Cause.NO_RESPONSE: DeclineReason.NO_ANSWER,
    Cause.NO_ANSWER: DeclineReason.NO_ANSWER,
    Cause.NOT_REGISTERED: DeclineReason.UNREGISTERED,
    Cause.UNALLOCATED: DeclineReason.UNREGISTERED,
}


def decline_reason(cause: int) -> DeclineReason:
    """The class of an agent leg's end that we did not bring about ourselves.

    Everything that is neither busy, nor a reject, nor an unanswered ring is a technical failure:
    a broken trunk must not sign everyone out.
    """
    return _REASONS.get(Cause(cause), DeclineReason.TECHNICAL) if cause in Cause else DeclineReason.TECHNICAL
