"""Earlier versions of the configuration: listed, shown, put into effect again, whole or single IVRs."""

from collections.abc import Iterable
from dataclasses import asdict, replace

from aiohttp import hdrs, web

from ccapp.config import ConfigError, export_yaml, read_document, to_document
from ccapp.domain.centre import Centre
from ccapp.domain.ids import TreeId
from ccapp.records.database import available
from ccapp.web.configuring import LOCK, YAML, refusal
from ccapp.web.desk import PastCentres
from ccapp.web.keys import DESK
from ccapp.web.wire import ApiError, Body, bad, checked, document, reply, unknown

LISTED_MAX = 1000
VERSION_MAX = 2**31 - 1


class RollBack(Body):
    version: int
    ivr: tuple[str, ...] | None = None  # only these trees; None: everything


async def versions(request: web.Request) -> web.Response:
    """The newest first; `?limit=20`."""
    limit = _number(request.query.get("limit", "100"), "limit", LISTED_MAX)
    async with available():
        found = await _past(request).history(limit)
    return reply(
        {"present": request.app[DESK].centre_version(), "versions": [asdict(each) for each in found]}
    )


async def version(request: web.Request) -> web.Response:
    """Without secrets; as YAML when that is what `Accept` asks for."""
    number = _number(request.match_info["version"], "version", VERSION_MAX)
    centre = await _centre(request, number)
    if request.headers.get(hdrs.ACCEPT, "").partition(",")[0].partition(";")[0].strip().lower() in YAML:
        return web.Response(text=export_yaml(centre), content_type="application/yaml", charset="utf-8")
    return reply({"version": number, "document": to_document(centre)})


async def roll_back(request: web.Request) -> web.Response:
    """The configuration of an earlier version, or IVRs of it, as a new version. Callers who are in an IVR
    finish on what they began with."""
    desk, wanted = request.app[DESK], checked(RollBack, await document(request))
    async with request.app[LOCK]:
        centre = await _centre(request, wanted.version)
        if wanted.ivr is not None:
            centre = _with_trees(desk.acd.centre, centre, wanted.ivr, wanted.version)
        what = "" if wanted.ivr is None else f" of {', '.join(wanted.ivr)}"
        try:
            written = to_document(centre, with_digests=True)
            read_document(written)
            async with available():
                made = await desk.apply(written, f"api: back to {wanted.version}{what}"[:200])
        except ConfigError as error:
            raise refusal(error) from None
    return reply({"version": made, "applied": True, "of": wanted.version})


def _with_trees(present: Centre, past: Centre, names: Iterable[str], version: int) -> Centre:
    """`present` with these IVRs as they were; one that was not there then is taken away."""
    trees = dict(present.trees)
    for name in names:
        if name not in past.trees and name not in present.trees:
            raise unknown(f"IVR in version {version} or now:", name)
        trees.pop(TreeId(name), None)
        if name in past.trees:
            trees[TreeId(name)] = past.trees[TreeId(name)]
    return replace(present, trees=trees)


async def _centre(request: web.Request, number: int) -> Centre:
    async with available():
        stored = await _past(request).version(number)
    if stored is None:
        raise unknown("version", str(number))
    try:
        return read_document(stored.document, f"version {number}").centre
    except ConfigError as error:
        raise refusal(error) from None


def _past(request: web.Request) -> PastCentres:
    past = request.app[DESK].past_centres
    if past is None:
        raise ApiError(503, "unavailable", "no versions are kept here")
    return past


def _number(text: str, field: str, most: int) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 10 and 1 <= int(text) <= most):
        raise bad(field, f"must be a number from 1 to {most}")
    return int(text)
