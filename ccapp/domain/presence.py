"""What an agent is: his wish, what the lines prove, and the state agents and supervisors see.

The visible states are those of spec/xswitch.md §2. They are a view: `state_of` derives them.
"""

from dataclasses import dataclass
from enum import StrEnum

from ccapp.domain.ids import AgentId, QueueId


class Intent(StrEnum):
    """What the agent wants; only he, a supervisor, or a rule that is told to him, changes it."""

    LOGGED_OUT = "logged_out"
    READY = "ready"
    NOT_READY = "not_ready"


class Traffic(StrEnum):
    """What the lines prove."""

    IDLE = "idle"
    OFFERED = "offered"  # his phone rings for a call of ours
    DIALLING = "dialling"  # he calls somebody from his own phone
    RUNG = "rung"  # a colleague calls him
    TALKING = "talking"
    HOLDING = "holding"
    TRANSFERRING = "transferring"
    CONFERENCING = "conferencing"


class Move(StrEnum):
    """What can be asked of an agent's presence."""

    LOG_IN = "log_in"
    LOG_OUT = "log_out"
    READY = "ready"
    READY_ONCE = "ready_once"  # on demand: for one call
    NOT_READY = "not_ready"
    WRAP_UP_DONE = "wrap_up_done"
    EXTEND_WRAP_UP = "extend_wrap_up"  # to a later end
    SIGN_IN = "sign_in"  # to one queue
    SIGN_OUT = "sign_out"  # of one queue
    BAN = "ban"  # no calls until a time
    LIFT_BAN = "lift_ban"


class State(StrEnum):
    LOGOUT = "LOGOUT"
    LOGIN = "LOGIN"
    UNREADY = "UNREADY"
    READY = "READY"
    BUSY = "BUSY"
    ACW = "ACW"


class SubState(StrEnum):
    NONE = ""
    WAIT = "WAIT"
    DND = "DND"
    BREAK = "BREAK"
    AWAY = "AWAY"
    CUSTOM = "CUSTOM"
    CALLING = "CALLING"
    RINGING = "RINGING"
    ANSWERED = "ANSWERED"
    TRANSFER = "TRANSFER"
    CONFERENCE = "CONFERENCE"
    HOLD = "HOLD"


BUSY_SUB_STATE = {
    Traffic.OFFERED: SubState.RINGING,
    Traffic.DIALLING: SubState.CALLING,
    Traffic.RUNG: SubState.RINGING,
    Traffic.TALKING: SubState.ANSWERED,
    Traffic.HOLDING: SubState.HOLD,
    Traffic.TRANSFERRING: SubState.TRANSFER,
    Traffic.CONFERENCING: SubState.CONFERENCE,
}

UNTIL_DONE = 1e12
"""As the end (epoch s) of a wrap-up or a ban: not before somebody says so. A number that JSON can hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Presence:
    """Everything known about an agent at one instant; the Router holds one per agent and replaces it."""

    agent: AgentId
    intent: Intent = Intent.LOGGED_OUT
    sub_state: SubState = SubState.WAIT  # of UNREADY
    reason: str = ""  # of a break, as the agent said it
    traffic: Traffic = Traffic.IDLE
    online: bool = False  # a phone that can ring
    wrap_up_until: float | None = None  # epoch s; None: not in wrap-up
    not_before: float = 0.0  # epoch s; not offered a call earlier
    misses: int = 0  # unanswered offers in a row
    idle_since: float = 0.0  # epoch s; the later of last hang-up and of becoming ready
    logged_in_at: float | None = None
    after_call: Move | None = None  # asked for during a call, done when it ends
    after_call_sub_state: SubState = SubState.NONE
    after_call_reason: str = ""
    on_demand: bool = False  # READY for one call, then in wrap-up until he says what now
    rest_since: float = 0.0  # epoch s; of the present rest
    overdue: bool = False  # his break is longer than its limit
    banned_until: float | None = None  # epoch s; None: not banned
    phone: str = ""  # the shared one at which he sits; empty: his own
    queues: tuple[QueueId, ...] | None = None  # he has signed in to, of those that ask for it; None: all
    at_desk: bool = False  # a live connection is open in his name

    @property
    def state(self) -> State:
        return state_of(self)[0]


def state_of(presence: Presence) -> tuple[State, SubState]:
    """The state agents and supervisors see. What the lines prove comes first, then wrap-up, then intent.

    Who is ready but banned is about to become ready."""
    if presence.traffic is not Traffic.IDLE:
        return State.BUSY, BUSY_SUB_STATE[presence.traffic]
    if presence.intent is Intent.LOGGED_OUT:
        return State.LOGOUT, SubState.NONE
    if presence.wrap_up_until is not None:
        return State.ACW, SubState.NONE
    if presence.intent is Intent.READY:
        if presence.banned_until is not None:
            return State.UNREADY, SubState.WAIT
        return State.READY, SubState.NONE
    return State.UNREADY, presence.sub_state


class IllegalMove(Exception):
    """A move the agent's present state does not allow; nothing has changed."""

    def __init__(self, agent: AgentId, move: str, state: State, why: str = "") -> None:
        super().__init__(f"agent {agent}: {move} is not possible in {state}" + (f": {why}" if why else ""))
        self.agent, self.move, self.state = agent, move, state
