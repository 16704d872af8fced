"""POST: a queue closed by hand, and opened again; told by whom."""

from typing import Annotated

from aiohttp import web
from pydantic import AfterValidator, Field

from ccapp.domain import calldata
from ccapp.domain.centre import Queue
from ccapp.domain.ids import QueueId
from ccapp.domain.standing import Closing, Waiting
from ccapp.web.keys import DESK, views
from ccapp.web.wire import Body, bad, checked, document, path_id, reply, unknown

By = Annotated[str, Field(max_length=80), AfterValidator(calldata.clean)]


class Close(Body):
    """`until` (epoch s) or `for_s` open it again by themselves; `say` is heard in place of `closed`."""

    until: Annotated[float, Field(ge=0, le=1e11, allow_inf_nan=False)] | None = None
    for_s: Annotated[float, Field(gt=0, le=1e9, allow_inf_nan=False)] | None = None
    say: Annotated[str, Field(max_length=2000), AfterValidator(calldata.clean)] = ""
    waiting: Waiting = Waiting.STAY
    by: By = "api"


class Open(Body):
    by: By = "api"


async def close(request: web.Request) -> web.Response:
    """At once, for new callers; also when it is closed already, with other words then."""
    queue, acd = _queue(request), request.app[DESK].acd
    given = checked(Close, await document(request))
    if given.until is not None and given.for_s is not None:
        raise bad("until", "does not go with for_s")
    now = acd.clock.now()
    until = given.until if given.for_s is None else now + given.for_s
    if until is not None and until <= now:
        raise bad("until", "is over already")
    acd.close_queue(Closing(queue=queue.id, until=until, say=given.say, waiting=given.waiting, by=given.by))
    return reply(views(request).queue(queue))


async def open_(request: web.Request) -> web.Response:
    """Its business hours count again. One that is not closed by hand stays as it is."""
    queue, acd = _queue(request), request.app[DESK].acd
    given = checked(Open, await document(request))
    if acd.orders.closing(queue.id, acd.clock.now()) is not None:
        acd.open_queue(queue.id, given.by)
    return reply(views(request).queue(queue))


def _queue(request: web.Request) -> Queue:
    id = path_id(request, "id", "queue")
    queue = request.app[DESK].acd.centre.queues.get(QueueId(id))
    if queue is None:
        raise unknown("queue", id)
    return queue
