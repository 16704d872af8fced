"""The check-up of an Asterisk, over ARI: its release, its modules, our rights, its clock."""

import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime
from typing import Any
from uuid import uuid4

import aiohttp
import orjson

from ccapp.cli.checkup import Finding, ill, well
from ccapp.config import Settings

ASK_S_MAX = 5.0
SKEW_S_MAX = 2.0

OLDEST = {20: (20, 20), 22: (22, 10), 23: (23, 4)}
"""The first release of each line that serves us: REST over WebSocket on a fast task pool, and no deadlock
when a channel is originated with headers (asterisk #1936)."""

NEEDED = (
    "app_stasis", "bridge_holding", "bridge_simple", "bridge_softmix", "chan_bridge_media", "chan_pjsip",
    "codec_alaw", "codec_ulaw", "format_wav", "func_callerid", "pbx_config", "res_ari",
    "res_ari_applications", "res_ari_asterisk", "res_ari_bridges", "res_ari_channels",
    "res_ari_endpoints", "res_ari_events", "res_ari_playbacks", "res_http_websocket", "res_musiconhold",
    "res_pjsip", "res_pjsip_authenticator_digest", "res_pjsip_caller_id",
    "res_pjsip_endpoint_identifier_ip", "res_pjsip_endpoint_identifier_user", "res_pjsip_header_funcs",
    "res_pjsip_registrar", "res_pjsip_sdp_rtp", "res_pjsip_session", "res_rtp_asterisk",
    "res_sorcery_astdb", "res_sorcery_config", "res_sorcery_memory", "res_stasis", "res_stasis_answer",
    "res_stasis_playback", "res_timing_timerfd",
)  # fmt: skip

type Answer = tuple[int, Any]


class Ari:
    """Asterisk's HTTP side, asked without an application."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self._session = session
        self._url = url

    async def ask(self, method: str, path: str, **given: Any) -> Answer:
        async with self._session.request(method, f"{self._url}/ari/{path}", **given) as answer:
            body = await answer.read()
            try:
                return answer.status, orjson.loads(body) if body else None
            except orjson.JSONDecodeError:
                return answer.status, None


async def asterisk(settings: Settings) -> AsyncIterator[Finding]:
    """Stops at the first thing without which the rest cannot be asked."""
    password = settings.asterisk_password.get_secret_value()
    headers = {"Authorization": aiohttp.encode_basic_auth(settings.asterisk_user, password)}
    timeout = aiohttp.ClientTimeout(total=ASK_S_MAX)
    async with aiohttp.ClientSession(headers=headers, timeout=timeout) as session:
        ari = Ari(session, settings.asterisk_url)
        try:
            reached, info = await _reached(ari, settings)
            yield reached
            if info is None:
                return
            yield release(info)
            for check in (modules, writing, pushing, clock):
                yield await _kept(check, ari)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            yield ill(
                "Asterisk",
                f"{settings.asterisk_url} cannot be reached: {str(error) or 'no answer'}",
                "start Asterisk, enable http.conf (enabled=yes, bindaddr) and set CCAPP_ASTERISK_URL to it",
            )


async def _kept(check: Callable[[Ari], Awaitable[Finding]], ari: Ari) -> Finding:
    """A check that cannot make sense of an answer is ill, not broken."""
    try:
        return await check(ari)
    except (KeyError, TypeError, ValueError) as error:
        return ill(
            check.__name__,
            f"an answer that is not Asterisk's: {error!r}",
            "what listens at CCAPP_ASTERISK_URL?",
        )


async def _reached(ari: Ari, settings: Settings) -> tuple[Finding, dict[str, Any] | None]:
    status, info = await ari.ask("GET", "asterisk/info")
    where = f"{settings.asterisk_url} as {settings.asterisk_user}"
    match status:
        case 200 if isinstance(info, dict):
            return well("Asterisk", f"answers at {where}"), info
        case 401:
            to_do = (
                "give the same user and password in ari.conf and CCAPP_ASTERISK_USER, CCAPP_ASTERISK_PASSWORD"
            )
            return ill("Asterisk", f"refuses {where}", to_do), None
        case 403:
            return ill(
                "Asterisk", f"forbids {where}", "allow this address in http.conf's and ari.conf's ACLs"
            ), None
        case 404:
            to_do = "set enabled=yes in ari.conf and load res_ari.so and res_ari_asterisk.so"
            return ill("Asterisk", f"has no ARI at {settings.asterisk_url}", to_do), None
        case 503:
            return ill("Asterisk", "is still starting", "try again in some seconds"), None
        case _:
            return ill("Asterisk", f"answers {status} at {where}", "look into Asterisk's log"), None


def release(info: dict[str, Any]) -> Finding:
    """Whether this release is one we work with."""
    version = str(info.get("system", {}).get("version", "unknown"))
    found = re.search(r"(\d+)\.(\d+)", version)
    if found is None:
        return ill("Version", f"{version[:60]} is no release", f"use a release: {_releases()}")
    number = int(found[1]), int(found[2])
    oldest = OLDEST.get(number[0])
    if oldest is None and number[0] < max(OLDEST):
        return ill(
            "Version", f"{version[:60]} is of no line that is supported", f"upgrade Asterisk to {_releases()}"
        )
    if oldest is not None and number < oldest:
        why = "before it, REST over WebSocket is slow and originating can deadlock (asterisk #1936)"
        return ill("Version", version[:60], f"upgrade Asterisk to {oldest[0]}.{oldest[1]} or later: {why}")
    return well("Version", version[:60])


def _releases() -> str:
    return ", ".join(f"{major}.{minor}" for major, minor in OLDEST.values()) + " or later"


async def modules(ari: Ari) -> Finding:
    status, rows = await ari.ask("GET", "asterisk/modules")
    if status != 200:
        return ill("Modules", f"cannot be listed ({status})", "load res_ari_asterisk.so")
    running = {row["name"].removesuffix(".so") for row in rows if row["status"] == "Running"}
    missing = [name for name in NEEDED if name not in running]
    if missing:
        to_do = "load them in modules.conf: " + ", ".join(f"{name}.so" for name in missing)
        return ill("Modules", f"{len(missing)} of {len(NEEDED)} needed are not running", to_do)
    return well("Modules", f"all {len(NEEDED)} needed are running")


async def writing(ari: Ari) -> Finding:
    """Makes a bridge and removes it: an ARI user may be one who only reads."""
    name = f"ccapp-doctor-{uuid4().hex[:8]}"
    status, _ = await ari.ask("POST", f"bridges/{name}", params={"type": "holding"})
    if status != 200:
        return ill(
            "ARI rights", f"a bridge cannot be made ({status})", "set read_only=no for this user in ari.conf"
        )
    await ari.ask("DELETE", f"bridges/{name}")
    return well("ARI rights", "may write")


async def pushing(ari: Ari) -> Finding:
    """Pushes an account's contact list and removes it: agents' phones live in memory, beside the files."""
    path = f"asterisk/config/dynamic/res_pjsip/aor/ccapp-doctor-{uuid4().hex[:8]}"
    fields = {"fields": [{"attribute": "max_contacts", "value": "1"}]}
    status, _ = await ari.ask("PUT", path, json=fields)
    if status != 200:
        to_do = "sorcery.conf [res_pjsip] needs endpoint=memory, auth=memory and aor=memory beside config"
        return ill("Accounts", f"cannot be pushed ({status})", to_do)
    await ari.ask("DELETE", path)
    return well("Accounts", "can be pushed")


async def clock(ari: Ari) -> Finding:
    before = time.time()
    status, pong = await ari.ask("GET", "asterisk/ping")
    if status != 200:
        return ill("Clock", f"Asterisk's cannot be read ({status})", "load res_ari_asterisk.so")
    at = datetime.strptime(pong["timestamp"], "%Y-%m-%dT%H:%M:%S.%f%z").timestamp()
    return skew("Asterisk's clock", at, before, time.time())


def skew(point: str, theirs: float, before: float, after: float) -> Finding:
    """How far their clock is from ours, which was `before` at the question and `after` at the answer."""
    off_s = max(0.0, theirs - after, before - theirs)
    if off_s > SKEW_S_MAX:
        return ill(point, f"is {off_s:.1f} s away from ours", "let both machines keep time by NTP (chrony)")
    return well(point, f"agrees with ours within {max(off_s, after - before):.2f} s")
