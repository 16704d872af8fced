"""GET /v1/labels: what is known of each agent from how he takes calls, since midnight or from before."""

from dataclasses import asdict
from typing import Any

from aiohttp import web

from ccapp.acd import Acd
from ccapp.domain.ids import AgentId
from ccapp.domain.presence import State
from ccapp.routing.figures.labels import AllLabels
from ccapp.web.keys import DESK
from ccapp.web.report_today import today
from ccapp.web.wire import path_id, reply, unknown


async def labels(request: web.Request) -> web.Response:
    acd = request.app[DESK].acd
    known = today(request.app, acd.clock.now()).labels
    return reply({"labels": {agent: told(agent, known, acd) for agent in acd.centre.agents}})


async def labels_of(request: web.Request) -> web.Response:
    acd, id = request.app[DESK].acd, AgentId(path_id(request, "id", "agent"))
    if id not in acd.centre.agents:
        raise unknown("agent", id)
    return reply(told(id, today(request.app, acd.clock.now()).labels, acd))


def told(agent: AgentId, known: AllLabels, acd: Acd) -> dict[str, Any]:
    """`available`: he would take a call now."""
    return {**asdict(known.of(agent)), "available": acd.presence(agent).state is State.READY}
