"""The story of what happens, told line by line while it happens."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import aiohttp
from rich.console import Console
from rich.text import Text

from scripts.demonstration.stage import Stage

console = Console(highlight=False)

type Told = dict[str, Any]


def _offer(fact: Told) -> str:
    why = fact["explanation"]
    others = ", ".join(f"{one['agent']}: {one['why'].replace('_', ' ')}" for one in why["not_chosen"])
    return (
        f"rings {fact['agent']} for {fact['ring_s']:.0f} s at most, idle for {why['idle_s']:.1f} s, "
        f"tier {why['tier']}" + (f" (not {others})" if others else "")
    )


def _presence(fact: Told) -> str:
    sub = f"/{fact['sub_state']}" if fact["sub_state"] else ""
    return f"{fact['agent']} is {fact['state']}{sub} ({fact['why']})"


SENTENCES: dict[str, Callable[[Told], str]] = {
    "EngineStarted": lambda f: f"the engine has started, epoch {f['epoch']}",
    "CentreApplied": lambda f: f"version {f['version']} of the configuration is in force",
    "DeviceChanged": lambda f: f"{f['agent']}'s phone is {'online' if f['online'] else 'offline'}",
    "PresenceChanged": _presence,
    "CallArrived": lambda f: f"{f['caller_name'] or f['caller_number']} calls {f['number']} by {f['trunk']}",
    "IvrVisited": lambda f: f"hears {f['tree']}/{f['node']}",
    "CallWaits": lambda f: f"waits for {f['queue']}, needs {_skills(f['requires'])}",
    "OfferMade": _offer,
    "OfferDeclined": lambda f: f"{f['agent']} did not take it: {f['reason'].replace('_', ' ')}",
    "CallServed": lambda f: f"talks to {f['agent']} after {f['waited_s']:.1f} s in the queue",
    "TalkEnded": lambda f: f"talked for {f['talk_s']:.1f} s, the {f['ended_by']} hung up",
    "CallAbandoned": lambda f: f"gave up after {f['waited_s']:.1f} s",
    "CallEnded": lambda f: f"the visit is over: {f['outcome'].replace('_', ' ')}, {f['duration_s']:.1f} s",
    "WrapUpEnded": lambda f: f"{f['agent']}'s wrap-up is over",
}
_OF_THE_CALLER = {"IvrVisited", "CallWaits", "CallServed", "CallAbandoned"}
STYLES = {"CallServed": "bold green", "OfferMade": "cyan", "CallArrived": "bold", "PresenceChanged": "dim"}


def _skills(requires: dict[str, int] | str) -> str:
    if isinstance(requires, str):
        return requires
    return " and ".join(f"{skill} {level}" for skill, level in requires.items()) or "nobody in particular"


def sentence(told: Told, begun: float) -> Text | None:
    """The line for one message of the live stream; None for what this story leaves out."""
    fact, kind = told["fact"], told["kind"]
    if kind not in SENTENCES:
        return None
    who = "caller " if kind in _OF_THE_CALLER else ""
    line = Text(f"{fact['at'] - begun:7.1f} s  ", style="dim")
    return line.append(f"{who}{SENTENCES[kind](fact)}", style=STYLES.get(kind, ""))


@asynccontextmanager
async def telling(stage: Stage) -> AsyncIterator[None]:
    """Prints the live stream as long as the block lasts."""
    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {stage.engine.token}"}) as client:
        socket = await client.ws_connect(f"{stage.engine.url}/v1/live")
        begun = await socket.receive_json()
        task = asyncio.create_task(_tell(socket, begun["at"]))
        try:
            yield
        finally:
            await asyncio.sleep(0.5)  # the last facts are on their way
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


async def _tell(socket: aiohttp.ClientWebSocketResponse, begun: float) -> None:
    async for message in socket:
        told = message.json()
        line = sentence(told, begun)
        if line is not None:
            console.print(line, soft_wrap=True)
