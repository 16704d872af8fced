"""Questions to the records: visits, their segments, facts. `database` is a pool or a connection.

What is read here is what is recorded; facts published in the last milliseconds may still be on their way.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import asyncpg
import orjson

from ccapp.domain.events import Outcome
from ccapp.domain.ids import AgentId, QueueId, TrunkId, VisitId
from ccapp.domain.voicemail import Message
from ccapp.ports import Recorded
from ccapp.records.facts_json import decode_fact
from ccapp.records.sql import query

if TYPE_CHECKING:
    from ccapp.records.database import Pool, Session

    type Database = Pool | Session


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitRecord:
    """A row of `visit`: db/schema.sql says what each column means."""

    id: VisitId
    arrived_at: datetime | None
    trunk: TrunkId | None
    number: str | None
    caller_number: str | None
    caller_name: str | None
    tree: str | None
    node: str | None
    queue: QueueId | None
    entered_at: datetime | None
    waited_s: float | None
    offers: int
    declines: int
    agent: AgentId | None
    segments: int
    answered_at: datetime | None
    talk_s: float
    forwarded_to: str | None
    forwarded_talk_s: float | None
    abandoned: bool
    abandoned_ringing: bool
    wrap_up_s: float | None  # of all its talks, as far as they are over; null: there was none
    outcome: Outcome | None
    ended_by: str | None
    ended_at: datetime | None
    duration_s: float | None
    data: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentRecord:
    """A row of `segment`: one agent's part in a visit."""

    visit: VisitId
    segment: int
    agent: AgentId | None
    queue: QueueId | None
    offer: str | None
    answered_at: datetime | None
    waited_s: float | None
    rang_s: float | None
    talk_s: float | None
    ended_at: datetime | None
    ended_by: str | None
    wrap_up_granted_s: float | None
    wrap_up_s: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which visits; what is None is not asked."""

    since: datetime | None = None
    until: datetime | None = None
    queue: str | None = None  # one whose line they came to, let in or not
    agent: str | None = None  # one who talked to the caller
    outcome: Outcome | None = None
    abandoned: bool | None = None
    open: bool | None = None
    number: str | None = None  # dialled
    caller_number: str | None = None
    ended_by: str | None = None
    served: bool | None = None  # by an agent
    wait_s_min: float | None = None
    after: str | None = None  # the visit that the first one follows; after an unknown one there is nothing
    limit: int = 100


async def visits(database: "Database", wanted: Wanted) -> list[VisitRecord]:
    """The newest first."""
    rows = await database.fetch(
        query("visits"),
        wanted.since, wanted.until, wanted.queue, wanted.agent, wanted.outcome, wanted.abandoned, wanted.open,
        wanted.number, wanted.caller_number, wanted.ended_by, wanted.served, wanted.wait_s_min, wanted.after,
        wanted.limit,
    )  # fmt: skip
    return [_visit(row) for row in rows]


async def visit(database: "Database", id: str) -> tuple[VisitRecord, list[SegmentRecord]] | None:
    """One visit and the agents talked to; None when unknown."""
    row = await database.fetchrow(query("visit"), id)
    if row is None:
        return None
    segments = await database.fetch(query("segments"), id)
    return _visit(row), [SegmentRecord(**dict(segment)) for segment in segments]


async def facts_since(database: "Database", seq: int, limit: int = 1000) -> list[Recorded]:
    """The facts after number `seq`, in order."""
    return facts_of(await database.fetch(query("facts_since"), seq, limit))


async def visit_facts(database: "Database", id: str) -> list[Recorded]:
    return facts_of(await database.fetch(query("visit_facts"), id))


async def open_visit_facts(database: "Database", also: Collection[str] = ()) -> list[Recorded]:
    """All facts of the visits that have not ended, and of those named, the oldest visit first."""
    return facts_of(await database.fetch(query("open_visits"), list(also)))


async def presence_facts(database: "Database") -> list[Recorded]:
    """The last PresenceChanged of every agent."""
    return facts_of(await database.fetch(query("presences")))


async def standing_orders(database: "Database") -> list[Recorded]:
    """Those in force, the oldest first."""
    return facts_of(await database.fetch(query("standing_orders")))


async def abandoned_facts(database: "Database", since: float) -> list[Recorded]:
    """Those who hung up in a line since then, in order."""
    return facts_of(await database.fetch(query("abandoned"), since))[::-1]


async def messages(database: "Database") -> list[Message]:
    """Those that nobody has deleted, the oldest first."""
    rows = await database.fetch(query("messages"))
    return [Message(**{**dict(row), "data": orjson.loads(row["data"])}) for row in rows]


def _visit(row: asyncpg.Record) -> VisitRecord:
    values: dict[str, Any] = dict(row)
    values["data"] = orjson.loads(values["data"])
    values["outcome"] = Outcome(values["outcome"]) if values["outcome"] else None
    return VisitRecord(**values)


def facts_of(rows: Sequence[asyncpg.Record]) -> list[Recorded]:
    """Rows with `seq`, `kind`, `data` and `body` as what was published."""
    return [Recorded(seq=row["seq"], fact=decode_fact(row["kind"], _fields(row))) for row in rows]


def _fields(row: asyncpg.Record) -> dict[str, Any]:
    fields: dict[str, Any] = orjson.loads(row["body"])
    if row["data"] is not None:
        fields["data"] = orjson.loads(row["data"])
    return fields
