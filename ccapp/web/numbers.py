"""Numbers that are refused or preferred: GET, POST of /v1/numbers, and GET, PUT, DELETE of one of them."""

from dataclasses import asdict
from typing import Annotated, Any

from aiohttp import web
from pydantic import AfterValidator, Field

from ccapp.config.fields import CallData, CallerPriority
from ccapp.domain import calldata
from ccapp.domain.standing import LISTED_MAX, Listed
from ccapp.web.closing import By
from ccapp.web.keys import DESK
from ccapp.web.wire import ApiError, Body, bad, checked, document, path_id, reply, unknown

AT_ONCE_MAX = 1000


class Entry(Body):
    ivr_blocked: bool = False
    queue_blocked: bool = False
    caller_priority: CallerPriority | None = None
    priority_s: Annotated[int, Field(ge=0, le=3600)] = 0
    data: CallData = Field({})
    note: Annotated[str, Field(max_length=200), AfterValidator(calldata.clean)] = ""
    by: By = "api"

    def listed(self, number: str) -> Listed:
        return Listed(
            number=number,
            ivr_blocked=self.ivr_blocked,
            queue_blocked=self.queue_blocked,
            caller_priority=self.caller_priority,
            priority_s=self.priority_s,
            gives=self.data,
            note=self.note,
        )


class Entries(Entry):
    """The same for several numbers: for all of them, or, if one of them is none, for nobody."""

    numbers: Annotated[list[str], Field(min_length=1, max_length=AT_ONCE_MAX)]


async def all_(request: web.Request) -> web.Response:
    listed = sorted(request.app[DESK].acd.orders.numbers, key=lambda each: each.number)
    return reply({"numbers": [_told(each) for each in listed]})


async def show(request: web.Request) -> web.Response:
    return reply(_told(_listed(request)))


async def put(request: web.Request) -> web.Response:
    """In place of what was said of the number before; counts from its next call on."""
    number = path_id(request, "number", "number")
    entry = checked(Entry, await document(request))
    return reply(_list(request, entry, [number])[0])


async def post(request: web.Request) -> web.Response:
    entry = checked(Entries, await document(request))
    return reply({"numbers": _list(request, entry, entry.numbers)})


async def remove(request: web.Request) -> web.Response:
    listed = _listed(request)
    request.app[DESK].acd.unlist_number(listed, request.query.get("by", "api")[:80])
    return reply(_told(listed))


def _list(request: web.Request, entry: Entry, numbers: list[str]) -> list[dict[str, Any]]:
    acd = request.app[DESK].acd
    if wrong := [number for number in numbers if not is_number(number)]:
        raise bad("numbers", f"no phone numbers: {', '.join(repr(number[:40]) for number in wrong[:20])}")
    if len(acd.orders.numbers) + len(numbers) > LISTED_MAX:
        raise ApiError(409, "too_many", f"at most {LISTED_MAX} numbers can be listed", "numbers")
    return [_told(acd.list_number(entry.listed(number), entry.by)) for number in numbers]


def is_number(given: str) -> bool:
    """Digits, three at least, perhaps a plus before them, and what people write between them."""
    bare = given.strip().removeprefix("+")
    digits = "".join(sign for sign in bare if sign not in " ()-./")
    return digits.isascii() and digits.isdigit() and 3 <= len(digits) <= 32


def _listed(request: web.Request) -> Listed:
    number = path_id(request, "number", "number")
    listed = request.app[DESK].acd.orders.listed(number)
    if listed is None:
        raise unknown("number", number)
    return listed


def _told(listed: Listed) -> dict[str, Any]:
    told = asdict(listed)
    return {**told, "data": told.pop("gives")}
