"""Whether Asterisk knows that no engine listens."""

import asyncio

from scripts.stack.asterisk import AsteriskServer


async def nobody_listens(asterisk: AsteriskServer) -> None:
    """Until it knows: a call in the moment before is still taken to the engine that is gone, and waits there
    for the next one."""
    async with asyncio.timeout(20):
        while "ccapp" in await asyncio.to_thread(asterisk.rx, "ari show websocket sessions"):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
