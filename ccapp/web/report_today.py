"""Today's figures: the fold kept up with what happens, after the facts of the day from before this engine.

Owner of the fold is `Today`. It hears every fact from `Acd.watch` and must never fail there: should it, the
figures stop, loudly, and calls go on.
"""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta, tzinfo
from typing import Any

from aiohttp import hdrs, web

from ccapp.domain.events import Fact
from ccapp.domain.ids import AgentId, QueueId
from ccapp.domain.presence import State
from ccapp.records.errors import RecordsError
from ccapp.routing.figures import NEEDED, Dimension, Figures, Selection
from ccapp.routing.figures.labels import AllLabels
from ccapp.web.desk import Desk
from ccapp.web.keys import DESK
from ccapp.web.report import document_of, read, told
from ccapp.web.report_question import Of, Reading, local_zone, midnight, once_each
from ccapp.web.wire import ApiError, checked

log = logging.getLogger(__name__)

RECORDED_S_MAX = 60.0
"""How long the facts of the engine before may take to get from the spool into the records."""
ROWS_MAX = 100_000
FED_AT_ONCE = 100


class Today:
    """Made with the engine, before its first call; `load` is run beside."""

    def __init__(self, desk: Desk, zone: tzinfo | None = None) -> None:
        self._desk = desk
        self._zone = zone or local_zone()
        self._early: deque[Fact] | None = deque()  # heard before the records were read
        self._before = desk.figures().published  # facts up to this number are the records'
        self.complete = False  # from midnight on
        self.stopped = False
        self.labels = AllLabels()
        self.figures = Figures(self._day(desk.acd.clock.now()))
        desk.acd.watch(self.heard)

    @property
    def ready(self) -> bool:
        return self._early is None and not self.stopped

    def heard(self, fact: Fact) -> None:
        if self._early is not None:
            self._early.append(fact)
        elif not self.stopped:
            self._feed(fact)

    def _feed(self, fact: Fact) -> None:
        try:
            self.turn_over(fact.at)
            self.figures.feed(fact)
            self.labels.feed(fact)
        except Exception:  # a fault in figures must not end the call that was told of
            log.exception("today's figures stop: they could not take a %s", type(fact).__name__)
            self.stopped = True

    def turn_over(self, now: float) -> None:
        """At midnight everything begins anew."""
        if now >= self.figures.selection.until:
            self.figures.begin_anew(self._day(now))
            self.complete = True

    def _day(self, now: float) -> Selection:
        begin = midnight(datetime.fromtimestamp(now, self._zone))
        return Selection(
            since=begin.timestamp(),
            until=midnight(begin + timedelta(days=1)).timestamp(),
            zone=self._zone,
            dimensions=frozenset({Dimension.QUEUE, Dimension.AGENT, Dimension.SKILL}),
            cells_max=ROWS_MAX,
        )

    # --- the beginning ------------------------------------------------------------------------------------

    async def load(self) -> None:
        """The day so far from the records, then what was heard meanwhile."""
        try:
            async for facts in self._recorded():
                for fact in facts:
                    self._feed(fact)
                await asyncio.sleep(0)
            self.complete = self._desk.past is not None
        except (RecordsError, TimeoutError) as error:
            log.warning("today's figures begin only now: %r", error)
        except Exception:
            log.exception("today's figures begin only now")
        await self._catch_up()

    async def _catch_up(self) -> None:
        early = self._early or deque()
        while early:
            for _ in range(min(FED_AT_ONCE, len(early))):
                self._feed(early.popleft())
            await asyncio.sleep(0)
        self._early = None

    async def _recorded(self) -> AsyncIterator[Sequence[Fact]]:
        past, selection = self._desk.past, self.figures.selection
        if past is None:
            return
        async with asyncio.timeout(RECORDED_S_MAX):
            while self._desk.figures().recorded < self._before:  # noqa: ASYNC110 - once, at the start
                await asyncio.sleep(0.1)
        since, until = (datetime.fromtimestamp(at, self._zone) for at in (selection.since, selection.until))
        span = await past.span(since, until)
        if span is not None and (before := span.through(self._before)).size > 0:
            async for facts in past.facts(before, NEEDED):
                yield facts


TODAY = web.AppKey("today", Today)


async def loading(app: web.Application) -> AsyncIterator[None]:
    """For the application's cleanup context."""
    task = asyncio.create_task(app[TODAY].load(), name="today's figures")
    yield
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def today(app: web.Application, now: float) -> Today:
    """Raises ApiError while the records are being read."""
    found = app[TODAY]
    if found.stopped:
        raise ApiError(500, "internal", "today's figures have stopped; the log says why")
    if not found.ready:
        wait = "today's figures are being read from the records"
        raise ApiError(503, "not_ready", wait, headers={hdrs.RETRY_AFTER: "1"})
    found.turn_over(now)
    return found


async def figures(request: web.Request) -> web.Response:
    """GET /v1/figures: of today so far."""
    once_each(request, request.query)
    asked = checked(Reading, request.query)
    if asked.of is Of.CALLERS:
        raise ApiError(400, "bad_request", "of: callers are told by reports only", "of")
    acd = request.app[DESK].acd
    now = acd.clock.now()
    live = today(request.app, now)
    rows, whole = await read(live.figures, asked.of, now, acd.centre.groups)
    moment = Moment(live.figures, asked.of, now)
    heading = {
        "of": asked.of,
        "since": live.figures.selection.since,
        "at": now,
        "complete": live.complete,
        "formula": asked.formula,
    }
    shown = ({"key": row.key, **moment.of(row.key), **told(row.tally, asked)} for row in rows)
    return await document_of(heading, shown, told(whole, asked))


class Moment:
    """What is so at this instant, beside the day's figures."""

    def __init__(self, figures: Figures, of: Of, now: float) -> None:
        self._figures, self._of, self._at = figures, of, now
        self._waiting, self._talking = figures.waiting(), figures.talking()

    def of(self, key: str) -> dict[str, Any]:
        match self._of:
            case Of.QUEUES:
                queue = QueueId(key)
                handling_s = self._figures.handling_s.get(queue)
                return {
                    "waiting_now": self._waiting[queue],
                    "talking_now": self._talking[queue],
                    "handling_ewma_s": handling_s,
                }
            case Of.AGENTS:
                span = self._figures.spans().get(AgentId(key))
                idle = span is not None and span.state is State.READY
                return {
                    "state": span.state if span else None,
                    "idle_s": self._at - span.since if span and idle else None,
                }
            case _:
                return {}
