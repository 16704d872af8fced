"""GET: the recording of a talk, as Asterisk left it in its folder."""

import asyncio
from pathlib import Path

from aiohttp import web

from ccapp.domain.tape import files_of, is_tape_name
from ccapp.web.download import download
from ccapp.web.keys import DESK
from ccapp.web.stereo import Stereo
from ccapp.web.wire import ApiError, unknown


async def recording(request: web.Request) -> web.StreamResponse:
    """One WAV file in stereo, the caller on the left. 404 also for what only could be a way elsewhere."""
    name, folder = request.match_info["name"], request.app[DESK].recordings
    if not is_tape_name(name):
        raise unknown("recording", name)
    sound = await asyncio.to_thread(_found, folder, name)
    return await download(request, sound, f"{name.rpartition('/')[2]}.wav")


def _found(folder: Path, name: str) -> Stereo:
    real = folder.resolve()
    caller, agent = (real / file for file in files_of(name))
    if not all(file.resolve().is_relative_to(real) for file in (caller, agent)):
        raise unknown("recording", name)
    try:
        next(real.iterdir(), None)
    except OSError as why:
        said = f"the folder of recordings cannot be read here ({why.strerror}): see CCAPP_RECORDINGS_DIR"
        raise ApiError(404, "no_folder", said) from None
    try:
        return Stereo(caller, agent)
    except FileNotFoundError:
        raise unknown("recording", name) from None
    except OSError as why:
        said = f"the recording cannot be read here: {why.strerror}"
        raise ApiError(404, "not_readable", said) from None
