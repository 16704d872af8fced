"""POST: what an agent, or somebody for him, asks of his presence."""

from typing import Annotated, Literal

from aiohttp import web
from pydantic import AfterValidator, Field

from ccapp.domain import calldata
from ccapp.domain.ids import AgentId
from ccapp.domain.presence import IllegalMove, Move, SubState, state_of
from ccapp.web.keys import DESK, views
from ccapp.web.wire import ApiError, Body, bad, checked, document, path_id, reply, unknown


class Wish(Body):
    move: Literal["log_in", "log_out", "ready", "not_ready", "wrap_up_done"]
    sub_state: Literal["WAIT", "DND", "BREAK", "AWAY", "CUSTOM"] | None = None
    reason: Annotated[str, Field(max_length=80), AfterValidator(calldata.clean)] = ""


async def move(request: web.Request) -> web.Response:
    """Returns the agent as he is now; 409 with his state when that does not allow it."""
    id = path_id(request, "id", "agent")
    acd = request.app[DESK].acd
    agent = acd.centre.agents.get(AgentId(id))
    if agent is None:
        raise unknown("agent", id)
    wish = checked(Wish, await document(request))
    try:
        acd.move(agent.id, Move(wish.move), sub_state=rest(wish), reason=wish.reason, why="command")
    except IllegalMove as refused:
        state, sub_state = state_of(acd.presence(agent.id))
        raise ApiError(409, "illegal_move", str(refused), "move", state=state, sub_state=sub_state) from None
    return reply(views(request).agent(agent))


def rest(wish: Wish) -> SubState:
    """A rest with a reason is a break unless something else is said."""
    if wish.move != "not_ready":
        for field, given in (("sub_state", wish.sub_state), ("reason", wish.reason)):
            if given:
                raise bad(field, "goes with not_ready only")
    if wish.sub_state:
        return SubState(wish.sub_state)
    return SubState.BREAK if wish.reason else SubState.WAIT
