"""Whose manager an agent is: GET, PUT and DELETE /v1/managers/NUMBER."""

from aiohttp import web

from ccapp.domain.ids import AgentId
from ccapp.domain.managers import Chosen, caller_key
from ccapp.web.keys import DESK
from ccapp.web.wire import Body, bad, checked, document, path_id, reply, unknown


class Choice(Body):
    agent: str


async def show(request: web.Request) -> web.Response:
    number = number_of(request)
    agent = await request.app[DESK].acd.manager_of(number)
    if agent is None:
        raise unknown("manager", number)
    return reply({"number": number, "agent": agent})


async def put(request: web.Request) -> web.Response:
    """In force from the number's next call on."""
    number, acd = number_of(request), request.app[DESK].acd
    agent = AgentId(checked(Choice, await document(request)).agent)
    if agent not in acd.centre.agents:
        raise unknown("agent", agent)
    acd.choose_manager(number, agent, Chosen.COMMAND)
    return reply({"number": number, "agent": agent})


async def forget(request: web.Request) -> web.Response:
    number = number_of(request)
    request.app[DESK].acd.choose_manager(number, None, Chosen.COMMAND)
    return reply({"number": number, "agent": None})


def number_of(request: web.Request) -> str:
    number = caller_key(path_id(request, "number", "number"))
    if not number:
        raise bad("number", "has no digits")
    return number
