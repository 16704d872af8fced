"""What the file says of agents beside the agents themselves."""

from hashlib import md5
from typing import Self

from pydantic import Field, field_validator, model_validator

from ccapp.config.fields import (
    CallerNumber,
    Digest,
    HoursName,
    KeySeconds,
    OutsideNumber,
    Part,
    RingSeconds,
    Seconds,
    TrunkName,
)
from ccapp.config.models_prompts import HeardPart
from ccapp.domain.centre import BreakLimit, Outside, OwnCalls, Phone
from ccapp.domain.ids import AgentId


def digest_of(user: str, realm: str, password: str) -> str:
    """What SIP's digest access authentication (RFC 2617) lets both sides keep instead of the password."""
    return md5(f"{user}:{realm}:{password}".encode(), usedforsecurity=False).hexdigest()


class SecretPart(Part):
    """Of a SIP account: its password, or the digest that is kept of it."""

    password: str | None = Field(None, min_length=1, max_length=128, repr=False)
    digest: Digest | None = Field(None, repr=False)

    @field_validator("password")
    @classmethod
    def _plain(cls, password: str | None) -> str | None:
        if password is not None and not password.isprintable():
            raise ValueError("must not contain control characters")
        return password

    @model_validator(mode="after")
    def _one_secret(self) -> Self:
        if self.password is not None and self.digest is not None:
            raise ValueError("has both password and digest; one is enough")
        return self

    def digest_in(self, realm: str, user: str) -> str:
        return self.digest or (digest_of(user, realm, self.password) if self.password is not None else "")


class PhonePart(SecretPart):
    log_in_by_code: bool = False

    def value(self, id: AgentId, realm: str) -> Phone:
        return Phone(id=id, digest=self.digest_in(realm, id), log_in_by_code=self.log_in_by_code)

    @classmethod
    def of(cls, phone: Phone) -> Self:
        return cls(digest=phone.digest or None, log_in_by_code=phone.log_in_by_code)


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
    """`{number: "+491701234567", trunk: carrier, confirm: A caller waits. Press 1 to take him.}`."""

    number: OutsideNumber
    trunk: TrunkName
    confirm: HeardPart = HeardPart.of(None)
    confirm_s: KeySeconds = 15.0
    calls_per_hour_max: int | None = Field(None, ge=1, le=1000)
    calls_per_day_max: int | None = Field(None, ge=1, le=1000)
    hours: HoursName | None = None
    always_ready: bool = False

    def value(self) -> Outside:
        return Outside(**(dict(self) | {"confirm": self.confirm.prompt()}))

    @classmethod
    def of(cls, outside: Outside) -> Self:
        given = {name: getattr(outside, name) for name in cls.model_fields}
        return cls(**(given | {"confirm": HeardPart.of(outside.confirm)}))


class OwnCallsPart(Part):
    """`{outbound_trunk: carrier, caller_id: "+4930123"}`."""

    outbound_trunk: TrunkName | None = None
    caller_id: CallerNumber = ""
    ring_s: RingSeconds = 60.0
    wrap_up_s: Seconds = 0.0
    record: bool = False

    def value(self) -> OwnCalls:
        return OwnCalls(**dict(self))

    @classmethod
    def of(cls, own: OwnCalls) -> Self:
        return cls(**{name: getattr(own, name) for name in cls.model_fields})
