"""A child process that cannot outlive us, however we end.

`PR_SET_PDEATHSIG` would be the usual way, but it fires when the *thread* that started the child ends, and
ours are often worker threads of an event loop. So a second, tiny child waits on a pipe only we hold open:
when the pipe closes without a word, we were killed, and it ends the process group. On a regular stop we
tell it to stand down.
"""

from __future__ import annotations

import os
import pwd
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

_WATCH = """
read -r word
[ "$word" = done ] && exit
kill -s "$1" -- "$2"
[ -z "$3" ] && exit
sleep 2
rm -rf -- "$3"
"""


class GuardedProcess:
    """One running program in a process group of its own, its output in a file."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        output: Path,
        environment: Mapping[str, str] | None = None,
        folder: Path | None = None,
        user: int | None = None,
        last_signal: str = "KILL",
        whole_group: bool = True,
        leftover: Path | None = None,
    ) -> None:
        """Start `command`.

        If we die before it, `last_signal` goes to its group (or only to itself), and then the temporary
        folder `leftover` is removed.
        """
        with output.open("ab") as log:
            self._child = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=environment,
                cwd=folder,
                user=user,
                group=_group_of(user),
                extra_groups=None if user is None else [],
                process_group=0,
            )
        target = f"-{self.pid}" if whole_group else str(self.pid)
        self._guard = subprocess.Popen(
            ["/bin/sh", "-c", _WATCH, "guard", last_signal, target, str(leftover or "")],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            start_new_session=True,
        )

    @property
    def pid(self) -> int:
        """The program's process id, also its group's."""
        return self._child.pid

    @property
    def running(self) -> bool:
        """Whether it has not ended yet, by itself or by us."""
        return self._child.poll() is None

    def end(self, kind: signal.Signals, within_s: float) -> int:
        """Ask it to end and wait; kill the whole group when it does not. Returns its exit status."""
        if self.running:
            self._child.send_signal(kind)
        return self.ended(within_s)

    def ended(self, within_s: float) -> int:
        """Wait for its end, however that was asked for; kill the whole group when the time is over."""
        try:
            status = self._child.wait(within_s)
        except subprocess.TimeoutExpired:
            os.killpg(self.pid, signal.SIGKILL)
            status = self._child.wait(10)
        if self._guard.poll() is None:
            self._guard.communicate(b"done\n", timeout=5)
        return status


def _group_of(user: int | None) -> int | None:
    if user is None:
        return None
    return pwd.getpwuid(user).pw_gid
