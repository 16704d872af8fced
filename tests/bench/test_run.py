"""The benchmark itself, with a few calls. It must run and its calls must be good; how fast is not asked."""

import subprocess
from pathlib import Path

import pytest

from scripts.bench.observer import CannotObserve, observing
from scripts.bench.plans import SMOKE
from scripts.bench.programme import CCAPP, TRUSTED, run

REPOSITORY = Path(__file__).parents[2]


def may_observe(folder: Path) -> bool:
    try:
        with observing(5060, folder):
            return True
    except CannotObserve:
        return False


@pytest.mark.real
@pytest.mark.timeout(300)
def test_both_take_their_turn_and_all_calls_are_good(tmp_path: Path) -> None:
    eyes = may_observe(tmp_path)
    results = run(SMOKE, ("calls", "waiting", "rates"), eyes=eyes)
    assert results.rounds
    assert results.recorded > 0
    assert results.unended == 0
    for (measure, size, who), rounds in results.rounds.items():
        [round_] = rounds[-1:]
        assert (round_.failed, round_.double_booked) == (0, 0), (measure, size, who)
        if measure != "waiting" and eyes:
            assert round_.latencies, (measure, size, who)
        if measure == "idle":
            assert ("engine" in round_.cpu_ms) == (who in (CCAPP, TRUSTED))
            assert round_.cpu_ms["asterisk"] > 0


def test_the_command_explains_itself() -> None:
    told = subprocess.run(
        [REPOSITORY / "scripts" / "bench" / "run", "--help"], capture_output=True, text=True, timeout=60
    )
    assert told.returncode == 0
    assert "routing" in told.stdout
