"""Nodes of the IVR in the file that ask a customer's server or database."""

import re
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from ccapp.config.fields import DataName, DataValue, Music, NodeName, Part, shaped
from ccapp.domain import ivr

_URL = re.compile(
    r"https?://[A-Za-z0-9._-]+(:[0-9]{1,5})?(/.*)?|https?://\[[0-9a-fA-F:.]+\](:[0-9]{1,5})?(/.*)?"
)


def _url(url: str) -> str:
    """Call data cannot say whom to ask: it stands behind the server's name."""
    if not _URL.fullmatch(url) or not url.isprintable() or " " in url:
        raise ValueError("must be a web address, such as https://crm.example/customers?phone={CallerNumber}")
    return url


Url = Annotated[str, AfterValidator(_url), Field(max_length=1000)]
UrlIfAny = Annotated[str, AfterValidator(lambda url: _url(url) if url else url), Field(max_length=1000)]
HeaderName = Annotated[str, shaped(r"[A-Za-z0-9-]{1,64}", "must be the name of a header")]
Place = Annotated[
    str, shaped(r"[^.\x00-\x1f]{1,64}(\.[^.\x00-\x1f]{1,64}){0,9}", "must be a place such as customer.name")
]
Column = Annotated[str, shaped(r"[A-Za-z_][A-Za-z0-9_]{0,62}", "must be the name of a column")]
Within = Annotated[float, Field(ge=0.1, le=30, allow_inf_nan=False)]
Fields = Annotated[dict[str, DataValue], Field(max_length=64)]


class HttpPart(Part):
    url: Url
    method: Literal["GET", "POST"] = "GET"
    headers: dict[HeaderName, DataValue] = Field({}, max_length=20)
    body: Fields = Field({})
    answers: dict[DataName, Place] = Field({}, max_length=64)
    within_s: Within = 3.0
    music: Music | Literal[""] = "default"
    then: NodeName
    otherwise: NodeName
    timed_out: NodeName | None = None

    @model_validator(mode="after")
    def _body_of_a_post(self) -> Self:
        if self.body and self.method != "POST":
            raise ValueError("body goes with method POST")
        return self

    def node(self) -> ivr.AskHttp:
        return ivr.AskHttp(**dict(self))


def _one_statement(query: str) -> str:
    if not query.strip() or "\0" in query:
        raise ValueError("must be a statement, such as select name from customers where phone = $1")
    return query


Query = Annotated[str, AfterValidator(_one_statement), Field(max_length=5000)]


class SqlPart(Part):
    query: Query
    values: tuple[DataValue, ...] = Field((), max_length=20)
    answers: dict[DataName, Column] = Field({}, max_length=64)
    within_s: Within = 3.0
    music: Music | Literal[""] = "default"
    then: NodeName
    otherwise: NodeName
    no_row: NodeName | None = None
    timed_out: NodeName | None = None

    @model_validator(mode="after")
    def _values_only_bound(self) -> Self:
        if re.search(r"\{[A-Za-z][A-Za-z0-9_-]*\}", self.query):
            raise ValueError("query cannot hold call data: write $1 there and the data into values")
        return self

    def node(self) -> ivr.AskSql:
        return ivr.AskSql(**dict(self))
