"""The connection to Asterisk breaks while callers are in an IVR: they hear their node again, and go on."""

import random
from collections.abc import Iterator

import pytest

from ccapp.domain import events
from ccapp.domain.events import Outcome
from ccapp.simulate.people import CallerScript
from ccapp.simulate.scenario import Breakage, Call, Fault, Scenario
from ccapp.simulate.storm import centre
from ccapp.simulate.world import simulate


def one_call(chance: random.Random) -> Iterator[Call]:
    """Keys 2 at the menu, then an account number."""
    script = CallerScript(talk_s=5.0, keys=["", "2", "", "", "12#"], key_after_s=0.5)
    yield Call(after_s=10.0, script=script, dialled="100")


@pytest.mark.parametrize("at_s", [10.5, 12.0, 13.0, 14.0, 15.0, 16.0])
@pytest.mark.parametrize("lasts_s", [0.5, 5.0, 15.0])
def test_a_broken_connection_costs_no_caller_his_call(at_s: float, lasts_s: float) -> None:
    breakage = Breakage(at_s=at_s, fault=Fault.DROP, lasts_s=lasts_s)
    result = simulate(
        Scenario(seed=1, centre=centre(), calls=one_call, duration_s=60.0, breakages=[breakage])
    )
    assert not result.violations
    [ended] = [told.fact for told in result.facts if isinstance(told.fact, events.CallEnded)]
    assert ended.outcome is Outcome.SERVED
