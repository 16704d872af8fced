"""A scope is left when its signal comes, whatever the task was doing, and only then."""

import asyncio

import pytest

from ccapp.acd.signal import Signal
from ccapp.calls.keys import interrupted
from ccapp.calls.scope import forever, until


async def fire_soon(signal: Signal[str], what: str = "now") -> None:
    asyncio.get_running_loop().call_soon(signal.fire, what)


async def test_the_block_is_left_silently_and_tells_what_happened() -> None:
    signal: Signal[str] = Signal()
    await fire_soon(signal, "gone")
    async with until(signal.on) as scope:
        await forever()
        pytest.fail("must not be reached")
    assert scope.happened == "gone"
    assert asyncio.current_task().cancelling() == 0  # type: ignore[union-attr]


async def test_a_block_that_ends_by_itself_is_not_touched_by_a_later_signal() -> None:
    signal: Signal[str] = Signal()
    async with until(signal.on) as scope:
        pass
    signal.fire("late")
    await asyncio.sleep(0)
    assert scope.happened is None


async def test_a_signal_from_before_leaves_the_block_at_its_first_wait() -> None:
    signal: Signal[str] = Signal()
    signal.fire("early")
    reached = []
    async with until(signal.on):
        reached.append("before the wait")
        await asyncio.sleep(0)
        reached.append("after the wait")
    assert reached == ["before the wait"]


async def test_an_outer_signal_leaves_the_inner_block_too() -> None:
    inner: Signal[str] = Signal()
    outer: Signal[str] = Signal()
    left = []
    await fire_soon(outer)
    async with until(outer.on):
        try:
            async with until(inner.on):
                await forever()
        finally:
            left.append("inner")
        pytest.fail("must not be reached")
    assert left == ["inner"]


async def test_both_signals_in_one_instant_leave_both_blocks() -> None:
    inner: Signal[str] = Signal()
    outer: Signal[str] = Signal()
    await fire_soon(inner)
    await fire_soon(outer)
    async with until(outer.on) as out:
        async with until(inner.on) as within:
            await forever()
        pytest.fail("must not be reached")
    assert (within.happened, out.happened) == ("now", "now")
    await asyncio.sleep(0)  # nothing is left to cancel us


async def test_a_cancellation_from_outside_is_not_swallowed() -> None:
    signal: Signal[str] = Signal()

    async def story() -> None:
        async with until(signal.on):
            await forever()

    task = asyncio.create_task(story())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_cancellation_and_a_signal_in_one_instant_stay_a_cancellation() -> None:
    signal: Signal[str] = Signal()

    async def story() -> None:
        async with until(signal.on):
            await forever()

    task = asyncio.create_task(story())
    await asyncio.sleep(0)
    signal.fire("now")
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_timeout_inside_a_scope_is_still_a_timeout() -> None:
    signal: Signal[str] = Signal()
    async with until(signal.on) as scope:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0):
                await forever()
    assert scope.happened is None


async def test_an_error_goes_through() -> None:
    signal: Signal[str] = Signal()
    with pytest.raises(ValueError, match="mine"):
        async with until(signal.on):
            raise ValueError("mine")


async def test_interrupted_gives_the_value_that_cut_it_short() -> None:
    ended = []

    async def play() -> None:
        try:
            await forever()
        finally:
            ended.append("play")

    async def key() -> str:
        await asyncio.sleep(0)
        return "5"

    assert await interrupted(play(), key()) == "5"
    assert ended == ["play"]


async def test_interrupted_gives_nothing_when_it_came_to_its_end() -> None:
    async def play() -> None:
        await asyncio.sleep(0)

    async def key() -> str:
        await forever()
        return "never"

    assert await interrupted(play(), key()) is None


async def test_interrupted_raises_what_the_deed_raised() -> None:
    async def play() -> None:
        raise ValueError("no sound")

    async def key() -> str:
        await forever()
        return "never"

    with pytest.raises(ValueError, match="no sound"):
        await interrupted(play(), key())
