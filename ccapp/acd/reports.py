"""What a customer's server is told of a call it directs: a fold over the call's facts, and nothing else.

The same facts make the same reports in the same order: an engine after us knows which were still missing.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from ccapp.domain import events
from ccapp.domain.backend import Failed
from ccapp.domain.causes import DeclineReason
from ccapp.domain.commands import NAMES, HangUp
from ccapp.domain.events import EndedBy, VisitFact
from ccapp.domain.ids import QueueId, SessionId, VisitId

type Report = dict[str, Any]

CODES: Mapping[Failed, int] = {
    Failed.BUSY: 486,
    Failed.REJECTED: 603,
    Failed.NO_ANSWER: 408,
    Failed.UNAVAILABLE: 480,
    Failed.CANCELLED: 487,
    Failed.ERROR: 500,
}
FAILED: Mapping[DeclineReason, Failed] = {
    DeclineReason.NO_ANSWER: Failed.NO_ANSWER,
    DeclineReason.NOT_CONFIRMED: Failed.NO_ANSWER,
    DeclineReason.BUSY: Failed.BUSY,
    DeclineReason.REJECTED: Failed.REJECTED,
    DeclineReason.UNREGISTERED: Failed.UNAVAILABLE,
    DeclineReason.TECHNICAL: Failed.ERROR,
    DeclineReason.AGENT_GONE: Failed.ERROR,
    DeclineReason.ENGINE_RESTART: Failed.ERROR,
    DeclineReason.CALLER_GONE: Failed.CANCELLED,
    DeclineReason.ANSWERED_ELSEWHERE: Failed.CANCELLED,
    DeclineReason.WITHDRAWN: Failed.CANCELLED,
}
_HANG_UP = NAMES[HangUp]


class Reports:
    """Of one session. `hear` takes its call's facts in order, from its opening on."""

    def __init__(self, session: SessionId, visit: VisitId, queue: QueueId) -> None:
        self.told = 0  # reports made so far: the number of the last one
        self._head = {"session_id": session, "call_id": visit, "queue": queue}
        self._queue = queue
        self._entered_at = 0.0
        self._wait_s: float | None = None  # until the first operator
        self._ring_s = self._talk_s = 0.0
        self._attempts: list[Report] = []
        self._hung_up = False  # by the customer's server

    def hear(self, fact: VisitFact) -> Iterator[Report]:
        for name, more in self._made_of(fact):
            self.told += 1
            yield {"type": name, "seq": self.told, "at": stamp(fact.at), **self._head, **more}

    def _made_of(self, fact: VisitFact) -> Iterator[tuple[str, Report]]:
        if getattr(fact, "queue", self._queue) != self._queue:
            return  # it is in the line of another queue by now
        match fact:
            case events.CallAbandoned(waited_s=waited_s):
                yield "call.abandoned", {"waited": seconds(waited_s)}
            case events.CallEnded(ended_by=by):
                yield "call.ended", self._sum(by, fact.at)
            case events.SessionOpened(entered_at=entered_at):
                self._entered_at = entered_at
                yield "call.queued", {"enqueued_at": stamp(entered_at)}
            case events.CommandTaken(command=command):
                self._hung_up = self._hung_up or command == _HANG_UP
            case events.CommandFailed(command_id=id, command=command, why=why):
                yield "command.failed", {"command_id": id, "command": command, "reason": why}
            case events.ChoiceMade(choice=choice):
                yield "answer", {"choice": choice or None}
            case events.Undirected(why=why, to=to):
                yield "call.released", {"reason": why, "to": to or "queue agents"}
            case _:
                yield from self._of_operator(fact)

    def _of_operator(self, fact: VisitFact) -> Iterator[tuple[str, Report]]:
        match fact:
            case events.OfferMade(agent=agent):
                yield "operator.calling", named(f"user {agent}")
            case events.OperatorRung(operator=operator):
                yield "operator.calling", named(operator)
            case events.OfferDeclined(agent=agent, reason=reason, rang_s=rang_s):
                yield self._failed(f"user {agent}", FAILED[reason], reason.value, rang_s)
            case events.OperatorFailed(operator=operator, reason=why, detail=detail, rang_s=rang_s):
                yield self._failed(operator, why, detail, rang_s)
            case events.CallServed(agent=agent, rang_s=rang_s):
                yield from self._reached(f"user {agent}", rang_s, fact.at)
            case events.OperatorJoined(operator=operator, rang_s=rang_s):
                yield from self._reached(operator, rang_s, fact.at)
            case events.TalkHeld(on=on):
                yield "call.held" if on else "call.resumed", {}
            case events.TalkEnded(agent=agent, ended_by=by, talk_s=talk_s):
                yield from self._left(f"user {agent}", by, talk_s)
            case events.OperatorLeft(operator=operator, by=by, talk_s=talk_s):
                yield from self._left(operator, by, talk_s)

    def _failed(self, operator: str, why: Failed, detail: str, rang_s: float) -> tuple[str, Report]:
        self._ring_s += rang_s
        told = {
            **named(operator),
            "code": CODES[why],
            "reason": why.value,
            "detail": detail,
            "ring_seconds": seconds(rang_s),
        }
        self._attempts.append(told)
        return "operator.failed", told

    def _reached(self, operator: str, rang_s: float, now: float) -> Iterator[tuple[str, Report]]:
        self._ring_s += rang_s
        self._attempts.append({**named(operator), "reason": "reached", "ring_seconds": seconds(rang_s)})
        if self._wait_s is None:
            self._wait_s = now - self._entered_at
        yield "operator.reached", {**named(operator), "ring_seconds": seconds(rang_s)}
        yield "call.joined", {**named(operator), "waited": seconds(now - self._entered_at)}

    def _left(self, operator: str, by: str, talk_s: float) -> Iterator[tuple[str, Report]]:
        self._talk_s += talk_s
        told = {**named(operator), "talk": seconds(talk_s)}
        if by == EndedBy.AGENT:
            yield "operator.hungup", told
        elif by == EndedBy.CALLER:
            yield "caller.hungup", told

    def _sum(self, by: EndedBy, now: float) -> Report:
        who = {EndedBy.AGENT: "operator", EndedBy.CALLER: "caller"}.get(by, "system")
        return {
            "ended_by": "backend" if who == "system" and self._hung_up else who,
            "wait": seconds(now - self._entered_at if self._wait_s is None else self._wait_s),
            "ring": seconds(self._ring_s),
            "talk": seconds(self._talk_s),
            "attempts": list(self._attempts),
        }


def named(operator: str) -> Report:
    """`user alice` as the customer's server names her."""
    kind, _, name = operator.partition(" ")
    return {"operator": {"type": kind, {"user": "id", "sip": "uri", "phone": "number"}[kind]: name}}


def stamp(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def seconds(value: float) -> float:
    return round(max(value, 0.0), 3)
