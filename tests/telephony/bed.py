"""The switch on a bad Asterisk: late, out of order, refusing, going away."""

import asyncio
from collections.abc import Awaitable
from typing import Any

from ccapp.clock import Clock
from ccapp.domain.ids import ChannelId
from ccapp.ports import Arrived, News
from ccapp.telephony.settings import AsteriskSettings
from ccapp.telephony.switch import AsteriskSwitch
from tests.telephony.bad_asterisk import BadAsterisk, channel

OFFER = ChannelId("offer-v1-1")


class Bed:
    def __init__(self, bad: BadAsterisk, switch: AsteriskSwitch) -> None:
        self.bad, self.switch = bad, switch
        self._news = switch.news()

    async def next[T](self, kind: type[T]) -> T:
        async with asyncio.timeout(20):
            async for news in self._news:
                if isinstance(news, kind):
                    return news
        raise AssertionError

    async def nothing(self, within_s: float = 0.1) -> News | None:
        try:
            async with asyncio.timeout(within_s):
                return await anext(self._news)
        except TimeoutError:
            return None

    async def arrived(self, id: str = "c1") -> Arrived:
        await self.bad.tell("StasisStart", channel=channel(id), args=["inbound", "carrier"])
        return await self.next(Arrived)


def opened(bad: BadAsterisk, **choices: Any) -> AsteriskSwitch:
    quick: dict[str, Any] = {"command_s_max": 0.5, "playback_start_s_max": 0.3, "command_sockets": 1}
    return AsteriskSwitch(AsteriskSettings(url=bad.url, user="u", password="p", **(quick | choices)), Clock())


async def soon[T](awaitable: Awaitable[T], within_s: float = 20) -> T:
    async with asyncio.timeout(within_s):
        return await awaitable


async def until(true: Any) -> None:
    async with asyncio.timeout(20):
        while not true():  # noqa: ASYNC110
            await asyncio.sleep(0.005)
