"""A visit folded from its facts: the summary and the segments, the same for live and ended visits."""

from collections.abc import Sequence
from typing import Any

from ccapp.domain import events
from ccapp.ports import Recorded

type Document = dict[str, Any]


def recorded(item: Recorded) -> Document:
    """A fact as it is said everywhere: its number, its kind, its fields."""
    return {"seq": item.seq, "kind": type(item.fact).__name__, "fact": item.fact}


def summary(items: Sequence[Recorded]) -> Document:
    """What a whole visit came to; `None` for what has not happened."""
    told: Document = dict.fromkeys(
        ("arrived_at", "trunk", "number", "caller_number", "caller_name", "queue", "agent", "answered_at",
         "outcome", "ended_by", "ended_at", "duration_s")
    )  # fmt: skip
    told |= {"offers": 0, "declines": 0, "waited_s": 0.0, "talk_s": 0.0, "data": {}}
    for item in items:
        if isinstance(item.fact, events.VisitFact):
            told["visit"], told["data"] = item.fact.visit, item.fact.data
            _add(told, item.fact)
    return told


def _add(told: Document, fact: events.VisitFact) -> None:
    match fact:
        case events.CallArrived() | events.CallbackRequested():
            told["arrived_at"] = fact.at
            for name in ("trunk", "number", "caller_number", "caller_name"):
                told[name] = getattr(fact, name)
        case events.CallWaits():
            told["queue"] = fact.queue
        case events.OfferMade():
            told["offers"] += 1
        case events.OfferDeclined():
            told["declines"] += 1
        case events.CallServed():
            told["agent"] = fact.agent
            told["waited_s"] += fact.waited_s
            told["answered_at"] = told["answered_at"] or fact.at
        case events.CallAbandoned() | events.WaitEnded():
            told["waited_s"] += fact.waited_s
        case events.TalkEnded() | events.CallForwarded():
            told["talk_s"] += fact.talk_s
        case events.CallEnded():
            told["outcome"], told["ended_by"] = fact.outcome, fact.ended_by
            told["ended_at"], told["duration_s"] = fact.at, fact.duration_s
        case _:
            pass


def segments(items: Sequence[Recorded]) -> list[Document]:
    """One for every agent the caller talked to; `talk_s` is None while they talk."""
    found: dict[int, Document] = {}
    for item in items:
        match item.fact:
            case events.CallServed() as served:
                found[served.segment] = {
                    "segment": served.segment,
                    "agent": served.agent,
                    "queue": served.queue,
                    "answered_at": served.at,
                    "waited_s": served.waited_s,
                    "rang_s": served.rang_s,
                    "talk_s": None,
                    "ended_at": None,
                    "ended_by": None,
                    "recording": None,
                }
            case events.TalkEnded() as ended if ended.segment in found:
                found[ended.segment] |= {
                    "talk_s": ended.talk_s,
                    "ended_at": ended.at,
                    "ended_by": ended.ended_by,
                }
            case events.TalkRecorded() as tape if tape.segment in found:
                found[tape.segment]["recording"] = _recording(tape)
            case _:
                pass
    return [found[number] for number in sorted(found)]


def forwards(items: Sequence[Recorded]) -> list[Document]:
    """One for every number outside that the call was forwarded to; the last one may still talk."""
    found: list[Document] = []
    tape: Document | None = None
    for item in items:
        match item.fact:
            case events.ForwardRecorded() as recorded_:
                tape = _recording(recorded_)
            case events.CallForwarded() as ended:
                told = {name: getattr(ended, name) for name in ("number", "trunk", "answered", "talk_s")}
                found.append({**told, "recording": tape})
                tape = None
            case _:
                pass
    return found


def _recording(tape: events.TalkRecorded | events.ForwardRecorded) -> Document:
    return {
        "url": f"/v1/recordings/{tape.recording}",
        "files": tape.files,
        "seconds": tape.seconds,
        "ok": tape.ok,
        "detail": tape.detail,
    }
