"""POST: what an agent, or somebody for him, asks of his presence.

In our words (`move`), or in Stringee's: a `manual_status`, of which only AVAILABLE means ready.
"""

from typing import Annotated, Literal

from aiohttp import web
from pydantic import AfterValidator, Field

from ccapp.domain import calldata
from ccapp.domain.centre import Centre
from ccapp.domain.ids import AgentId, QueueId
from ccapp.domain.presence import IllegalMove, Move, SubState, state_of
from ccapp.web.keys import DESK, views
from ccapp.web.wire import ID_LENGTH_MAX, ApiError, Body, bad, checked, document, path_id, reply, unknown

AVAILABLE = "AVAILABLE"
EXTENSION_S_MAX = 3600.0
Reason = Annotated[str, Field(max_length=80), AfterValidator(calldata.clean)]


class Wish(Body):
    """`until` (epoch s) or `for_s` end a ban; without either it lasts until it is lifted.

    A wrap-up is extended by `for_s`.
    """

    move: Literal[
        "log_in",
        "log_out",
        "ready",
        "ready_once",
        "not_ready",
        "wrap_up_done",
        "extend_wrap_up",
        "ban",
        "lift_ban",
        "sign_in",
        "sign_out",
    ]
    sub_state: Literal["WAIT", "DND", "BREAK", "AWAY", "CUSTOM"] | None = None
    reason: Reason = ""
    queue: Annotated[str, Field(max_length=ID_LENGTH_MAX)] = ""
    phone: Annotated[str, Field(max_length=ID_LENGTH_MAX)] | None = None
    until: Annotated[float, Field(ge=0, le=1e11, allow_inf_nan=False)] | None = None
    for_s: Annotated[float, Field(gt=0, le=1e9, allow_inf_nan=False)] | None = None


class ManualStatus(Body):
    manual_status: Annotated[Reason, Field(min_length=1)]

    def wish(self) -> Wish:
        if self.manual_status == AVAILABLE:
            return Wish(move="ready")
        return Wish(move="not_ready", sub_state="CUSTOM", reason=self.manual_status)


async def move(request: web.Request) -> web.Response:
    """Returns the agent as he is now; 409 with his state when that does not allow it."""
    id = path_id(request, "id", "agent")
    acd = request.app[DESK].acd
    agent = acd.centre.agents.get(AgentId(id))
    if agent is None:
        raise unknown("agent", id)
    given = await document(request)
    wish = checked(ManualStatus, given).wish() if "manual_status" in given else checked(Wish, given)
    if wish.move == "extend_wrap_up":
        until: float | None = acd.wrap_up_end(agent.id, extension_s(wish))
    else:
        until = ban_until(wish, acd.clock.now())
    try:
        acd.move(
            agent.id,
            Move(wish.move),
            sub_state=rest(wish),
            reason=wish.reason,
            until=until,
            queue=single_queue(wish, acd.centre),
            phone=shared_phone(wish, acd.centre),
            why="command",
        )
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


def single_queue(wish: Wish, centre: Centre) -> QueueId:
    if wish.move not in ("sign_in", "sign_out"):
        if wish.queue:
            raise bad("queue", "goes with sign_in and sign_out only")
    elif wish.queue not in centre.queues:
        raise bad("queue", f"no queue {wish.queue!r}")
    elif not centre.queues[QueueId(wish.queue)].sign_in:
        raise bad("queue", "is served without signing in to it; give it sign_in: true")
    return QueueId(wish.queue)


def shared_phone(wish: Wish, centre: Centre) -> str | None:
    """Where he sits down; a log-in that says nothing of it is at his own."""
    if wish.move not in ("log_in", "sign_in"):
        if wish.phone is not None:
            raise bad("phone", "goes with log_in and sign_in only")
    elif wish.phone and wish.phone not in centre.phones:
        raise bad("phone", f"no phone {wish.phone!r}")
    return wish.phone or None


def extension_s(wish: Wish) -> float:
    if wish.until is not None:
        raise bad("until", "goes with ban only")
    if wish.for_s is None or wish.for_s > EXTENSION_S_MAX:
        raise bad("for_s", f"is by how long the wrap-up is extended, at most {EXTENSION_S_MAX:g}")
    return wish.for_s


def ban_until(wish: Wish, now: float) -> float | None:
    for field, given in (("until", wish.until), ("for_s", wish.for_s)):
        if given is not None and wish.move != "ban":
            raise bad(field, "goes with ban only")
    if wish.until is not None and wish.for_s is not None:
        raise bad("for_s", "is given beside until; one is enough")
    if wish.until is not None and wish.until <= now:
        raise bad("until", "is over already")
    return wish.until if wish.for_s is None else now + wish.for_s
