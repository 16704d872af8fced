"""Texts become sound files, once each, by the operator's own command.

A text is a caller's or an administrator's: it never reaches a shell, by default not even an argument list.
What cannot be spoken is logged and passed over; a call does not end because a voice is missing.
"""

import asyncio
import hashlib
import logging
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final
from uuid import uuid4

from ccapp.domain.ivr import Prompt, Say, Sound
from ccapp.telephony.programs import ProgramFailed, filled, run
from ccapp.telephony.settings import SpeechSettings

log = logging.getLogger(__name__)

_SOUND: Final = re.compile(r"[A-Za-z0-9_./@+ -]{1,255}")
_VOICE: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_+./-]{0,63}")


WORDS_PER_MINUTE, FASTER = 175, 1.15
"""How fast is neither fast nor slow, and how much each step of speed makes of it."""


def words_per_minute(speed: int) -> int:
    return round(WORDS_PER_MINUTE * FASTER**speed)


class Speech:
    def __init__(self, settings: SpeechSettings) -> None:
        self._settings = settings
        self._making: dict[Path, asyncio.Task[None]] = {}
        self._at_once = asyncio.Semaphore(settings.at_once_max)

    async def prepare(self, prompts: Iterable[Prompt]) -> None:
        """Makes what is not there yet, so that the first caller need not wait for it."""
        await asyncio.gather(*(self.media(prompt) for prompt in prompts))

    async def media(self, prompt: Prompt) -> str | None:
        """What Asterisk can play; None if it cannot be had."""
        match prompt:
            case Sound(name=name) if _SOUND.fullmatch(name):
                ours = self._settings.uploads.resolve() / f"{name}.wav"
                return f"sound:{ours.with_suffix('') if '/' not in name and ours.is_file() else name}"
            case Sound(name=name):
                log.warning("no name for a sound: %.80r", name)
                return None
            case Say(text=text, voice=voice, speed=speed):
                return await self._spoken(text, voice or self._settings.voice, speed)

    async def _spoken(self, text: str, voice: str, speed: int) -> str | None:
        path = self._path(text, voice, speed)
        try:
            if not path.exists():
                await self._made(path, text, voice, speed)
        except (ProgramFailed, OSError) as why:
            log.warning("cannot say %d characters in voice %.40r: %s", len(text), voice, why)
            return None
        return f"sound:{path.with_suffix('')}"

    def _path(self, text: str, voice: str, speed: int) -> Path:
        recipe = (*self._settings.synthesise, *self._settings.convert, voice, str(speed), text)
        name = hashlib.sha256("\0".join(recipe).encode()).hexdigest()[:32]
        return self._settings.folder.resolve() / f"{name}.wav"

    async def _made(self, path: Path, text: str, voice: str, speed: int) -> None:
        """One run per text, however many ask; an asker who leaves does not end it for the others."""
        task = self._making.get(path)
        if task is None:
            task = self._making[path] = asyncio.create_task(self._make(path, text, voice, speed))
            task.add_done_callback(lambda done: self._finished(path, done))
        await asyncio.shield(task)

    def _finished(self, path: Path, task: asyncio.Task[None]) -> None:
        del self._making[path]
        if not task.cancelled():
            task.exception()  # told to those who wait, if anybody still does

    async def _make(self, path: Path, text: str, voice: str, speed: int) -> None:
        if not text.strip() or len(text) > self._settings.characters_max:
            raise ProgramFailed(f"a text of {len(text)} characters")
        if not _VOICE.fullmatch(voice):
            raise ProgramFailed("no name for a voice")
        path.parent.mkdir(parents=True, exist_ok=True)
        stem = path.parent / f".{path.stem}-{uuid4().hex[:8]}"
        wav, out = stem.with_suffix(".raw.wav"), stem.with_suffix(".wav")
        pace = {"speed": str(speed), "words_per_minute": str(words_per_minute(speed))}
        places = {"text": text, "voice": voice, **pace, "wav": str(wav), "out": str(out)}
        try:
            async with self._at_once, asyncio.timeout(self._settings.run_s_max):
                await run(filled(self._settings.synthesise, places), text)
                await run(filled(self._settings.convert, places), "")
            out.replace(path)
        except TimeoutError:
            raise ProgramFailed(f"not done in {self._settings.run_s_max:g} s") from None
        finally:
            wav.unlink(missing_ok=True)
            out.unlink(missing_ok=True)
