"""What is known of each agent from how he takes calls: how quickly he answers, what he misses, his ban.

A fold over the facts. A call answered, or the agent's own "ready", counts from nought again; several missed
in a row are a ban, each twice as long as the one before. That is told to those who choose, and no more.
"""

from dataclasses import dataclass

from ccapp.domain import events
from ccapp.domain.causes import DeclineReason
from ccapp.domain.events import Fact
from ccapp.domain.ids import AgentId
from ccapp.domain.presence import State

MISSES_MAX = 3
BAN_S, BAN_S_MAX = 300.0, 3600.0
WEIGHT = 0.3  # of the newest answer in the moving average

_MISSED = (DeclineReason.NO_ANSWER, DeclineReason.NOT_CONFIRMED)


@dataclass(slots=True)
class Labels:
    """Of one agent. Times in epoch seconds; None: never."""

    answer_time_avg: float | None = None  # seconds from the ring, moving
    offers: int = 0
    answered: int = 0
    missed_in_row: int = 0
    rejected: int = 0
    last_missed_at: float | None = None
    banned_until: float | None = None
    talking: bool = False
    last_call_ended_at: float | None = None
    ban_s: float = 0.0  # the last one

    def reached(self, rang_s: float) -> None:
        before = rang_s if self.answer_time_avg is None else self.answer_time_avg
        self.answer_time_avg = before + WEIGHT * (rang_s - before)
        self.offers, self.answered = self.offers + 1, self.answered + 1
        self.missed_in_row, self.talking = 0, True

    def declined(self, reason: DeclineReason, at: float) -> None:
        self.offers += 1
        self.rejected += reason is DeclineReason.REJECTED
        if reason not in _MISSED:
            return
        self.missed_in_row, self.last_missed_at = self.missed_in_row + 1, at
        if self.missed_in_row % MISSES_MAX == 0:
            self.ban_s = min(2 * self.ban_s or BAN_S, BAN_S_MAX)
            self.banned_until = at + self.ban_s

    def ready(self) -> None:
        self.missed_in_row, self.banned_until, self.ban_s = 0, None, 0.0


class AllLabels:
    """Of all agents, from the facts in their order."""

    def __init__(self) -> None:
        self._of: dict[AgentId, Labels] = {}

    def of(self, agent: AgentId) -> Labels:
        return self._of.setdefault(agent, Labels())

    def feed(self, fact: Fact) -> None:
        match fact:
            case events.CallServed(agent=agent, rang_s=rang_s):
                self.of(agent).reached(rang_s)
            case events.OfferDeclined(agent=agent, reason=reason, at=at):
                self.of(agent).declined(reason, at)
            case events.TalkEnded(agent=agent, at=at):
                labels = self.of(agent)
                labels.talking, labels.last_call_ended_at = False, at
            case events.PresenceChanged(agent=agent, state=State.READY, before=before, why=why):
                if before is State.UNREADY or why in ("command", "feature code"):
                    self.of(agent).ready()
            case _:
                pass
