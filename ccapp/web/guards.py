"""What every request passes: errors in one shape, the token, and whether the engine can answer yet."""

import hmac
import logging
from ipaddress import ip_address

from aiohttp import hdrs, web
from aiohttp.typedefs import Handler, Middleware

from ccapp.records.errors import DatabaseUnavailable
from ccapp.web.desk import Desk
from ccapp.web.wire import BODY_BYTES_MAX, ApiError, reply

log = logging.getLogger(__name__)

OPEN = frozenset({"/health"})
OPEN_BELOW = "/v1/sessions/"
"""Whoever comes there brings the token of one call in the path."""

OPEN_ON_LOOPBACK = frozenset({"/metrics"})
HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}

_CODES = {404: "not_found", 405: "method_not_allowed", 413: "too_large"}


@web.middleware
async def errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Whatever goes wrong is told in our one shape, and never more than that of a fault of ours."""
    try:
        return await handler(request)
    except ApiError as error:
        return _told(error)
    except DatabaseUnavailable:
        away = "the database does not answer; live calls go on"
        return _told(ApiError(503, "database_unavailable", away, headers={hdrs.RETRY_AFTER: "2"}))
    except web.HTTPException as refusal:
        return _told(_refusal(refusal))
    except Exception:
        log.exception("request failed method=%s route=%s", request.method, _route(request))
        return _told(ApiError(500, "internal", "a fault of the engine; its log has the details"))


def _told(error: ApiError) -> web.Response:
    return reply(error.body, error.status, error.headers)


def _refusal(refusal: web.HTTPException) -> ApiError:
    """aiohttp's own: no such path, wrong method, body too large."""
    message = f"the body is larger than {BODY_BYTES_MAX:,} bytes" if refusal.status == 413 else refusal.reason
    allow = refusal.headers.get(hdrs.ALLOW)
    return ApiError(
        refusal.status,
        _CODES.get(refusal.status, "refused"),
        message,
        headers={hdrs.ALLOW: allow} if allow else {},
    )


def _route(request: web.Request) -> str:
    """The pattern of the path, never the path itself: that is the client's."""
    resource = request.match_info.route.resource
    return resource.canonical if resource else "unknown"


async def plain_headers(request: web.Request, response: web.StreamResponse) -> None:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)


def token_needed(desk: Desk) -> Middleware:
    expected = desk.token.encode()
    if not expected:
        raise ValueError("an empty token would let everybody in")

    @web.middleware
    async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
        path = request.path
        is_open = path in OPEN or path.startswith(OPEN_BELOW)
        is_open = is_open or (path in OPEN_ON_LOOPBACK and _is_loopback(request.remote))
        if not is_open and not hmac.compare_digest(_bearer(request), expected):
            raise ApiError(
                401,
                "unauthorized",
                "this needs the header `Authorization: Bearer <token>`",
                headers={hdrs.WWW_AUTHENTICATE: 'Bearer realm="ccapp"'},
            )
        return await handler(request)

    return guard


def _bearer(request: web.Request) -> bytes:
    scheme, _, token = request.headers.get(hdrs.AUTHORIZATION, "").partition(" ")
    return token.strip().encode("utf-8", "surrogateescape") if scheme.lower() == "bearer" else b""


def _is_loopback(remote: str | None) -> bool:
    try:
        return ip_address(remote or "").is_loopback
    except ValueError:
        return False


def started_needed(desk: Desk) -> Middleware:
    """Before the recovery is done, what would be said of calls and agents is not true yet."""

    @web.middleware
    async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path.startswith("/v1/") and not desk.health().started:
            raise ApiError(503, "not_ready", "the engine is starting", headers={hdrs.RETRY_AFTER: "1"})
        return await handler(request)

    return guard
