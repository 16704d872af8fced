#!/usr/bin/env python3
"""A customer's server that directs calls: who presses "ready" gets the caller who has waited longest.

Start from here: replace `choose`. Needs aiohttp. POST /operators/NAME/ready and /away are the operator's one
button, GET /operators are the labels, /route and /report are what the queue's `external` points to.

    reference_backend.py --secret SECRET --port 8090 alice bob phone:+4930123
"""

import argparse
import asyncio
import contextlib
import hashlib
import hmac
import json
import time
from dataclasses import asdict, dataclass
from typing import Any

from aiohttp import ClientError, ClientSession, web

RING_S, MISSES_MAX, BAN_S, BAN_S_MAX, OLD_S, WEIGHT = 20, 3, 300.0, 3600.0, 300, 0.3


@dataclass
class Operator:
    """An operator and his labels."""

    name: str
    available: bool = False  # has pressed ready
    session: str = ""  # rings or talks for
    talking: bool = False
    answer_time_avg: float | None = None  # moving, in seconds
    offers: int = 0
    answered: int = 0
    rejected: int = 0
    missed_in_row: int = 0
    last_missed_at: float = 0.0
    banned_until: float = 0.0
    ban_s: float = 0.0  # the next one is twice as long
    last_call_ended_at: float = 0.0

    def contact(self) -> dict[str, str]:
        kind, _, address = self.name.rpartition(":")
        return {"type": kind or "user", {"": "id", "phone": "number"}[kind]: address}

    def reached(self, ring_s: float) -> None:
        before = ring_s if self.answer_time_avg is None else self.answer_time_avg
        self.answer_time_avg = before + WEIGHT * (ring_s - before)
        self.answered, self.missed_in_row, self.talking = self.answered + 1, 0, True

    def failed(self, reason: str, ban_s: float) -> None:
        self.session, self.rejected = "", self.rejected + (reason == "rejected")
        if reason == "noanswer":
            self.missed_in_row, self.last_missed_at = self.missed_in_row + 1, time.time()
        if self.missed_in_row >= MISSES_MAX:
            self.ban_s = min(2 * self.ban_s or ban_s, BAN_S_MAX)
            self.banned_until, self.missed_in_row = time.time() + self.ban_s, 0

    def ready(self) -> None:
        self.available, self.missed_in_row, self.banned_until, self.ban_s = True, 0, 0.0, 0.0


class Backend:
    def __init__(self, secret: str, names: list[str], ring_s: float = RING_S, ban_s: float = BAN_S) -> None:
        self.secret, self.ring_s, self.ban_s = secret.encode(), ring_s, ban_s
        self.operators = {name: Operator(name) for name in names}
        self.waiting: dict[str, str] = {}  # session -> access URL, who came first is first
        self.access: dict[str, str] = {}
        self.heard: dict[str, int] = {}  # session -> seq of its last report: reports may come twice
        self.work = asyncio.Event()

    def choose(self) -> tuple[str, Operator] | None:
        """The next caller and his operator; None: somebody has to wait."""
        now = time.time()
        free = [o for o in self.operators.values() if o.available and not o.session and o.banned_until <= now]
        if not free or not self.waiting:
            return None
        return next(iter(self.waiting)), min(free, key=lambda operator: operator.last_call_ended_at)

    async def run(self) -> None:
        """Rings operators as they come free; looks again each second, for bans that end."""
        async with ClientSession() as client:
            while True:
                while (chosen := self.choose()) is not None:
                    await self.connect(client, *chosen)
                self.work.clear()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(1.0):
                        await self.work.wait()

    async def connect(self, client: ClientSession, session: str, operator: Operator) -> None:
        url = self.waiting.pop(session)
        operator.session, operator.offers = session, operator.offers + 1
        command = {"command": "connect", "operator": operator.contact(), "timeout": self.ring_s}
        try:
            async with client.post(url, json=command) as answer:
                accepted, gone = answer.status == 202, answer.status in (404, 409, 410)
        except (ClientError, TimeoutError):
            accepted = gone = False
        if not accepted:
            operator.session = ""
        if not accepted and not gone:  # the engine is starting: again, in a moment
            self.waiting = {session: url, **self.waiting}
            await asyncio.sleep(1.0)

    async def signed(self, request: web.Request) -> dict[str, Any]:
        body = await request.read()
        parts = dict(part.partition("=")[::2] for part in request.headers["X-ACD-Signature"].split(","))
        expected = hmac.new(self.secret, f"{parts['t']}.".encode() + body, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(expected, parts["v1"]) or abs(time.time() - int(parts["t"])) > OLD_S:
            raise web.HTTPForbidden
        document: dict[str, Any] = json.loads(body)
        return document

    async def route(self, request: web.Request) -> web.Response:
        asked = await self.signed(request)
        self.access[asked["session_id"]] = asked["access_url"]
        self.waiting[asked["session_id"]] = asked["access_url"]
        self.work.set()
        return web.json_response({"action": "wait"})

    async def report(self, request: web.Request) -> web.Response:
        told = await self.signed(request)
        session = told["session_id"]
        if told["seq"] > self.heard.get(session, 0):
            self.heard[session] = told["seq"]
            self.hear(session, told)
            self.work.set()
        return web.Response()

    def hear(self, session: str, told: dict[str, Any]) -> None:
        his = next((o for o in self.operators.values() if o.session == session), None)
        match told["type"]:
            case "operator.reached" if his:
                his.reached(told["ring_seconds"])
            case "operator.failed" if his:
                his.failed(told["reason"], self.ban_s)
                self.waiting = {session: self.access[session], **self.waiting}
            case "call.released" | "call.ended":
                self.waiting.pop(session, None)
                if his:
                    his.session, his.talking, his.last_call_ended_at = "", False, time.time()

    async def button(self, request: web.Request) -> web.Response:
        operator = self.operators[request.match_info["name"]]
        if request.match_info["what"] == "ready":
            operator.ready()
        else:
            operator.available = False
        self.work.set()
        return web.json_response(asdict(operator))

    async def labels(self, request: web.Request) -> web.Response:
        return web.json_response({name: asdict(operator) for name, operator in self.operators.items()})

    def application(self) -> web.Application:
        app = web.Application()
        app.router.add_post("/route", self.route)
        app.router.add_post("/report", self.report)
        app.router.add_post("/operators/{name}/{what:ready|away}", self.button)
        app.router.add_get("/operators", self.labels)

        async def running(_: web.Application) -> Any:
            task = asyncio.create_task(self.run())
            yield
            task.cancel()

        app.cleanup_ctx.append(running)
        return app


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="+", help="agents, or phone:NUMBER")
    parser.add_argument("--secret", required=True)
    parser.add_argument("--port", type=int, default=8090)
    given = parser.parse_args()
    web.run_app(Backend(given.secret, given.names).application(), host="127.0.0.1", port=given.port)
