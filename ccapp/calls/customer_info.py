"""A customer's server is asked who is calling; the agent has its answer before his phone rings.

The question is out while the call walks on. Only a queue waits for the answer, and never longer than the
time-out counted from the question; after that the call goes on without it.
"""

import asyncio
import json
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from urllib.parse import urlencode, urlsplit, urlunsplit

from ccapp.acd import Visit
from ccapp.calls.asking import music_meanwhile, text_at
from ccapp.calls.floor import Floor
from ccapp.domain import events
from ccapp.domain.centre import Queue
from ccapp.domain.customer_info import CustomerInfo
from ccapp.domain.events import Asked
from ccapp.ports import HttpQuestion, Json, Leg, LegGone, NoAnswer, SwitchError

log = logging.getLogger(__name__)

DEPTH_MAX = 32
"""Of lists and objects in each other: whoever reads the answer reads it recursively."""


@contextmanager
def asked_while_here(visit: Visit) -> Iterator[None]:
    """A question still out when the visit is over is taken back."""
    try:
        yield
    finally:
        if visit.asking is not None:
            visit.asking.cancel()


def ask(visit: Visit, floor: Floor) -> None:
    """Once in a visit, where a server is configured; nobody waits for it here."""
    rules = floor.acd.centre.customer_info
    if rules is not None and visit.customer_info is None:
        visit.customer_info = ""
        visit.asking = asyncio.create_task(_asked(visit, rules, floor))


async def known(visit: Visit, caller: Leg, queue: Queue, floor: Floor) -> None:
    """Waits for the answer, or that there is none; the caller hears ringing, or once answered music."""
    ask(visit, floor)
    if visit.asking is None or visit.asking.done():
        return
    if not caller.answered:
        await _rings(caller)
    with music_meanwhile(caller, queue.music if caller.answered else ""):
        await asyncio.wait([visit.asking])


async def _rings(caller: Leg) -> None:
    try:
        await caller.ring()
    except LegGone:
        raise
    except SwitchError:
        log.exception("leg=%s waits in silence", caller.id)


async def _asked(visit: Visit, rules: CustomerInfo, floor: Floor) -> None:
    began, result, detail = floor.acd.clock.now(), Asked.ANSWERED, ""
    try:
        async with asyncio.timeout(rules.timeout_ms / 1000):
            answer = await floor.customers.http(question(rules, visit, floor.acd.centre.name))
        if _depth(answer) > DEPTH_MAX:
            raise NoAnswer(f"more than {DEPTH_MAX} lists and objects in each other")
        visit.customer_info = json.dumps(answer, separators=(",", ":"))
        told = {name: text_at(answer, place) for name, place in rules.answers.items()}
        visit.learn({name: text for name, text in told.items() if text})
    except TimeoutError:
        result = Asked.TIMED_OUT
    except NoAnswer as why:
        result, detail = Asked.FAILED, str(why)
    now = floor.acd.clock.now()
    floor.acd.declare(
        events.CustomerInfoAsked(
            at=now,
            visit=visit.id,
            data=visit.data,
            of=urlsplit(rules.url).hostname or "",
            result=result,
            took_s=now - began,
            detail=detail,
            info=visit.customer_info or "",
        )
    )


def question(rules: CustomerInfo, visit: Visit, centre: str) -> HttpQuestion:
    """What the address says already stays in it."""
    names = {"from": visit.caller_number, "to": visit.number, "project": rules.project or centre}
    asked = urlencode(names, errors="replace")
    address = urlsplit(rules.url)
    query = f"{address.query}&{asked}" if address.query else asked
    return HttpQuestion(method="GET", url=urlunsplit(address._replace(query=query, fragment="")))


def _depth(answer: Json) -> int:
    depth, level = 0, [answer]
    while level := [
        inner
        for outer in level
        if isinstance(outer, Mapping | list)
        for inner in (outer.values() if isinstance(outer, Mapping) else outer)
    ]:
        depth += 1
    return depth
