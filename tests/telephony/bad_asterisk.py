"""A server that speaks ARI's WebSocket as Asterisk does on a bad day: late, out of order, refusing, cut off.

It stands for Asterisk, not for our code: what it does by default was seen on the real one.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

from aiohttp import web

type Answer = tuple[int, Any]
type Behaviour = Callable[["Asked"], Awaitable[Answer | None]]


class Asked:
    """A command as it came in."""

    def __init__(self, raw: dict[str, Any], apps: str) -> None:
        self.raw, self.apps = raw, apps
        self.method: str = raw["method"]
        self.path: str = urlsplit(raw["uri"]).path
        self.query = {name: values[0] for name, values in parse_qs(urlsplit(raw["uri"]).query).items()}
        self.body = json.loads(raw["message_body"]) if "message_body" in raw else None

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


class BadAsterisk:
    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.sockets: dict[str, web.WebSocketResponse] = {}
        self.behaviour: dict[str, Behaviour] = {}
        """By "METHOD path"; None as an answer is no answer."""
        self.channels: list[dict[str, Any]] = []
        self.ours: list[str] = []
        self.bridges: list[dict[str, Any]] = []
        self.handshake_status = 0
        self.url = ""

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_get("/ari/events", self._connected)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.drop()
        await self._runner.cleanup()

    async def drop(self) -> None:
        """Cuts all connections."""
        for socket in list(self.sockets.values()):
            await socket.close()

    async def tell(self, type_: str, application: str = "ccapp", **fields: Any) -> None:
        """Sends an event to the main application's socket."""
        socket = next(socket for apps, socket in self.sockets.items() if apps.startswith("ccapp,"))
        await socket.send_json({"type": type_, "application": application, "timestamp": "now", **fields})

    def count(self, what: str) -> int:
        return sum(str(asked) == what for asked in self.asked)

    def on(self, what: str, status: int, body: Any = None, *, after_s: float = 0, before: Any = None) -> None:
        """Answers so; `before` is awaited first: an event that overtakes the reply."""

        async def behaviour(asked: Asked) -> Answer:
            await asyncio.sleep(after_s)
            if before:
                await before(asked)
            return status, body

        self.behaviour[what] = behaviour

    def silent_on(self, what: str) -> None:
        async def behaviour(asked: Asked) -> None:
            return None

        self.behaviour[what] = behaviour

    async def _connected(self, request: web.Request) -> web.StreamResponse:
        if self.handshake_status:
            return web.Response(status=self.handshake_status)
        apps = request.query["app"]
        socket = self.sockets[apps] = web.WebSocketResponse()
        await socket.prepare(request)
        tasks = []
        async for message in socket:
            asked = Asked(json.loads(message.data), apps)
            self.asked.append(asked)
            tasks.append(asyncio.create_task(self._answer(socket, asked)))
        if self.sockets.get(apps) is socket:
            del self.sockets[apps]
        for task in tasks:
            task.cancel()
        return socket

    async def _answer(self, socket: web.WebSocketResponse, asked: Asked) -> None:
        behaviour = self.behaviour.get(str(asked))
        answer = await behaviour(asked) if behaviour else self._usual(asked)
        if answer is None or socket.closed:
            return
        status, body = answer
        reply = {
            "type": "RESTResponse",
            "request_id": asked.raw["request_id"],
            "status_code": status,
            "reason_phrase": "so it is",
            "message_body": json.dumps(body) if body is not None else "",
        }
        await socket.send_json(reply)

    def _usual(self, asked: Asked) -> Answer:
        match str(asked):
            case "GET channels":
                return 200, self.channels
            case "GET bridges":
                return 200, self.bridges
            case "GET applications/ccapp":
                return 200, {"name": "ccapp", "channel_ids": self.ours}
            case "GET endpoints/PJSIP":
                return 200, []
            case _:
                return 204, None


def channel(
    id: str,
    *,
    state: str = "Ring",
    exten: str = "1000",
    app: str = "Stasis",
    data: str = "ccapp,inbound,carrier",
) -> dict[str, Any]:
    return {
        "id": id,
        "name": f"PJSIP/carrier-{id}",
        "state": state,
        "caller": {"number": "5551000", "name": "Carol"},
        "dialplan": {"exten": exten, "app_name": app, "app_data": data},
    }
