"""SIPp as callers and as agents: started, waited for, and what it counted."""

from __future__ import annotations

import csv
import re
import signal
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from scripts.stack.guarded import GuardedProcess
from scripts.stack.tools import sipp

SCENARIOS: Final = Path(__file__).parent / "scenarios"
LOOPBACK: Final = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Counts:
    """Of one SIPp, since its start."""

    made: int = 0
    good: int = 0
    failed: int = 0
    again: int = 0
    """Messages sent again because nothing came back in time."""

    def since(self, before: Counts) -> Counts:
        return Counts(
            self.made - before.made,
            self.good - before.good,
            self.failed - before.failed,
            self.again - before.again,
        )


def counted(text: str) -> Counts:
    """The last line of SIPp's own statistics; all zero while there is none."""
    whole = text[: text.rfind("\n") + 1]
    rows = list(csv.DictReader(whole.splitlines(), delimiter=";"))
    if not rows:
        return Counts()
    last: Mapping[str, str] = rows[-1]
    names = ("TotalCallCreated", "SuccessfulCall(C)", "FailedCall(C)", "Retransmissions(C)")
    return Counts(*(int(last[name] or 0) for name in names))


class Sipp:
    """One SIPp process: SIP on `port`, media from `port + 2` on (it takes several)."""

    def __init__(
        self,
        folder: Path,
        scenario: str,
        *words: str,
        address: str = LOOPBACK,
        port: int,
        remote: tuple[str, int],
    ) -> None:
        name = f"{scenario}-{time.monotonic_ns()}"
        self._statistics = folder / f"{name}.csv"
        self._errors = folder / f"{name}-errors.log"
        command = [str(sipp()), f"{remote[0]}:{remote[1]}", "-sf", str(SCENARIOS / f"{scenario}.xml")]
        command += ["-i", address, "-p", str(port)]
        command += ["-mi", address, "-mp", str(port + 2)]
        command += ["-nostdin", "-aa", "-buff_size", "4194304"]
        command += ["-trace_stat", "-stf", str(self._statistics), "-fd", "1"]
        command += ["-trace_err", "-error_file", str(self._errors)]
        self._process = GuardedProcess([*command, *words], output=folder / f"{name}.screen", folder=folder)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def running(self) -> bool:
        return self._process.running

    @property
    def counts(self) -> Counts:
        """At most a second old while it runs."""
        return counted(self._statistics.read_text()) if self._statistics.exists() else Counts()

    @property
    def complaint(self) -> str:
        """The first thing it did not expect, if there was one; questions whether it is there do not count."""
        text = self._errors.read_text(errors="replace") if self._errors.exists() else ""
        events = re.split(r"(?=\d{4}-\d\d-\d\d\t)", text)[1:]
        return next((event[:600].strip() for event in events if "Automatic response" not in event), "")

    def wait(self, within_s: float) -> None:
        """Until all calls are made and ended, or the time is over; then the rest is dropped."""
        deadline = time.monotonic() + within_s
        while self.running and time.monotonic() < deadline:
            time.sleep(0.05)

    def end(self) -> None:
        """At once, whatever it was doing."""
        if self.running:
            self._process.end(signal.SIGKILL, 5)
        else:
            self._process.ended(5)


@contextmanager
def calling(
    folder: Path,
    remote: tuple[str, int],
    *,
    address: str,
    port: int,
    dialled: str,
    number: str,
    rate: float,
    calls: int,
    at_once_max: int,
    hold_ms: int | None = None,
) -> Iterator[Sipp]:
    """Callers from `address`: `rate` a second, `calls` in all. With `hold_ms` they hang up by themselves."""
    words = ["-s", dialled, "-key", "number", number, "-l", str(at_once_max), "-m", str(calls)]
    words += ["-r", str(round(rate * 10)), "-rp", "10000", "-timeout", "240"]
    if hold_ms is not None:
        words += ["-d", str(hold_ms)]
    callers = Sipp(
        folder, "caller" if hold_ms is None else "waiter", *words, address=address, port=port, remote=remote
    )
    try:
        yield callers
    finally:
        callers.end()
