"""A customer's server that directs calls as a test wants it: what it answers, hears and says."""

import asyncio
import hmac
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import aiohttp
import orjson
from aiohttp import web

SECRET = "a secret of two"
DEADLINE_S = 40.0


@dataclass
class BackendServer:
    """`route_answers`: by the caller's number what his route request is answered, else `wait`. A word in
    place of a document is what goes wrong: `hang`, `500`, `bad-json`, `empty`."""

    url: str = ""
    route_answers: dict[str, Any] = field(default_factory=dict)
    routes: list[dict[str, Any]] = field(default_factory=list)
    reports: list[dict[str, Any]] = field(default_factory=list)
    refused_reports: int = 0  # so many next reports are answered 500
    faults: list[str] = field(default_factory=list)
    _changed: asyncio.Condition = field(default_factory=asyncio.Condition)
    _released: asyncio.Event = field(default_factory=asyncio.Event)

    def external(self, access_base_url: str, **more: Any) -> dict[str, Any]:
        """The queue's `external:`."""
        return {
            "route_url": f"{self.url}/route",
            "report_url": f"{self.url}/report",
            "secret": SECRET,
            "access_base_url": access_base_url,
            "retry_s": 0.1,
            **more,
        }

    # --- what it hears ------------------------------------------------------------------------------------

    async def route(self, request: web.Request) -> web.StreamResponse:
        asked = await self._signed(request)
        await self._note(self.routes, asked)
        match answer := self.route_answers.get(asked["from"], {"action": "wait"}):
            case "hang":
                await self._released.wait()
                return web.Response()
            case "500":
                return web.Response(status=500)
            case "bad-json":
                return web.Response(text='{"action": ')
            case "empty":
                return web.Response()
            case _:
                return web.json_response(answer)

    async def report(self, request: web.Request) -> web.StreamResponse:
        if self.refused_reports > 0:
            self.refused_reports -= 1
            return web.Response(status=500)
        await self._note(self.reports, await self._signed(request))
        return web.Response(text="thanks")

    async def _signed(self, request: web.Request) -> dict[str, Any]:
        body = await request.read()
        parts = dict(part.split("=", 1) for part in request.headers["X-ACD-Signature"].split(","))
        expected = hmac.new(SECRET.encode(), f"{parts['t']}.".encode() + body, sha256).hexdigest()
        if expected != parts["v1"]:
            self.faults.append(f"{request.path}: wrong signature")
        document: dict[str, Any] = orjson.loads(body)
        return document

    async def _note(self, where: list[dict[str, Any]], what: dict[str, Any]) -> None:
        async with self._changed:
            where.append(what)
            self._changed.notify_all()

    # --- what is looked for -------------------------------------------------------------------------------

    async def asked_about(self, number: str, attempt: int = 1) -> dict[str, Any]:
        """The route request for the caller with this number."""
        return await self._first(
            self.routes, lambda asked: asked["from"] == number and asked["attempt"] >= attempt, number
        )

    async def told(self, session: str, kind: str, count: int = 1) -> dict[str, Any]:
        """The session's report of this kind, the `count`th."""
        found = await self._first(
            self.reports, lambda _: len(self.of(session, kind)) >= count, f"{count} x {kind} of {session}"
        )
        del found
        return self.of(session, kind)[count - 1]

    def of(self, session: str, *kinds: str) -> list[dict[str, Any]]:
        """What was told of the session, repeats left out."""
        seen: dict[int, dict[str, Any]] = {}
        for report in self.reports:
            if report["session_id"] == session and (not kinds or report["type"] in kinds):
                seen.setdefault(report["seq"], report)
        return list(seen.values())

    def types(self, session: str) -> list[str]:
        return [report["type"] for report in self.of(session)]

    async def _first(self, where: list[dict[str, Any]], fits: Any, what: str) -> dict[str, Any]:
        try:
            async with asyncio.timeout(DEADLINE_S), self._changed:
                await self._changed.wait_for(lambda: any(fits(item) for item in where))
        except TimeoutError:
            raise AssertionError(f"not told: {what}; told: {self.reports[-12:]}") from None
        return next(item for item in where if fits(item))

    # --- what it says -------------------------------------------------------------------------------------

    async def say(self, access_url: str, body: Any, *, method: str = "POST") -> tuple[int, dict[str, Any]]:
        """Status and document of the answer to a command; `body` as bytes: as it is."""
        data = body if isinstance(body, bytes) else orjson.dumps(body)
        async with aiohttp.ClientSession() as client, client.request(method, access_url, data=data) as answer:
            return answer.status, await answer.json()


@asynccontextmanager
async def backend_server(port: int = 0) -> AsyncIterator[BackendServer]:
    server = BackendServer()
    app = web.Application()
    app.router.add_post("/route", server.route)
    app.router.add_post("/report", server.report)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", port).start()
        server.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        yield server
        assert not server.faults
    finally:
        server._released.set()
        await runner.cleanup()
