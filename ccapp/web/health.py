"""GET /health: may this engine be relied on, and if not, what is missing."""

from importlib.metadata import PackageNotFoundError, version
from typing import Any

from aiohttp import web

from ccapp.web.desk import Desk
from ccapp.web.keys import DESK
from ccapp.web.wire import reply


def build() -> str:
    try:
        return version("ccapp")
    except PackageNotFoundError:
        return "unknown"


def told(desk: Desk) -> dict[str, Any]:
    health, figures = desk.health(), desk.figures()
    return {
        "status": health.status,
        "started": health.started,
        "switch": health.switch,
        "lease": health.lease,
        "database": health.database,
        "journal_backlog": figures.backlog,
        "database_away_s": round(figures.away_s, 3),
        "uptime_s": round(desk.acd.clock.now() - desk.started_at, 3),
        "centre_version": desk.centre_version(),
        "version": build(),
        "at": desk.acd.clock.now(),
    }


async def health(request: web.Request) -> web.Response:
    desk = request.app[DESK]
    return reply(told(desk), 200 if desk.health().able else 503)
