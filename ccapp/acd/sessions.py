"""Calls that a customer's server directs: what it may say when, what it has said, and what it is told.

A session lasts from the call's first entry into the queue to the end of the visit. Commands are accepted or
refused at once; the call's story does them, in order. Nothing in here waits but the story.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import orjson

from ccapp.acd.reports import Report, Reports
from ccapp.acd.signal import Signal
from ccapp.acd.visit import Visit
from ccapp.domain import commands, events
from ccapp.domain.backend import Failed
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
    name_of,
    written,
)
from ccapp.domain.events import Fact, VisitFact
from ccapp.domain.ids import QueueId, SessionId, VisitId

if TYPE_CHECKING:
    from ccapp.acd.owner import Acd

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


class Sessions:
    """All that are open."""

    def __init__(self, acd: Acd) -> None:
        self._acd = acd
        self._of: dict[VisitId, dict[QueueId, Session]] = {}
        self._by_id: dict[SessionId, Session] = {}

    def with_id(self, id: SessionId) -> Session | None:
        return self._by_id.get(id)

    def of(self, visit: VisitId, queue: QueueId) -> Session | None:
        return self._of.get(visit, {}).get(queue)

    def talking_outside(self, visit: Visit) -> Session | None:
        """The session in which the caller talks with one who is no agent of ours."""
        sessions = self._of.get(visit.id, {}).values()
        return next((each for each in sessions if each.outside), None)

    def open(self, visit: Visit, queue: QueueId, entered_at: float, *, again: bool) -> Session:
        """The call's session in this queue, directed by the customer's server; `again`: where it was."""
        session = self.of(visit.id, queue)
        if session is None or not again:
            session = session or self._add(Session(visit, queue, entered_at))
            session.begins(entered_at)
            self.tell(events.SessionOpened, session, queue=queue, entered_at=entered_at)
        return session

    def _add(self, session: Session) -> Session:
        self._of.setdefault(session.visit.id, {})[session.queue] = session
        self._by_id[session.id] = session
        return session

    def command(self, session: Session, command: Command, command_id: str = "") -> Reply:
        """Accepts or refuses it, at once."""
        id = command_id or session.next_command_id()
        repeated = session.knows(id)
        reply = session.reply_to(command, id)
        if repeated or isinstance(command, Status):
            return reply
        session.remember(reply)
        if reply.accepted:
            self.tell(
                events.CommandTaken,
                session,
                command_id=id,
                command=name_of(command),
                body=orjson.dumps(written(command)).decode(),
            )
            session.take(Taken(id, command))
        return reply

    def tell(self, kind: type[events.SessionFact], session: Session, **fields: object) -> None:
        visit = session.visit
        fact = kind(at=self._acd.clock.now(), visit=visit.id, data=visit.data, session=session.id, **fields)
        self._acd.declare(fact)

    def dismissed(self, visit: VisitId, queue: QueueId) -> None:
        """A rule of the queue has ended the call's wait."""
        if (session := self.of(visit, queue)) is not None:
            session.put(GiveUp("the wait is over"))

    def reconfigured(self) -> None:
        """Takes effect on those who wait; a queue that is not directed any more lets its calls go."""
        for session in self._by_id.values():
            if session.state in WAITS:
                queue = self._acd.centre.queues.get(session.queue)
                gone = queue is None or queue.external is None
                session.put(GiveUp("the configuration has changed") if gone else Changed())

    # --- reports -------------------------------------------------------------------------------------------

    def hear(self, fact: Fact) -> None:
        """Every fact, once it is published."""
        if self._of and isinstance(fact, VisitFact) and not isinstance(fact, events.CallEnded):
            for session in self._of.get(fact.visit, {}).values():
                self._report(session, fact)

    def end(self, visit: Visit, fact: events.CallEnded) -> None:
        """To be said before the visit's end is: what comes after that is looked at by no engine any more."""
        for session in self._of.pop(visit.id, {}).values():
            self._report(session, fact)
            session.is_now(State.ENDED)
            del self._by_id[session.id]

    def _report(self, session: Session, fact: VisitFact) -> None:
        if concerns(session.id, fact):
            self._publish(session, session.reports.hear(fact))

    def _publish(self, session: Session, reports: Iterable[Report]) -> None:
        queue = self._acd.centre.queues.get(session.queue)
        wanted = queue is None or queue.external is None or bool(queue.external.report_url)
        for report in reports:
            session.published += 1
            if wanted:
                self._acd.declare(_due(session, report, self._acd.clock.now()))

    # --- after a crash -------------------------------------------------------------------------------------

    def restore(self, visit: Visit, facts: Sequence[VisitFact]) -> None:
        """The sessions of a visit as its facts tell them; reports that are missing are published now."""
        for fact in facts:
            if isinstance(fact, events.SessionOpened) and self.of(visit.id, fact.queue) is None:
                self._restore(self._add(Session(visit, fact.queue, fact.entered_at)), facts)

    def _restore(self, session: Session, facts: Sequence[VisitFact]) -> None:
        made: list[Report] = []
        for fact in facts:
            if isinstance(fact, events.DeliveryDue):
                session.published += fact.stream == session.id
            elif concerns(session.id, fact) and (made or isinstance(fact, events.SessionOpened)):
                made += session.reports.hear(fact)
                _fold(session, fact)
        missing, session.published = made[session.published :], min(session.published, len(made))
        self._publish(session, missing)
        if session.rung:
            self.tell(
                events.OperatorFailed,
                session,
                operator=session.rung,
                reason=Failed.ERROR,
                detail="the engine was restarted",
            )
        if session.undone is not None:
            session.take(session.undone)


def concerns(id: SessionId, fact: VisitFact) -> bool:
    return not isinstance(fact, events.SessionFact) or fact.session == id


def _fold(session: Session, fact: VisitFact) -> None:
    match fact:
        case events.SessionOpened(entered_at=entered_at):
            session.begins(entered_at)
        case events.RouteAsked(attempt=attempt):
            session.attempts, session.answered = attempt, False
        case events.RouteAnswered(action=action):
            if action:
                session.route_answered()
        case events.CommandTaken(command_id=id, body=body):
            session.remember(Reply(accepted=True, command_id=id, state=session.state))
            _fold_command(session, Taken(id, commands.command(orjson.loads(body))))
        case events.Undirected():
            session.is_now(State.RELEASED)
        case events.CallServed(agent=agent):
            session.goes_on(State.TALKING, f"user {agent}")
        case events.OperatorJoined(operator=operator, at=at):
            session.joined_at, session.rung = at, ""
            session.is_now(State.TALKING, operator)
        case events.OperatorRung(operator=operator):
            session.rung, session.undone = operator, None
        case events.OperatorFailed():
            session.rung, session.undone = "", None
        case events.OfferMade() | events.ChoiceMade() | events.CommandFailed():
            session.undone = None
        case events.TalkEnded() | events.OperatorLeft():
            session.goes_on(State.WAITING)


def _fold_command(session: Session, taken: Taken) -> None:
    if isinstance(taken.command, Ask) and session.state is State.TALKING:
        session.question = taken.command
        return
    session.route_answered()
    if isinstance(taken.command, Connect | Transfer | Ask | HangUp | SendTo):
        session.undone = taken


def _due(session: Session, report: Report, now: float) -> events.DeliveryDue:
    return events.DeliveryDue(
        at=now,
        visit=session.visit.id,
        data=session.visit.data,
        stream=session.id,
        number=report["seq"],
        to=f"queue {session.queue}",
        body=orjson.dumps(report).decode(),
    )
