"""Just enough of an ARI application for the bed's own tests: it listens, and it sends what a test asks for.

It is deliberately not ccapp's client: what proves the bed must not depend on what is built upon it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from scripts.stack.asterisk import AsteriskServer

Event = dict[str, Any]


class App:
    """One connected application: its events so far and the REST commands."""

    def __init__(self, session: aiohttp.ClientSession, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._session, self._socket = session, socket
        self.events: list[Event] = []

    async def event(self, kind: str, deadline_s: float = 10) -> Event:
        """The next event of this kind; others that come before it are kept in `events`."""
        async with asyncio.timeout(deadline_s):
            async for message in self._socket:
                event: Event = message.json()
                self.events.append(event)
                if event["type"] == kind:
                    return event
        raise AssertionError(f"the socket closed before {kind}: {self.events}")

    async def ask(self, method: str, path: str, json: object = None, **query: str) -> Any:
        """The answer's body to one REST command, None for an empty one; a refusal raises."""
        async with self._session.request(method, f"/ari/{path}", json=json, params=query) as reply:
            if reply.status >= 300:
                raise AssertionError(f"{method} {path}: {reply.status} {await reply.text()}")
            return await reply.json() if reply.status == 200 else None

    async def push(self, kind: str, name: str, **fields: object) -> None:
        """Put one configuration object into Asterisk's memory."""
        pairs = [{"attribute": key, "value": str(value)} for key, value in fields.items()]
        await self.ask("PUT", f"asterisk/config/dynamic/res_pjsip/{kind}/{name}", {"fields": pairs})

    async def push_phone(self, name: str, secret: str, context: str = "from-agent") -> None:
        """An agent's telephone, as the engine will push it."""
        await self.push("auth", name, auth_type="userpass", username=name, password=secret)
        await self.push("aor", name, max_contacts=1, remove_existing="yes")
        await self.push(
            "endpoint",
            name,
            auth=name,
            aors=name,
            context=context,
            disallow="all",
            allow="ulaw",
            direct_media="no",
        )


@asynccontextmanager
async def connected(server: AsteriskServer, app: str = "ccapp") -> AsyncIterator[App]:
    """Connect as the application `app` until the block is left."""
    headers = {"Authorization": aiohttp.encode_basic_auth(server.ari_user, server.ari_password)}
    async with (
        aiohttp.ClientSession(server.ari_url, headers=headers) as session,
        session.ws_connect("/ari/events", params={"app": app}) as socket,
    ):
        yield App(session, socket)
