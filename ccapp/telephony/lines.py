"""The sockets to one Asterisk, and which command goes over which.

Asterisk works off one socket's commands one after the other. So there are a few, and a key (the call)
chooses: the commands of one call stay in order, calls do not wait for each other.
"""

import asyncio
import contextlib
import logging
from asyncio import Future
from collections.abc import Awaitable, Callable
from typing import Final
from zlib import crc32

from ccapp.ports import SwitchError, SwitchUnreachable
from ccapp.telephony import commands
from ccapp.telephony.commands import Command
from ccapp.telephony.events import REPLY, Raw
from ccapp.telephony.meter import Meter
from ccapp.telephony.settings import AsteriskSettings
from ccapp.telephony.socket import Reply, Socket

log = logging.getLogger(__name__)

UNHEALTHY_AFTER: Final = 3
"""Commands without an answer, one after the other."""


class Lines:
    def __init__(
        self,
        settings: AsteriskSettings,
        meter: Meter,
        *,
        hear: Callable[[Raw], None],
        begin: Callable[[], Awaitable[None]],
        ended: Callable[[], None],
    ) -> None:
        self.silent = False
        """Whether nothing may be sent any more."""
        self._meter = meter
        self._ping_s = settings.ping_s
        self._loop = asyncio.get_running_loop()
        self._tasks: list[asyncio.Task[None]] = []
        apps = (settings.app, settings.devices_app)
        self._main = Socket(settings, apps, meter, hear=hear, begin=lambda _: begin(), ended=ended)
        self._others = [
            Socket(settings, (app,), meter, hear=lambda _: None, begin=_hears_replies(app))
            for app in map(settings.command_app, range(1, settings.command_sockets + 1))
        ]

    @property
    def connected(self) -> bool:
        return self._main.connected

    @property
    def healthy(self) -> bool:
        """Connected, in step, and answering (also now and then when nobody has asked for anything)."""
        return self._main.ready and self._meter.unanswered_in_a_row < UNHEALTHY_AFTER

    def start(self, failed: Callable[[BaseException], None]) -> None:
        """Connects and stays connected; `failed` is told of a fault of ours that ended that."""

        def done(task: asyncio.Task[None]) -> None:
            if not task.cancelled() and (fault := task.exception()):
                failed(fault)

        runs = [self._pinged(), *(socket.run() for socket in (self._main, *self._others))]
        self._tasks = [self._loop.create_task(run) for run in runs]
        for task in self._tasks:
            task.add_done_callback(done)

    def stop(self) -> None:
        """Ends the connections for good, soon."""
        self.silent = True
        for task in self._tasks:
            task.cancel()

    async def close(self) -> None:
        """Ends the connections for good."""
        self.stop()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _pinged(self) -> None:
        """A quiet connection is asked, too, whether it is alive; and one that was ill, whether it is well."""
        while True:
            await asyncio.sleep(self._ping_s)
            if self._main.ready:
                with contextlib.suppress(SwitchError):
                    await self._main.send(commands.ping())

    def send(self, command: Command, key: str = "") -> Future[Reply]:
        """Over the events' socket without a key, or while the key's own is not ready."""
        if self.silent:
            reply: Future[Reply] = self._loop.create_future()
            reply.set_exception(SwitchUnreachable(f"{command.kind}: nothing is sent any more"))
            return reply
        return self._socket(key).send(command)

    def post(self, command: Command, key: str, then: Callable[[SwitchError | None], None]) -> None:
        """Sends without waiting; `then` is called back with the fault, if there is one."""
        self.send(command, key).add_done_callback(lambda reply: then(_fault(reply)))

    def _socket(self, key: str) -> Socket:
        if not key or not self._others:
            return self._main
        socket = self._others[crc32(key.encode()) % len(self._others)]
        return socket if socket.ready else self._main


def _hears_replies(app: str) -> Callable[[Socket], Awaitable[None]]:
    async def begin(socket: Socket) -> None:
        await socket.send(commands.hear_only(app, (REPLY,)))

    return begin


def _fault(reply: Future[Reply]) -> SwitchError | None:
    if reply.cancelled():
        return SwitchUnreachable("cancelled")
    fault = reply.exception()
    if fault is not None and not isinstance(fault, SwitchError):
        raise fault
    return fault
