"""GET /v1/report: the figures of a time past, folded from the facts in the records.

It is worked out in the engine, in slices of about a millisecond with the loop's other work between them: one
report at a time, bounded in facts, rows and seconds.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from datetime import datetime
from typing import Any

from aiohttp import web

from ccapp.acd import Acd
from ccapp.domain.ids import GroupId
from ccapp.domain.serving import Group
from ccapp.routing.figures import NEEDED, Dimension, Figures, Row, Tally, TooMany, document
from ccapp.routing.figures.interval import Interval
from ccapp.web.desk import Past
from ccapp.web.keys import DESK
from ccapp.web.report_question import Of, Question, Reading, once_each
from ccapp.web.wire import ApiError, checked, dumps

FACTS_MAX = 2_000_000
ROWS_MAX = 10_000
REPORT_S_MAX = 60.0
ROWS_AT_ONCE = 50
LOCK = web.AppKey("report lock", asyncio.Lock)


async def report(request: web.Request) -> web.Response:
    once_each(request, request.query)
    asked = checked(Question, request.query)
    desk = request.app[DESK]
    if desk.past is None:
        raise ApiError(503, "no_records", "this engine has no records")
    try:
        async with asyncio.timeout(REPORT_S_MAX), request.app[LOCK]:
            return await _reported(asked, desk.past, desk.acd)
    except TimeoutError:
        raise too_large(f"this report takes longer than {REPORT_S_MAX:g} s") from None
    except TooMany as error:
        raise too_large(f"this report would have {error}") from None


def too_large(what: str) -> ApiError:
    return ApiError(422, "too_large", f"{what}: ask for a shorter time, or for less", "since")


async def _reported(asked: Question, past: Past, acd: Acd) -> web.Response:
    now = acd.clock.now()
    since, until = asked.times(now)
    figures = Figures(asked.selection(since, until))
    facts = await _fold(figures, past, since, until)
    rows, whole = await read(figures, asked.of, min(now, until.timestamp()), acd.centre.groups)
    if len(rows) > ROWS_MAX:
        raise too_large(f"this report would have {len(rows):,} rows, more than {ROWS_MAX:,}")
    heading = {**_heading(asked, figures, since, until), "facts": facts}
    return await document_of(heading, (_row(row, asked) for row in rows), told(whole, asked))


async def _fold(figures: Figures, past: Past, since: datetime, until: datetime) -> int:
    """The number of facts that were read."""
    span = await past.span(since, until)
    if span is None:
        return 0
    if span.size > FACTS_MAX:
        raise too_large(f"this report would read {span.size:,} facts, more than {FACTS_MAX:,}")
    number = 0
    async for facts in past.facts(span, NEEDED):
        figures.feed_all(facts)
        number += len(facts)
        await asyncio.sleep(0)
    return number


async def read(
    figures: Figures, of: Of, now: float, groups: Mapping[GroupId, Group]
) -> tuple[list[Row], Tally]:
    """The rows, and all of them in one. Calls with two skills and the like are in the total once."""
    rows = [row async for row in slowly(figures.each(of.dimension, now))]
    parts = rows if of.dimension is Dimension.AGENT else figures.each(Dimension.WHOLE, now)
    total = Tally()
    async for row in slowly(parts):
        total.merge(row.tally)
    return (await by_group(rows, groups) if of is Of.GROUPS else rows), total


async def by_group(rows: Iterable[Row], groups: Mapping[GroupId, Group]) -> list[Row]:
    """Agents' rows as their groups'. Who is in two groups counts for both, who is in none for none."""
    tallies: dict[tuple[Interval, GroupId], Tally] = {}
    async for row in slowly(rows):
        for group in groups.values():
            if row.key in group.agents:
                tallies.setdefault((row.interval, group.id), Tally()).merge(row.tally)
    return [Row(key, interval, tallies[interval, key]) for interval, key in sorted(tallies)]


async def slowly[T](items: Iterable[T]) -> AsyncIterator[T]:
    """Lets others run every now and then."""
    for number, item in enumerate(items, 1):
        yield item
        if number % ROWS_AT_ONCE == 0:
            await asyncio.sleep(0)


async def document_of(
    heading: Mapping[str, Any], rows: Iterable[Mapping[str, Any]], total: Mapping[str, Any]
) -> web.Response:
    """The JSON object `{...heading, rows, total}`, made in parts."""
    parts = [dumps(row) async for row in slowly(rows)]
    body = b"".join((dumps(heading)[:-1], b',"rows":[', b",".join(parts), b'],"total":', dumps(total), b"}"))
    return web.Response(body=body, content_type="application/json", charset="utf-8")


def _row(row: Row, asked: Reading) -> dict[str, Any]:
    return {"key": row.key, "interval": row.interval.label, **told(row.tally, asked)}


def told(tally: Tally, asked: Reading) -> dict[str, Any]:
    return document(tally, asked.of.figures, asked.choice, codes=asked.abbreviation)


def _heading(asked: Question, figures: Figures, since: datetime, until: datetime) -> dict[str, Any]:
    return {
        "of": asked.of,
        "since": since.isoformat(),
        "until": until.isoformat(),
        "tz": str(asked.zone),
        "by": figures.selection.by,
        "belongs": asked.belongs,
        "formula": asked.formula,
        "acceptable_waiting_times": asked.choice.thresholds_s,
        "short_s": asked.short,
    }
