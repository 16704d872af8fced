"""GET /v1/calls?…: the calls of the records, with what happened in them when asked for, as JSON or CSV.

Newest first, in pages: `next` is what `after` is asked with for the page that follows. New calls do not move
the pages of those who read.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any

from aiohttp import web
from pydantic import AfterValidator, Field

from ccapp.domain.events import EndedBy, Outcome
from ccapp.records.database import available
from ccapp.records.read import VisitRecord, Wanted
from ccapp.web import calls_csv
from ccapp.web.desk import Past
from ccapp.web.keys import DESK
from ccapp.web.story import recorded
from ccapp.web.wire import ID_LENGTH_MAX, ApiError, Body, bad, checked, reply

EVENTS_MAX = 20_000
"""In one answer: about 20 MB."""
NEXT = "X-Next"
"""The header that says `next` where the answer is CSV."""


def _printable(name: str) -> str:
    if not name.isprintable():
        raise ValueError("must be printable")
    return name


def _instant(at: datetime) -> datetime:
    """Without a zone: UTC. Bounded to what the records can compare with."""
    aware = at.replace(tzinfo=UTC) if at.tzinfo is None else at
    if not 1970 <= aware.year <= 9000:
        raise ValueError("must be a time in this era")
    return aware


Name = Annotated[str, Field(min_length=1, max_length=ID_LENGTH_MAX), AfterValidator(_printable)]
Instant = Annotated[datetime, AfterValidator(_instant)]
Seconds = Annotated[float, Field(ge=0, le=1_000_000, allow_inf_nan=False)]


class Format(StrEnum):
    JSON = "json"
    CSV = "csv"


class Question(Body):
    """`since` and `until`: epoch seconds or RFC 3339. `served`: by an agent, or by none."""

    since: Instant | None = None
    until: Instant | None = None
    queue: Name | None = None
    agent: Name | None = None
    number: Name | None = None
    caller_number: Name | None = None
    outcome: Outcome | None = None
    ended_by: EndedBy | None = None
    served: bool | None = None
    wait_s_min: Seconds | None = None
    after: Name | None = None
    events: bool = False
    format: Format = Format.JSON
    limit: Annotated[int, Field(ge=1, le=1000)] = 100

    @property
    def wanted(self) -> Wanted:
        return Wanted(**self.model_dump(exclude={"events", "format"}))


async def past_calls(request: web.Request) -> web.Response:
    for name in request.query:
        if len(request.query.getall(name)) > 1:
            raise bad(name[:ID_LENGTH_MAX], "is given twice")
    asked = checked(Question, request.query)
    desk = request.app[DESK]
    async with available():
        found = await desk.visits(asked.wanted)
    rows = [history(visit) for visit in found]
    if asked.events:
        await _add_events(rows, desk.past)
    following = found[-1].id if len(found) == asked.limit else None
    if asked.format is Format.CSV:
        headers = {} if following is None else {NEXT: following}
        return web.Response(
            text=calls_csv.text(rows), content_type="text/csv", charset="utf-8", headers=headers
        )
    return reply({"live": False, "calls": rows, "next": following})


def history(visit: VisitRecord) -> dict[str, Any]:
    """A recorded visit in the names and units of all other documents."""
    told = {name: getattr(visit, name) for name in VisitRecord.__dataclass_fields__ if name != "id"}
    moments = {name: value.timestamp() for name, value in told.items() if isinstance(value, datetime)}
    return {"visit": visit.id, **told, **moments}


async def _add_events(rows: Sequence[dict[str, Any]], past: Past | None) -> None:
    """To each call what happened in it, in order."""
    if past is None:
        raise ApiError(503, "no_records", "this engine has no records")
    events: dict[str, list[Any]] = {row["visit"]: [] for row in rows}
    number = 0
    async for items in past.of_visits(events):
        number += len(items)
        if number > EVENTS_MAX:
            many = f"these calls have more than {EVENTS_MAX:,} events: ask for fewer"
            raise ApiError(422, "too_large", many, "limit")
        for item in items:
            events[item.fact.visit].append(recorded(item))  # type: ignore[attr-defined]
    for row in rows:
        row["events"] = events[row["visit"]]
