"""How an agent's presence changes: one literal table, the rules on top.

Why it exists: every system of this trade has agents stuck in a state nobody owns. Here each pair of
(where he stands, what happens) either is in `TABLE` or is refused, and a refusal changes nothing.

Rules
-----
- Logging in passes through LOGIN and rests in UNREADY/WAIT, in one step.
- What is already so may be asked for again: nothing changes.
- Break and log-out during a call are remembered and done when it ends, in place of wrap-up; the last request
  counts, `ready` cancels it. While the phone merely rings they take effect at once and withdraw the offer.
- A talk ends in wrap-up, or at once where there is none. With his phone gone meanwhile: UNREADY/AWAY.
- An unanswered offer is a miss; `max_misses` in a row take him out of READY. `ready` and an answered offer
  count from nought again. Busy, reject and technical failures are no misses; they cost a pause each.

Owner: the Router, which holds one Presence per agent. This module decides what it becomes, nothing else.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from ccapp.domain.causes import DeclineReason
from ccapp.domain.centre import Agent
from ccapp.domain.presence import IllegalMove, Intent, Move, Presence, State, SubState, Traffic
from ccapp.routing.draft import Draft


class Standing(StrEnum):
    """Where an agent stands, as far as the table cares: his visible state, with BUSY in its two halves."""

    LOGOUT = "LOGOUT"
    UNREADY = "UNREADY"
    READY = "READY"
    RINGING = "RINGING"
    ON_CALL = "ON_CALL"
    ACW = "ACW"


class Line(StrEnum):
    """What the lines and the clock say."""

    OFFERED = "offered"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    TALK_ENDED = "talk_ended"
    WRAP_UP_OVER = "wrap_up_over"


type Event = Move | Line


@dataclass(slots=True)
class Told:
    """What came with an event; each event reads only its own."""

    now: float
    sub_state: SubState = SubState.WAIT  # NOT_READY
    reason: str = ""  # NOT_READY
    declined: DeclineReason = DeclineReason.WITHDRAWN  # DECLINED
    wrap_up_s: float = 0.0  # TALK_ENDED


REST_SUB_STATES = frozenset({SubState.WAIT, SubState.DND, SubState.BREAK, SubState.AWAY, SubState.CUSTOM})
MISSED_CALLS = "missed calls"
"""The reason an agent reads when he was taken out of READY."""


# --- the actions: each writes on a draft of the presence --------------------------------------------------

type Action = Callable[[Draft, Agent, Told], None]


def _stay(draft: Draft, agent: Agent, told: Told) -> None:
    """Nothing to do: so it is already."""


def _sign_in(draft: Draft, agent: Agent, told: Told) -> None:
    draft.intent, draft.sub_state, draft.reason = Intent.NOT_READY, SubState.WAIT, ""
    draft.misses, draft.logged_in_at = 0, told.now


def _sign_out(draft: Draft, agent: Agent, told: Told) -> None:
    _rest_as(draft, SubState.WAIT, "")
    draft.intent, draft.misses, draft.logged_in_at = Intent.LOGGED_OUT, 0, None


def _be_ready(draft: Draft, agent: Agent, told: Told) -> None:
    draft.intent, draft.sub_state, draft.reason = Intent.READY, SubState.WAIT, ""
    draft.wrap_up_until, draft.misses, draft.idle_since = None, 0, told.now


def _still_ready(draft: Draft, agent: Agent, told: Told) -> None:
    draft.misses = 0


def _rest(draft: Draft, agent: Agent, told: Told) -> None:
    _rest_as(draft, told.sub_state, told.reason)


def _rest_as(draft: Draft, sub_state: SubState, reason: str) -> None:
    draft.intent, draft.sub_state, draft.reason = Intent.NOT_READY, sub_state, reason
    draft.traffic, draft.wrap_up_until = Traffic.IDLE, None
    _remember(draft, None, SubState.NONE, "")


def _remember(draft: Draft, move: Move | None, sub_state: SubState, reason: str) -> None:
    draft.after_call, draft.after_call_sub_state, draft.after_call_reason = move, sub_state, reason


def _remember_log_out(draft: Draft, agent: Agent, told: Told) -> None:
    _remember(draft, Move.LOG_OUT, SubState.NONE, "")


def _remember_rest(draft: Draft, agent: Agent, told: Told) -> None:
    _remember(draft, Move.NOT_READY, told.sub_state, told.reason)


def _forget(draft: Draft, agent: Agent, told: Told) -> None:
    draft.intent, draft.misses = Intent.READY, 0
    _remember(draft, None, SubState.NONE, "")


def _ring(draft: Draft, agent: Agent, told: Told) -> None:
    draft.traffic = Traffic.OFFERED


def _talk(draft: Draft, agent: Agent, told: Told) -> None:
    draft.traffic, draft.misses = Traffic.TALKING, 0


def _stop_ringing(draft: Draft, agent: Agent, told: Told) -> None:
    draft.traffic = Traffic.IDLE
    draft.not_before = max(draft.not_before, told.now + pause_s(agent, told.declined))
    if told.declined is not DeclineReason.NO_ANSWER:
        return
    draft.misses += 1
    if 0 < agent.max_misses <= draft.misses:
        _rest_as(draft, SubState.WAIT, MISSED_CALLS)


def _hang_up(draft: Draft, agent: Agent, told: Told) -> None:
    draft.traffic, draft.idle_since = Traffic.IDLE, told.now
    if draft.after_call is Move.LOG_OUT:
        _sign_out(draft, agent, told)
    elif draft.after_call is Move.NOT_READY:
        _rest_as(draft, draft.after_call_sub_state, draft.after_call_reason)
    elif draft.intent is Intent.LOGGED_OUT:
        return
    elif not draft.online:
        _rest_as(draft, SubState.AWAY, "")
    elif told.wrap_up_s > 0:
        draft.wrap_up_until = told.now + told.wrap_up_s


def _wrapped_up(draft: Draft, agent: Agent, told: Told) -> None:
    draft.wrap_up_until, draft.idle_since = None, told.now


def pause_s(agent: Agent, reason: DeclineReason) -> float:
    """How long an agent is left alone after an offer that ended so."""
    match reason:
        case DeclineReason.REJECTED:
            return agent.reject_delay_s
        case DeclineReason.BUSY:
            return agent.busy_delay_s
        case DeclineReason.NO_ANSWER:
            return agent.no_answer_delay_s
        case DeclineReason.UNREGISTERED | DeclineReason.TECHNICAL | DeclineReason.AGENT_GONE:
            return agent.technical_delay_s
        case DeclineReason.CALLER_GONE | DeclineReason.WITHDRAWN | DeclineReason.ENGINE_RESTART:
            return float("-inf")


# --- the table --------------------------------------------------------------------------------------------

_S, _M, _L = Standing, Move, Line

TABLE: Mapping[Standing, Mapping[Event, tuple[Action, tuple[Standing, ...]]]] = {
    _S.LOGOUT: {
        _M.LOG_IN: (_sign_in, (_S.UNREADY,)),
        _M.LOG_OUT: (_stay, (_S.LOGOUT,)),
    },
    _S.UNREADY: {
        _M.LOG_IN: (_stay, (_S.UNREADY,)),
        _M.LOG_OUT: (_sign_out, (_S.LOGOUT,)),
        _M.READY: (_be_ready, (_S.READY,)),
        _M.NOT_READY: (_rest, (_S.UNREADY,)),
    },
    _S.READY: {
        _M.LOG_IN: (_stay, (_S.READY,)),
        _M.LOG_OUT: (_sign_out, (_S.LOGOUT,)),
        _M.READY: (_still_ready, (_S.READY,)),
        _M.NOT_READY: (_rest, (_S.UNREADY,)),
        _L.OFFERED: (_ring, (_S.RINGING,)),
    },
    _S.RINGING: {
        _M.LOG_IN: (_stay, (_S.RINGING,)),
        _M.LOG_OUT: (_sign_out, (_S.LOGOUT,)),
        _M.READY: (_still_ready, (_S.RINGING,)),
        _M.NOT_READY: (_rest, (_S.UNREADY,)),
        _L.ACCEPTED: (_talk, (_S.ON_CALL,)),
        _L.DECLINED: (_stop_ringing, (_S.READY, _S.UNREADY)),
    },
    _S.ON_CALL: {
        _M.LOG_IN: (_stay, (_S.ON_CALL,)),
        _M.LOG_OUT: (_remember_log_out, (_S.ON_CALL,)),
        _M.READY: (_forget, (_S.ON_CALL,)),
        _M.NOT_READY: (_remember_rest, (_S.ON_CALL,)),
        _L.TALK_ENDED: (_hang_up, (_S.ACW, _S.READY, _S.UNREADY, _S.LOGOUT)),
    },
    _S.ACW: {
        _M.LOG_IN: (_stay, (_S.ACW,)),
        _M.LOG_OUT: (_sign_out, (_S.LOGOUT,)),
        _M.READY: (_be_ready, (_S.READY,)),
        _M.NOT_READY: (_rest, (_S.UNREADY,)),
        _M.WRAP_UP_DONE: (_wrapped_up, (_S.READY, _S.UNREADY)),
        _L.WRAP_UP_OVER: (_wrapped_up, (_S.READY, _S.UNREADY)),
    },
}
"""Where he stands -> what happens -> (what is done, where he may stand then). A missing pair is refused."""


def standing(presence: Presence) -> Standing:
    if presence.traffic is Traffic.OFFERED:
        return Standing.RINGING
    if presence.traffic is not Traffic.IDLE:
        return Standing.ON_CALL
    if presence.intent is Intent.LOGGED_OUT:
        return Standing.LOGOUT
    if presence.wrap_up_until is not None:
        return Standing.ACW
    return Standing.READY if presence.intent is Intent.READY else Standing.UNREADY


def changed(presence: Presence, event: Event, agent: Agent, told: Told) -> Presence:
    """The presence after `event`; the very same object when nothing changes. Raises IllegalMove."""
    rule = TABLE[standing(presence)].get(event)
    if rule is None:
        raise IllegalMove(presence.agent, event, presence.state)
    if event is Move.NOT_READY and told.sub_state not in REST_SUB_STATES:
        raise IllegalMove(presence.agent, event, presence.state, f"no such rest: {told.sub_state!r}")
    draft = Draft(presence)
    rule[0](draft, agent, told)
    after = draft.sealed()
    return presence if after == presence else after


def connected(presence: Presence, online: bool) -> Presence:
    """The presence with a phone (or none) to ring: the same wherever he stands."""
    if presence.online is online:
        return presence
    draft = Draft(presence)
    draft.online = online
    return draft.sealed()


def passed_through(event: Event) -> tuple[State, ...]:
    """States seen on the way, in no time."""
    return (State.LOGIN,) if event is Move.LOG_IN else ()


def why(before: Presence, after: Presence, event: Event, otherwise: str) -> str:
    """What brought a change about, where the event alone does not say it."""
    if event is Line.DECLINED and after.reason == MISSED_CALLS:
        return f"missed {after.misses} calls in a row"
    if event is Line.TALK_ENDED and before.after_call:
        return "asked for during the call"
    if event is Line.TALK_ENDED and after.intent is Intent.NOT_READY and before.intent is Intent.READY:
        return "phone gone"
    return otherwise


def diagram() -> str:
    """The table as a mermaid state diagram."""
    arrows: dict[tuple[Standing, Standing], list[str]] = {}
    for source, row in TABLE.items():
        for event, (action, targets) in row.items():
            if action is not _stay:
                for target in targets:
                    arrows.setdefault((source, target), []).append(event)
    lines = [f"    {source} --> {target}: {', '.join(names)}" for (source, target), names in arrows.items()]
    return "\n".join(["stateDiagram-v2", f"    [*] --> {Standing.LOGOUT}", *lines])
