"""GET: calls that are here, calls that were, and the whole story of one."""

from datetime import UTC, datetime
from typing import Annotated, Any

from aiohttp import web
from pydantic import AfterValidator, Field

from ccapp.domain.events import Outcome
from ccapp.domain.ids import VisitId
from ccapp.records.database import available
from ccapp.records.read import VisitRecord, Wanted
from ccapp.web.keys import DESK, views
from ccapp.web.story import recorded, segments, summary
from ccapp.web.wire import ID_LENGTH_MAX, Body, bad, checked, path_id, reply, unknown


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


class Question(Body):
    """The query of the history. `since` and `until`: epoch seconds or RFC 3339."""

    since: Instant | None = None
    until: Instant | None = None
    queue: Name | None = None
    agent: Name | None = None
    outcome: Outcome | None = None
    limit: Annotated[int, Field(ge=1, le=1000)] = 100


async def calls(request: web.Request) -> web.Response:
    """Without a query the calls that are here now, with one those of the records, newest first."""
    if not request.query:
        return reply({"live": True, "calls": views(request).calls()})
    for name in request.query:
        if len(request.query.getall(name)) > 1:
            raise bad(name[:ID_LENGTH_MAX], "is given twice")
    asked = checked(Question, request.query)
    wanted = Wanted(
        since=asked.since,
        until=asked.until,
        queue=asked.queue,
        agent=asked.agent,
        outcome=asked.outcome,
        limit=asked.limit,
    )
    async with available():
        found = await request.app[DESK].visits(wanted)
    return reply({"live": False, "calls": [history(visit) for visit in found]})


def history(visit: VisitRecord) -> dict[str, Any]:
    """A recorded visit in the names and units of all other documents."""
    told = {name: getattr(visit, name) for name in VisitRecord.__dataclass_fields__ if name != "id"}
    moments = {name: value.timestamp() for name, value in told.items() if isinstance(value, datetime)}
    return {"visit": visit.id, **told, **moments}


async def call(request: web.Request) -> web.Response:
    """A visit's summary, its talks and every fact of it; `live` is where it is now, while it lasts."""
    id = path_id(request, "visit", "call")
    desk = request.app[DESK]
    facts = await desk.journal.visit(id)
    visit = desk.acd.visits.get(VisitId(id))
    if not facts and visit is None:
        raise unknown("call", id)
    now = views(request)
    live = {**now.call(visit), "candidates": now.candidates(visit.id)} if visit else None
    return reply(
        {
            "visit": summary(facts),
            "segments": segments(facts),
            "live": live,
            "at": now.now,
            "facts": [recorded(item) for item in facts],
        }
    )
