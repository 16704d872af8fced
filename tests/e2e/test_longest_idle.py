"""Who has been idle longest is rung: since his last hang-up, or since he became ready."""

import pytest

from ccapp.domain import events
from tests.e2e.centres import agent, centre
from tests.e2e.conftest import OpenHouse
from tests.phone import Answers
from tests.rows import rows

pytestmark = pytest.mark.real


@rows("VX-18", "XS-13")
async def test_twelve_calls_to_the_longest_idle(open_house: OpenHouse) -> None:
    """Bob takes a break after the sixth call and is back, idle for the shortest time, for the tenth."""
    names = ("alice", "bob", "carla")
    served = ""
    async with open_house(centre({name: agent(201 + n) for n, name in enumerate(names)})) as house:
        for name in names:
            await house.agent(name, Answers())
        for number in range(12):
            if number == 6:
                await house.move("bob", "not_ready")
            if number == 9:
                await house.move("bob", "ready")
            call = await house.call("100")
            facts = await house.until_fact(events.CallServed, count=number + 1)
            await call.hang_up()
            served += facts[-1].agent[0]
            await house.in_state(facts[-1].agent, "READY")
    assert served == "abcabc" + "aca" + "cab"
