"""One WebSocket to Asterisk: commands go out without waiting, replies and events come in.

Asterisk cuts off a reader that is late, so reading means parsing and handing on. Every command has a bounded
time; those without an answer when the connection ends fail at once. The socket comes back by itself.
"""

import asyncio
import logging
import random
from asyncio import Future
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Final

import orjson

from ccapp.ports import SwitchBusy, SwitchError, SwitchUnreachable
from ccapp.telephony.commands import Command, fault
from ccapp.telephony.events import REPLY, Raw
from ccapp.telephony.meter import Meter
from ccapp.telephony.settings import AsteriskSettings
from ccapp.telephony.wire import CannotConnect, Wire

log = logging.getLogger(__name__)

PENDING_MAX: Final = 10_000
HANDSHAKE_S_MAX: Final = 5.0
PAUSE_S_MIN: Final = 0.1
PAUSE_S_MAX: Final = 2.0

type Reply = str
"""A reply's body, JSON or empty."""


@dataclass(slots=True)
class _Pending:
    command: Command
    reply: Future[Reply]
    sent_at: float


class Socket:
    """`begin` runs on each new connection before `ready` is true; if it fails the connection is made anew."""

    def __init__(
        self,
        settings: AsteriskSettings,
        apps: Sequence[str],
        meter: Meter,
        *,
        hear: Callable[[Raw], None],
        begin: Callable[["Socket"], Awaitable[None]],
        ended: Callable[[], None] = lambda: None,
    ) -> None:
        self.ready = False
        self._settings, self._apps, self._meter = settings, apps, meter
        self._hear, self._begin, self._ended = hear, begin, ended
        self._loop = asyncio.get_running_loop()
        self._wire: Wire | None = None
        self._pending: dict[str, _Pending] = {}
        self._numbers = count(1)
        self._expiry: asyncio.TimerHandle | None = None

    @property
    def connected(self) -> bool:
        return self._wire is not None

    def send(self, command: Command) -> Future[Reply]:
        """The reply is yet to come. The future fails with a SwitchError; cancelling it forgets the reply."""
        reply: Future[Reply] = self._loop.create_future()
        if self._wire is None:
            reply.set_exception(SwitchUnreachable(f"{command.kind}: not connected"))
        elif len(self._pending) >= PENDING_MAX:
            reply.set_exception(SwitchBusy(f"{command.kind}: {PENDING_MAX} commands wait for their replies"))
        else:
            number = str(next(self._numbers))
            self._pending[number] = _Pending(command, reply, self._loop.time())
            self._wire.send(_frame(number, command))
            self._watch()
        return reply

    # --- connecting

    async def run(self) -> None:
        """Connects, again and again, until cancelled."""
        pause = _pauses()
        while True:
            try:
                async with asyncio.timeout(HANDSHAKE_S_MAX):
                    wire = await Wire.connect(self._settings, ",".join(self._apps), self._take)
            except CannotConnect as why:
                log.info("no connection to Asterisk: %s", why or type(why).__name__)
            else:
                pause = _pauses() if await self._live(wire) else pause
            await asyncio.sleep(next(pause))

    async def _live(self, wire: Wire) -> bool:
        """Until the connection ends; whether it was of use."""
        self._wire = wire
        self._meter.connections[self._apps[0]] += 1
        beginning = asyncio.create_task(self._begin_on(wire))
        try:
            await wire.ended()
        finally:
            was_ready, self.ready, self._wire = self.ready, False, None
            self._ended()
            wire.close()
            beginning.cancel()
            self._fail_all("the connection has ended")
            await asyncio.gather(beginning, return_exceptions=True)
        return was_ready

    async def _begin_on(self, wire: Wire) -> None:
        try:
            await self._begin(self)
        except SwitchError as why:
            log.warning("connected to Asterisk, but it is of no use yet: %s", why)
            wire.close()
        except Exception:
            log.exception("a fault of ours while connecting")
            wire.close()
        else:
            self.ready = True

    # --- what comes in

    def _take(self, data: bytes) -> None:
        try:
            raw = orjson.loads(data)
            if raw["type"] == REPLY:
                self._answered(raw)
            else:
                self._hear(raw)
        except Exception:
            log.exception("cannot take what Asterisk says: %.300r", data)

    def _answered(self, raw: Raw) -> None:
        pending = self._pending.pop(raw.get("request_id", ""), None)
        if pending is None:
            self._meter.late_replies += 1
            return
        status, command = raw["status_code"], pending.command
        self._meter.answered(command.kind, status, self._loop.time() - pending.sent_at)
        if pending.reply.done():  # nobody waits any more
            return
        body = raw.get("message_body") or ""
        if status < 400:
            pending.reply.set_result(body)
        else:
            pending.reply.set_exception(fault(command, status, body or raw.get("reason_phrase", "")))

    # --- what never comes

    def _watch(self) -> None:
        """One timer, for the oldest command: all have the same bound, so they expire in their order."""
        if self._expiry is None and self._pending:
            oldest = next(iter(self._pending.values()))
            self._expiry = self._loop.call_at(oldest.sent_at + self._settings.command_s_max, self._expire)

    def _expire(self) -> None:
        self._expiry = None
        overdue = self._loop.time() - self._settings.command_s_max + 1e-6
        for number, pending in list(self._pending.items()):
            if pending.sent_at > overdue:
                break
            del self._pending[number]
            self._meter.not_answered(pending.command.kind)
            self._fail(pending, f"no answer in {self._settings.command_s_max:g} s")
        self._watch()

    def _fail_all(self, why: str) -> None:
        pending, self._pending = self._pending, {}
        for one in pending.values():
            self._fail(one, why)

    def _fail(self, pending: _Pending, why: str) -> None:
        if not pending.reply.done():
            pending.reply.set_exception(SwitchUnreachable(f"{pending.command.kind}: {why}"))


def _frame(number: str, command: Command) -> bytes:
    request: dict[str, object] = {
        "type": "RESTRequest",
        "request_id": number,
        "method": command.method,
        "uri": command.uri,
    }
    if command.body is not None:
        request["content_type"] = "application/json"
        request["message_body"] = orjson.dumps(command.body).decode()
    return orjson.dumps(request)


def _pauses() -> Iterator[float]:
    """Seconds between attempts: doubling, with jitter."""
    pause = PAUSE_S_MIN
    while True:
        yield pause * random.uniform(0.75, 1.25)
        pause = min(pause * 2, PAUSE_S_MAX)
