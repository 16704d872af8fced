"""What the file says of agents beside the agents themselves."""

from typing import Self

from pydantic import Field

from ccapp.config.fields import CallerNumber, OutsideNumber, Part, RingSeconds, Seconds, TrunkName
from ccapp.domain.centre import BreakLimit, Outside, OwnCalls


class BreakLimitPart(Part):
    """`{limit_s: 1800, then_away: true}`."""

    limit_s: Seconds = Field(ge=1)
    then_away: bool = False

    def value(self) -> BreakLimit:
        return BreakLimit(limit_s=self.limit_s, then_away=self.then_away)

    @classmethod
    def of(cls, limit: BreakLimit) -> Self:
        return cls(limit_s=limit.limit_s, then_away=limit.then_away)


class OutsidePart(Part):
    """`{number: "+491701234567", trunk: carrier}`."""

    number: OutsideNumber
    trunk: TrunkName

    def value(self) -> Outside:
        return Outside(number=self.number, trunk=self.trunk)

    @classmethod
    def of(cls, outside: Outside) -> Self:
        return cls(number=outside.number, trunk=outside.trunk)


class OwnCallsPart(Part):
    """`{outbound_trunk: carrier, caller_id: "+4930123"}`."""

    outbound_trunk: TrunkName | None = None
    caller_id: CallerNumber = ""
    ring_s: RingSeconds = 60.0
    wrap_up_s: Seconds = 0.0

    def value(self) -> OwnCalls:
        return OwnCalls(**dict(self))

    @classmethod
    def of(cls, own: OwnCalls) -> Self:
        return cls(**{name: getattr(own, name) for name in cls.model_fields})
