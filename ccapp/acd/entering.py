"""Callers a queue does not serve: not let in, or sent on when they have waited in vain."""

from ccapp.acd.visit import Visit
from ccapp.domain.admission import ExitReason, Goodbye, RefusalReason, Treatment
from ccapp.domain.centre import Queue
from ccapp.domain.events import Outcome

DIVERSIONS_MAX = 20
"""A caller is sent on so often: more is queues that send callers to each other, however fast."""


class TurnedAway(Exception):
    """This queue does not serve the caller: `to` is where he goes, `outcome` how his visit ends there."""

    def __init__(self, reason: RefusalReason | ExitReason, to: Treatment) -> None:
        super().__init__(reason)
        self.reason = reason
        self.to = to
        self.outcome = outcome_of(reason)


def outcome_of(reason: RefusalReason | ExitReason) -> Outcome:
    if isinstance(reason, RefusalReason):
        return Outcome.REFUSED
    return Outcome.LEFT_BY_KEY if reason is ExitReason.KEY else Outcome.TIMED_OUT


def turned_away(
    visit: Visit, queue: Queue, reason: RefusalReason | ExitReason, treatment: Treatment
) -> TurnedAway:
    visit.diversions += 1
    to = treatment if visit.diversions <= DIVERSIONS_MAX else Goodbye(say=queue.sorry)
    return TurnedAway(reason, to)
