"""Agents who call each other and the world themselves, in bad weather: every rule of the checkers holds."""

from collections import Counter
from dataclasses import replace

import pytest

from ccapp.domain import events
from ccapp.domain.presence import SubState
from ccapp.simulate.desk import Moods
from ccapp.simulate.scenario import Fault, Scenario
from ccapp.simulate.storm import storm
from ccapp.simulate.world import simulate

FAULTS = (Fault.KILL, Fault.DROP, Fault.STOP, Fault.RESTART, Fault.TAKE_OVER)


def talkative(seed: int, faults: tuple[Fault, ...] = ()) -> Scenario:
    return replace(storm(seed, faults, duration_s=120.0), moods=Moods(every_s=12.0, dial=0.6))


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("faults", [(), FAULTS])
def test_whatever_breaks(seed: int, faults: tuple[Fault, ...]) -> None:
    result = simulate(talkative(seed, faults))
    assert not result.violations


def test_each_has_its_end_and_the_seconds_on_hold_are_of_the_talk() -> None:
    facts = [told.fact for seed in range(4) for told in simulate(talkative(seed)).facts]
    kinds = Counter(type(fact) for fact in facts)
    assert kinds[events.AgentDialled] == kinds[events.AgentCallEnded] > 10
    ended = [fact for fact in facts if isinstance(fact, events.AgentCallEnded)]
    assert sum(fact.answered for fact in ended) == kinds[events.AgentCallAnswered] > 3
    assert all(0 <= fact.hold_s <= fact.talk_s for fact in ended)
    assert any(fact.hold_s > 0 for fact in ended)
    seen = {fact.sub_state for fact in facts if isinstance(fact, events.PresenceChanged)}
    assert {SubState.CALLING, SubState.RINGING, SubState.ANSWERED, SubState.HOLD} <= seen
