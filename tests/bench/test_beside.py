"""A checkout beside another: each side's own figures come back, and what is none is said."""

from pathlib import Path

import pytest

from scripts.bench.beside import HERE, BesideFailed, at_work, beside


@pytest.mark.real
@pytest.mark.timeout(300)
def test_a_side_measures_a_round_whenever_it_is_asked() -> None:
    with at_work(HERE, "now", "smoke") as side:
        for _ in range(2):
            found = side.round("idle")
            assert found["failed"] == 0
            assert found["engine"] > 0
            assert found["asterisk"] > 0


def test_what_is_no_checkout_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BesideFailed, match="no checkout with a benchmark"):
        beside(tmp_path, eyes=False)
