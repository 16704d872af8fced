"""Programs that make and judge calls: SIPp, espeak-ng, sox. Those of the machine, else Debian's, unpacked.

Each is one path that can be called from anywhere, as if it were installed: a small script that knows the
libraries.
"""

from __future__ import annotations

import hashlib
import shlex
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from scripts.stack.cache import built_once
from scripts.stack.debian import loader, machine_suite, unpacked


@dataclass(frozen=True, slots=True)
class _Package:
    name: str
    program: str
    environment: tuple[tuple[str, str], ...] = ()
    """Variables and the folder below the root (a pattern) each must name."""


PACKAGES: Final = {
    "sipp": _Package("sip-tester", "usr/bin/sipp"),
    "espeak-ng": _Package("espeak-ng", "usr/bin/espeak-ng", (("ESPEAK_DATA_PATH", "usr/lib/*-linux-gnu"),)),
    "sox": _Package("sox", "usr/bin/sox"),
    "mpg123": _Package("mpg123", "usr/bin/mpg123.bin"),
    "lame": _Package("lame", "usr/bin/lame"),
}


def sipp() -> Path:
    """SIPp, for load and for scripted odd callers."""
    return tool("sipp")


def espeak_ng() -> Path:
    """espeak-ng, the default voice."""
    return tool("espeak-ng")


def sox() -> Path:
    """sox, to convert and to mix audio files."""
    return tool("sox")


def mpg123() -> Path:
    """mpg123, to decode MP3 files."""
    return tool("mpg123")


def lame() -> Path:
    """lame, to make MP3 files."""
    return tool("lame")


def tool(name: str) -> Path:
    """The path of the program `name` (a key of `PACKAGES`), fetched the first time."""
    installed = shutil.which(name)
    return Path(installed) if installed else _wrapped(name, PACKAGES[name])


def _wrapped(name: str, package: _Package) -> Path:
    root = unpacked(name, [package.name], machine_suite())
    script = _script(root, package)

    def write(folder: Path) -> None:
        (folder / name).write_text(script)
        (folder / name).chmod(0o755)

    key = hashlib.sha256(script.encode()).hexdigest()[:8]
    return built_once(f"{root.name}-command-{key}", write) / name


def _script(root: Path, package: _Package) -> str:
    variables = [f"{name}={shlex.quote(str(next(root.glob(where))))}" for name, where in package.environment]
    command = shlex.join([*loader(root), str(root / package.program)])
    return "\n".join(
        ["#!/bin/sh", *(f"export {variable}" for variable in variables), f'exec {command} "$@"', ""]
    )
