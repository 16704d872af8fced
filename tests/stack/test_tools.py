"""The wrapped programs run, find their data, and work from any folder."""

import subprocess
from pathlib import Path

import pytest

from scripts.stack.tools import espeak_ng, sipp, sox

pytestmark = pytest.mark.real


def test_sipp_runs(tmp_path: Path) -> None:
    run = subprocess.run(
        [sipp(), "-v"], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
    )
    assert "SIPp v3" in run.stdout


def test_a_sentence_becomes_a_telephone_prompt(tmp_path: Path) -> None:
    spoken, prompt = tmp_path / "spoken.wav", tmp_path / "prompt.wav"
    subprocess.run(
        [espeak_ng(), "-v", "en", "-w", spoken, "You are number two in the line."], timeout=60, check=True
    )
    subprocess.run([sox(), spoken, "-r", "8000", "-c", "1", prompt], timeout=60, check=True)
    assert prompt.stat().st_size > 8000
