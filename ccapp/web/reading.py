"""GET: the contact centre as it is now."""

from dataclasses import asdict
from typing import Any, Literal

from aiohttp import web

from ccapp.domain import agent_views
from ccapp.domain.ids import AgentId, QueueId
from ccapp.domain.presence import state_of
from ccapp.records.database import available
from ccapp.web.desk import Desk
from ccapp.web.health import told
from ccapp.web.keys import DESK, views
from ccapp.web.wire import ApiError, Body, checked, path_id, reply, unknown


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
    view = checked(Question, request.query).view
    if view is None:
        return reply(views(request).agent(found))
    return reply(await as_view(request, found.id, view))


class Question(Body):
    view: Literal["xswitch", "stringee", "voximplant", "freeswitch", "phone"] | None = None


async def as_view(request: web.Request, agent: AgentId, view: str) -> dict[str, Any]:
    """The agent in another system's words."""
    desk = request.app[DESK]
    presence = desk.acd.presence(agent)
    head: dict[str, Any] = {"id": agent, "view": view}
    match view:
        case "xswitch":
            state, sub_state = state_of(presence)
            return {**head, "state": state, "subState": sub_state, "reason": presence.reason}
        case "stringee":
            seen = agent_views.stringee(presence)
            return {**head, **asdict(seen), "routable": seen.routable}
        case "voximplant":
            return {**head, "acd_status": agent_views.voximplant(presence)}
        case "freeswitch":
            return {**head, **asdict(agent_views.freeswitch(presence))}
        case _:
            return {**head, **await _last_login(desk, agent)}


async def _last_login(desk: Desk, agent: AgentId) -> dict[str, Any]:
    """As recorded: what happened in the last instant may still be missing."""
    if desk.past is None:
        raise ApiError(503, "no_records", "there are no records to read")
    async with available():
        facts = await desk.past.since_login(agent)
    login = agent_views.last_login(facts, desk.acd.clock.now())
    return {"logged_in_at": None} if login is None else asdict(login)
