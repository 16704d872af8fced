"""`scripts/bench/run`: what is asked for, and the table of it."""

from __future__ import annotations

import argparse
import os
import socket
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Final

from rich.console import Console

from scripts.bench.beside import ROUNDS, BesideFailed, beside
from scripts.bench.machine import machine
from scripts.bench.plans import FULL, QUICK, SMOKE, Programme
from scripts.bench.programme import PARTS, Part, run
from scripts.bench.table import drawn, lines, markdown
from scripts.stack.progress import console

CHOICES: Final = ("routing", "gate", "wait", "beside", *PARTS, "all")
REPOSITORY: Final = Path(__file__).resolve().parents[2]


def main() -> int:
    asked = _arguments()
    if asked.what in ("routing", "all"):
        _routing(quick=asked.quick)
    if asked.what == "routing":
        return 0
    if asked.what == "gate":
        return _gate(quick=asked.quick)
    if asked.what == "wait":
        return _wait(quick=asked.quick)
    if asked.what == "beside":
        return _beside(asked)
    parts: tuple[Part, ...] = PARTS if asked.what == "all" else (asked.what,)
    began = time.monotonic()
    eyes = _may_observe()
    if not eyes:
        console.print("Only root (or CAP_NET_RAW) can see packets: no times from INVITE to INVITE.")
    results = run(_programme(asked), parts, eyes=eyes)
    found, title = lines(results), machine(results)
    Console(width=max(160, Console().width)).print(drawn(found, title))
    if asked.markdown:
        asked.markdown.write_text(markdown(found, title))
    console.print(f"{(time.monotonic() - began) / 60:.1f} minutes")
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="scripts/bench/run",
        description="Measures ccapp beside app_queue: one Asterisk, the same SIPp callers and agents, in "
        "turns. routing: decisions a second, without Asterisk. gate: whether the Router is better than "
        "app_queue's strategies, simulated; ends with 1 if not. wait: whether callers wait as long as is "
        "foretold, simulated; ends with 1 if not. calls: processor time per call, and how soon "
        "phones ring. waiting: processor time of a caller who waits. rates: the most calls a second without "
        "trouble. beside: this checkout beside another one, its engine and all, in turns.",
    )
    parser.add_argument("what", nargs="?", choices=CHOICES, default="all", help="default: all")
    parser.add_argument("checkout", nargs="?", type=Path, help="the other one, of `beside`")
    parser.add_argument("--quick", action="store_true", help="100 agents, one round: three minutes")
    parser.add_argument("--smoke", action="store_true", help="a few calls, to see that it works")
    parser.add_argument("--rounds", type=int, metavar="N", help="turns of each system")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="write the table there, too")
    return parser.parse_args()


def _programme(asked: argparse.Namespace) -> Programme:
    programme = SMOKE if asked.smoke else QUICK if asked.quick else FULL
    return replace(programme, rounds=asked.rounds) if asked.rounds else programme


def _routing(*, quick: bool) -> None:
    command = [sys.executable, "-m", "scripts.bench.routing", *(["--seconds", "0.5"] if quick else [])]
    subprocess.run(command, cwd=REPOSITORY, env=os.environ, check=True)


def _gate(*, quick: bool) -> int:
    """0 when it holds."""
    command = [sys.executable, "-m", "scripts.bench.gate", *(["--calls", "20000"] if quick else [])]
    return subprocess.run(command, cwd=REPOSITORY, env=os.environ, check=False).returncode


def _wait(*, quick: bool) -> int:
    """0 when callers wait as long as is foretold."""
    command = [sys.executable, "-m", "scripts.bench.wait", *(["--days", "4"] if quick else [])]
    return subprocess.run(command, cwd=REPOSITORY, env=os.environ, check=False).returncode


def _beside(asked: argparse.Namespace) -> int:
    if asked.checkout is None:
        console.print("beside: which checkout?")
        return 2
    try:
        table = beside(asked.checkout, eyes=_may_observe(), smoke=asked.smoke, rounds=asked.rounds or ROUNDS)
    except BesideFailed as why:
        console.print(f"beside: {why}")
        return 1
    Console().print(table)
    return 0


def _may_observe() -> bool:
    try:
        socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM).close()
    except PermissionError:
        return False
    return True


if __name__ == "__main__":
    sys.exit(main())
