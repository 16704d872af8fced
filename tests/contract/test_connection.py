"""The connection to the switch, cut and mended."""

import asyncio

import pytest

from ccapp.ports import Connected, Disconnected, LegGone, SwitchError
from tests.contract.steps import Told, answered, dialled, ended, hall, within
from tests.contract.world import ALICE, Run, World


def test_the_first_news_is_that_it_is_connected(run: Run) -> None:
    async def story(world: World) -> None:
        first = await anext(aiter(world.switch.news()))
        assert isinstance(first, Connected)
        assert not first.legs

    run(story)


def test_known_legs_are_found_again_as_the_same_objects(run: Run) -> None:
    async def story(world: World) -> None:
        told = Told(world)
        caller = await answered(world, told)
        waiting = await hall(world)
        await waiting.add(caller)
        await world.cut()
        await told.next(Disconnected)
        with pytest.raises(SwitchError):
            await caller.play([world.sound("short")])
        await world.mend()
        connected = await told.next(Connected)
        (found,) = connected.legs
        assert found.leg is caller
        assert found.bridge == waiting.id
        assert found.arrived
        assert (found.arrived.kind, found.arrived.dialled) == ("inbound", "1000")
        await within(20, caller.play([world.sound("short")]))

    run(story)


def test_what_was_cut_short_while_away_is_silent_after(run: Run, caplog: pytest.LogCaptureFixture) -> None:
    """Asterisk plays one thing after the other on a leg: behind what plays on, this one would not begin in
    time, and be passed over."""

    async def story(world: World) -> None:
        told = Told(world)
        caller = await answered(world, told)
        playing = asyncio.create_task(caller.play([world.sound("long")]))
        await asyncio.sleep(0.5)
        await world.cut()
        await told.next(Disconnected)
        playing.cancel()
        await asyncio.gather(playing, return_exceptions=True)
        await world.mend()
        await told.next(Connected)
        await within(20, caller.play([world.sound("short")]))

    run(story)
    assert "passed over" not in caplog.text


def test_a_leg_lost_while_away_is_told_gone_before_connected(run: Run) -> None:
    async def story(world: World) -> None:
        told = Told(world)
        caller = await answered(world, told)
        await world.cut()
        await told.next(Disconnected)
        await world.caller_hangs_up()
        await asyncio.sleep(0.3)
        await world.mend()
        assert not (await told.next(Connected)).legs
        assert caller.gone
        assert caller.gone.switch_lost

    run(story)


def test_what_was_let_go_while_away_is_hung_up_after(run: Run) -> None:
    async def story(world: World) -> None:
        told = Told(world)
        caller = await answered(world, told)
        await world.cut()
        await told.next(Disconnected)
        caller.release()
        await asyncio.sleep(0.2)
        assert caller.gone is None
        await world.mend()
        await world.caller_over()
        await ended(caller)
        assert caller.gone
        assert caller.gone.ours

    run(story)


def test_a_dial_while_away_ends(run: Run) -> None:
    async def story(world: World) -> None:
        told = Told(world)
        await told.next(Connected)
        await world.cut()
        await told.next(Disconnected)
        leg = dialled(world)
        with pytest.raises(LegGone):
            await within(20, leg.picked_up())
        assert leg.gone
        assert leg.gone.switch_lost

    run(story)


def test_a_leg_still_ringing_is_found(run: Run) -> None:
    async def story(world: World) -> None:
        told = Told(world)
        await told.next(Connected)
        leg = dialled(world)
        await world.phone(ALICE).rung()
        await world.cut()
        await told.next(Disconnected)
        await world.mend()
        (found,) = (await told.next(Connected)).legs
        assert found.leg is leg
        assert found.arrived is None
        assert not leg.answered
        leg.release()
        await world.phone(ALICE).over()
        await ended(leg)

    run(story)


def test_a_prompt_in_flight_ends_with_the_new_connection(run: Run) -> None:
    async def story(world: World) -> None:
        told = Told(world)
        caller = await answered(world, told)
        playing = asyncio.create_task(caller.play([world.sound("short")]))
        await asyncio.sleep(0.05)
        await world.cut()
        await asyncio.sleep(1)
        await world.mend()
        await told.next(Connected)
        try:
            await within(20, playing)
        except LegGone:
            raise
        except SwitchError:  # the command itself was cut off
            pass

    run(story)


def test_after_letting_go_nothing_is_hung_up(run: Run) -> None:
    async def story(world: World) -> None:
        caller = await answered(world)
        world.switch.let_go()
        caller.release()
        with pytest.raises(TimeoutError):
            await within(0.5, world.caller_over())

    run(story)
