"""Phones that come and go."""

from ccapp.domain.ids import AgentId
from ccapp.ports import Connected, DeviceOnline
from tests.contract.steps import Told, dialled, within
from tests.contract.world import ALICE, BOB, Rings, Run, World


def test_phones_come_and_go(run: Run) -> None:
    async def story(world: World) -> None:
        told = Told(world)
        await told.device(BOB, online=True)
        await world.phone(BOB).goes_offline()
        await told.device(BOB, online=False)
        await world.phone(BOB).comes_online()
        await told.device(BOB, online=True)

    run(story)


def test_a_ringing_phone_stays_as_online_as_it_was(run: Run) -> None:
    async def story(world: World) -> None:
        told = Told(world)
        world.phone(ALICE).behaves(Rings())
        leg = dialled(world)
        await world.phone(ALICE).rung()
        leg.release()
        await world.phone(ALICE).over()
        await world.phone(BOB).goes_offline()
        before = []
        while (news := await told.next(DeviceOnline)) != DeviceOnline(agent=AgentId(BOB), online=False):
            before.append(news)
        assert before.count(DeviceOnline(agent=AgentId(ALICE), online=True)) <= 1
        assert DeviceOnline(agent=AgentId(ALICE), online=False) not in before[1:]

    run(story)


def test_looking_for_phones_tells_nothing_that_was_told(run: Run) -> None:
    async def story(world: World) -> None:
        told = Told(world)
        await told.next(Connected)
        await told.device(ALICE, online=True)
        await within(20, world.switch.look_for_phones())
        await world.phone(ALICE).goes_offline()
        await told.device(ALICE, online=False)
        await within(20, world.switch.look_for_phones())
        await world.phone(ALICE).comes_online()
        await told.device(ALICE, online=True)

    run(story)
