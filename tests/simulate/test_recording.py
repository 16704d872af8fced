"""A run says what happened, the same from run to run."""

import json

from ccapp.simulate.races import race
from ccapp.simulate.recording import first_difference, recorded, told
from ccapp.simulate.scenario import Fault
from ccapp.simulate.storm import storm


def test_one_seed_is_one_story():
    for scenario in (race(7), storm(7, list(Fault))):
        assert first_difference(recorded(scenario), recorded(scenario)) is None


def test_another_seed_is_another_story():
    number, one, other = first_difference(recorded(race(1)), recorded(race(2)))
    assert number >= 1
    assert one != other


def test_lines_can_be_read_by_people_and_programs():
    lines = recorded(race(7))
    kinds = {json.loads(line)["what"] for line in lines}
    assert {"fact", "event", "command"} <= kinds
    text = "\n".join(told(json.loads(line)) for line in lines)
    assert "CallArrived" in text
    assert " originate " in text
