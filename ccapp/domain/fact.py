"""What every fact has. The facts themselves stand in `events`."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ccapp.domain.ids import VisitId


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitFact(Fact):
    visit: VisitId
    data: Mapping[str, str] = field(default_factory=dict)  # the call data as it was then
