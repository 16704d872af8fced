"""Which process holds the lease, and whether a former holder is surely dead.

Surely dead is a holder on this very machine whose process is gone: the machine booted since, or no process
has its number and start time. Of another machine, or another container's processes, nothing is sure: their
lease has to run out.
"""

import os
import socket
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Holder:
    host: str  # host name and, where there is one, machine id
    boot: str  # changes with every boot
    pid_space: str  # the namespace `pid` is a number of
    pid: int
    pid_started: str  # in clock ticks after boot; process numbers are used again

    def is_surely_dead(self) -> bool:
        here = this_process()
        if self.host != here.host:
            return False
        if self.boot != here.boot:
            return "/" in self.host and bool(self.boot and here.boot)  # a machine id leaves no doubt
        if not self.boot or self.pid_space != here.pid_space:
            return False
        return _started(self.pid) != self.pid_started


def this_process() -> Holder:
    machine = _text("/etc/machine-id")
    return Holder(
        host=f"{socket.gethostname()}/{machine}" if machine else socket.gethostname(),
        boot=_text("/proc/sys/kernel/random/boot_id"),
        pid_space=_link("/proc/self/ns/pid"),
        pid=os.getpid(),
        pid_started=_started(os.getpid()),
    )


def _started(pid: int) -> str:
    """When the process started; empty when it is no more, a zombie being no more."""
    stat = _text(f"/proc/{pid}/stat")
    fields = stat.rpartition(")")[2].split()  # the name before it may hold anything
    return "" if not fields or fields[0] in "ZXx" else fields[19]


def _text(path: str) -> str:
    try:
        return Path(path).read_text().strip()
    except OSError:
        return ""


def _link(path: str) -> str:
    try:
        return os.readlink(path)
    except OSError:
        return ""
