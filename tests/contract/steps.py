"""Steps that the stories of a `Switch` have in common: a caller comes, a phone is picked up, a leg ends."""

import asyncio
from collections.abc import AsyncIterator

from ccapp.domain.ids import AgentId, BridgeId, ChannelId
from ccapp.ports import Arrived, Bridge, DeviceOnline, Dial, Leg, News
from tests.contract.world import ALICE, Answers, World

OFFER = ChannelId("offer-v1-1")


class Told:
    """The news, one kind at a time; what is of another kind is passed over."""

    def __init__(self, world: World) -> None:
        self._news: AsyncIterator[News] = world.switch.news()

    async def next[T](self, kind: type[T]) -> T:
        async with asyncio.timeout(10):
            async for news in self._news:
                if isinstance(news, kind):
                    return news
        raise AssertionError("the news have ended")

    async def device(self, agent: str, *, online: bool) -> None:
        while await self.next(DeviceOnline) != DeviceOnline(agent=AgentId(agent), online=online):
            pass


async def arrived(world: World, told: Told | None = None) -> Leg:
    await world.caller_calls("1000")
    return (await (told or Told(world)).next(Arrived)).leg


async def answered(world: World, told: Told | None = None) -> Leg:
    leg = await arrived(world, told)
    await leg.answer()
    await world.caller_hears("answer")
    return leg


def dialled(world: World, phone: str = ALICE, channel: ChannelId = OFFER, ring_s_max: float = 30) -> Leg:
    return world.switch.dial(Dial(channel=channel, endpoint=phone, ring_s_max=ring_s_max))


async def picked_up(world: World, phone: str = ALICE, channel: ChannelId = OFFER) -> Leg:
    world.phone(phone).behaves(Answers())
    leg = dialled(world, phone, channel)
    await within(20, leg.picked_up())
    return leg


async def within[T](seconds: float, awaitable: "asyncio._CoroutineLike[T] | asyncio.Future[T]") -> T:
    async with asyncio.timeout(seconds):
        return await awaitable


async def ended(leg: Leg) -> None:
    done = asyncio.Event()
    leg.on_gone(lambda _: done.set())
    await within(10, done.wait())


async def hall(world: World) -> Bridge:
    return await world.switch.hall(BridgeId("hall-sales"), "hall sales", "default")


async def talk(world: World) -> Bridge:
    return await world.switch.talk_bridge(BridgeId("talk-alice"), "talk alice")
