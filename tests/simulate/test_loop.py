"""The virtual loop: time jumps, order is the seed's, a dead process never speaks again."""

import asyncio
import gc

import pytest

from ccapp.simulate.loop import Deadlock, Livelock, Process, VirtualLoop, run


def virtual(main, seed=None, shuffle=True):
    return run(main(), seed, shuffle=shuffle)


def test_jumps_to_the_exact_deadline():
    async def main():
        loop = asyncio.get_running_loop()
        seen = []
        for at in (0.1, 0.30000000000000004, 1e5 + 1 / 3):
            loop.call_at(at, lambda: seen.append(loop.time()))
        await asyncio.sleep(2e5)
        return seen, loop.time()

    assert virtual(main) == ([0.1, 0.30000000000000004, 1e5 + 1 / 3], 2e5)


@pytest.mark.parametrize("start", [16_384.0, 1e6, 8e6, 1e9])
def test_timers_still_fire_when_the_clock_is_coarse(start):
    """With asyncio's own comparison a clock of 1e-12 spins for ever after 16,384 s."""

    async def main():
        loop = asyncio.get_running_loop()
        await asyncio.sleep(start)
        for _ in range(100):
            await asyncio.sleep(1e-3)
        return loop.time() - start

    assert virtual(main) == pytest.approx(0.1, rel=1e-3)


def test_nobody_is_woken_early():
    async def main():
        loop = asyncio.get_running_loop()
        early = []
        for at in (10.0, 10.0 + 5e-10, 10.0 + 9e-10):
            loop.call_at(at, lambda at=at: early.append(loop.time() < at))
        await asyncio.sleep(11)
        return early

    assert virtual(main, seed=1) == [False] * 3


def test_the_seed_orders_timers_of_one_instant_and_nothing_else():
    async def main():
        loop = asyncio.get_running_loop()
        timers, soon, late = [], [], []
        for n in range(5):
            loop.call_at(1.0, timers.append, n)
            loop.call_soon(soon.append, n)
            loop.call_at(2.0 + n / 1000, late.append, n)
        await asyncio.sleep(3)
        return tuple(timers), tuple(soon), tuple(late)

    runs = [virtual(main, seed) for seed in range(20)]
    assert len({timers for timers, _, _ in runs}) > 10
    assert {(soon, late) for _, soon, late in runs} == {((0, 1, 2, 3, 4), (0, 1, 2, 3, 4))}
    assert virtual(main, 7) == virtual(main, 7)


def test_a_cancelled_timer_does_not_hold_time_up():
    async def main():
        loop = asyncio.get_running_loop()
        loop.call_at(50.0, lambda: None).cancel()
        await asyncio.sleep(100)
        return loop.time()

    assert virtual(main) == 100.0


def test_cancelled_timers_do_not_pile_up():
    async def main():
        loop = asyncio.get_running_loop()
        for _ in range(5_000):
            async with asyncio.timeout(1e6):
                await asyncio.sleep(0.1)
        return len(loop._scheduled)

    assert virtual(main) < 1_100


def test_timeouts_and_cancellation_are_asyncios_own():
    async def main():
        loop = asyncio.get_running_loop()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(5):
                await asyncio.sleep(50)
        task = asyncio.create_task(asyncio.sleep(1000))
        await asyncio.sleep(1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        async with asyncio.TaskGroup() as group:
            for seconds in (3, 1, 2):
                group.create_task(asyncio.sleep(seconds))
        return loop.time()

    assert virtual(main) == 9.0


def test_deadlock_says_who_waits_where():
    async def waits_for_nothing():
        await asyncio.get_running_loop().create_future()

    with pytest.raises(Deadlock, match=r"waits_for_nothing:\d+"):
        run(waits_for_nothing())


def test_livelock_is_an_error_not_a_hang():
    async def main():
        while True:  # noqa: ASYNC110
            await asyncio.sleep(0)

    with pytest.raises(Livelock):
        virtual(main)


def test_no_threads():
    async def main():
        with pytest.raises(RuntimeError, match="virtual"):
            await asyncio.to_thread(print)

    virtual(main)


def test_a_killed_process_runs_no_finally():
    said = []

    async def story(name):
        try:
            async with asyncio.timeout(100):
                while True:
                    await asyncio.sleep(1)
                    said.append(name)
        finally:
            said.append(f"{name} ends")

    async def nested(name):
        async with asyncio.TaskGroup() as group:
            group.create_task(story(name))

    async def main():
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualLoop)
        engine = Process("engine")
        task = loop.create_task(nested("engine"), context=engine.context)
        world = loop.create_task(story("world"))
        await asyncio.sleep(2.5)
        loop.kill(engine)
        del task
        gc.collect()
        await asyncio.sleep(2)
        assert not world.done()
        return list(said)

    said_until_then = virtual(main)
    assert (said_until_then.count("engine"), said_until_then.count("world")) == (2, 4)
    assert "engine ends" not in said_until_then
    assert {"engine ends", "world ends"} < set(said)  # once nobody looks any more all are cancelled in order
