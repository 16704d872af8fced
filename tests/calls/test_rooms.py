"""The agents' talk bridges: kept while they are logged in, and not for longer."""

import asyncio

import pytest

from ccapp.calls.floor import TALK_LINGER_S, Rooms
from ccapp.domain.ids import AgentId, TrunkId
from ccapp.ports import Arrived
from ccapp.simulate.exchange import Exchange
from ccapp.simulate.loop import run
from ccapp.simulate.people import Caller, CallerScript
from ccapp.simulate.switch import FakeSwitch

ANN = AgentId("ann")


@pytest.mark.parametrize("logged_out_first", [True, False])
def test_a_caller_taken_out_after_the_agent_has_logged_out_keeps_no_bridge(logged_out_first: bool) -> None:
    async def story() -> None:
        exchange = Exchange()
        switch = FakeSwitch(exchange)
        news = switch.news()
        await anext(news)
        Caller(exchange, CallerScript(talk_s=60)).calls(trunk=TrunkId("t"), dialled="100")
        arrived = await anext(news)
        assert isinstance(arrived, Arrived)
        rooms = Rooms(switch)
        await arrived.leg.answer()
        await (await rooms.talk(ANN)).add(arrived.leg)
        if logged_out_first:
            rooms.close_talk(ANN)
        await rooms.leave_talk(ANN, arrived.leg)
        rooms.close_talk(ANN)
        assert [len(bridge.members) for bridge in exchange.bridges.values()] == [0]
        await asyncio.sleep(TALK_LINGER_S + 1)
        assert not exchange.bridges
        await rooms.leave_talk(ANN, arrived.leg)
        assert not exchange.bridges

    run(story(), 1)
