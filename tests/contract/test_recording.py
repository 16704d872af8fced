"""Recording a leg, over each implementation of `Switch`."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

from ccapp.domain.tape import files_of
from ccapp.ports import Connected, Disconnected, Recording
from tests.contract.steps import Told, answered, ended, picked_up, talk, within
from tests.contract.world import Run, World


def a_name() -> str:
    """The switch keeps what is recorded: each story has a name of its own."""
    return f"{uuid4().hex}/1234-1"


async def begun(recording: Recording) -> None:
    """That the switch has somebody listen in is not enough: what is stopped then may be no recording yet."""
    async with asyncio.timeout(10):
        while not recording.begun:
            assert not recording.fault
            await asyncio.sleep(0.05)


async def none_left(world: World) -> None:
    async with asyncio.timeout(10):
        while await world.recorders():  # noqa: ASYNC110
            await asyncio.sleep(0.05)


async def whole(world: World, name: str) -> None:
    async with asyncio.timeout(10):
        while not await world.has_recording(name):  # noqa: ASYNC110
            await asyncio.sleep(0.05)


async def failed(recording: Recording) -> None:
    async with asyncio.timeout(10):
        while not recording.fault:  # noqa: ASYNC110
            await asyncio.sleep(0.05)


@contextmanager
def unable(world: World) -> Iterator[None]:
    world.may_record(False)
    try:
        yield
    finally:
        world.may_record(True)


def test_a_talk_is_recorded_until_that_is_stopped(run: Run) -> None:
    async def story(world: World) -> None:
        caller = await answered(world)
        agent = await picked_up(world)
        await (await talk(world)).add(caller, agent)
        name = a_name()
        recording = caller.record(name)
        assert recording.files == files_of(name)
        await begun(recording)
        recording.stop()
        recording.stop()
        assert not recording.fault
        await whole(world, name)
        assert caller.gone is None
        assert agent.gone is None

    run(story)


def test_a_recording_ends_with_its_leg(run: Run) -> None:
    async def story(world: World) -> None:
        caller = await answered(world)
        name = a_name()
        recording = caller.record(name)
        await begun(recording)
        await world.caller_hangs_up()
        await ended(caller)
        recording.stop()
        assert not recording.fault
        await whole(world, name)
        await none_left(world)

    run(story)


def test_a_recording_that_cannot_begin_harms_nobody(run: Run) -> None:
    async def story(world: World) -> None:
        caller = await answered(world)
        name = a_name()
        with unable(world):
            recording = caller.record(name)
            await failed(recording)
        recording.stop()
        await none_left(world)
        assert not await world.has_recording(name)
        await within(20, caller.play([world.sound("short")]))

    run(story)


def test_what_is_stopped_before_it_began_says_so_and_leaves_nothing(run: Run) -> None:
    async def story(world: World) -> None:
        caller = await answered(world)
        recording = caller.record(a_name())
        recording.stop()
        assert recording.fault
        await within(20, caller.play([world.sound("short")]))
        await none_left(world)

    run(story)


def test_a_recording_outlives_the_connection_and_is_taken_up_by_its_name(run: Run) -> None:
    async def story(world: World) -> None:
        told = Told(world)
        caller = await answered(world, told)
        name = a_name()
        await begun(caller.record(name))
        await world.cut()
        await told.next(Disconnected)
        await world.mend()
        found = await told.next(Connected)
        assert [one.leg.id for one in found.legs] == [caller.id], "who listens in is nobody's caller"
        again = caller.record(name)
        await begun(again)
        await within(20, caller.play([world.sound("short")]))
        assert await world.recorders() == 1
        again.stop()
        assert not again.fault
        await whole(world, name)

    run(story)


def test_a_leg_that_is_gone_and_a_name_that_is_taken_are_faults(run: Run) -> None:
    async def story(world: World) -> None:
        caller = await answered(world)
        name = a_name()
        first = caller.record(name)
        await begun(first)
        first.stop()
        await whole(world, name)
        second = caller.record(name)
        await failed(second)
        second.stop()
        await none_left(world)
        caller.release()
        await ended(caller)
        assert caller.record(a_name()).fault

    run(story)
