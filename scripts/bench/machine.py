"""What the figures were taken on, and how busy it was besides: said with every table."""

from __future__ import annotations

import os
import platform
import sys
import sysconfig
from pathlib import Path

from scripts.bench.programme import Results
from scripts.stack.program import find_asterisk


def machine(results: Results) -> str:
    """One line."""
    asterisk = ".".join(map(str, find_asterisk().version))
    others = [round_.others for rounds in results.rounds.values() for round_ in rounds if round_.cpu_ms]
    busy = f"{sum(others) / len(others):.2f}" if others else "?"
    loads = f"{min(results.loads):.1f}-{max(results.loads):.1f}" if results.loads else "?"
    optimised = "--enable-optimizations" in (sysconfig.get_config_var("CONFIG_ARGS") or "")
    python = platform.python_version() + ("" if optimised else " (built without PGO)")
    return (
        f"Asterisk {asterisk}, Python {python}"
        f" on {sys.platform} {platform.release()}, {os.cpu_count()} × {_processor()}; load average {loads},"
        f" {busy} processors busy with other things"
    )


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(": ")[2]
    return platform.machine()
