"""Customers' servers and databases."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from ccapp.domain.ids import QueueId, VisitId


class NoAnswer(Exception):
    """A customer's server or database did not answer as it should. Says why, and nothing a caller brought."""


type Json = str | int | float | bool | Sequence[Json] | Mapping[str, Json] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpQuestion:
    method: Literal["GET", "POST"]
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, Json] | None = None  # sent as a JSON object


@dataclass(frozen=True, slots=True, kw_only=True)
class SqlQuestion:
    query: str
    values: Sequence[str] = ()  # bound to $1, $2 ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedPost:
    """A message to a customer's server: `X-ACD-Signature: t=...,v1=...`, HMAC-SHA256 of `t.body`."""

    url: str
    body: str  # JSON
    secret: str = field(repr=False)
    connect_s_max: float = 2.0
    total_s_max: float = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ListCall:
    visit: VisitId
    caller: str  # number
    dialled: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ListQuestion:
    """Whom these calls, all that wait in a queue, may be given to: `get_list_agents_url`."""

    url: str
    queue: QueueId
    project: int
    calls: Sequence[ListCall]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedAgent:
    """As the customer's server names him; nobody has looked yet whether we know him."""

    user: str
    ring_s: float
    by_number: bool = False  # to be rung on a number, and not at his own phone
    number: str = ""  # digits, perhaps with + before them


class Customers(Protocol):
    """Both are cancelled by whoever has waited long enough, and bounded in themselves."""

    async def http(self, question: HttpQuestion) -> Json:
        """The JSON of the answer. Raises NoAnswer."""
        ...

    async def tell(self, news: HttpQuestion) -> None:
        """As `http`, where any answer of success will do. Raises NoAnswer."""
        ...

    async def sql(self, question: SqlQuestion) -> Mapping[str, Json] | None:
        """The first row by column; None when there is none. Raises NoAnswer."""
        ...

    async def list_agents(self, question: ListQuestion) -> Mapping[VisitId, Sequence[ListedAgent]]:
        """Of any calls, in the order they are to be rung in. Raises NoAnswer."""
        ...

    async def post(self, message: SignedPost) -> Json:
        """What was answered; None for an answer without content. Redirects are not followed: what is signed
        is for one server. Raises NoAnswer."""
        ...


class NoCustomers:
    """Where there is nobody to ask."""

    async def http(self, question: HttpQuestion) -> Json:
        raise NoAnswer("no server can be asked here")

    async def tell(self, news: HttpQuestion) -> None:
        raise NoAnswer("no server can be told here")

    async def sql(self, question: SqlQuestion) -> Mapping[str, Json] | None:
        raise NoAnswer("no database can be asked here")

    async def list_agents(self, question: ListQuestion) -> Mapping[VisitId, Sequence[ListedAgent]]:
        raise NoAnswer("no server can be asked here")

    async def post(self, message: SignedPost) -> Json:
        raise NoAnswer("no server can be told here")
