"""The access URL of one call: POST /v1/sessions/{session}/access/{token}, open to whoever knows the token.

A token is made of the session's name by a key of the engine's own, so nothing needs to be kept of it: one
that fits and belongs to no open session belongs to one that is over.
"""

import hmac

import orjson
from aiohttp import web

from ccapp.acd.session import Reply, Session
from ccapp.config.token import access_token
from ccapp.domain import commands
from ccapp.domain.commands import BadCommand
from ccapp.domain.ids import SessionId
from ccapp.web.keys import DESK
from ccapp.web.wire import reply

BODY_BYTES_MAX = 65_536


async def command(request: web.Request) -> web.Response:
    """202 accepted; 400, 404, 409 busy, 410 gone, 413, each with `{"error": ...}`."""
    desk = request.app[DESK]
    id = SessionId(request.match_info["session"])
    expected = access_token(desk.token, id)
    if not hmac.compare_digest(request.match_info["token"].encode("utf-8", "replace"), expected.encode()):
        return reply({"error": "not found"}, 404)
    content = await _content(request)
    if content is None:
        return reply({"error": f"more than {BODY_BYTES_MAX} bytes"}, 413)
    session = desk.acd.sessions.with_id(id)
    if session is None:
        return reply({"error": "gone"}, 410)
    try:
        document = _document(content)
        given, command_id = commands.command(document), commands.command_id(document)
    except BadCommand as why:
        return reply({"error": "bad request", "field": why.field, "message": str(why)}, 400)
    return _told(desk.acd.sessions.command(session, given, command_id), session)


async def _content(request: web.Request) -> bytes | None:
    """None: too much."""
    content = bytearray()
    async for part in request.content.iter_chunked(16_384):
        content += part
        if len(content) > BODY_BYTES_MAX:
            return None
    return bytes(content)


def _document(content: bytes) -> dict[str, object]:
    try:
        document = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise BadCommand("", f"the body is not JSON: {error.msg} at line {error.lineno}") from None
    if not isinstance(document, dict):
        raise BadCommand("", "the body must be a JSON object")
    return document


def _told(told: Reply, session: Session) -> web.Response:
    if not told.accepted:
        return reply({"error": "busy", "state": told.state, "command_id": told.command_id}, 409)
    return reply(
        {
            "accepted": True,
            "command_id": told.command_id,
            "state": session.state,
            "operator": session.operator or None,
        },
        202,
    )
