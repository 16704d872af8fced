"""GET /v1/facts: what happened in a time past, one JSON object in each line, as long as there is more.

Before it stands how the agents were when it began, after it the ends of the wrap-ups that were going on.
"""

import asyncio

from aiohttp import web

from ccapp.domain.events import KINDS
from ccapp.web.guards import HEADERS
from ccapp.web.keys import DESK
from ccapp.web.report import too_large
from ccapp.web.report_question import Period, once_each
from ccapp.web.wire import ApiError, checked, dumps

FACTS_MAX = 2_000_000
FACTS_S_MAX = 300.0


async def facts(request: web.Request) -> web.StreamResponse:
    once_each(request, request.query)
    desk = request.app[DESK]
    since, until = checked(Period, request.query).times(desk.acd.clock.now())
    if desk.past is None:
        raise ApiError(503, "no_records", "this engine has no records")
    span = await desk.past.span(since, until)
    if span is not None and span.size > FACTS_MAX:
        raise too_large(f"these would be {span.size:,} facts, more than {FACTS_MAX:,}")
    answer = web.StreamResponse(headers={**HEADERS, "Content-Type": "application/x-ndjson"})
    await answer.prepare(request)
    async with asyncio.timeout(FACTS_S_MAX):
        if span is not None:
            async for some in desk.past.facts(span, frozenset(KINDS)):
                lines = (dumps({"kind": type(fact).__name__, "fact": fact}) + b"\n" for fact in some)
                await answer.write(b"".join(lines))
                await asyncio.sleep(0)
        await answer.write_eof()
    return answer
