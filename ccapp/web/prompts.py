"""Prompts over REST: uploaded, listed, heard, removed."""

import logging
from dataclasses import asdict

from aiohttp import BodyPartReader, hdrs, web

from ccapp.calls.prompts import prompts as configured
from ccapp.domain.centre import Centre
from ccapp.domain.ivr import Sound
from ccapp.telephony.prompt_files import BYTES_MAX, BadPrompt, PromptFile, PromptFiles
from ccapp.web.keys import DESK
from ccapp.web.wire import ApiError, bad, path_id, reply, unknown

log = logging.getLogger(__name__)


async def prompts(request: web.Request) -> web.Response:
    return reply({"prompts": [_told(request, each) for each in _files(request).all()]})


async def upload(request: web.Request) -> web.Response:
    """The body is the WAV or MP3 file, or a form (multipart) with one file. 201 for a new one."""
    files, name = _files(request), path_id(request, "name", "prompt")
    known = {each.name for each in files.all()}
    content = await (_of_form(request) if request.content_type.startswith("multipart/") else _whole(request))
    try:
        made = await files.put(name, content)
    except BadPrompt as why:
        raise ApiError(400, "bad_prompt", str(why)) from None
    except OSError as error:
        log.warning("prompt=%s cannot be converted or kept: %s", name, error)
        told = "the file cannot be converted or kept: see the engine's log"
        raise ApiError(503, "unavailable", told) from None
    return reply(_told(request, made), status=200 if name in known else 201)


async def listen(request: web.Request) -> web.StreamResponse:
    """The WAV file, as callers hear it."""
    name = path_id(request, "name", "prompt")
    try:
        path = _files(request).path(name)
    except KeyError:
        raise unknown("prompt", name) from None
    return web.FileResponse(path, headers={hdrs.CONTENT_TYPE: "audio/wav"})


async def remove(request: web.Request) -> web.Response:
    """409 while the configuration uses it; `?force` removes it all the same, and callers do not hear it."""
    name = path_id(request, "name", "prompt")
    used = uses(request.app[DESK].acd.centre, name)
    if used and "force" not in request.query:
        raise ApiError(409, "in_use", f"used by {', '.join(used[:5])}", "name")
    try:
        _files(request).remove(name)
    except KeyError:
        raise unknown("prompt", name) from None
    return reply({"removed": name})


def uses(centre: Centre, name: str) -> list[str]:
    """Where it is played, as `main/welcome` or `queue sales`."""
    sound = Sound(name=name)
    return list(dict.fromkeys(where for where, prompt in configured(centre) if prompt == sound))


def _files(request: web.Request) -> PromptFiles:
    files = request.app[DESK].prompts
    if files is None:
        raise ApiError(503, "unavailable", "no prompts are kept here")
    return files


def _told(request: web.Request, file: PromptFile) -> dict[str, object]:
    return {**asdict(file), "used_by": uses(request.app[DESK].acd.centre, file.name)}


async def _whole(request: web.Request) -> bytes:
    content = bytearray()
    async for part in request.content.iter_chunked(65_536):
        _grow(content, part)
    return bytes(content)


async def _of_form(request: web.Request) -> bytes:
    try:
        async for part in await request.multipart():
            if isinstance(part, BodyPartReader) and part.filename is not None:
                content = bytearray()
                while chunk := await part.read_chunk(65_536):
                    _grow(content, chunk)
                return bytes(content)
    except (ValueError, RuntimeError):
        raise bad("", "the form cannot be read") from None
    raise bad("file", "the form has no file")


def _grow(content: bytearray, part: bytes) -> None:
    content += part
    if len(content) > BYTES_MAX:
        raise ApiError(413, "too_large", f"the file is larger than {BYTES_MAX:,} bytes")
