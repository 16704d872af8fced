"""Halls and talks: who is in them, and what they let through."""

import asyncio

import pytest

from ccapp.ports import Connected, Disconnected, LegGone, SwitchError
from tests.contract.steps import Told, answered, ended, hall, picked_up, talk, within
from tests.contract.world import ALICE, Run, World


def test_two_talk_until_one_hangs_up_and_the_other_lives(run: Run) -> None:
    async def story(world: World) -> None:
        caller = await answered(world)
        agent = await picked_up(world)
        bridge = await talk(world)
        await bridge.add(caller, agent)
        await asyncio.sleep(0.3)
        await world.phone(ALICE).hangs_up()
        await ended(agent)
        assert caller.gone is None
        await within(20, caller.play([world.sound("short")]))

    run(story)


def test_a_leg_that_is_gone_cannot_be_added_and_the_other_stays_out(run: Run) -> None:
    async def story(world: World) -> None:
        told = Told(world)
        caller = await answered(world, told)
        agent = await picked_up(world)
        bridge = await talk(world)
        agent.release()
        with pytest.raises(LegGone):
            await bridge.add(caller, agent)
        await ended(agent)
        with pytest.raises(LegGone):
            await bridge.add(caller, agent)
        await world.cut()
        await told.next(Disconnected)
        await world.mend()
        found = (await told.next(Connected)).legs
        assert [(one.leg.id, one.bridge) for one in found] == [(caller.id, None)]

    run(story)


def test_from_the_hall_into_the_talk_in_one_move(run: Run) -> None:
    async def story(world: World) -> None:
        told = Told(world)
        caller = await answered(world, told)
        waiting, talking = await hall(world), await talk(world)
        await waiting.add(caller)
        agent = await picked_up(world)
        await talking.add(caller, agent)
        await world.cut()
        await told.next(Disconnected)
        await world.mend()
        connected = await told.next(Connected)
        assert connected.bridges[talking.id] == {caller.id, agent.id}
        assert connected.bridges[waiting.id] == frozenset()

    run(story)


def test_an_announcement_in_the_hall_lets_keys_through_and_is_cut_for_the_talk(run: Run) -> None:
    async def story(world: World) -> None:
        caller = await answered(world)
        await (await hall(world)).add(caller)
        agent = await picked_up(world)
        told = asyncio.create_task(caller.play([world.sound("long")]))
        await world.caller_presses("7")
        assert await within(20, caller.digit()) == "7"
        assert not told.done()
        told.cancel()
        await asyncio.wait([told])
        await within(4, (await talk(world)).add(caller, agent))

    run(story)


def test_an_announcement_in_the_hall_ends(run: Run) -> None:
    async def story(world: World) -> None:
        caller = await answered(world)
        await (await hall(world)).add(caller)
        await within(20, caller.play([world.sound("short")]))

    run(story)


def test_bridges_are_found_when_they_exist(run: Run) -> None:
    async def story(world: World) -> None:
        caller = await answered(world)
        await (await talk(world)).add(caller)
        again = await talk(world)
        await again.remove(caller)
        await again.remove(caller)
        assert (await hall(world)).id == (await hall(world)).id

    run(story)


def test_a_closed_bridge_lets_its_legs_live_and_may_be_made_again(run: Run) -> None:
    async def story(world: World) -> None:
        caller = await answered(world)
        bridge = await talk(world)
        await bridge.add(caller)
        bridge.close()
        bridge.close()
        again = await talk(world)
        await again.add(caller)
        assert caller.gone is None
        again.close()
        with pytest.raises(SwitchError):
            await again.add(caller)

    run(story)
