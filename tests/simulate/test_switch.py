"""What only the fake has: faults on order, latencies from a seed, an exchange that outlives its engines.

What it shares with the real switch is in tests/contract.
"""

import asyncio
import contextlib

import pytest

from ccapp.domain.ids import AgentId, BridgeId, ChannelId
from ccapp.domain.ivr import Say
from ccapp.ports import (
    Account,
    Arrived,
    Connected,
    DeviceOnline,
    Dial,
    Disconnected,
    LegGone,
    Replaced,
    SwitchBusy,
    SwitchUnreachable,
)
from ccapp.simulate.channels import Phone
from ccapp.simulate.exchange import Exchange
from ccapp.simulate.link import AT_ONCE, Latency
from ccapp.simulate.loop import Process, VirtualLoop, run
from ccapp.simulate.people import AgentPhone, Caller, CallerScript, React, Reaction
from ccapp.simulate.switch import FakeSwitch

ALICE = Account(agent=AgentId("alice"), name="alice", extension="1", realm="r", digest="")


class Bench:
    """An exchange with alice's phone, one engine connected to it, and its news gathered."""

    def __init__(self, react=None, **switch):
        self.exchange = Exchange()
        self.phone = AgentPhone(self.exchange, react or (lambda: React(Reaction.ANSWER, 3.0)))
        self.exchange.phones["alice"] = Phone(name="alice", party=self.phone)
        self.connect(**switch)

    def connect(self, **switch):
        self.switch = FakeSwitch(self.exchange, **switch)
        self.news = []
        self.reader = asyncio.create_task(self._read(self.switch, self.news))

    async def _read(self, switch, news):
        async for each in switch.news():
            news.append(each)

    def kinds(self):
        return [type(each) for each in self.news]

    async def ready(self):
        await asyncio.sleep(1)
        await self.switch.push_accounts([ALICE])
        return self

    async def arrival(self, **script):
        caller = Caller(self.exchange, CallerScript(talk_s=60, **script))
        caller.calls(trunk="pstn", dialled="100", headers={"X-CallId": "7"})
        await asyncio.sleep(1)
        arrived = self.news[-1]
        assert isinstance(arrived, Arrived)
        return caller, arrived.leg

    def dial(self, channel="offer-x-1", endpoint="alice", **more):
        return self.switch.dial(Dial(channel=ChannelId(channel), endpoint=endpoint, **more))


def story(test):
    """Runs the test once for each of some seeds, on a virtual loop."""

    @pytest.mark.parametrize("seed", range(5))
    def seeded(seed):
        run(test(seed), seed)

    return seeded


@story
async def test_a_call_from_ring_to_goodbye(seed):
    bench = await Bench(seed=seed).ready()
    _, leg = await bench.arrival()
    assert await leg.headers(["CallId", "Ani"]) == [("X-CallId", "7")]
    await leg.answer()
    agent = bench.dial()
    await agent.picked_up()
    bridge = await bench.switch.talk_bridge(BridgeId("talk-alice"), "talk")
    await bridge.add(leg, agent)
    began = asyncio.get_running_loop().time()
    gone = asyncio.get_running_loop().create_future()
    leg.on_gone(gone.set_result)
    assert (await gone).cause == 16
    assert asyncio.get_running_loop().time() - began == pytest.approx(60, abs=1)
    agent.release()
    await asyncio.sleep(1)
    assert not bench.exchange.channels
    assert agent.gone
    assert agent.gone.ours
    assert bench.kinds() == [Connected, DeviceOnline, Arrived]


@pytest.mark.parametrize(
    ("reaction", "cause"),
    [(Reaction.REJECT, 21), (Reaction.BUSY, 17), (Reaction.SILENT, 19), (Reaction.FAIL, 38)],
)
def test_a_phone_that_does_not_answer_says_why(reaction, cause):
    async def main():
        bench = await Bench(lambda: React(reaction, 1.0)).ready()
        leg = bench.dial(ring_s_max=20)
        with pytest.raises(LegGone):
            await leg.picked_up()
        assert leg.gone
        assert (leg.gone.cause, leg.gone.ours) == (cause, False)

    run(main())


@story
async def test_an_unregistered_phone_is_refused(seed):
    bench = await Bench(seed=seed).ready()
    bench.exchange.register("alice", False)
    with pytest.raises(LegGone):
        await (leg := bench.dial()).picked_up()
    assert leg.gone
    assert leg.gone.cause == 20
    await asyncio.sleep(1)
    assert bench.news[-1] == DeviceOnline(agent=AgentId("alice"), online=False)


@story
async def test_commands_on_a_leg_that_ends_meanwhile_say_so(seed):
    bench = await Bench(seed=seed, latency=Latency(step_s=0.001)).ready()
    caller, leg = await bench.arrival()
    bench.exchange.after(0.001, caller.hang_up)
    with pytest.raises(LegGone):
        await asyncio.gather(*(leg.headers([]) for _ in range(10)))
    with pytest.raises(LegGone):
        await leg.play([Say(text="hello")])
    leg.release()
    leg.release()


@story
async def test_sound_lasts_and_can_be_cut(seed):
    bench = await Bench(seed=seed, latency=AT_ONCE).ready()
    _, leg = await bench.arrival()
    loop = asyncio.get_running_loop()
    began = loop.time()
    await leg.play([Say(text="x" * 50), Say(text="y" * 50)])
    assert loop.time() - began == pytest.approx(6.0)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(1):
            await leg.play([Say(text="z" * 500)])
    await asyncio.sleep(0.1)
    assert not bench.exchange.find(leg.id).playbacks


@story
async def test_keys_come_at_prompts(seed):
    bench = await Bench(seed=seed).ready()
    _, leg = await bench.arrival(keys=["12", "#"])
    await leg.play([Say(text="x" * 50), Say(text="y" * 50)])
    assert [await leg.digit() for _ in range(3)] == ["1", "2", "#"]


@story
async def test_what_happens_while_the_line_is_down_is_told_afterwards(seed):
    bench = await Bench(seed=seed).ready()
    staying, stays = await bench.arrival()
    leaving, leaves = await bench.arrival()
    bench.exchange.answered_while_deaf = "lives"
    agent = bench.dial()
    await asyncio.sleep(1)
    bench.switch.drop_connection(back_after_s=10)
    with pytest.raises(SwitchUnreachable):
        await stays.answer()
    leaving.hang_up()
    turned_away = Caller(bench.exchange, CallerScript(talk_s=1))
    turned_away.calls(trunk="pstn", dialled="100")
    assert (turned_away.cause, bench.exchange.turned_away) == (34, 1)
    await asyncio.sleep(9)
    assert leaves.gone is None
    assert not agent.answered
    await asyncio.sleep(2)
    assert leaves.gone
    assert leaves.gone.switch_lost
    assert agent.answered
    disconnected, connected, online = bench.news[-3:]
    assert isinstance(disconnected, Disconnected)
    assert isinstance(connected, Connected)
    assert isinstance(online, DeviceOnline)
    assert {found.leg for found in connected.legs} == {stays, agent}
    assert [bool(found.arrived) for found in connected.legs] == [True, False]
    assert staying.cause is None


@story
async def test_a_release_that_the_line_lost_is_done_after_all(seed):
    bench = await Bench(seed=seed).ready()
    caller, leg = await bench.arrival()
    leg.release()
    bench.switch.drop_connection(back_after_s=5)
    assert caller.cause is None
    await asyncio.sleep(6)
    assert caller.cause == 16
    assert leg.gone
    assert leg.gone.ours


@story
async def test_a_restarted_switch_has_no_channel(seed):
    bench = await Bench(seed=seed).ready()
    _, leg = await bench.arrival()
    bench.switch.restart_switch()
    await asyncio.sleep(5)
    assert leg.gone
    assert leg.gone.switch_lost
    connected = bench.news[-1]
    assert isinstance(connected, Connected)
    assert not connected.legs
    await bench.switch.push_accounts([ALICE])
    await asyncio.sleep(1)
    assert bench.news[-1] == DeviceOnline(agent=AgentId("alice"), online=True)


@story
async def test_a_killed_engine_leaves_its_calls_to_the_next(seed):
    loop = asyncio.get_running_loop()
    assert isinstance(loop, VirtualLoop)
    engine = Process("first")
    exchange = Exchange()
    caller = Caller(exchange, CallerScript(talk_s=60))

    async def first():
        switch = FakeSwitch(exchange, seed=seed)
        async for news in switch.news():
            if isinstance(news, Arrived):
                with contextlib.suppress(LegGone):
                    try:
                        await news.leg.answer()
                        hall = await switch.hall(BridgeId("hall-q"), "hall", "default")
                        await hall.add(news.leg)
                        await asyncio.sleep(1000)
                    finally:
                        news.leg.release()

    running = loop.create_task(first(), context=engine.context)
    await asyncio.sleep(1)
    caller.calls(trunk="pstn", dialled="100")
    await asyncio.sleep(1)
    exchange.cut_off()
    loop.kill(engine)
    await asyncio.sleep(10)
    assert caller.cause is None
    assert not running.done()
    second = FakeSwitch(exchange, seed=seed)
    async for news in second.news():
        assert isinstance(news, Connected)
        (found,) = news.legs
        assert (found.leg.id, found.leg.answered, found.bridge) == (caller.channel.id, True, "hall-q")
        assert found.arrived
        assert news.bridges == {"hall-q": {caller.channel.id}}
        break


@story
async def test_the_second_engine_replaces_the_first(seed):
    bench = await Bench(seed=seed).ready()
    first = bench.news
    bench.connect(seed=seed)
    await asyncio.sleep(5)
    assert isinstance(first[-1], Replaced)
    assert bench.kinds() == [Connected, DeviceOnline]


@story
async def test_busy_and_lost_answers(seed):
    bench = await Bench(seed=seed).ready()
    _, leg = await bench.arrival()
    bench.switch.latency = Latency(busy_share=1.0)
    with pytest.raises(SwitchBusy):
        await leg.answer()
    bench.switch.latency = Latency(lost_share=1.0, bound_s=4.0)
    began = asyncio.get_running_loop().time()
    with pytest.raises(SwitchUnreachable):
        await leg.answer()
    assert asyncio.get_running_loop().time() - began >= 4.0


def test_replies_and_events_come_in_either_order():
    async def main(seed):
        bench = await Bench(lambda: React(Reaction.ANSWER), seed=seed).ready()
        first = []
        agent = bench.dial()
        bench.switch._link.send(lambda: None, lambda *_: first.append("reply"), "x")
        await agent.picked_up()
        first.append("event")
        await asyncio.sleep(1)
        return first[0]

    assert {run(main(seed), seed) for seed in range(40)} == {"reply", "event"}


@story
async def test_an_orderly_stop_lets_go(seed):
    bench = await Bench(seed=seed).ready()
    caller, leg = await bench.arrival()
    bench.switch.let_go()
    leg.release()
    await asyncio.sleep(10)
    assert caller.cause is None
