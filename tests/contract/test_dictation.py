"""Recording what one party says alone, over each implementation of `Switch`."""

import asyncio
from uuid import uuid4

from ccapp.ports import Connected, Dictated, Dictation, DictationRules, Disconnected
from tests.contract.steps import Told, answered, ended, within
from tests.contract.test_recording import unable
from tests.contract.world import Run, World

OVER_S_MAX = 10.0


def rules(seconds_max: int = 20, silence_s: int = 0) -> DictationRules:
    """The switch keeps what is recorded: each story has a name of its own."""
    return DictationRules(name=f"{uuid4().hex}/message-1", seconds_max=seconds_max, silence_s=silence_s)


async def over(dictation: Dictation) -> Dictated:
    async with asyncio.timeout(OVER_S_MAX):
        return await dictation.over()


def test_what_is_said_is_recorded_until_the_key(run: Run) -> None:
    async def story(world: World) -> None:
        caller = await answered(world)
        dictation = caller.dictate(rules())
        await asyncio.sleep(1.5)
        await world.caller_presses("1#")
        assert await over(dictation) == Dictated()
        spoken = await world.switch.spoken(dictation.file)
        assert spoken is not None
        assert not spoken.silent
        assert 0.5 < spoken.seconds < 3
        assert caller.gone is None
        await world.switch.discard(dictation.file)
        assert await world.switch.spoken(dictation.file) is None
        await world.switch.discard(dictation.file)

    run(story)


def test_silence_ends_it_and_so_does_its_length(run: Run) -> None:
    async def story(world: World) -> None:
        caller = await answered(world)
        long = caller.dictate(rules(seconds_max=1))
        assert await over(long) == Dictated()
        spoken = await world.switch.spoken(long.file)
        assert spoken is not None
        assert 0.8 < spoken.seconds < 2.5, "Asterisk counts whole seconds"
        world.caller_speaks(False)
        await asyncio.sleep(0.3)  # what was said may still be on its way
        silent = caller.dictate(rules(silence_s=1))
        assert await over(silent) == Dictated()
        spoken = await world.switch.spoken(silent.file)
        assert spoken is not None
        assert spoken.silent
        await within(4, caller.play([world.sound("short")]))

    run(story)


def test_what_was_said_until_the_hang_up_is_there(run: Run) -> None:
    async def story(world: World) -> None:
        caller = await answered(world)
        dictation = caller.dictate(rules())
        await asyncio.sleep(1.5)
        await world.caller_hangs_up()
        await ended(caller)
        assert await over(dictation) == Dictated()
        spoken = await world.switch.spoken(dictation.file)
        assert spoken is not None
        assert 0.5 < spoken.seconds < 3
        assert (await over(caller.dictate(rules()))).fault

    run(story)


def test_one_that_cannot_begin_is_over_with_a_fault(run: Run) -> None:
    async def story(world: World) -> None:
        caller = await answered(world)
        with unable(world):
            dictation = caller.dictate(rules())
            assert (await over(dictation)).fault
        assert await world.switch.spoken(dictation.file) is None
        await within(4, caller.play([world.sound("short")]))

    run(story)


def test_it_outlives_the_connection_and_its_end_is_found_out(run: Run) -> None:
    async def story(world: World) -> None:
        told = Told(world)
        caller = await answered(world, told)
        dictation = caller.dictate(rules(seconds_max=2))
        await asyncio.sleep(0.5)
        await world.cut()
        await told.next(Disconnected)
        await asyncio.sleep(3)
        await world.mend()
        await told.next(Connected)
        assert await over(dictation) == Dictated()
        assert caller.gone is None

    run(story)


def test_one_that_goes_on_under_the_name_is_taken_up_and_one_that_is_over_is_over(run: Run) -> None:
    async def story(world: World) -> None:
        caller = await answered(world)
        same = rules()
        caller.dictate(same)
        await asyncio.sleep(1)
        again = caller.dictate(same)
        await asyncio.sleep(0.5)
        await world.caller_presses("#")
        assert await over(again) == Dictated()
        assert await over(caller.dictate(same)) == Dictated()
        again.stop()

    run(story)
