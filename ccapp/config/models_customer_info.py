"""Which server is asked about callers, as the file says it."""

from typing import Self

from pydantic import Field

from ccapp.config.fields import DataName, Part, Title
from ccapp.config.models_asking import Place, Url
from ccapp.domain.customer_info import TIMEOUT_MS, CustomerInfo


class CustomerInfoPart(Part):
    """`{url: "https://crm.example/info", timeout_ms: 2000, answers: {Name: customer.name}}`."""

    url: Url
    timeout_ms: int = Field(TIMEOUT_MS, ge=100, le=30_000)
    project: Title | None = None
    answers: dict[DataName, Place] = Field({}, max_length=64)

    def value(self) -> CustomerInfo:
        return CustomerInfo(**(dict(self) | {"project": self.project or ""}))

    @classmethod
    def of(cls, info: CustomerInfo) -> Self:
        return cls(
            url=info.url,
            timeout_ms=info.timeout_ms,
            project=info.project or None,
            answers=dict(info.answers),
        )
