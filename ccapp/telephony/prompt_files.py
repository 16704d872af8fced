"""Prompts that people bring: WAV or MP3, checked, converted, and kept where Asterisk finds them.

A file is what its first bytes say, whatever it is called. A new one takes the old one's place in one step:
whoever hears the old one hears it to its end.
"""

import asyncio
import re
import wave
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import uuid4

from ccapp.ports import CannotKeep
from ccapp.telephony.programs import ProgramFailed, filled, run

BYTES_MAX: Final = 20_000_000
SECONDS_MAX: Final = 600.0
PROMPTS_MAX: Final = 2000
CONVERT_S_MAX: Final = 30.0
CONVERT_AT_ONCE_MAX: Final = 2
NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,39}", re.ASCII)


class BadPrompt(ValueError):
    """A file that is no prompt; says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptFile:
    name: str
    seconds: float
    bytes: int
    uploaded_at: float  # epoch s


class PromptFiles:
    def __init__(self, folder: Path, *, convert: Sequence[str], mp3: Sequence[str]) -> None:
        """Both commands have `{in}` and `{out}`."""
        self._folder = folder
        self._convert = convert
        self._mp3 = mp3
        self._at_once = asyncio.Semaphore(CONVERT_AT_ONCE_MAX)

    async def put(self, name: str, content: bytes) -> PromptFile:
        """Raises BadPrompt."""
        self._named(name)
        ending = _ending(content)
        if not self._path(name).exists() and len(self.all()) >= PROMPTS_MAX:
            raise BadPrompt(f"there are {PROMPTS_MAX} prompts already")
        self._folder.mkdir(mode=0o755, parents=True, exist_ok=True)
        stem = f".{name}-{uuid4().hex[:8]}"
        given, wav, out = (self._folder / f"{stem}{end}" for end in (ending, ".decoded.wav", ".out.wav"))
        try:
            given.write_bytes(content)
            async with self._at_once, asyncio.timeout(CONVERT_S_MAX):
                if ending == ".mp3":
                    await run(filled(self._mp3, {"in": str(given), "out": str(wav)}))
                source = wav if ending == ".mp3" else given
                await run(filled(self._convert, {"in": str(source), "out": str(out)}))
            _check(out)
            out.chmod(0o644)
            out.replace(self._path(name))
        except (ProgramFailed, wave.Error, EOFError) as why:
            raise BadPrompt(f"the file cannot be converted: {why}") from None
        except TimeoutError:
            raise BadPrompt(f"not converted in {CONVERT_S_MAX:g} s") from None
        finally:
            for path in (given, wav, out):
                path.unlink(missing_ok=True)
        return self.one(name)

    def all(self) -> list[PromptFile]:
        """By name."""
        found = sorted(self._folder.glob("[A-Za-z]*.wav")) if self._folder.is_dir() else []
        return [_told(path) for path in found if NAME.fullmatch(path.stem)]

    def one(self, name: str) -> PromptFile:
        """Raises KeyError."""
        return _told(self.path(name))

    def path(self, name: str) -> Path:
        """Where Asterisk finds it. Raises KeyError."""
        if not NAME.fullmatch(name) or not self._path(name).is_file():
            raise KeyError(name)
        return self._path(name)

    def remove(self, name: str) -> None:
        """Raises KeyError."""
        self.path(name).unlink(missing_ok=True)

    def _named(self, name: str) -> None:
        if not NAME.fullmatch(name):
            raise BadPrompt("a name is a letter, then letters, digits, _ or -, at most 40 characters")

    def _path(self, name: str) -> Path:
        return self._folder.resolve() / f"{name}.wav"


class RecordedPrompts:
    """Prompts made of what Asterisk has recorded (`ports.Prompts`)."""

    def __init__(self, files: PromptFiles, recordings: Path) -> None:
        self._files = files
        self._recordings = recordings

    async def keep(self, name: str, file: str) -> None:
        try:
            content = await asyncio.to_thread((self._recordings / file).read_bytes)
            await self._files.put(name, content)
        except (BadPrompt, OSError) as why:
            raise CannotKeep(str(why)) from None


def _ending(content: bytes) -> str:
    if len(content) > BYTES_MAX:
        raise BadPrompt(f"more than {BYTES_MAX:,} bytes")
    if content[:4] == b"RIFF" and content[8:12] == b"WAVE":
        return ".wav"
    if content[:3] == b"ID3" or (len(content) > 1 and content[0] == 0xFF and content[1] & 0xE0 == 0xE0):
        return ".mp3"
    raise BadPrompt("neither a WAV nor an MP3 file")


def _check(path: Path) -> None:
    with wave.open(str(path), "rb") as made:
        seconds = made.getnframes() / made.getframerate()
        shape = made.getnchannels(), made.getsampwidth(), made.getframerate()
    if shape != (1, 2, 8000):
        raise BadPrompt("the command did not make 8 kHz, mono, 16 bit of it")
    if not 0.05 <= seconds <= SECONDS_MAX:
        raise BadPrompt(f"a prompt has 0.05 to {SECONDS_MAX:g} seconds, this one {seconds:.2f}")


def _told(path: Path) -> PromptFile:
    state = path.stat()
    seconds = max(0, state.st_size - 44) / 16_000
    return PromptFile(
        name=path.stem, seconds=round(seconds, 2), bytes=state.st_size, uploaded_at=state.st_mtime
    )
