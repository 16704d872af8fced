"""What every fact has, and every fact of a visit."""

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
