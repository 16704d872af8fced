"""One real Asterisk of our own: rendered, started, asked, stopped, killed, started again on the same ports.

All methods block (a start takes two to three seconds); inside an event loop call them by `asyncio.to_thread`.
"""

from __future__ import annotations

import base64
import http.client
import re
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any, Final, Self

from scripts.stack.guarded import GuardedProcess
from scripts.stack.ports import PortBlock
from scripts.stack.program import AsteriskProgram, NoAsterisk, find_asterisk
from scripts.stack.render import AsteriskSettings, Trunk, write

__all__ = ["AsteriskProgram", "AsteriskServer", "NoAsterisk", "find_asterisk"]

SOCKET_PATH_MAX: Final = 90
"""A unix socket's path may have 107 bytes; deep folders get their control socket elsewhere."""


class AsteriskServer:
    """An Asterisk in `folder`. Ports, password and folders stay the same over stop, kill and restart."""

    def __init__(
        self,
        folder: Path,
        *,
        program: AsteriskProgram | None = None,
        port_blocks: int = 1,
        **choices: Any,
    ) -> None:
        """Claim ports and render the configuration; `choices` are fields of `AsteriskSettings`."""
        self.program = program or find_asterisk()
        self._ports = PortBlock.claim(port_blocks)
        self.folder = folder.resolve()
        first = self._ports.first
        defaults: dict[str, Any] = {
            "modules": self.program.modules,
            "data": self.program.data,
            "music": self.program.music,
            "folder": self.folder,
            "run_folder": _run_folder(self.folder),
            "sip_port": first,
            "http_port": first + 2,
            "rtp_first": first + 10,
            "rtp_last": first + self._ports.size - 1,
            "trunks": (
                Trunk(name="carrier", match="127.0.0.2", contact=f"sip:127.0.0.2:{first + 4}"),
                Trunk(name="public", match="127.0.0.3", contact=f"sip:127.0.0.3:{first + 6}"),
            ),
        }
        self.settings = AsteriskSettings(**(defaults | choices))
        self._main_file = write(self.settings)
        self._process: GuardedProcess | None = None

    # Addresses

    @property
    def ari_url(self) -> str:
        """Where ARI answers, without the `/ari` of its paths: `http://127.0.0.1:PORT`."""
        return f"http://{self.settings.bind}:{self.settings.http_port}"

    @property
    def ari_user(self) -> str:
        """ARI's user name."""
        return self.settings.ari_user

    @property
    def ari_password(self) -> str:
        """ARI's password, new with each rendering."""
        return self.settings.ari_password

    @property
    def sip_port(self) -> int:
        """The port of SIP over UDP and TCP."""
        return self.settings.sip_port

    @property
    def ws_port(self) -> int:
        """The port of SIP over WebSocket (path `/ws`), the same as ARI's."""
        return self.settings.http_port

    def trunk(self, name: str) -> Trunk:
        """The trunk `name`: call in from its `match` address, listen at its `contact` for calls out."""
        return next(trunk for trunk in self.settings.trunks if trunk.name == name)

    @property
    def sounds(self) -> Path:
        """The folder of the core sounds."""
        return self.program.sounds

    @property
    def rest_api(self) -> Path:
        """The folder of ARI's own description."""
        return self.program.rest_api

    @property
    def recordings(self) -> Path:
        """Where ARI's stored recordings lie."""
        return self.folder / "spool" / "recording"

    @property
    def log(self) -> Path:
        """Notices, warnings and errors of all starts."""
        return self.folder / "log" / "messages.log"

    @property
    def pid(self) -> int | None:
        """The running process, if there is one."""
        return self._process.pid if self._process else None

    @property
    def running(self) -> bool:
        """Whether the process is there; a killed one is not."""
        return self._process is not None and self._process.running

    # Life

    def start(self, within_s: float = 60) -> Self:
        """Start it and wait until ARI answers."""
        if self.running:
            return self
        command = [*self.program.command, "-C", str(self._main_file), "-f"]
        self._process = GuardedProcess(
            command, output=self.folder / "log" / "console.log", folder=self.folder
        )
        try:
            self._wait_for_ari(time.monotonic() + within_s)
        except BaseException:
            self.kill()
            raise
        return self

    def stop(self) -> None:
        """End it at once but in order (calls are hung up, contacts are written); the ports stay ours."""
        if self._process is None:
            return
        if self.running:
            try:
                self.rx("core stop now")
            except (subprocess.SubprocessError, OSError):
                self._process.end(signal.SIGTERM, 10)
        self._process.ended(within_s=10)
        self._process = None

    def kill(self) -> None:
        """End it as a crash would: SIGKILL, nothing said to anybody."""
        if self._process is not None:
            self._process.end(signal.SIGKILL, 10)
            self._process = None

    def restart(self) -> None:
        """Stop and start again with the same ports, password and folder."""
        self.stop()
        self.start()

    def close(self) -> None:
        """Stop and give the ports back; the object is of no use afterwards."""
        try:
            self.stop()
        finally:
            self._ports.release()
            if self._outside_run_folder:
                shutil.rmtree(self._outside_run_folder, ignore_errors=True)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def _outside_run_folder(self) -> Path | None:
        """The control socket's folder if it had to be a temporary one."""
        run_folder = self.settings.run_folder
        return None if run_folder.is_relative_to(self.folder) else run_folder

    # Questions

    def rx(self, line: str, within_s: float = 15) -> str:
        """What Asterisk's command line answers to `line`, such as `core show channels`."""
        command = [*self.program.command, "-C", str(self._main_file), "-rx", line]
        run = subprocess.run(command, capture_output=True, text=True, timeout=within_s, check=True)
        return run.stdout

    def problems(self) -> str:
        """The end of its logs, for the message of a failed start."""
        texts = [
            path.read_text(errors="replace")[-2000:] for path in sorted((self.folder / "log").glob("*.log"))
        ]
        return re.sub(r"\x1b\[[\d;]*m", "", "\n".join(texts))

    def _wait_for_ari(self, deadline: float) -> None:
        while not self._ari_answers():
            if not self.running:
                raise NoAsterisk(f"Asterisk ended while starting:\n{self.problems()}")
            if time.monotonic() > deadline:
                raise NoAsterisk(f"ARI does not answer at {self.ari_url}:\n{self.problems()}")
            time.sleep(0.05)

    def _ari_answers(self) -> bool:
        """Whether it has booted: before, the path is unknown (404), then 503."""
        credentials = base64.b64encode(f"{self.ari_user}:{self.ari_password}".encode()).decode()
        connection = http.client.HTTPConnection(self.settings.bind, self.settings.http_port, timeout=5)
        try:
            connection.request("GET", "/ari/asterisk/ping", headers={"Authorization": f"Basic {credentials}"})
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()


def _run_folder(folder: Path) -> Path:
    """The folder of the control socket: inside `folder` where the path is short enough for a socket."""
    inside = folder / "run"
    if len(str(inside / "asterisk.ctl")) <= SOCKET_PATH_MAX:
        return inside
    return Path(tempfile.mkdtemp(prefix="ccapp-asterisk-"))
