"""--watch draws at once, on every fact, and ends with the stream."""

import asyncio

import aiohttp
from rich.console import RenderableType

from ccapp.cli import watching
from ccapp.cli.client import Engine
from tests.web.floor import AUTH, open_floor


async def test_follow_draws_on_facts_and_ends_with_the_stream():
    drawn: asyncio.Queue[str] = asyncio.Queue()

    async def screen(there: Engine) -> RenderableType:
        return str((await there.get("status"))["calls"]["live"])

    async with open_floor() as floor, aiohttp.ClientSession(headers=AUTH) as session:
        following = asyncio.create_task(
            watching.follow(Engine(floor.url, session), screen, lambda each: drawn.put_nowait(str(each)))
        )
        async with asyncio.timeout(20):
            assert await drawn.get() == "0"
            floor.call().waits()
            while await drawn.get() != "1":
                pass
            floor.journal.close()
            await following
