"""A real day's facts as a day that can be had again: who called and how long he talked, who was on duty when.

What the centre made of it (waits, offers, wrap-ups) is left out: that is what is simulated. The time of day
counts from the midnight given; calls before it and after the next are not of this day.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from ccapp.domain import events
from ccapp.domain.causes import DeclineReason
from ccapp.domain.events import Fact
from ccapp.domain.ids import AgentId, VisitId
from ccapp.domain.presence import Intent
from ccapp.domain.traffic import DAY_S, Answering, Duration, Duty, PastCall, PastDay

HOUR_S = 3600.0
DUTIES = {Intent.READY: Duty.READY, Intent.NOT_READY: Duty.NOT_READY, Intent.LOGGED_OUT: Duty.AWAY}


class NothingToReplay(Exception):
    """No call stood in any line that day."""


class Replay:
    """Feed it facts in their order."""

    def __init__(self, midnight: float) -> None:
        self._midnight = midnight
        self._stays: dict[VisitId, list[PastCall]] = {}
        self._duties: dict[AgentId, list[tuple[float, Duty]]] = {}
        self._rang_s: list[float] = []
        self._missed = 0

    def feed(self, fact: Fact) -> None:
        match fact:
            case events.CallWaits(visit=visit):
                self._waits(visit, fact)
            case events.CallServed(visit=visit, waited_s=waited_s, rang_s=rang_s):
                self._rang_s.append(rang_s)
                self._learn(visit, waited_s=waited_s)
            case events.TalkEnded(visit=visit, talk_s=talk_s):
                if stays := self._stays.get(visit):
                    self._learn(visit, talk_s=talk_s + (stays[-1].talk_s or 0.0))
            case events.CallAbandoned(visit=visit, waited_s=waited_s):
                self._learn(visit, waited_s=waited_s, gave_up_after_s=waited_s)
            case events.CallEnded(visit=visit, outcome=events.Outcome.TIMED_OUT):
                if stays := self._stays.get(visit):
                    self._learn(visit, waited_s=fact.at - self._midnight - stays[-1].at_s)
            case events.OfferDeclined(reason=DeclineReason.NO_ANSWER):
                self._missed += 1
            case events.PresenceChanged():
                self._changes(fact)

    def _waits(self, visit: VisitId, fact: events.CallWaits) -> None:
        at_s = fact.entered_at - self._midnight
        stays = self._stays.setdefault(visit, [])
        known = any(
            (stay.queue, stay.at_s) == (fact.queue, at_s) for stay in stays
        )  # told again after a crash
        if 0 <= at_s < DAY_S and not known:
            stays.append(
                PastCall(
                    at_s=at_s,
                    queue=fact.queue,
                    requires=fact.own_requires,
                    priority_s=fact.own_priority_s + fact.brought_s,
                    caller_priority=fact.caller_priority,
                )
            )

    def _learn(self, visit: VisitId, **more: float) -> None:
        if stays := self._stays.get(visit):
            stays[-1] = replace(stays[-1], **more)  # type: ignore[arg-type]

    def _changes(self, fact: events.PresenceChanged) -> None:
        duties, duty = self._duties.setdefault(fact.agent, []), DUTIES[fact.intent]
        if (duties[-1][1] if duties else Duty.AWAY) is not duty:
            duties.append((fact.at - self._midnight, duty))

    # --- what came of it ----------------------------------------------------------------------------------

    def day(self) -> PastDay:
        """Raises NothingToReplay."""
        calls = sorted((stay for stays in self._stays.values() for stay in stays), key=lambda stay: stay.at_s)
        if not calls:
            raise NothingToReplay
        begin_s = calls[0].at_s // HOUR_S * HOUR_S
        end_s = (calls[-1].at_s // HOUR_S + 1) * HOUR_S
        return PastDay(begin_s=begin_s, end_s=end_s, calls=tuple(calls), duties=self._within(begin_s, end_s))

    def _within(self, begin_s: float, end_s: float) -> Mapping[AgentId, tuple[tuple[float, Duty], ...]]:
        """Whoever is there when the day begins comes then; whoever is there at its end goes then."""
        found = {}
        for agent, duties in self._duties.items():
            before = [duty for at_s, duty in duties if at_s <= begin_s]
            during = [each for each in duties if begin_s < each[0] < end_s]
            found[agent] = ((begin_s, before[-1] if before else Duty.AWAY), *during, (end_s, Duty.AWAY))
        return found

    def answering(self) -> Answering:
        """How the agents of that day answered their phones."""
        if not self._rang_s:
            return Answering()
        mean_s, offers = sum(self._rang_s) / len(self._rang_s), len(self._rang_s) + self._missed
        return Answering(
            after=Duration(mean_s=mean_s) if mean_s > 0 else None,
            missed=min(self._missed / offers, 0.99),
        )


def replayed(facts: Iterable[Fact], midnight: float) -> tuple[PastDay, Answering]:
    """Raises NothingToReplay."""
    replay = Replay(midnight)
    for fact in facts:
        replay.feed(fact)
    return replay.day(), replay.answering()
