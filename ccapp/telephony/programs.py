"""The operator's own programs that make sound files; never a shell, never for ever."""

import asyncio
import os
import re
from collections.abc import Mapping, Sequence

_PLACE = re.compile(r"\{(text|voice|speed|words_per_minute|wav|in|out)\}")


class ProgramFailed(Exception):
    """It did not make a sound file."""


def filled(command: Sequence[str], places: Mapping[str, str]) -> list[str]:
    """Each placeholder once, so that a text with braces in it stays a text."""
    return [_PLACE.sub(lambda found: places[found[1]], part) for part in command]


async def run(command: Sequence[str], said: str = "") -> None:
    """Raises ProgramFailed, OSError when there is no such program."""
    pipe, nothing = asyncio.subprocess.PIPE, asyncio.subprocess.DEVNULL
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=pipe if said else nothing,
        stdout=nothing,
        stderr=pipe,
        env={**os.environ, "LC_ALL": "C.UTF-8"},
    )
    try:
        _, complaint = await process.communicate(said.encode() or None)
    except BaseException:
        process.kill()
        await process.wait()
        raise
    if process.returncode:
        last = complaint.decode(errors="replace").strip()[-200:]
        raise ProgramFailed(f"{command[0]} ended with {process.returncode}: {last}")
