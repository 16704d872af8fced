"""The part of the file about a customer's server that directs a queue's callers."""

from typing import Annotated, Self

from pydantic import AfterValidator, Field

from ccapp.config.fields import Part, Seconds, Text, TrunkName
from ccapp.config.models_admission import TreatmentPart
from ccapp.config.models_asking import Url
from ccapp.domain.backend import Backend


def _printable(secret: str) -> str:
    if not secret.isprintable():
        raise ValueError("must not contain control characters")
    return secret


Secret = Annotated[str, AfterValidator(_printable), Field(min_length=8, max_length=200)]


class ExternalPart(Part):
    """`{route_url: "https://crm.example/route", access_base_url: "https://acd.example", secret: ...}`."""

    route_url: Url
    report_url: Url | None = None
    secret: Secret | None = Field(None, repr=False)
    access_base_url: Url
    connect_timeout_s: Seconds = Field(2.0, ge=0.1, le=10)
    total_timeout_s: Seconds = Field(10.0, ge=0.1, le=30)
    retry_s: Seconds = Field(1.0, le=60)
    max_wait_s: Seconds = Field(600.0, ge=1)
    on_timeout: TreatmentPart | None = None
    trunk: TrunkName | None = None
    say_while_waiting: Text = ""

    def value(self) -> Backend:
        parts = {
            "report_url": self.report_url or "",
            "secret": self.secret or "",
            "access_base_url": self.access_base_url.rstrip("/"),
            "on_timeout": None if self.on_timeout is None else self.on_timeout.value(),
        }
        return Backend(**(dict(self) | parts))

    @classmethod
    def of(cls, rules: Backend) -> Self:
        fields = {name: getattr(rules, name) for name in cls.model_fields}
        parts = {
            "report_url": rules.report_url or None,
            "secret": rules.secret or None,
            "on_timeout": None if rules.on_timeout is None else TreatmentPart.of(rules.on_timeout),
        }
        return cls(**(fields | parts))
