"""What an event does to an agent's presence: one small act each, written on a draft of it.

When which of them is allowed is said by the table in `presence.py`, and nowhere else.
"""

from collections.abc import Callable
from dataclasses import dataclass

from ccapp.domain.causes import DeclineReason
from ccapp.domain.centre import Agent
from ccapp.domain.ids import NO_QUEUE, QueueId
from ccapp.domain.presence import UNTIL_DONE, Intent, Move, SubState, Traffic
from ccapp.routing.draft import Draft

MISSED_CALLS = "missed calls"
"""The reason an agent reads when he was taken out of READY."""

NO_CHANNEL = "no live channel"
"""The reason an agent reads when nothing proved any more that he was on the phone."""


@dataclass(slots=True)
class Told:
    """What came with an event; each event reads only its own."""

    now: float
    sub_state: SubState = SubState.WAIT  # NOT_READY
    reason: str = ""  # NOT_READY
    declined: DeclineReason = DeclineReason.WITHDRAWN  # DECLINED
    not_before: float = 0.0  # OFFERED: rung again at the earliest
    wrap_up_s: float = 0.0  # TALK_ENDED, OWN_TALK_ENDED
    until: float | None = None  # BAN; None: until it is lifted
    then_away: bool = False  # BREAK_OVER
    phone: str = ""  # LOG_IN, SIGN_IN: where he sits
    queue: QueueId = NO_QUEUE  # SIGN_IN, SIGN_OUT
    others: tuple[QueueId, ...] = ()  # SIGN_OUT: those he stays in, if he was in all


type Action = Callable[[Draft, Agent, Told], None]


def stay(draft: Draft, agent: Agent, told: Told) -> None:
    """Nothing to do: so it is already."""


# --- what he wants ----------------------------------------------------------------------------------------


def sign_in(draft: Draft, agent: Agent, told: Told) -> None:
    _rest_as(draft, told.now, SubState.WAIT, "")
    draft.misses, draft.logged_in_at, draft.queues, draft.phone = 0, told.now, None, told.phone


def sign_in_first(draft: Draft, agent: Agent, told: Told) -> None:
    sign_in(draft, agent, told)
    draft.queues = (told.queue,)


def sign_in_too(draft: Draft, agent: Agent, told: Told) -> None:
    if draft.queues is not None:
        draft.queues = tuple(sorted({*draft.queues, told.queue}))


def sign_out_of_one(draft: Draft, agent: Agent, told: Told) -> None:
    his = told.others if draft.queues is None else draft.queues
    draft.queues = tuple(sorted(queue for queue in his if queue != told.queue))


def sign_out(draft: Draft, agent: Agent, told: Told) -> None:
    _rest_as(draft, told.now, SubState.WAIT, "")
    draft.intent, draft.misses, draft.logged_in_at = Intent.LOGGED_OUT, 0, None
    draft.queues, draft.phone = None, ""


def be_ready(draft: Draft, agent: Agent, told: Told) -> None:
    draft.intent, draft.sub_state, draft.reason = Intent.READY, SubState.WAIT, ""
    draft.wrap_up_until, draft.misses, draft.idle_since = None, 0, told.now
    draft.on_demand = draft.overdue = False


def be_ready_once(draft: Draft, agent: Agent, told: Told) -> None:
    be_ready(draft, agent, told)
    draft.on_demand = True


def still_ready(draft: Draft, agent: Agent, told: Told) -> None:
    draft.misses, draft.on_demand = 0, False


def still_ready_once(draft: Draft, agent: Agent, told: Told) -> None:
    draft.misses, draft.on_demand = 0, True


def rest(draft: Draft, agent: Agent, told: Told) -> None:
    if (draft.intent, draft.sub_state, draft.reason) == (Intent.NOT_READY, told.sub_state, told.reason):
        draft.wrap_up_until = None
        return
    _rest_as(draft, told.now, told.sub_state, told.reason)


def _rest_as(draft: Draft, now: float, sub_state: SubState, reason: str) -> None:
    draft.intent, draft.sub_state, draft.reason = Intent.NOT_READY, sub_state, reason
    draft.rest_since, draft.overdue, draft.on_demand = now, False, False
    draft.traffic, draft.wrap_up_until = Traffic.IDLE, None
    _remember(draft, None, SubState.NONE, "")


def _remember(draft: Draft, move: Move | None, sub_state: SubState, reason: str) -> None:
    draft.after_call, draft.after_call_sub_state, draft.after_call_reason = move, sub_state, reason


def remember_log_out(draft: Draft, agent: Agent, told: Told) -> None:
    _remember(draft, Move.LOG_OUT, SubState.NONE, "")


def remember_rest(draft: Draft, agent: Agent, told: Told) -> None:
    _remember(draft, Move.NOT_READY, told.sub_state, told.reason)


def forget(draft: Draft, agent: Agent, told: Told) -> None:
    draft.intent, draft.misses, draft.on_demand = Intent.READY, 0, False
    _remember(draft, None, SubState.NONE, "")


def forget_once(draft: Draft, agent: Agent, told: Told) -> None:
    forget(draft, agent, told)
    draft.on_demand = True


def overstay(draft: Draft, agent: Agent, told: Told) -> None:
    draft.overdue = True
    if told.then_away:
        draft.sub_state = SubState.AWAY


# --- bans -------------------------------------------------------------------------------------------------


def ban(draft: Draft, agent: Agent, told: Told) -> None:
    draft.banned_until = UNTIL_DONE if told.until is None else told.until


def ban_while_ringing(draft: Draft, agent: Agent, told: Told) -> None:
    ban(draft, agent, told)
    draft.traffic = Traffic.IDLE


def lift_ban(draft: Draft, agent: Agent, told: Told) -> None:
    draft.banned_until = None


def ready_again(draft: Draft, agent: Agent, told: Told) -> None:
    draft.banned_until, draft.idle_since = None, told.now


def rest_from_ban(draft: Draft, agent: Agent, told: Told) -> None:
    draft.banned_until = None
    rest(draft, agent, told)


def sign_out_from_ban(draft: Draft, agent: Agent, told: Told) -> None:
    draft.banned_until = None
    sign_out(draft, agent, told)


# --- an offer and its talk --------------------------------------------------------------------------------


def ring(draft: Draft, agent: Agent, told: Told) -> None:
    draft.traffic = Traffic.OFFERED
    draft.not_before = max(draft.not_before, told.not_before)


def talk(draft: Draft, agent: Agent, told: Told) -> None:
    draft.traffic, draft.misses = Traffic.TALKING, 0


def stop_ringing(draft: Draft, agent: Agent, told: Told) -> None:
    draft.traffic = Traffic.IDLE
    draft.not_before = max(draft.not_before, told.now + pause_s(agent, told.declined))
    if told.declined not in (DeclineReason.NO_ANSWER, DeclineReason.NOT_CONFIRMED):
        return
    draft.misses += 1
    if 0 < agent.max_misses <= draft.misses:
        _rest_as(draft, told.now, SubState.WAIT, MISSED_CALLS)
    elif agent.ban_s > 0:
        draft.banned_until = told.now + agent.ban_s


def pause_s(agent: Agent, reason: DeclineReason) -> float:
    """How long an agent is left alone after an offer that ended so."""
    match reason:
        case DeclineReason.REJECTED:
            return max(agent.reject_delay_s, agent.lag_s)
        case DeclineReason.BUSY:
            return max(agent.busy_delay_s, agent.lag_s)
        case DeclineReason.NO_ANSWER | DeclineReason.NOT_CONFIRMED:
            return max(agent.no_answer_delay_s, agent.lag_s)
        case DeclineReason.UNREGISTERED | DeclineReason.TECHNICAL | DeclineReason.AGENT_GONE:
            return max(agent.technical_delay_s, agent.lag_s)
        case (
            DeclineReason.CALLER_GONE
            | DeclineReason.ANSWERED_ELSEWHERE
            | DeclineReason.WITHDRAWN
            | DeclineReason.ENGINE_RESTART
        ):
            return float("-inf")


def hang_up(draft: Draft, agent: Agent, told: Told) -> None:
    """The talk of an offer is over. On demand: in wrap-up until he says what now."""
    _hang_up(draft, agent, told, _wrap_up_until(told, draft.on_demand))


def _wrap_up_until(told: Told, on_demand: bool) -> float:
    return UNTIL_DONE if on_demand or told.wrap_up_s >= UNTIL_DONE else told.now + told.wrap_up_s


def _hang_up(draft: Draft, agent: Agent, told: Told, wrap_up_until: float) -> None:
    draft.traffic, draft.idle_since = Traffic.IDLE, told.now
    draft.not_before = max(draft.not_before, told.now + agent.lag_s) if agent.lag_s else draft.not_before
    if _done_as_remembered(draft, agent, told) or draft.intent is Intent.LOGGED_OUT:
        return
    if not draft.online:
        _rest_as(draft, told.now, SubState.AWAY, "")
    elif wrap_up_until > told.now:
        draft.wrap_up_until = wrap_up_until


def _done_as_remembered(draft: Draft, agent: Agent, told: Told) -> bool:
    match draft.after_call:
        case Move.LOG_OUT:
            sign_out(draft, agent, told)
        case Move.NOT_READY:
            _rest_as(draft, told.now, draft.after_call_sub_state, draft.after_call_reason)
        case _:
            return False
    return True


def extend_wrap_up(draft: Draft, agent: Agent, told: Told) -> None:
    """To the end that is told, never to an earlier one."""
    if draft.wrap_up_until is not None and told.until is not None:
        draft.wrap_up_until = max(draft.wrap_up_until, told.until)


def wrapped_up(draft: Draft, agent: Agent, told: Told) -> None:
    if draft.on_demand and draft.wrap_up_until == UNTIL_DONE:
        _rest_as(draft, told.now, SubState.WAIT, "")
    draft.wrap_up_until, draft.idle_since = None, told.now


# --- calls of his own -------------------------------------------------------------------------------------


def dial(draft: Draft, agent: Agent, told: Told) -> None:
    draft.traffic = Traffic.DIALLING


def be_rung(draft: Draft, agent: Agent, told: Told) -> None:
    draft.traffic = Traffic.RUNG


def own_talk(draft: Draft, agent: Agent, told: Told) -> None:
    draft.traffic, draft.wrap_up_until = Traffic.TALKING, None


def not_reached(draft: Draft, agent: Agent, told: Told) -> None:
    """As before the call, but for what was asked for meanwhile."""
    draft.traffic = Traffic.IDLE
    _done_as_remembered(draft, agent, told)


def hang_up_own(draft: Draft, agent: Agent, told: Told) -> None:
    _hang_up(draft, agent, told, told.now + told.wrap_up_s)


# --- what he does with a talk -----------------------------------------------------------------------------


def hold(draft: Draft, agent: Agent, told: Told) -> None:
    draft.traffic = Traffic.HOLDING


def resume(draft: Draft, agent: Agent, told: Told) -> None:
    draft.traffic = Traffic.TALKING


def transfer(draft: Draft, agent: Agent, told: Told) -> None:
    draft.traffic = Traffic.TRANSFERRING


def confer(draft: Draft, agent: Agent, told: Told) -> None:
    draft.traffic = Traffic.CONFERENCING


# --- nothing proves it any more ---------------------------------------------------------------------------


def go_away(draft: Draft, agent: Agent, told: Told) -> None:
    """Off the phone, and not rung again before he says that he is there."""
    logged_out = draft.intent is Intent.LOGGED_OUT or draft.after_call is Move.LOG_OUT
    draft.traffic, draft.idle_since = Traffic.IDLE, told.now
    if logged_out:
        sign_out(draft, agent, told)
    else:
        _rest_as(draft, told.now, SubState.AWAY, NO_CHANNEL)
