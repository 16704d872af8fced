"""The WebSocket of everything that happens, as it happens.

The first message says that the stream has begun; then one message per fact. A reader too slow for the
journal's bound is ended with code 1013, and may come again and read what he missed from the records.

`?agent=ann` opens it in an agent's name: her desk is connected as long as one such socket is open.
"""

import asyncio
from collections.abc import Collection, Coroutine
from contextlib import suppress
from typing import Protocol, runtime_checkable

from aiohttp import WSCloseCode, WSMsgType, web

from ccapp.domain.ids import AgentId
from ccapp.web.desk import Desk
from ccapp.web.keys import DESK
from ccapp.web.story import recorded
from ccapp.web.wire import ApiError, Body, checked, dumps, unknown

FOLLOWERS_MAX = 64
"""Beside the agents' desks."""

DESKS_MAX = 1000
HEARTBEAT_S = 20.0
SEND_S_MAX = 10.0
SOCKETS = web.AppKey[dict[web.WebSocketResponse, AgentId | None]]("live sockets, and in whose name")


@runtime_checkable
class Closing(Protocol):
    """A stream that wants to know when its reader is done."""

    async def aclose(self) -> None: ...


class Question(Body):
    agent: str | None = None


async def live(request: web.Request) -> web.WebSocketResponse:
    desk, sockets, agent = request.app[DESK], request.app[SOCKETS], _agent(request)
    _one_more_fits(sockets.values(), agent)
    socket = web.WebSocketResponse(heartbeat=HEARTBEAT_S, max_msg_size=1024)
    if not socket.can_prepare(request).ok:
        raise ApiError(426, "upgrade_required", "this is a WebSocket")
    sockets[socket] = agent
    try:
        await socket.prepare(request)
        if agent is not None:
            desk.acd.desk(agent, True)
        await _until_one_ends(_tell(socket, desk), _listen(socket))
        await socket.close()
    finally:
        del sockets[socket]
        if agent is not None and agent not in sockets.values():
            desk.acd.desk(agent, False)
    return socket


def _agent(request: web.Request) -> AgentId | None:
    name = checked(Question, request.query).agent
    if name is None:
        return None
    if name not in request.app[DESK].acd.centre.agents:
        raise unknown("agent", name)
    return AgentId(name)


def _one_more_fits(open: Collection[AgentId | None], agent: AgentId | None) -> None:
    followers = sum(one is None for one in open)
    if agent is None and followers >= FOLLOWERS_MAX:
        raise ApiError(503, "too_many", f"{FOLLOWERS_MAX} follow already")
    if agent is not None and len(open) - followers >= DESKS_MAX:
        raise ApiError(503, "too_many", f"{DESKS_MAX} desks are connected already")


async def _tell(socket: web.WebSocketResponse, desk: Desk) -> None:
    """Until the stream ends: the journal closes, or this reader was too slow."""
    follower = desk.journal.follow()
    try:
        await _send(socket, dumps({"live": True, "at": desk.acd.clock.now()}))
        async for item in follower:
            await _send(socket, dumps(recorded(item)))
    finally:
        if isinstance(follower, Closing):
            await follower.aclose()
    slow = getattr(follower, "too_slow", False)
    await _close(socket, WSCloseCode.TRY_AGAIN_LATER if slow else WSCloseCode.GOING_AWAY)


async def _send(socket: web.WebSocketResponse, message: bytes) -> None:
    async with asyncio.timeout(SEND_S_MAX):
        await socket.send_frame(message, WSMsgType.TEXT)


async def _listen(socket: web.WebSocketResponse) -> None:
    """Nothing is asked of the client; reading is how his going is noticed."""
    async for _ in socket:
        pass


async def _until_one_ends(*work: Coroutine[None, None, None]) -> None:
    tasks = [asyncio.create_task(each) for each in work]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        ended = await asyncio.gather(*tasks, return_exceptions=True)
    for error in ended:
        if isinstance(error, Exception) and not isinstance(error, ConnectionError | TimeoutError):
            raise error


async def _close(socket: web.WebSocketResponse, code: int) -> None:
    with suppress(TimeoutError, ConnectionError):
        async with asyncio.timeout(SEND_S_MAX):
            await socket.close(code=code)


async def close_all(app: web.Application) -> None:
    """The engine stops: everyone is told, nobody is waited for long."""
    sockets = app[SOCKETS]
    await asyncio.gather(*[_close(socket, WSCloseCode.GOING_AWAY) for socket in list(sockets)])
