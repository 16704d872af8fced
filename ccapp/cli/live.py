"""`ccapp live`: everything that happens, one sentence each, as it happens."""

import asyncio
import contextlib
from datetime import datetime
from typing import Annotated, Any

import aiohttp
import orjson
import typer
from rich.text import Text

from ccapp.cli import wording
from ccapp.cli.client import engine
from ccapp.cli.errors import CliError, Code
from ccapp.cli.show import console, show_json, text
from ccapp.domain.events import Fact, VisitFact
from ccapp.records.facts_json import decode_fact

_STYLES = {
    "CallArrived": "bold", "CallServed": "green", "OfferMade": "cyan", "OfferDeclined": "yellow",
    "CallAbandoned": "yellow", "SwitchLost": "red", "EngineStopped": "red", "PresenceChanged": "dim",
    "IvrVisited": "dim", "WrapUpEnded": "dim",
}  # fmt: skip


def live(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document per line.")] = False,
    count: Annotated[int | None, typer.Option(help="End after so many facts.")] = None,
) -> None:
    """Everything that happens, as it happens, until Ctrl-C."""
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_live(as_json, count))


async def _live(as_json: bool, count: int | None) -> None:
    told = 0
    async with engine() as there, there.live() as socket:
        async for message in socket:
            if message.type is aiohttp.WSMsgType.TEXT:
                _tell(orjson.loads(message.data), as_json)
                told += 1
                if told == count:
                    return
        raise CliError(
            "the stream has ended: the engine stops, or this reader was too slow", code=Code.NO_ENGINE
        )


def _tell(item: dict[str, Any], as_json: bool) -> None:
    if as_json:
        show_json(item, indent=False)
    else:
        console().print(line(decode_fact(item["kind"], item["fact"])), soft_wrap=True)


def line(fact: Fact) -> Text:
    """`10:15:02.3  1700000000.1  joins the line of sales`"""
    at = datetime.fromtimestamp(fact.at).astimezone().strftime("%H:%M:%S.%f")[:-5]
    told = Text(f"{at}  ", style="dim")
    if isinstance(fact, VisitFact):
        told.append_text(text(f"{fact.visit}  ", "blue"))
    return told.append_text(text(wording.sentence(fact), _STYLES.get(type(fact).__name__, "")))
