"""Talks that are recorded, in bad weather: each is told once, and no recording outlives its talk."""

from dataclasses import replace

import pytest

from ccapp.domain import events
from ccapp.domain.tape import files_of
from ccapp.simulate.desk import Moods
from ccapp.simulate.scenario import Fault, Scenario
from ccapp.simulate.storm import storm
from ccapp.simulate.world import simulate

FAULTS = (Fault.KILL, Fault.DROP, Fault.STOP, Fault.RESTART, Fault.TAKE_OVER)


def taped(seed: int, faults: tuple[Fault, ...]) -> Scenario:
    scenario = storm(seed, faults, duration_s=120.0)
    queues = {id: replace(queue, record=True) for id, queue in scenario.centre.queues.items()}
    return replace(scenario, centre=replace(scenario.centre, queues=queues))


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("faults", [(), FAULTS])
def test_whatever_breaks(seed: int, faults: tuple[Fault, ...]) -> None:
    result = simulate(taped(seed, faults))
    assert not result.violations
    facts = [told.fact for told in result.facts]
    served = {(fact.visit, fact.segment) for fact in facts if isinstance(fact, events.CallServed)}
    tapes = [fact for fact in facts if isinstance(fact, events.TalkRecorded)]
    assert {(tape.visit, tape.segment) for tape in tapes} == served
    assert len(tapes) == len(served) > 0
    assert any(tape.ok for tape in tapes)
    assert all(tape.files == files_of(tape.recording) for tape in tapes)
    assert all(bool(tape.detail) is (tape.ok is not True) for tape in tapes)


def test_in_good_weather_every_recording_is_whole() -> None:
    tapes = [
        told.fact
        for seed in range(4)
        for told in simulate(replace(taped(seed, ()), moods=Moods(every_s=12.0, dial=0.6))).facts
        if isinstance(told.fact, events.TalkRecorded | events.AgentCallRecorded)
    ]
    assert {type(tape) for tape in tapes} == {events.TalkRecorded, events.AgentCallRecorded}
    assert all(tape.ok for tape in tapes)
