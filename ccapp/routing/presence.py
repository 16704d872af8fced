"""How an agent's presence changes: one literal table, the rules on top.

Why it exists: every system of this trade has agents stuck in a state nobody owns. Here each pair of
(where he stands, what happens) either is in `TABLE` or is refused, and a refusal changes nothing.

Rules
-----
- Logging in passes through LOGIN and rests in UNREADY/WAIT, in one step.
- What is already so may be asked for again: nothing changes.
- Break and log-out during a call are remembered and done when it ends, in place of wrap-up; the last request
  counts, `ready` cancels it. While the phone merely rings for an offer they take effect at once and withdraw
  it.
- A talk ends in wrap-up, or at once where there is none. With his phone gone meanwhile: UNREADY/AWAY.
- READY_ONCE is READY for one call of a queue: its wrap-up lasts until he says what now.
- An unanswered offer is a miss; `max_misses` in a row take him out of READY. `ready` and an answered offer
  count from nought again. Busy, reject and technical failures are no misses; they cost a pause each.
- With `ban_s` an unanswered offer is a ban, too. It ends with its time, when it is lifted, or when he leaves
  (a rest, a log-out) and comes back.
- A call of his own (he dials, a colleague rings him) keeps him from offers; one that is not answered leaves
  him as he was.
- A break longer than its limit is marked, and may make him AWAY.

Owner: the Router, which holds one Presence per agent. This module decides what it becomes, nothing else.
"""

from collections.abc import Mapping
from enum import StrEnum

from ccapp.domain.centre import Agent
from ccapp.domain.presence import IllegalMove, Intent, Move, Presence, State, SubState, Traffic
from ccapp.routing import acts
from ccapp.routing.acts import MISSED_CALLS, Action, Told, pause_s
from ccapp.routing.draft import Draft

__all__ = ["MISSED_CALLS", "TABLE", "Told", "pause_s"]


class Standing(StrEnum):
    """Where an agent stands, as far as the table cares: his visible state, with BUSY in its parts."""

    LOGOUT = "LOGOUT"
    UNREADY = "UNREADY"
    BANNED = "BANNED"
    READY = "READY"
    RINGING = "RINGING"
    CALLING = "CALLING"  # a call of his own, or a colleague's, that is not answered yet
    ANSWERED = "ANSWERED"
    HOLD = "HOLD"
    TRANSFER = "TRANSFER"
    CONFERENCE = "CONFERENCE"
    ACW = "ACW"


class Line(StrEnum):
    """What the lines and the clock say."""

    OFFERED = "offered"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    TALK_ENDED = "talk_ended"
    DIALS = "dials"
    RUNG = "rung"  # by a colleague
    CONNECTED = "connected"  # of these two
    NOT_REACHED = "not_reached"
    OWN_TALK_ENDED = "own_talk_ended"
    HELD = "held"
    RESUMED = "resumed"
    TRANSFERS = "transfers"
    CONFERS = "confers"
    TOGETHER_AGAIN = "together_again"  # the transfer was called off, the others have left the conference
    WRAP_UP_OVER = "wrap_up_over"
    BREAK_OVER = "break_over"  # its limit is reached
    BAN_OVER = "ban_over"
    UNPROVEN = "unproven"  # no live channel says that he is on the phone


type Event = Move | Line
type Row = Mapping[Event, tuple[Action, tuple[Standing, ...]]]

REST_SUB_STATES = frozenset({SubState.WAIT, SubState.DND, SubState.BREAK, SubState.AWAY, SubState.CUSTOM})


# --- the table --------------------------------------------------------------------------------------------

_S, _M, _L = Standing, Move, Line
_OFF_THE_PHONE = (_S.READY, _S.BANNED, _S.UNREADY, _S.LOGOUT)


def _on_the_phone(here: Standing) -> Row:
    """What may be asked for during a call is done when it ends."""
    return {
        **_single_queues(here),
        _M.LOG_IN: (acts.stay, (here,)),
        _M.LOG_OUT: (acts.remember_log_out, (here,)),
        _M.READY: (acts.forget, (here,)),
        _M.READY_ONCE: (acts.forget_once, (here,)),
        _M.NOT_READY: (acts.remember_rest, (here,)),
        _M.BAN: (acts.ban, (here,)),
        _M.LIFT_BAN: (acts.lift_ban, (here,)),
        _L.UNPROVEN: (acts.go_away, (_S.UNREADY, _S.LOGOUT)),
    }


def _talking(here: Standing) -> Row:
    return {
        **_on_the_phone(here),
        _L.HELD: (acts.stay, (here,)),
        _L.RESUMED: (acts.stay, (here,)),
        _L.TALK_ENDED: (acts.hang_up, (_S.ACW, *_OFF_THE_PHONE)),
        _L.OWN_TALK_ENDED: (acts.hang_up_own, (_S.ACW, *_OFF_THE_PHONE)),
    }


_OWN_CALLS: Row = {
    _L.DIALS: (acts.dial, (_S.CALLING,)),
    _L.RUNG: (acts.be_rung, (_S.CALLING,)),
}


def _single_queues(here: Standing) -> Row:
    return {_M.SIGN_IN: (acts.sign_in_too, (here,)), _M.SIGN_OUT: (acts.sign_out_of_one, (here,))}


TABLE: Mapping[Standing, Row] = {
    _S.LOGOUT: {
        _M.SIGN_IN: (acts.sign_in_first, (_S.UNREADY,)),
        _M.SIGN_OUT: (acts.stay, (_S.LOGOUT,)),
        _M.LOG_IN: (acts.sign_in, (_S.UNREADY,)),
        _M.LOG_OUT: (acts.stay, (_S.LOGOUT,)),
        _M.BAN: (acts.ban, (_S.LOGOUT,)),
        _M.LIFT_BAN: (acts.lift_ban, (_S.LOGOUT,)),
    },
    _S.UNREADY: {
        **_single_queues(_S.UNREADY),
        **_OWN_CALLS,
        _M.LOG_IN: (acts.stay, (_S.UNREADY,)),
        _M.LOG_OUT: (acts.sign_out, (_S.LOGOUT,)),
        _M.READY: (acts.be_ready, (_S.READY, _S.BANNED)),
        _M.READY_ONCE: (acts.be_ready_once, (_S.READY, _S.BANNED)),
        _M.NOT_READY: (acts.rest, (_S.UNREADY,)),
        _M.BAN: (acts.ban, (_S.UNREADY,)),
        _M.LIFT_BAN: (acts.lift_ban, (_S.UNREADY,)),
        _L.BREAK_OVER: (acts.overstay, (_S.UNREADY,)),
    },
    _S.BANNED: {
        **_single_queues(_S.BANNED),
        **_OWN_CALLS,
        _M.LOG_IN: (acts.stay, (_S.BANNED,)),
        _M.LOG_OUT: (acts.sign_out_from_ban, (_S.LOGOUT,)),
        _M.NOT_READY: (acts.rest_from_ban, (_S.UNREADY,)),
        _M.BAN: (acts.ban, (_S.BANNED,)),
        _M.LIFT_BAN: (acts.ready_again, (_S.READY,)),
        _L.BAN_OVER: (acts.ready_again, (_S.READY,)),
    },
    _S.READY: {
        **_single_queues(_S.READY),
        **_OWN_CALLS,
        _M.LOG_IN: (acts.stay, (_S.READY,)),
        _M.LOG_OUT: (acts.sign_out, (_S.LOGOUT,)),
        _M.READY: (acts.still_ready, (_S.READY,)),
        _M.READY_ONCE: (acts.still_ready_once, (_S.READY,)),
        _M.NOT_READY: (acts.rest, (_S.UNREADY,)),
        _M.BAN: (acts.ban, (_S.BANNED,)),
        _M.LIFT_BAN: (acts.stay, (_S.READY,)),
        _L.OFFERED: (acts.ring, (_S.RINGING,)),
    },
    _S.RINGING: {
        **_single_queues(_S.RINGING),
        _M.LOG_IN: (acts.stay, (_S.RINGING,)),
        _M.LOG_OUT: (acts.sign_out, (_S.LOGOUT,)),
        _M.READY: (acts.still_ready, (_S.RINGING,)),
        _M.READY_ONCE: (acts.still_ready_once, (_S.RINGING,)),
        _M.NOT_READY: (acts.rest, (_S.UNREADY,)),
        _M.BAN: (acts.ban_while_ringing, (_S.BANNED,)),
        _M.LIFT_BAN: (acts.stay, (_S.RINGING,)),
        _L.ACCEPTED: (acts.talk, (_S.ANSWERED,)),
        _L.DECLINED: (acts.stop_ringing, (_S.READY, _S.BANNED, _S.UNREADY)),
        _L.UNPROVEN: (acts.go_away, (_S.UNREADY,)),
    },
    _S.CALLING: {
        **_on_the_phone(_S.CALLING),
        _L.CONNECTED: (acts.own_talk, (_S.ANSWERED,)),
        _L.NOT_REACHED: (acts.not_reached, (_S.ACW, *_OFF_THE_PHONE)),
    },
    _S.ANSWERED: {
        **_talking(_S.ANSWERED),
        _L.HELD: (acts.hold, (_S.HOLD,)),
        _L.TRANSFERS: (acts.transfer, (_S.TRANSFER,)),
        _L.CONFERS: (acts.confer, (_S.CONFERENCE,)),
    },
    _S.HOLD: {
        **_talking(_S.HOLD),
        _L.RESUMED: (acts.resume, (_S.ANSWERED,)),
        _L.TRANSFERS: (acts.transfer, (_S.TRANSFER,)),
    },
    _S.TRANSFER: {
        **_talking(_S.TRANSFER),
        _L.TOGETHER_AGAIN: (acts.resume, (_S.ANSWERED,)),
    },
    _S.CONFERENCE: {
        **_talking(_S.CONFERENCE),
        _L.TOGETHER_AGAIN: (acts.resume, (_S.ANSWERED,)),
    },
    _S.ACW: {
        **_single_queues(_S.ACW),
        **_OWN_CALLS,
        _M.LOG_IN: (acts.stay, (_S.ACW,)),
        _M.LOG_OUT: (acts.sign_out, (_S.LOGOUT,)),
        _M.READY: (acts.be_ready, (_S.READY, _S.BANNED)),
        _M.READY_ONCE: (acts.be_ready_once, (_S.READY, _S.BANNED)),
        _M.NOT_READY: (acts.rest, (_S.UNREADY,)),
        _M.BAN: (acts.ban, (_S.ACW,)),
        _M.LIFT_BAN: (acts.lift_ban, (_S.ACW,)),
        _M.EXTEND_WRAP_UP: (acts.extend_wrap_up, (_S.ACW,)),
        _M.WRAP_UP_DONE: (acts.wrapped_up, (_S.READY, _S.BANNED, _S.UNREADY)),
        _L.WRAP_UP_OVER: (acts.wrapped_up, (_S.READY, _S.BANNED, _S.UNREADY)),
    },
}
"""Where he stands -> what happens -> (what is done, where he may stand then). A missing pair is refused."""

_TALKING = {
    Traffic.OFFERED: Standing.RINGING,
    Traffic.DIALLING: Standing.CALLING,
    Traffic.RUNG: Standing.CALLING,
    Traffic.TALKING: Standing.ANSWERED,
    Traffic.HOLDING: Standing.HOLD,
    Traffic.TRANSFERRING: Standing.TRANSFER,
    Traffic.CONFERENCING: Standing.CONFERENCE,
}


def standing(presence: Presence) -> Standing:
    if presence.traffic is not Traffic.IDLE:
        return _TALKING[presence.traffic]
    if presence.intent is Intent.LOGGED_OUT:
        return Standing.LOGOUT
    if presence.wrap_up_until is not None:
        return Standing.ACW
    if presence.intent is Intent.NOT_READY:
        return Standing.UNREADY
    return Standing.READY if presence.banned_until is None else Standing.BANNED


def changed(presence: Presence, event: Event, agent: Agent, told: Told) -> Presence:
    """The presence after `event`; the very same object when nothing changes. Raises IllegalMove."""
    rule = TABLE[standing(presence)].get(event)
    if rule is None:
        raise IllegalMove(presence.agent, event, presence.state, _hint(presence, event))
    if event is Move.NOT_READY and told.sub_state not in REST_SUB_STATES:
        raise IllegalMove(presence.agent, event, presence.state, f"no such rest: {told.sub_state!r}")
    draft = Draft(presence)
    rule[0](draft, agent, told)
    after = draft.sealed()
    return presence if after == presence else after


def _hint(presence: Presence, event: Event) -> str:
    if standing(presence) is Standing.BANNED and event in (Move.READY, Move.READY_ONCE):
        return "banned; the ban is lifted by a rest (or a log-out) and coming back"
    return ""


def connected(presence: Presence, online: bool) -> Presence:
    """The presence with a phone (or none) to ring: the same wherever he stands."""
    if presence.online is online:
        return presence
    draft = Draft(presence)
    draft.online = online
    return draft.sealed()


def at_desk(presence: Presence, connected: bool) -> Presence:
    """The presence with a desk that is connected, or not: the same wherever he stands."""
    if presence.at_desk is connected:
        return presence
    draft = Draft(presence)
    draft.at_desk = connected
    return draft.sealed()


LOGS_IN = frozenset({Move.LOG_IN, Move.SIGN_IN})
TELLS_WHY = frozenset({Line.DECLINED, Line.TALK_ENDED, Line.OWN_TALK_ENDED, Line.NOT_REACHED})
"""Events that alone do not say what brought a change about."""


def passed_through(before: Presence, event: Event) -> tuple[State, ...]:
    """States seen on the way, in no time."""
    return (State.LOGIN,) if event in LOGS_IN and _is_out(before) else ()


def _is_out(presence: Presence) -> bool:
    return presence.intent is Intent.LOGGED_OUT


def why(before: Presence, after: Presence, event: Event, otherwise: str) -> str:
    """What brought a change about, where the event alone does not say it."""
    if event not in TELLS_WHY:
        return otherwise
    if event is Line.DECLINED and after.reason == MISSED_CALLS:
        return f"missed {after.misses} calls in a row"
    if event is Line.DECLINED and after.banned_until is not None and before.banned_until is None:
        return "banned: did not answer"
    if event is not Line.DECLINED:
        if before.after_call:
            return "asked for during the call"
        if after.sub_state is SubState.AWAY and not before.online and event is not Line.NOT_REACHED:
            return "phone gone"
    return otherwise


def diagram() -> str:
    """The table as a mermaid state diagram."""
    arrows: dict[tuple[Standing, Standing], list[str]] = {}
    for source, row in TABLE.items():
        for event, (action, targets) in row.items():
            if action is not acts.stay:
                for target in targets:
                    arrows.setdefault((source, target), []).append(event)
    lines = [f"    {source} --> {target}: {', '.join(names)}" for (source, target), names in arrows.items()]
    return "\n".join(["stateDiagram-v2", f"    [*] --> {Standing.LOGOUT}", *lines])
