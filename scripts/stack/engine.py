"""The engine as a process of its own: started, asked over REST and CLI, killed, started again."""

from __future__ import annotations

import json
import os
import secrets
import shlex
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, Self

from scripts.stack.asterisk import AsteriskServer
from scripts.stack.guarded import GuardedProcess
from scripts.stack.ports import PortBlock
from scripts.stack.tools import espeak_ng, mpg123, sox

REPOSITORY: Final = Path(__file__).resolve().parents[2]


class EngineFailed(Exception):
    """The engine did not start, or did not do what was asked; its last words are in the message."""


class Engine:
    """`ccapp run` against an Asterisk and a database. Port, token and folder stay the same over restarts."""

    def __init__(self, folder: Path, asterisk: AsteriskServer, database_url: str, **variables: str) -> None:
        """`variables` are further settings, as `log_level="debug"`."""
        self.folder = folder.resolve()
        self.folder.mkdir(parents=True, exist_ok=True)
        self._port = PortBlock.single()
        self.url = f"http://127.0.0.1:{self._port.first}"
        self.token = secrets.token_urlsafe(16)
        self.log = self.folder / "engine.log"
        self._process: GuardedProcess | None = None
        self.environment = {
            **os.environ,
            "CCAPP_DATABASE_URL": database_url,
            "CCAPP_ASTERISK_URL": asterisk.ari_url,
            "CCAPP_ASTERISK_USER": asterisk.ari_user,
            "CCAPP_ASTERISK_PASSWORD": asterisk.ari_password,
            "CCAPP_STATE_DIR": str(self.folder / "state"),
            "CCAPP_LISTEN_PORT": str(self._port.first),
            "CCAPP_API_TOKEN": self.token,
            "CCAPP_URL": self.url,
            "CCAPP_SPEECH_COMMAND": f"{shlex.quote(str(espeak_ng()))} --stdin -v {{voice}} -w {{wav}}",
            "CCAPP_SPEECH_CONVERT": f"{shlex.quote(str(sox()))} {{wav}} -r 8000 -c 1 -b 16 {{out}}",
            "CCAPP_PROMPT_CONVERT": f"{shlex.quote(str(sox()))} {{in}} -r 8000 -c 1 -b 16 {{out}} trim 0 601",
            "CCAPP_PROMPT_MP3": f"{shlex.quote(str(mpg123()))} -q -n 25000 -w {{out}} {{in}}",
            **{f"CCAPP_{name.upper()}": value for name, value in variables.items()},
        }

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.running

    def start(self, within_s: float = 60) -> Self:
        """Start it and wait until it is connected to Asterisk and the database."""
        if self.running:
            return self
        self._process = GuardedProcess(
            [sys.executable, "-m", "ccapp", "run"],
            output=self.log,
            environment=self.environment,
            folder=REPOSITORY,
        )
        deadline = time.monotonic() + within_s
        while not self.healthy():
            if not self.running:
                raise EngineFailed(f"the engine ended at its start:\n{self.last_words()}")
            if time.monotonic() > deadline:
                self.kill()
                raise EngineFailed(f"the engine is not healthy after {within_s} s:\n{self.last_words()}")
            time.sleep(0.05)
        return self

    def healthy(self) -> bool:
        """Whether /health says that everything is up."""
        try:
            with urllib.request.urlopen(f"{self.url}/health", timeout=2):
                return True
        except (urllib.error.URLError, OSError):
            return False

    def last_words(self, lines: int = 40) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])

    def stop(self, within_s: float = 15) -> int:
        """An orderly stop: calls live on for the next start. Returns the exit status."""
        return self._process.end(signal.SIGTERM, within_s) if self._process is not None else 0

    def kill(self) -> None:
        """`kill -9`."""
        if self._process is not None:
            self._process.end(signal.SIGKILL, 5)

    def cli(self, *words: str, text: str | None = None, ok: bool = True) -> str:
        """Run `ccapp WORDS` against this engine; its standard output. A failure raises unless `ok` is off."""
        run = subprocess.run(
            [sys.executable, "-m", "ccapp", *words],
            input=text,
            capture_output=True,
            text=True,
            timeout=60,
            env=self.environment,
            cwd=REPOSITORY,
        )
        if ok and run.returncode:
            raise EngineFailed(f"ccapp {shlex.join(words)}: {run.stdout}{run.stderr}")
        return run.stdout

    def rest(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """One request to the REST surface; the JSON of its answer. An error status raises HTTPError."""
        request = urllib.request.Request(
            f"{self.url}{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.loads(answer.read() or b"null")

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()
