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
from dataclasses import dataclass, replace
from enum import StrEnum

from ccapp.domain.causes import DeclineReason
from ccapp.domain.centre import Agent
from ccapp.domain.presence import IllegalMove, Intent, Move, Presence, State, SubState, Traffic


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


@dataclass(slots=True, kw_only=True)
class Told:
    """What came with an event; each event reads only its own."""

    now: float
    sub_state: SubState = SubState.WAIT  # NOT_READY
    reason: str = ""  # NOT_READY
    declined: DeclineReason = DeclineReason.WITHDRAWN  # DECLINED
    wrap_up_s: float = 0.0  # TALK_ENDED


type Action = Callable[[Presence, Agent, Told], Presence]

REST_SUB_STATES = frozenset({SubState.WAIT, SubState.DND, SubState.BREAK, SubState.AWAY, SubState.CUSTOM})
MISSED_CALLS = "missed calls"
"""The reason an agent reads when he was taken out of READY."""


# --- the actions ------------------------------------------------------------------------------------------


def _stay(presence: Presence, agent: Agent, told: Told) -> Presence:
    return presence


def _sign_in(presence: Presence, agent: Agent, told: Told) -> Presence:
    return replace(
        presence, intent=Intent.NOT_READY, sub_state=SubState.WAIT, reason="", misses=0, logged_in_at=told.now
    )


def _sign_out(presence: Presence, agent: Agent, told: Told) -> Presence:
    return replace(
        _rest_as(presence, SubState.WAIT, ""), intent=Intent.LOGGED_OUT, misses=0, logged_in_at=None
    )


def _be_ready(presence: Presence, agent: Agent, told: Told) -> Presence:
    return replace(
        presence,
        intent=Intent.READY,
        sub_state=SubState.WAIT,
        reason="",
        wrap_up_until=None,
        misses=0,
        idle_since=told.now,
    )


def _still_ready(presence: Presence, agent: Agent, told: Told) -> Presence:
    return replace(presence, misses=0) if presence.misses else presence


def _rest(presence: Presence, agent: Agent, told: Told) -> Presence:
    return _rest_as(presence, told.sub_state, told.reason)


def _rest_as(presence: Presence, sub_state: SubState, reason: str) -> Presence:
    return replace(
        presence,
        intent=Intent.NOT_READY,
        sub_state=sub_state,
        reason=reason,
        traffic=Traffic.IDLE,
        wrap_up_until=None,
        after_call=None,
        after_call_sub_state=SubState.NONE,
        after_call_reason="",
    )


def _remember_log_out(presence: Presence, agent: Agent, told: Told) -> Presence:
    return replace(
        presence, after_call=Move.LOG_OUT, after_call_sub_state=SubState.NONE, after_call_reason=""
    )


def _remember_rest(presence: Presence, agent: Agent, told: Told) -> Presence:
    return replace(
        presence,
        after_call=Move.NOT_READY,
        after_call_sub_state=told.sub_state,
        after_call_reason=told.reason,
    )


def _forget(presence: Presence, agent: Agent, told: Told) -> Presence:
    return replace(
        presence,
        intent=Intent.READY,
        misses=0,
        after_call=None,
        after_call_sub_state=SubState.NONE,
        after_call_reason="",
    )


def _ring(presence: Presence, agent: Agent, told: Told) -> Presence:
    return replace(presence, traffic=Traffic.OFFERED)


def _talk(presence: Presence, agent: Agent, told: Told) -> Presence:
    return replace(presence, traffic=Traffic.TALKING, misses=0)


def _stop_ringing(presence: Presence, agent: Agent, told: Told) -> Presence:
    idle = replace(
        presence,
        traffic=Traffic.IDLE,
        not_before=max(presence.not_before, told.now + pause_s(agent, told.declined)),
        misses=presence.misses + (told.declined is DeclineReason.NO_ANSWER),
    )
    if told.declined is DeclineReason.NO_ANSWER and 0 < agent.max_misses <= idle.misses:
        return _rest_as(idle, SubState.WAIT, MISSED_CALLS)
    return idle


def _hang_up(presence: Presence, agent: Agent, told: Told) -> Presence:
    idle = replace(presence, traffic=Traffic.IDLE, idle_since=told.now)
    if idle.after_call is Move.LOG_OUT:
        return _sign_out(idle, agent, told)
    if idle.after_call is Move.NOT_READY:
        return _rest_as(idle, idle.after_call_sub_state, idle.after_call_reason)
    if idle.intent is Intent.LOGGED_OUT:
        return idle
    if not idle.online:
        return _rest_as(idle, SubState.AWAY, "")
    return replace(idle, wrap_up_until=told.now + told.wrap_up_s) if told.wrap_up_s > 0 else idle


def _wrapped_up(presence: Presence, agent: Agent, told: Told) -> Presence:
    return replace(presence, wrap_up_until=None, idle_since=told.now)


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


_STANDING = {
    State.LOGOUT: Standing.LOGOUT,
    State.UNREADY: Standing.UNREADY,
    State.READY: Standing.READY,
    State.ACW: Standing.ACW,
}


def standing(presence: Presence) -> Standing:
    if presence.traffic is Traffic.OFFERED:
        return Standing.RINGING
    if presence.traffic is not Traffic.IDLE:
        return Standing.ON_CALL
    return _STANDING[presence.state]


def changed(presence: Presence, event: Event, agent: Agent, told: Told) -> Presence:
    """The presence after `event`; the very same object when nothing changes. Raises IllegalMove."""
    rule = TABLE[standing(presence)].get(event)
    if rule is None:
        raise IllegalMove(presence.agent, event, presence.state)
    if event is Move.NOT_READY and told.sub_state not in REST_SUB_STATES:
        raise IllegalMove(presence.agent, event, presence.state, f"no such rest: {told.sub_state!r}")
    after = rule[0](presence, agent, told)
    return presence if after == presence else after


def connected(presence: Presence, online: bool) -> Presence:
    """The presence with a phone (or none) to ring: the same wherever he stands."""
    return presence if presence.online is online else replace(presence, online=online)


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
