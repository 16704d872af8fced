"""`--watch`: a screen that follows what happens, drawn anew on every fact and at least once a second."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

import aiohttp
from rich.console import Console, RenderableType
from rich.live import Live

from ccapp.cli.client import Engine, engine
from ccapp.cli.errors import CliError, Code
from ccapp.cli.show import console, text

DRAW_S_MIN = 0.2
DRAW_S_MAX = 1.0
AGAIN_S = 1.0

type Screen = Callable[[Engine], Awaitable[RenderableType]]


def watch(screen: Screen) -> None:
    """Until Ctrl-C. An engine that restarts is waited for."""
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_watch(screen))


async def _watch(screen: Screen) -> None:
    out = console()
    async with engine() as there:
        first = await screen(there)  # a wrong token or address is told at once, not waited for
        with Live(first, console=out, auto_refresh=False, vertical_overflow="crop") as live:
            while True:
                try:
                    await follow(there, screen, lambda drawn: draw(out, live, drawn))
                except CliError as error:
                    if error.code is not Code.NO_ENGINE:
                        raise
                    draw(out, live, text(f"{error.message}; trying again", "yellow"))
                await asyncio.sleep(AGAIN_S)


def draw(out: Console, live: Live, drawn: RenderableType) -> None:
    """In place on a terminal; elsewhere one after the other."""
    if out.is_terminal:
        live.update(drawn, refresh=True)
    else:
        out.print(drawn)


async def follow(there: Engine, screen: Screen, drawn: Callable[[RenderableType], None]) -> None:
    """Draws until the engine's stream ends."""
    async with there.live() as socket:
        while not socket.closed:
            drawn(await screen(there))
            await asyncio.sleep(DRAW_S_MIN)
            with contextlib.suppress(TimeoutError):
                message = await socket.receive(timeout=DRAW_S_MAX - DRAW_S_MIN)
                if message.type is not aiohttp.WSMsgType.TEXT:
                    return
