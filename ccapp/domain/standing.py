"""What supervisors order until further notice: numbers refused or preferred, queues closed by hand."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from ccapp.domain.ids import QueueId
from ccapp.domain.priorities import Priority

LISTED_MAX = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """What is to become of callers from a number. Source of the two refusals: spec/stringee.md §4.12."""

    number: str  # as it was given; compared as `Numbering.e164`
    ivr_blocked: bool = False  # refused before anything is heard
    queue_blocked: bool = False  # not let into any queue
    caller_priority: Priority | None = None
    priority_s: int = 0
    gives: Mapping[str, str] = field(default_factory=dict)  # call data its calls have
    note: str = ""

    @property
    def data(self) -> dict[str, str]:
        """The call data a call from this number has."""
        said = {
            "CallerPriority": "" if self.caller_priority is None else str(self.caller_priority),
            "Priority": str(self.priority_s) if self.priority_s else "",
        }
        return {**self.gives, **{name: value for name, value in said.items() if value}}


class Waiting(StrEnum):
    """What becomes of those who wait in a queue that is closed by hand."""

    STAY = "stay"
    TREAT = "treat"  # they go where those go who call now


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    queue: QueueId
    until: float | None = None  # epoch s; None: until it is opened
    say: str = ""  # in place of what `closed` of the queue says
    waiting: Waiting = Waiting.STAY
    by: str = ""

    def holds(self, now: float) -> bool:
        return self.until is None or now < self.until
