"""What is played to a leg, and the keys that come from it."""

import asyncio

import pytest

from ccapp.ports import LegGone
from tests.contract.steps import answered, hall, within
from tests.contract.world import Run, World


def test_play_returns_at_the_end_of_the_last_prompt(run: Run) -> None:
    async def story(world: World) -> None:
        leg = await answered(world)
        await within(20, leg.play([world.sound("short"), world.sound("short")]))

    run(story)


def test_a_prompt_that_cannot_be_played_is_passed_over(run: Run) -> None:
    async def story(world: World) -> None:
        leg = await answered(world)
        await within(20, leg.play([world.missing_sound(), world.sound("short")]))

    run(story)


def test_a_cancelled_prompt_is_silent_for_the_next_one(run: Run) -> None:
    async def story(world: World) -> None:
        leg = await answered(world)
        with pytest.raises(TimeoutError):
            await within(0.5, leg.play([world.sound("long")]))
        await within(20, leg.play([world.sound("short")]))

    run(story)


def test_a_caller_gone_while_playing_ends_the_play(run: Run) -> None:
    async def story(world: World) -> None:
        leg = await answered(world)
        playing = asyncio.create_task(leg.play([world.sound("long")]))
        await asyncio.sleep(0.5)
        await world.caller_hangs_up()
        with pytest.raises(LegGone):
            await within(20, playing)

    run(story)


def test_music_is_heard_until_quiet_and_prompts_and_keys_go_on_after_it(run: Run) -> None:
    async def story(world: World) -> None:
        leg = await answered(world)
        await within(20, leg.music("default"))
        await world.caller_presses("5")
        assert await within(20, leg.digit()) == "5"
        leg.quiet()
        leg.quiet()
        await within(20, leg.play([world.sound("short")]))
        await within(20, leg.music("no-such-music"))
        await world.caller_hangs_up()
        await world.caller_over()
        leg.quiet()

    run(story)


def test_keys_come_in_order_and_are_kept_until_asked_for(run: Run) -> None:
    async def story(world: World) -> None:
        leg = await answered(world)
        await world.caller_presses("12")
        assert [await within(20, leg.digit()) for _ in "12"] == ["1", "2"]
        waiting = asyncio.create_task(leg.digit())
        await world.caller_presses("#")
        assert await within(20, waiting) == "#"

    run(story)


def test_forgotten_keys_do_not_come(run: Run) -> None:
    async def story(world: World) -> None:
        leg = await answered(world)
        await world.caller_presses("1")
        await asyncio.sleep(0.5)
        leg.forget_digits()
        await world.caller_presses("2")
        assert await within(20, leg.digit()) == "2"

    run(story)


def test_keys_are_heard_in_the_hall(run: Run) -> None:
    async def story(world: World) -> None:
        leg = await answered(world)
        await (await hall(world)).add(leg)
        await world.caller_presses("7")
        assert await within(20, leg.digit()) == "7"

    run(story)
