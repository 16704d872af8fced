"""Orders by hand that stand until they are withdrawn: listed numbers, closed queues."""

from dataclasses import dataclass

from ccapp.domain.events.fact import Fact, VisitFact
from ccapp.domain.ids import QueueId
from ccapp.domain.standing import Closing, Listed


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerBlocked(VisitFact):
    """His number is on the list of those who are refused before they hear anything."""

    number: str
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberListed(Fact):
    """From now on this becomes of callers from the number, in place of what was said before."""

    listed: Listed
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberUnlisted(Fact):
    number: str
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueClosed(Fact):
    """By hand, whatever its business hours."""

    closing: Closing


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueOpened(Fact):
    """Closed by hand no more: its business hours count again."""

    queue: QueueId
    by: str = ""


type StandingOrder = NumberListed | NumberUnlisted | QueueClosed | QueueOpened
