"""A sound sent piece by piece, whatever its length."""

import asyncio
from collections.abc import Iterator
from types import TracebackType
from typing import Protocol, Self

from aiohttp import hdrs, web


class Sound(Protocol):
    """A WAV file, open."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None: ...

    @property
    def length(self) -> int:
        """In bytes."""
        ...

    def parts(self) -> Iterator[bytes]: ...


async def download(request: web.Request, sound: Sound, name: str) -> web.StreamResponse:
    """`name`: what the file is called at the client's. The sound is closed at the end."""
    with sound:
        disposition = {hdrs.CONTENT_DISPOSITION: f'attachment; filename="{name}"'}
        response = web.StreamResponse(headers=disposition)
        response.content_type, response.content_length = "audio/wav", sound.length
        await response.prepare(request)
        if request.method != hdrs.METH_HEAD:
            parts = sound.parts()
            while part := await asyncio.to_thread(next, parts, b""):
                await response.write(part)
        await response.write_eof()
        return response
