"""GET: the contact centre as it is now."""

from aiohttp import web

from ccapp.domain.ids import AgentId, QueueId
from ccapp.web.health import told
from ccapp.web.keys import DESK, views
from ccapp.web.wire import path_id, reply, unknown


async def status(request: web.Request) -> web.Response:
    desk = request.app[DESK]
    return reply({**views(request).status(), "engine": told(desk)})


async def queues(request: web.Request) -> web.Response:
    return reply({"queues": views(request).queues()})


async def queue(request: web.Request) -> web.Response:
    id = path_id(request, "id", "queue")
    found = request.app[DESK].acd.centre.queues.get(QueueId(id))
    if found is None:
        raise unknown("queue", id)
    return reply(views(request).queue_with_calls(found))


async def agents(request: web.Request) -> web.Response:
    return reply({"agents": views(request).agents()})


async def agent(request: web.Request) -> web.Response:
    id = path_id(request, "id", "agent")
    found = request.app[DESK].acd.centre.agents.get(AgentId(id))
    if found is None:
        raise unknown("agent", id)
    return reply(views(request).agent(found))
