"""Which Asterisk to run: the one named, the one installed if it is new enough, else Debian's, unpacked."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from scripts.stack.cache import built_once
from scripts.stack.debian import loader, unpacked
from scripts.stack.ulaw import ulaw_from_wav

FIRST_GOOD: Final = {20: (20, 20), 22: (22, 10), 23: (23, 4)}
"""By branch, the first release with REST over WebSocket on a task pool and no PJSIP_HEADER deadlock."""

SUITE: Final = "forky"
PACKAGES: Final = (
    "asterisk",
    "asterisk-core-sounds-en",
    "asterisk-core-sounds-en-wav",
    "asterisk-moh-opsound-wav",
)


class NoAsterisk(Exception):
    """The Asterisk asked for is missing, too old or incomplete."""


@dataclass(frozen=True, slots=True)
class AsteriskProgram:
    """An Asterisk that can be started: the command's start and the folders that came with it."""

    command: tuple[str, ...]
    version: tuple[int, ...]
    modules: Path
    data: Path
    music: Path

    @property
    def sounds(self) -> Path:
        """The folder of the core sounds, one folder per language in it."""
        return self.data / "sounds"

    @property
    def rest_api(self) -> Path:
        """The ARI description of exactly this Asterisk (`events.json`, `channels.json`, …)."""
        return self.data / "rest-api"


def is_good(version: tuple[int, ...]) -> bool:
    """Whether ccapp can rely on this release; branches newer than those we know are taken at their word."""
    branch = version[0] if version else 0
    return version >= FIRST_GOOD.get(branch, (24,))


def find_asterisk() -> AsteriskProgram:
    """`$ASTERISK`, else one on the path that is new enough, else Debian's packages in the cache."""
    named = os.environ.get("ASTERISK")
    path = named or shutil.which("asterisk", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    if path:
        version = _version((path,))
        if is_good(version):
            return _installed(path, version)
        if named:
            raise NoAsterisk(f"{path} is {'.'.join(map(str, version)) or 'no Asterisk'}: too old for ccapp")
    return _unpacked()


def _version(command: tuple[str, ...]) -> tuple[int, ...]:
    run = subprocess.run([*command, "-V"], capture_output=True, text=True, timeout=20, check=False)
    numbers = re.search(r"Asterisk (?:certified[/-])?(\d+(?:\.\d+)*)", run.stdout)
    return tuple(map(int, numbers[1].split("."))) if numbers else ()


def _installed(path: str, version: tuple[int, ...]) -> AsteriskProgram:
    """An Asterisk of this machine, its folders where distributions and `make install` put them."""
    prefixes = [Path(path).resolve().parents[1], Path("/usr"), Path("/usr/local"), Path("/")]
    modules = [folder for prefix in prefixes for folder in prefix.glob("lib*/**/asterisk/modules")]
    data = [prefix / name for prefix in prefixes for name in ("share/asterisk", "var/lib/asterisk")]
    data = [folder for folder in data if (folder / "rest-api").is_dir()]
    if not modules or not data:
        raise NoAsterisk(f"cannot find the modules and the rest-api folder that belong to {path}")
    return AsteriskProgram((path,), version, modules[0], data[0], data[0] / "moh")


def _unpacked() -> AsteriskProgram:
    root = unpacked("asterisk", PACKAGES, SUITE)
    command = (*loader(root), str(root / "usr/sbin/asterisk"))
    modules = next(root.glob("usr/lib/*/asterisk/modules"))
    data = root / "usr/share/asterisk"
    _make_english_default(data / "sounds")
    return AsteriskProgram(command, _version(command), modules, data, _ulaw_music(data / "moh"))


def _make_english_default(sounds: Path) -> None:
    """Debian names the folder after the speaker; channels ask for the language `en`."""
    if not (sounds / "en").exists():
        try:
            (sounds / "en").symlink_to("en_US_f_Allison")
        except FileExistsError:
            return  # another run was faster


def _ulaw_music(wavs: Path) -> Path:
    """The same music in µ-law, converted once: waiting music is the dearest thing a queue does."""

    def convert(folder: Path) -> None:
        for wav in sorted(wavs.glob("*.wav")):
            ulaw_from_wav(wav, folder / f"{wav.stem}.ulaw")

    return built_once(f"{wavs.parents[3].name}-music", convert)
