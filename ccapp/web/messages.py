"""The messages callers have left: listed, heard, downloaded, deleted."""

import asyncio
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import Any

from aiohttp import web
from pydantic import Field

from ccapp.domain.ids import MailboxId
from ccapp.domain.voicemail import Message
from ccapp.web.download import download
from ccapp.web.keys import DESK, views
from ccapp.web.mono import Mono
from ccapp.web.wire import ApiError, Body, checked, path_id, reply, unknown

BY = "api"


class Question(Body):
    mailbox: str | None = None
    new: bool | None = None
    limit: int = Field(1000, ge=1, le=10_000)


async def mailboxes(request: web.Request) -> web.Response:
    return reply({"mailboxes": views(request).mailboxes()})


async def messages(request: web.Request) -> web.Response:
    """The newest first."""
    wanted = checked(Question, request.query)
    book = request.app[DESK].acd.messages
    found = book.all(None if wanted.mailbox is None else MailboxId(wanted.mailbox))
    kept = (told(each) for each in reversed(found) if wanted.new in (None, each.new))
    return reply({"messages": list(islice(kept, wanted.limit))})


async def message(request: web.Request) -> web.Response:
    return reply(told(_found(request)))


async def heard(request: web.Request) -> web.Response:
    found = _found(request)
    request.app[DESK].acd.messages.heard(found.id, BY)
    return reply(told(_found(request)))


async def remove(request: web.Request) -> web.Response:
    """With its file."""
    found = _found(request)
    request.app[DESK].acd.messages.delete(found.id, BY)
    return reply({"removed": found.id})


async def sound(request: web.Request) -> web.StreamResponse:
    """The WAV file; it does not make the message heard."""
    found, folder = _found(request), request.app[DESK].recordings
    return await download(request, await asyncio.to_thread(_opened, folder, found), f"{found.id}.wav")


def told(message: Message) -> dict[str, Any]:
    return {**asdict(message), "new": message.new}


def _found(request: web.Request) -> Message:
    id = path_id(request, "id", "message")
    found = request.app[DESK].acd.messages.get(id)
    if found is None:
        raise unknown("message", id)
    return found


def _opened(folder: Path, message: Message) -> Mono:
    real = folder.resolve()
    file = (real / message.file).resolve()
    if not file.is_relative_to(real):
        raise unknown("message", message.id)
    try:
        return Mono(file)
    except OSError as why:
        said = f"its sound cannot be read here ({why.strerror}): see CCAPP_RECORDINGS_DIR"
        raise ApiError(404, "no_sound", said) from None
