"""`ccapp config set`: single settings from the command line."""

import pytest

from tests.cli.conftest import Office
from tests.web.floor import SALES


def test_settings_are_changed_together(office: Office):
    said = office.says("config", "set", "queues.sales.ring_s=20", "queues.sales.requires={sales: 2}")
    assert "is in effect as version 8" in said
    sales = office.do(lambda floor: floor.acd.centre.queues[SALES])
    assert (sales.ring_s, sales.requires) == (20.0, {"sales": 2})


def test_no_value_is_the_default(office: Office):
    office.says("config", "set", "queues.sales.wait_s_max=60")
    office.says("config", "set", "queues.sales.wait_s_max=")
    assert office.do(lambda floor: floor.acd.centre.queues[SALES].wait_s_max) is None


def test_only_checked(office: Office):
    assert "could be applied" in office.says("config", "set", "--check", "queues.sales.ring_s=20")
    assert office.do(lambda floor: floor.applied) == []


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["queues.sales.ring_s=2"], 1, "queues.sales.ring_s: must be at least 3"),
        (["queues.sales.rings_s=20"], 1, 'did you mean "ring_s"?'),
        (["queues.sales.ring_s"], 2, "is no setting"),
        (["=20"], 2, "is no setting"),
        (["queues..ring_s=20"], 2, "is no setting"),
        (["name=[a"], 2, "not YAML"),
        (["queues.sales=x", "queues.sales.ring_s=20"], 2, "is set beside what it is in"),
    ],
)
def test_slips(office: Office, words: list[str], code: int, told: str):
    result = office.ccapp("config", "set", *words)
    assert result.exit_code == code, result.output
    assert told in result.output
    assert office.do(lambda floor: floor.applied) == []
