"""Phones that are dialled: rung, picked up, refusing, taken back."""

import asyncio

import pytest

from ccapp.ports import CallerId, Dial, LegGone
from tests.contract.steps import OFFER, Told, answered, dialled, ended, within
from tests.contract.world import ALICE, Answers, Behaviour, Busy, Rejects, Run, World


def test_a_dialled_phone_rings_with_caller_and_headers_and_is_picked_up(run: Run) -> None:
    async def story(world: World) -> None:
        world.phone(ALICE).behaves(Answers())
        nasty = 'a,b;c="d" ${EXTEN} $[1+1] `|\\n é'
        dial = Dial(
            channel=OFFER,
            endpoint=ALICE,
            caller=CallerId(number="5551000", name='Ca"rol, <x>'),
            headers={"X-Call-Id": "v1", "X-Nasty": nasty, "X-Line": "one\r\nX-Evil: two"},
        )
        leg = world.switch.dial(dial)
        assert leg.id == OFFER
        assert not leg.answered
        headers = await within(20, world.phone(ALICE).rung())
        assert headers["X-Call-Id"] == "v1"
        assert headers["X-Nasty"] == nasty
        assert headers["X-Line"].startswith("one ")
        assert "X-Evil" not in headers
        await within(20, leg.picked_up())
        assert leg.answered

    run(story)


@pytest.mark.parametrize(("behaviour", "cause"), [(Busy(), 17), (Rejects(), 21)])
def test_a_dialled_phone_that_will_not(run: Run, behaviour: Behaviour, cause: int) -> None:
    async def story(world: World) -> None:
        world.phone(ALICE).behaves(behaviour)
        leg = dialled(world)
        with pytest.raises(LegGone):
            await within(20, leg.picked_up())
        assert leg.gone
        assert (leg.gone.cause, leg.gone.ours) == (cause, False)

    run(story)


def test_a_phone_that_is_not_there_is_not_registered(run: Run) -> None:
    async def story(world: World) -> None:
        told = Told(world)
        await told.device(ALICE, online=True)
        await world.phone(ALICE).goes_offline()
        await told.device(ALICE, online=False)
        leg = dialled(world)
        assert leg.gone is None, "a refused dial ends the leg soon, not at once"
        with pytest.raises(LegGone):
            await within(20, leg.picked_up())
        assert leg.gone
        assert leg.gone.cause == 20

    run(story)


def test_the_switch_itself_ends_the_ringing(run: Run) -> None:
    async def story(world: World) -> None:
        leg = dialled(world, ring_s_max=1)
        with pytest.raises(LegGone):
            await within(20, leg.picked_up())
        assert leg.gone
        assert leg.gone.cause == 19
        await world.phone(ALICE).rung()
        await world.phone(ALICE).over()

    run(story)


@pytest.mark.parametrize("after_s", [0.0, 0.3])
def test_a_dial_taken_back_stops_the_ringing(run: Run, after_s: float) -> None:
    async def story(world: World) -> None:
        leg = dialled(world)
        await asyncio.sleep(after_s)
        leg.release(26)
        with pytest.raises(LegGone):
            await within(20, leg.picked_up())
        assert leg.gone
        assert leg.gone.ours
        if after_s:
            await world.phone(ALICE).rung()
            await world.phone(ALICE).over()

    run(story)


def test_the_caller_goes_while_the_phone_rings(run: Run) -> None:
    async def story(world: World) -> None:
        caller = await answered(world)
        leg = world.switch.dial(Dial(channel=OFFER, endpoint=ALICE, originator=caller.id))
        await world.phone(ALICE).rung()
        await world.caller_hangs_up()
        await ended(caller)
        assert leg.gone is None, "no leg hangs on another but by a story"
        leg.release()
        await world.phone(ALICE).over()
        await ended(leg)

    run(story)
