"""The page of what is proven tells the truth."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def test_the_page_is_as_the_tests_say():
    checked = subprocess.run(
        [sys.executable, ROOT / "scripts" / "rows", "--check"], capture_output=True, text=True, check=False
    )
    assert not checked.returncode, checked.stderr
