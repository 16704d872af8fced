"""What the file says of agents beside the agents themselves."""

from typing import Self

from pydantic import Field

from ccapp.config.fields import Part, Seconds
from ccapp.domain.centre import BreakLimit


class BreakLimitPart(Part):
    """`{limit_s: 1800, then_away: true}`."""

    limit_s: Seconds = Field(ge=1)
    then_away: bool = False

    def value(self) -> BreakLimit:
        return BreakLimit(limit_s=self.limit_s, then_away=self.then_away)

    @classmethod
    def of(cls, limit: BreakLimit) -> Self:
        return cls(limit_s=limit.limit_s, then_away=limit.then_away)
