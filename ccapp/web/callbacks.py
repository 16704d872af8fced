"""The callbacks that are open: GET and POST /v1/callbacks, DELETE /v1/callbacks/ID."""

from typing import Annotated, Any

from aiohttp import web
from pydantic import Field

from ccapp.acd import Acd, AskedAlready, Callback, NoCallback, Standing
from ccapp.domain.callbacks import AskedBy
from ccapp.domain.calldata import clean
from ccapp.domain.ids import QueueId, VisitId
from ccapp.domain.managers import caller_key
from ccapp.web.keys import DESK
from ccapp.web.wire import ID_LENGTH_MAX, ApiError, Body, bad, checked, document, path_id, reply, unknown

type Document = dict[str, Any]

BY_COMMAND = "command"


class Wish(Body):
    """`waited_s` counts for the place as if he had waited so long already."""

    queue: Annotated[str, Field(max_length=ID_LENGTH_MAX)]
    number: Annotated[str, Field(max_length=64)]
    name: Annotated[str, Field(max_length=80)] = ""
    waited_s: Annotated[float, Field(ge=0, le=86_400, allow_inf_nan=False)] = 0.0


async def callbacks(request: web.Request) -> web.Response:
    """In the order in which they were asked for."""
    acd = request.app[DESK].acd
    return reply({"callbacks": [told(callback, acd) for callback in acd.callbacks.all()]})


async def add(request: web.Request) -> web.Response:
    """201 with the callback. 409 when the queue calls nobody back, or not this number, or will already."""
    acd = request.app[DESK].acd
    wish = checked(Wish, await document(request))
    queue = QueueId(wish.queue)
    if queue not in acd.centre.queues:
        raise bad("queue", f"no queue {wish.queue!r}")
    standing = Standing(queue=queue, brought_s=wish.waited_s)
    try:
        callback = acd.callbacks.ask(
            standing, caller_key(wish.number), by=AskedBy.COMMAND, name=clean(wish.name)
        )
    except NoCallback as why:
        raise ApiError(409, "no_callback", str(why), "number") from None
    except AskedAlready as there:
        already = there.callback.visit.id
        raise ApiError(
            409, "asked_already", "this number will be called back", "number", callback=already
        ) from None
    return reply(told(callback, acd), 201)


async def cancel(request: web.Request) -> web.Response:
    """409 when the customer is talking already."""
    acd, id = request.app[DESK].acd, path_id(request, "id", "callback")
    callback = acd.callbacks.get(VisitId(id))
    if callback is None:
        raise unknown("callback", id)
    before = told(callback, acd)
    if not acd.callbacks.cancel(callback, BY_COMMAND):
        raise ApiError(409, "is_talking", "the customer is talking already", "id")
    return reply(before)


def told(callback: Callback, acd: Acd) -> Document:
    asked, now = callback.asked, acd.clock.now()
    place = acd.place(callback.visit.id)
    rung = next(iter(place.ringing.values()), None) if place is not None else None
    return {
        "callback": callback.visit.id,
        "queue": callback.queue,
        "number": callback.number,
        "name": asked.caller_name,
        "asked_by": asked.asked_by,
        "asked_at": asked.at,
        "origin": asked.origin,
        "waited_s": callback.waited_s(now),
        "tries": callback.tries,
        "not_before": callback.not_before or None,
        "expires_at": asked.expires_at,
        "where": _where(callback, in_line=place is not None, offered=rung is not None),
        "agent": callback.visit.agent if callback.talking else rung.offer.agent if rung else None,
    }


def _where(callback: Callback, *, in_line: bool, offered: bool) -> str:
    if callback.talking:
        return "talking"
    if callback.trying is not None:
        return "customer_rings"
    if offered:
        return "agent_rings"
    return "in_line" if in_line else "later"
