"""A call that a customer's server directs: what the server may say when, and what it has said.

Commands are accepted or refused at once; the call's story does them, in order. Nothing in here waits but
the story.
"""

import asyncio
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from ccapp.acd.reports import Reports
from ccapp.acd.signal import Signal
from ccapp.acd.visit import Visit
from ccapp.domain.commands import (
    Ask,
    Cancel,
    Command,
    Connect,
    HangUp,
    PlayFile,
    SayText,
    SendTo,
    Status,
    Stop,
    Transfer,
)
from ccapp.domain.ids import QueueId, SessionId, VisitId

COMMANDS_MAX = 1000
"""Of one session; more are refused."""


class State(StrEnum):
    ALERTING = "alerting"  # the server has not said anything yet
    WAITING = "waiting"
    OFFERING = "offering"
    TALKING = "talking"
    ASKING = "asking"
    RELEASED = "released"  # the server directs it no longer
    ENDED = "ended"


_WAITING = frozenset({Connect, SayText, PlayFile, Stop, Ask, HangUp, SendTo})
ALLOWED: Mapping[State, frozenset[type]] = {
    State.ALERTING: _WAITING,
    State.WAITING: _WAITING,
    State.OFFERING: frozenset({Cancel, HangUp, SendTo}),
    State.TALKING: frozenset({Ask, HangUp, Transfer}),
    State.ASKING: frozenset({HangUp}),
    State.RELEASED: frozenset(),
    State.ENDED: frozenset(),
}
"""What may be asked for when; `status` always."""

WAITS = frozenset({State.ALERTING, State.WAITING, State.OFFERING, State.ASKING})


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """To a command. Refused: since the session is in another state."""

    accepted: bool
    command_id: str
    state: State
    operator: str = ""


@dataclass(frozen=True, slots=True)
class GiveUp:
    """The server is not waited for any longer."""

    why: str


@dataclass(frozen=True, slots=True)
class Changed:
    """The configuration is another: it is looked at again how long to wait."""


@dataclass(frozen=True, slots=True)
class Taken:
    command_id: str
    command: Command


type Mail = Taken | GiveUp | Changed


class Session:
    """One call in one queue, as the customer's server sees it."""

    def __init__(self, visit: Visit, queue: QueueId, entered_at: float) -> None:
        self.id = session_id(visit.id, queue)
        self.visit = visit
        self.queue = queue
        self.entered_at = entered_at
        self.state = State.ALERTING
        self.operator = ""  # rung or joined, as `user alice`
        self.attempts = 0  # route requests made
        self.joined_at = 0.0  # with one who is no agent of ours
        self.rung = ""  # such a one, and nothing has come of it yet
        self.undone: Taken | None = None  # taken, and not begun when the engine died
        self.answered = False  # the last of them was
        self.question: Ask | None = None  # for when the operator has hung up
        self.interrupted: Signal[Taken] = Signal()  # what is going on is to be left
        self.reports = Reports(self.id, visit.id, queue)
        self.published = 0  # reports in the journal
        self._replies: dict[str, Reply] = {}
        self._mail: deque[Mail] = deque()
        self._news = asyncio.Event()

    # --- the server's side ---------------------------------------------------------------------------------

    def reply_to(self, command: Command, command_id: str) -> Reply:
        """What is said to a command, and the same again to its repeat."""
        if (known := self._replies.get(command_id)) is not None:
            return known
        return self._reply(self._may(command), command_id)

    def _may(self, command: Command) -> bool:
        if isinstance(command, Status):
            return True
        return type(command) in ALLOWED[self.state] and len(self._replies) < COMMANDS_MAX

    def _reply(self, accepted: bool, command_id: str) -> Reply:
        return Reply(accepted=accepted, command_id=command_id, state=self.state, operator=self.operator)

    def knows(self, command_id: str) -> bool:
        return command_id in self._replies

    def next_command_id(self) -> str:
        return f"{self.id}.{len(self._replies) + 1}"

    def remember(self, reply: Reply) -> None:
        if len(self._replies) < COMMANDS_MAX:
            self._replies[reply.command_id] = reply

    @property
    def outside(self) -> bool:
        """Joined with one who is no agent of ours."""
        return self.state is State.TALKING and not self.operator.startswith("user ")

    @property
    def heard_of(self) -> bool:
        """Whether the server has said anything."""
        return self.answered or any(reply.accepted for reply in self._replies.values())

    def take(self, taken: Taken) -> None:
        """From now on it is what the session is about; its story does it in turn."""
        match taken.command:
            case Connect(operator=operator) | Transfer(to=Connect(operator=operator)):
                self.is_now(State.OFFERING, str(operator))
            case Ask() if self.state is State.TALKING:
                self.question = taken.command
                return
            case Ask():
                self.is_now(State.ASKING)
            case HangUp() | SendTo():
                self.is_now(State.ENDED)
            case _:
                pass
        if isinstance(taken.command, Cancel | HangUp | SendTo | Transfer):
            self.interrupted.fire(taken)
        if isinstance(taken.command, Connect | Transfer | Ask):
            self.interrupted = Signal()  # of what begins now
        self.put(taken)

    # --- the story's side ----------------------------------------------------------------------------------

    def put(self, what: Mail) -> None:
        self._mail.append(what)
        self._news.set()

    def talks(self, operator: str) -> None:
        """They are joined: it is too late to call off the ringing."""
        self.goes_on(State.TALKING, operator)
        fired = self.interrupted.fired
        if fired is not None and isinstance(fired.command, Cancel):
            self.interrupted = Signal()

    def route_answered(self) -> None:
        self.answered = True
        if self.state is State.ALERTING:
            self.state = State.WAITING

    def begins(self, entered_at: float) -> None:
        self.entered_at, self.answered, self.question = entered_at, False, None
        self._mail.clear()
        self.is_now(State.ALERTING)

    def is_now(self, state: State, operator: str = "") -> None:
        self.state, self.operator = state, operator

    def goes_on(self, state: State, operator: str = "") -> None:
        """So it is now, unless the server does not direct it any longer."""
        if self.state not in (State.ENDED, State.RELEASED):
            self.is_now(state, operator)

    async def next(self) -> Mail:
        """What is to be done next."""
        while not self._mail:
            self._news.clear()
            await self._news.wait()
        return self._mail.popleft()


def session_id(visit: VisitId, queue: QueueId) -> SessionId:
    return SessionId(f"s-{visit}-{queue}")
