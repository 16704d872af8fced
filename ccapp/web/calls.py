"""GET: calls that are here, calls that were, and the whole story of one."""

from aiohttp import web

from ccapp.domain.ids import VisitId
from ccapp.web.keys import DESK, views
from ccapp.web.past_calls import past_calls
from ccapp.web.story import forwards, recorded, segments, summary
from ccapp.web.wire import path_id, reply, unknown


async def calls(request: web.Request) -> web.Response:
    """Without a query the calls that are here now, with one those of the records, newest first."""
    if not request.query:
        return reply({"live": True, "calls": views(request).calls()})
    return await past_calls(request)


async def call(request: web.Request) -> web.Response:
    """A visit's summary, its talks and every fact of it; `live` is where it is now, while it lasts."""
    id = path_id(request, "visit", "call")
    desk = request.app[DESK]
    facts = await desk.journal.visit(id)
    visit = desk.acd.visits.get(VisitId(id))
    if not facts and visit is None:
        raise unknown("call", id)
    now = views(request)
    live = {**now.call(visit), "candidates": now.candidates.of(visit.id)} if visit else None
    return reply(
        {
            "visit": summary(facts),
            "segments": segments(facts),
            "forwards": forwards(facts),
            "live": live,
            "at": now.now,
            "facts": [recorded(item) for item in facts],
        }
    )
