"""The web application and its server: every path of the surface stands here."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from ccapp.records.errors import RecordsError
from ccapp.web import (
    access,
    callbacks,
    calls,
    closing,
    configuring,
    facts,
    guards,
    health,
    labels,
    live,
    managers,
    messages,
    metrics,
    moving,
    numbers,
    prompts,
    reading,
    recordings,
    report,
    report_today,
    versions,
)
from ccapp.web.desk import Desk
from ccapp.web.keys import DESK, SINCE
from ccapp.web.since import Since
from ccapp.web.wire import BODY_BYTES_MAX

log = logging.getLogger(__name__)

SHUTDOWN_S = 2.0


def make_app(desk: Desk) -> web.Application:
    app = web.Application(
        middlewares=[guards.errors, guards.token_needed(desk), guards.started_needed(desk)],
        client_max_size=BODY_BYTES_MAX,
    )
    app[DESK] = desk
    app[SINCE] = Since()
    app[live.SOCKETS] = {}
    app[configuring.LOCK] = asyncio.Lock()
    app[report.LOCK] = asyncio.Lock()
    app[report_today.TODAY] = report_today.Today(desk)
    app.cleanup_ctx.append(report_today.loading)
    desk.acd.watch(app[SINCE].heard)
    app.on_startup.append(_remember)
    app.on_shutdown.append(live.close_all)
    app.on_response_prepare.append(guards.plain_headers)
    _add_routes(app)
    return app


def _add_routes(app: web.Application) -> None:
    add = app.router
    add.add_get("/health", health.health)
    add.add_get("/metrics", metrics.metrics)
    add.add_get("/v1/status", reading.status)
    add.add_get("/v1/queues", reading.queues)
    add.add_get("/v1/queues/{id}", reading.queue)
    add.add_get("/v1/agents", reading.agents)
    add.add_get("/v1/agents/{id}", reading.agent)
    add.add_post("/v1/agents/{id}/state", moving.move)
    add.add_get("/v1/labels", labels.labels)
    add.add_get("/v1/labels/{id}", labels.labels_of)
    add.add_get("/v1/calls", calls.calls)
    add.add_get("/v1/calls/{visit}", calls.call)
    add.add_get("/v1/callbacks", callbacks.callbacks)
    add.add_post("/v1/callbacks", callbacks.add)
    add.add_delete("/v1/callbacks/{id}", callbacks.cancel)
    add.add_get("/v1/recordings/{name:.+}", recordings.recording)
    add.add_get("/v1/mailboxes", messages.mailboxes)
    add.add_get("/v1/messages", messages.messages)
    add.add_get("/v1/messages/{id}", messages.message)
    add.add_delete("/v1/messages/{id}", messages.remove)
    add.add_post("/v1/messages/{id}/heard", messages.heard)
    add.add_get("/v1/messages/{id}/sound", messages.sound)
    add.add_post("/v1/queues/{id}/close", closing.close)
    add.add_post("/v1/queues/{id}/open", closing.open_)
    add.add_get("/v1/numbers", numbers.all_)
    add.add_post("/v1/numbers", numbers.post)
    add.add_get("/v1/numbers/{number}", numbers.show)
    add.add_put("/v1/numbers/{number}", numbers.put)
    add.add_delete("/v1/numbers/{number}", numbers.remove)
    add.add_post(guards.OPEN_BELOW + "{session}/access/{token}", access.command)
    add.add_get("/v1/managers/{number}", managers.show)
    add.add_put("/v1/managers/{number}", managers.put)
    add.add_delete("/v1/managers/{number}", managers.forget)
    add.add_get("/v1/report", report.report)
    add.add_get("/v1/figures", report_today.figures)
    add.add_get("/v1/facts", facts.facts)
    add.add_get("/v1/prompts", prompts.prompts)
    add.add_post("/v1/prompts/{name}", prompts.upload)
    add.add_get("/v1/prompts/{name}", prompts.listen)
    add.add_delete("/v1/prompts/{name}", prompts.remove)
    add.add_get("/v1/live", live.live)
    add.add_get("/v1/config", configuring.show)
    add.add_put("/v1/config", configuring.put)
    add.add_get("/v1/config/versions", versions.versions)
    add.add_get("/v1/config/versions/{version}", versions.version)
    add.add_post("/v1/config/rollback", versions.roll_back)
    add.add_patch("/v1/config", configuring.patch)


async def _remember(app: web.Application) -> None:
    """Since when agents are as they are, from before this engine."""
    try:
        app[SINCE].before(await app[DESK].journal.presences())
    except RecordsError as error:
        log.warning("agents' states have no beginning: %s", error)


@asynccontextmanager
async def serving(app: web.Application, host: str, port: int) -> AsyncIterator[str]:
    """Serves as long as it is entered; gives the URL, with the port that port 0 became.

    No access log: its lines would hold what clients write.
    """
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=SHUTDOWN_S)
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port)
        await site.start()
        name, bound = runner.addresses[0][:2]
        yield f"http://[{name}]:{bound}" if ":" in name else f"http://{name}:{bound}"
    finally:
        await runner.cleanup()
