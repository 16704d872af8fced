"""GET, PUT and PATCH of the contact centre's configuration: checked whole, applied whole, or not at all."""

import asyncio
from dataclasses import asdict

from aiohttp import hdrs, web

from ccapp.config import (
    ConfigError,
    Problem,
    Reading,
    export_yaml,
    merge_secrets,
    patched,
    read,
    read_document,
    to_document,
)
from ccapp.domain.centre import Centre
from ccapp.records.database import available
from ccapp.web.desk import Desk
from ccapp.web.keys import DESK
from ccapp.web.wire import ApiError, bad, document, reply

JSON = "application/json"
MERGE_PATCH = "application/merge-patch+json"
YAML = frozenset({"application/yaml", "application/x-yaml", "text/yaml", "text/x-yaml", "text/plain"})
PROBLEMS_MAX = 200

LOCK = web.AppKey("configuring", asyncio.Lock)
"""One change at a time: what is compared with the present configuration must still be compared with it
when it is applied."""


async def show(request: web.Request) -> web.Response:
    """Without secrets. As YAML when that is what `Accept` asks for."""
    desk = request.app[DESK]
    version = desk.centre_version()
    headers = {hdrs.ETAG: f'"{version}"'}
    accepted = request.headers.get(hdrs.ACCEPT, "").partition(",")[0].partition(";")[0].strip().lower()
    if accepted in YAML:
        return web.Response(
            text=export_yaml(desk.acd.centre),
            content_type="application/yaml",
            charset="utf-8",
            headers=headers,
        )
    return reply({"version": version, "document": to_document(desk.acd.centre)}, headers=headers)


async def put(request: web.Request) -> web.Response:
    """The body is the whole configuration: YAML text or a JSON document. `?check` only checks it.

    Agents without password keep the one they have. Effective at once, also on the calls that wait.
    """
    desk = request.app[DESK]
    check = _checks_only(request)
    try:
        reading = await _reading(request)
        async with request.app[LOCK]:
            _same_version(request, desk.centre_version())
            centre = merge_secrets(reading.centre, desk.acd.centre, reading.places)
            version = desk.centre_version() if check else await _apply(desk, centre)
    except ConfigError as error:
        raise refusal(error) from None
    return _done(version, reading, check=check)


async def patch(request: web.Request) -> web.Response:
    """The body is a JSON merge patch (RFC 7396): `{"queues": {"sales": {"ring_s": 20}}}`.

    `?check` only checks. As a PUT of what it makes of the configuration in force: whole, or not at all.
    """
    desk = request.app[DESK]
    check = _checks_only(request)
    if request.content_type not in (JSON, MERGE_PATCH):
        raise ApiError(415, "unsupported_media_type", f"send {MERGE_PATCH}", "Content-Type")
    changes = await document(request)
    try:
        async with request.app[LOCK]:
            _same_version(request, desk.centre_version())
            reading = read_document(patched(desk.acd.centre, changes))
            centre = merge_secrets(reading.centre, desk.acd.centre, reading.places)
            version = desk.centre_version() if check else await _apply(desk, centre)
    except ConfigError as error:
        raise refusal(error) from None
    return _done(version, reading, check=check)


def _done(version: int, reading: Reading, *, check: bool) -> web.Response:
    warnings = [_told(problem) for problem in reading.warnings]
    return reply(
        {"version": version, "applied": not check, "warnings": warnings}, headers={hdrs.ETAG: f'"{version}"'}
    )


async def _apply(desk: Desk, centre: Centre) -> int:
    async with available():
        return await desk.apply(to_document(centre, with_digests=True), "api")


def _checks_only(request: web.Request) -> bool:
    for name in request.query:
        if name != "check":
            raise bad(name[:40], "unknown parameter")
    return "check" in request.query


def _same_version(request: web.Request, version: int) -> None:
    """`If-Match` guards an editor against changes he has not seen."""
    wanted = request.headers.get(hdrs.IF_MATCH, "*").strip()
    if wanted not in ("*", f'"{version}"'):
        raise ApiError(
            412, "changed_meanwhile", f"the configuration is at version {version} by now", "If-Match"
        )


async def _reading(request: web.Request) -> Reading:
    if request.content_type == JSON:
        return read_document(await document(request))
    if request.content_type not in YAML:
        raise ApiError(
            415, "unsupported_media_type", "send application/json or application/yaml", "Content-Type"
        )
    try:
        text = (await request.read()).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise bad("", "the body is not UTF-8") from None
    return read(text, "body")


def refusal(error: ConfigError) -> ApiError:
    """400 with every problem, its line and its field."""
    problems = error.problems
    first = problems[0]
    message = f"{first.field}: {first.message}" if first.field else first.message
    if len(problems) > 1:
        message += f" (and {len(problems) - 1} more)"
    told = [_told(problem) for problem in problems[:PROBLEMS_MAX]]
    return ApiError(400, "invalid_config", message, first.field, problems=told)


def _told(problem: Problem) -> dict[str, object]:
    told = asdict(problem)
    del told["file"]
    return told
