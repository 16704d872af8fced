"""Talks of callers with numbers outside."""

from dataclasses import dataclass

from ccapp.domain.events.fact import VisitFact
from ccapp.domain.ids import TrunkId


@dataclass(frozen=True, slots=True, kw_only=True)
class ForwardAnswered(VisitFact):
    """A number outside has answered, and is about to be joined with the caller."""

    number: str
    trunk: TrunkId
    record: bool = False  # to be recorded


@dataclass(frozen=True, slots=True, kw_only=True)
class CallForwarded(VisitFact):
    """The end of a forward; of one that was not answered, no ForwardAnswered came before."""

    number: str
    trunk: TrunkId
    answered: bool
    talk_s: float
