"""One agent in the words of the systems that others come from. Views only: nothing is decided here.

Sources: spec/xswitch.md §2 and §3, spec/stringee.md §5, spec/voximplant_acd.md §4 and
spec/call_center_phone.md §2.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import assert_never

from ccapp.domain.events import PresenceChanged
from ccapp.domain.presence import Intent, Move, Presence, State, SubState, Traffic, state_of

# --- Stringee ---------------------------------------------------------------------------------------------

AVAILABLE, NOT_AVAILABLE = "AVAILABLE", "NOT AVAILABLE"


class SystemStatus(IntEnum):
    """Never to be read as true or false: 1 is who can be called."""

    ON_CALL = 0
    FREE = 1
    ACW = 2


@dataclass(frozen=True, slots=True)
class Stringee:
    manual_status: str
    system_status: SystemStatus
    online: bool

    @property
    def routable(self) -> bool:
        return self.manual_status == AVAILABLE and self.system_status is SystemStatus.FREE and self.online


def stringee(presence: Presence) -> Stringee:
    state, _ = state_of(presence)
    if state is State.BUSY:
        system = SystemStatus.ON_CALL
    else:
        system = SystemStatus.ACW if state is State.ACW else SystemStatus.FREE
    return Stringee(_manual_status(presence), system, presence.online)


def _manual_status(presence: Presence) -> str:
    """What he has chosen himself, though it may only come into force after his call."""
    if presence.after_call is Move.NOT_READY:
        return presence.after_call_reason.upper() or NOT_AVAILABLE
    if presence.after_call is Move.LOG_OUT or presence.intent is Intent.LOGGED_OUT:
        return NOT_AVAILABLE
    if presence.intent is Intent.READY:
        return AVAILABLE if presence.banned_until is None else NOT_AVAILABLE
    reason = presence.reason.upper()
    return NOT_AVAILABLE if reason in ("", AVAILABLE) else reason


# --- Voximplant -------------------------------------------------------------------------------------------


class AcdStatus(StrEnum):
    OFFLINE = "OFFLINE"
    ONLINE = "ONLINE"
    READY = "READY"
    IN_SERVICE = "IN_SERVICE"
    AFTER_SERVICE = "AFTER_SERVICE"
    TIMEOUT = "TIMEOUT"
    DND = "DND"
    BANNED = "BANNED"


def voximplant(presence: Presence) -> AcdStatus:
    """An operator who is rung is still READY, and locked."""
    state, sub_state = state_of(presence)
    match state:
        case State.LOGOUT:
            return AcdStatus.OFFLINE
        case State.LOGIN:
            return AcdStatus.ONLINE
        case State.READY:
            return AcdStatus.READY
        case State.BUSY:
            return AcdStatus.READY if presence.traffic is Traffic.OFFERED else AcdStatus.IN_SERVICE
        case State.ACW:
            return AcdStatus.AFTER_SERVICE
        case State.UNREADY:
            if presence.intent is Intent.READY:
                return AcdStatus.BANNED
            return _UNREADY.get(sub_state, AcdStatus.ONLINE)
        case _ as never:
            assert_never(never)


_UNREADY = {
    SubState.BREAK: AcdStatus.TIMEOUT,
    SubState.AWAY: AcdStatus.TIMEOUT,
    SubState.DND: AcdStatus.DND,
}


# --- FreeSWITCH's two layers ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Freeswitch:
    status: str  # of his work
    state: str  # of his line


def freeswitch(presence: Presence) -> Freeswitch:
    state, _ = state_of(presence)
    available = "Available (On Demand)" if presence.on_demand else "Available"
    match state:
        case State.LOGOUT | State.LOGIN:
            return Freeswitch("Logged Out", "Idle")
        case State.UNREADY:
            return Freeswitch("On Break", "Idle")
        case State.READY:
            return Freeswitch(available, "Waiting")
        case State.ACW:
            return Freeswitch(available, "Idle" if presence.on_demand else "Waiting")
        case State.BUSY:
            status = available if presence.intent is Intent.READY else "On Break"
            return Freeswitch(status, _LINE.get(presence.traffic, "In a queue call"))
        case _ as never:
            assert_never(never)


_LINE = {Traffic.OFFERED: "Receiving", Traffic.RUNG: "Receiving", Traffic.DIALLING: "Idle"}


# --- the call-center phone --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Login:
    """What one login was spent on. The four add up to it."""

    logged_in_at: float  # epoch s
    logged_out_at: float | None  # None: it lasts
    away_s: float = 0.0
    busy_s: float = 0.0
    on_phone_s: float = 0.0
    ready_s: float = 0.0


def kind_of(state: State, sub_state: SubState) -> str:
    """`away_s` and so on: where a second in this state counts. Work after a call is busy."""
    match state:
        case State.READY:
            return "ready_s"
        case State.BUSY:
            return "on_phone_s"
        case State.UNREADY if sub_state in (SubState.BREAK, SubState.AWAY):
            return "away_s"
        case _:
            return "busy_s"


def last_login(facts: Iterable[PresenceChanged], now: float) -> Login | None:
    """Of one agent, from what was told of him, in order; None when he has never logged in."""
    began: float | None = None
    spent: dict[str, float] = {}
    kind, since, ended = "", 0.0, None
    for fact in facts:
        if fact.before is State.LOGOUT and fact.state is not State.LOGOUT:
            began, spent, kind, since, ended = fact.at, {}, kind_of(fact.state, fact.sub_state), fact.at, None
        elif began is not None and ended is None:
            spent[kind] = spent.get(kind, 0.0) + max(0.0, fact.at - since)
            kind, since = kind_of(fact.state, fact.sub_state), fact.at
            ended = fact.at if fact.state is State.LOGOUT else None
    if began is None:
        return None
    if ended is None:
        spent[kind] = spent.get(kind, 0.0) + max(0.0, now - since)
    return Login(began, ended, **spent)
