"""A node of the IVR asks a customer's server or database; the call goes on, whatever comes of it."""

import asyncio
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import assert_never
from urllib.parse import quote, urlsplit

from ccapp.acd import Visit
from ccapp.calls.floor import Floor
from ccapp.calls.ivr_values import filled
from ccapp.domain import ivr
from ccapp.domain.events import Asked
from ccapp.domain.ids import NodeId, TreeId
from ccapp.ports import HttpQuestion, Json, Leg, NoAnswer, SqlQuestion

log = logging.getLogger(__name__)

MUSIC_AFTER_S = 0.4
"""An answer that comes sooner comes without music."""


async def ask(node: ivr.Ask, tree: TreeId, name: NodeId, visit: Visit, caller: Leg, floor: Floor) -> NodeId:
    """Returns the node to go on with; what was answered is call data then."""
    began, detail = floor.acd.clock.now(), ""
    try:
        with music_meanwhile(caller, node.music):
            async with asyncio.timeout(node.within_s):
                result = await _learn(node, visit, floor)
    except TimeoutError:
        result = Asked.TIMED_OUT
    except NoAnswer as why:
        result, detail = Asked.FAILED, str(why)
    of = urlsplit(node.url).hostname or "" if isinstance(node, ivr.AskHttp) else ""
    took_s = floor.acd.clock.now() - began
    floor.acd.asked(visit, tree, name, of=of, result=result, took_s=took_s, detail=detail)
    return _leads(node, result)


def _leads(node: ivr.Ask, result: Asked) -> NodeId:
    match result:
        case Asked.ANSWERED:
            return node.then
        case Asked.NO_ROW:
            return (node.no_row if isinstance(node, ivr.AskSql) else None) or node.otherwise
        case Asked.TIMED_OUT:
            return node.timed_out or node.otherwise
        case Asked.FAILED:
            return node.otherwise
        case _:
            assert_never(result)


async def _learn(node: ivr.Ask, visit: Visit, floor: Floor) -> Asked:
    if isinstance(node, ivr.AskHttp):
        answer = await floor.customers.http(http_question(node, visit))
    else:
        values = [filled(value, visit) for value in node.values]
        row = await floor.customers.sql(SqlQuestion(query=node.query, values=values))
        if row is None:
            return Asked.NO_ROW
        answer = row
    visit.learn({data: text_at(answer, place) for data, place in node.answers.items()})
    return Asked.ANSWERED


def http_question(node: ivr.AskHttp, visit: Visit) -> HttpQuestion:
    return HttpQuestion(
        method=node.method,
        url=filled(node.url, visit, lambda value: quote(value, safe="")),
        headers={name: filled(value, visit) for name, value in node.headers.items()},
        body={name: filled(value, visit) for name, value in node.body.items()}
        if node.method == "POST"
        else None,
    )


def text_at(answer: Json, place: str) -> str:
    """What stands at `customer.names.0` of an answer, as call data; empty where nothing, or nothing plain."""
    found: Json = answer
    for step in place.split("."):
        if isinstance(found, Mapping):
            found = found.get(step)
        elif isinstance(found, list) and step.isascii() and step.isdigit() and int(step) < len(found):
            found = found[int(step)]
        else:
            return ""
    match found:
        case bool():
            return "true" if found else "false"
        case str() | int() | float():
            return str(found)
        case _:
            return ""


@contextmanager
def music_meanwhile(caller: Leg, music: str) -> Iterator[None]:
    if not music:
        yield
        return
    loop = asyncio.get_running_loop()
    plays_from = loop.time() + MUSIC_AFTER_S
    playing = asyncio.create_task(_music(caller, music))
    playing.add_done_callback(_passed_over)
    try:
        yield
    finally:
        playing.cancel()
        if loop.time() >= plays_from:
            caller.quiet()


async def _music(caller: Leg, music: str) -> None:
    await asyncio.sleep(MUSIC_AFTER_S)
    await caller.answer()
    await caller.music(music)


def _passed_over(playing: asyncio.Task[None]) -> None:
    """A call goes on without music, too."""
    if not playing.cancelled() and (error := playing.exception()) is not None:
        log.debug("no music while asking: %r", error)
