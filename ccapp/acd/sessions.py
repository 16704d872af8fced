"""All calls that customers' servers direct: their commands, and what the servers are told.

A session lasts from the call's first entry into the queue to the end of the visit. After a restart each is
what its facts say.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import orjson

from ccapp.acd.reports import Report
from ccapp.acd.session import WAITS, Changed, GiveUp, Reply, Session, State, Taken
from ccapp.acd.visit import Visit
from ccapp.domain import commands, events
from ccapp.domain.backend import Failed
from ccapp.domain.commands import (
    Ask,
    Command,
    Connect,
    HangUp,
    SendTo,
    Status,
    Transfer,
    name_of,
    written,
)
from ccapp.domain.events import Fact, VisitFact
from ccapp.domain.ids import QueueId, SessionId, VisitId

if TYPE_CHECKING:
    from ccapp.acd.owner import Acd


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
