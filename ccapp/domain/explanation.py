"""Why this agent and not the others, why this call and not the others: recorded with each offer."""

from dataclasses import dataclass
from enum import StrEnum

from ccapp.domain.ids import AgentId, QueueId, VisitId
from ccapp.domain.priorities import CALLER_PRIORITY, Priority
from ccapp.domain.serving import Strategy


class WhyNot(StrEnum):
    """The first reason, in this order, that kept an agent from being offered a call."""

    OUT_OF_HOURS = "out_of_hours"  # his phone outside is rung at other times only
    LOGGED_OUT = "logged_out"
    OFFLINE = "offline"
    NOT_A_MEMBER = "not_a_member"  # the queue names its agents and he is not among them
    NOT_LISTED = "not_listed"  # the customer's server does not name him for this call
    NOT_SIGNED_IN = "not_signed_in"  # not to this queue
    NO_DESK = "no_desk"  # his is not connected, and the queue asks for it
    SKILL_MISSING = "skill_missing"
    SKILL_LEVEL = "skill_level"
    REQUIREMENT = "requirement"  # the part of an expression he does not meet
    NOT_READY = "not_ready"
    IN_CALL = "in_call"
    WRAP_UP = "wrap_up"
    BANNED = "banned"  # did not answer, or somebody has said so
    NOT_BEFORE = "not_before"  # back-off after a reject, busy or unanswered call
    GROUP_FULL = "group_full"  # as many of his group are on calls as may be at once
    TRIED = "tried"  # was rung for this very call a moment ago
    RINGS_TOO = "rings_too"  # is being rung for this very call as well
    NOT_HIS_MANAGER = "not_his_manager"  # free, but the caller has a manager, who is rung
    LATER_LISTED = "later_listed"  # free, but named later by the customer's server
    NOT_NAMED = "not_named"  # free, but the customer's server named another
    LATER_LEVEL = "later_level"  # free, but of a later level or only a backup of the queue
    STRATEGY = "strategy"  # free, but not the one the queue's strategy chooses
    NOT_ON_LINE = "not_on_line"  # free, but one who waits on the line of a fifo queue goes first
    LATER_TIER = "later_tier"  # free, but more widely skilled than the one chosen
    IDLE_LESS = "idle_less"  # free, same tier, idle for a shorter time


@dataclass(frozen=True, slots=True, kw_only=True)
class NotChosen:
    agent: AgentId
    why: WhyNot
    detail: str = ""  # e.g. "spanish 1 < 2"


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Of one offer. `trigger` says which side the decision came from."""

    trigger: str  # "call_joined", "agent_free", "deadline", "reconfigured"
    key: float  # entered_at - brought_s - priority_s, epoch s; smallest first
    tier: int  # of the chosen agent, 0 = least widely skilled
    idle_s: float  # of the chosen agent
    level: int = 1  # of the chosen agent in this queue
    strategy: Strategy = Strategy.LONGEST_IDLE
    on_line: bool = False  # he waited off-hook, and was joined without ringing
    steps: tuple[str, ...] = ()  # what was asked less of while it waited, e.g. "after 20 s: spanish 1"
    not_chosen: tuple[NotChosen, ...] = ()  # at most EXPLAINED_MAX, by agent id
    not_chosen_count: int = 0  # all of them
    calls_passed: tuple[tuple[VisitId, QueueId], ...] = ()
    """Calls that go first, but could not be given to this agent (he was tried for them a moment ago)."""

    caller_priority: Priority = CALLER_PRIORITY
    queue_priority: Priority = 0
    overdue: bool = False  # it had waited so long that it went before all that had not
    queues_passed: tuple[QueueId, ...] = ()
    """Queues of a higher priority the lot passed over, by their service probability."""


EXPLAINED_MAX = 32
