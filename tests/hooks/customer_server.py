"""A customer's web server that misbehaves on command: the path says how."""

import asyncio
import gzip
import hmac
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from aiohttp import web

CUSTOMER = {"customer": {"name": "Anna", "phones": ["4930123"]}, "vip": True, "balance": 120.5}
HUGE_BYTES = 8_000_000


@dataclass
class CustomerServer:
    """`asked` has (method, path with query, JSON body or None) of every question, `raw` its bytes."""

    url: str = ""
    asked: list[tuple[str, str, object]] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    at_once: int = 0
    at_once_most: int = 0
    delay_s: float = 1.5  # of /late
    customer: object = field(default_factory=lambda: CUSTOMER)
    fails: int = 1  # so many questions before /fails-first is well
    redirect_to: str = ""
    mood: str = ""  # in place of every path
    says: Callable[[Any], object] | None = None  # in place of `customer`: an answer to the question's JSON
    released: asyncio.Event = field(default_factory=asyncio.Event)

    def is_signed(self, index: int, secret: str) -> bool:
        """As the README tells a customer to look at it."""
        parts = dict(part.split("=", 1) for part in self.headers[index]["X-ACD-Signature"].split(","))
        expected = hmac.new(secret.encode(), f"{parts['t']}.".encode() + self.raw[index], sha256).hexdigest()
        return hmac.compare_digest(expected, parts["v1"])

    async def answer(self, request: web.Request) -> web.StreamResponse:
        body = await request.json() if request.can_read_body else None
        self.raw.append(await request.read())
        self.asked.append((request.method, request.path_qs, body))
        self.headers.append(dict(request.headers))
        self.at_once += 1
        self.at_once_most = max(self.at_once, self.at_once_most)
        try:
            return await self._behave(request)
        finally:
            self.at_once -= 1

    async def _behave(self, request: web.Request) -> web.StreamResponse:
        match self.mood or request.path:
            case "/late":
                await asyncio.sleep(self.delay_s)
            case "/hang":
                await self.released.wait()
            case "/broken":
                return web.Response(status=500, text="no")
            case "/fails-first" if len(self.asked) <= self.fails:
                return web.Response(status=500, text="not yet")
            case "/silent":
                return web.Response(status=204)
            case "/bad-json":
                return web.Response(text='{"customer": ', content_type="application/json")
            case "/no-object":
                return web.json_response("Anna")
            case "/huge":
                return await self._huge(request)
            case "/bomb":
                zipped = gzip.compress(b'{"a": "' + b"x" * HUGE_BYTES + b'"}')
                return web.Response(body=zipped, headers={"Content-Encoding": "gzip"})
            case "/redirect":
                raise web.HTTPFound(self.redirect_to)
            case "/round":
                raise web.HTTPTemporaryRedirect("/round")
        says = self.says
        return web.json_response(self.customer if says is None else says(self.asked[-1][2]))

    async def _huge(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        for _ in range(HUGE_BYTES // 1000):
            await response.write(b"x" * 1000)
        return response


@asynccontextmanager
async def customer_server(host: str = "127.0.0.1") -> AsyncIterator[CustomerServer]:
    server = CustomerServer()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", server.answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, 0)
        await site.start()
        port = runner.addresses[0][1]
        server.url = f"http://{host}:{port}"
        yield server
    finally:
        server.released.set()
        await runner.cleanup()
