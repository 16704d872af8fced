"""Agents' SIP accounts, which live in Asterisk's memory only: pushed anew on each connection.

What carries our mark is ours to change and to remove; trunks and whatever else stands in pjsip.conf is not.
"""

import asyncio
import contextlib
import logging
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from itertools import batched
from typing import Final

import orjson

from ccapp.ports import Account, Refused, SwitchBusy, SwitchError, SwitchUnreachable
from ccapp.telephony import commands, events
from ccapp.telephony.commands import Command, SipObject

log = logging.getLogger(__name__)

MARK: Final = "ccapp-agent"
"""The endpoint's account code; stays readable after we have forgotten what we pushed."""

CONTEXT: Final = "from-agent"
AT_ONCE: Final = 50
"""Accounts in flight: each is a few milliseconds of Asterisk's time, and commands have a bounded one."""

SUBSCRIBED_MAX: Final = 100
"""Times one account may have been subscribed to, by engines that died."""

QUALIFY_S: Final = 10
SILENT_ON_HOLD_S_MAX: Final = 1800
REGISTRATION_S_MAX: Final = 300
"""A phone whose contact is lost (a crash within a second of its REGISTER) is away at most this long."""

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
_DIGEST: Final = re.compile(r"[0-9a-f]{32}")

type Send = Callable[[Command], Awaitable[str]]


class Accounts:
    def __init__(self, send: Send, devices_app: str) -> None:
        self._send = send
        self._devices_app = devices_app
        self._pushed: dict[str, Account] = {}
        self._heard: set[str] = set()

    def forget(self) -> None:
        """Another connection, perhaps another Asterisk: nothing is known to be there."""
        self._pushed.clear()
        self._heard.clear()

    async def push(self, accounts: Sequence[Account]) -> Mapping[str, events.EndpointChanged]:
        """Makes them so and returns all endpoints' states. A bad account is logged and costs no other."""
        wanted = {account.name: account for account in accounts if _sound(account)}
        for some in batched(wanted.values(), AT_ONCE, strict=False):
            await asyncio.gather(*(self._put(account) for account in some))
            await self._listen([account.name for account in some if account.name in self._pushed])
        await self._drop_others(wanted)
        return await self.states()

    async def _put(self, account: Account) -> None:
        if self._pushed.get(account.name) == account:
            return
        try:
            for kind, fields in _objects(account).items():
                await self._send(commands.put_sip(kind, account.name, fields))
        except SwitchUnreachable:
            raise
        except SwitchError as why:
            log.error("account=%s cannot be pushed: %s", account.name, why)
        else:
            self._pushed[account.name] = account

    async def _listen(self, names: Sequence[str]) -> None:
        """To these alone: listening to all endpoints would make Asterisk write down each trunk channel's
        events for nobody.

        Subscriptions outlive the connection, and stay with an account that was removed: so each is made anew.
        """
        new = [name for name in names if name not in self._heard]
        if new:
            await asyncio.gather(*map(self._listen_no_more, new))
            await self._send(commands.subscribe(self._devices_app, map(_source, new)))
            self._heard.update(new)

    async def listen_anew(self, names: Sequence[str]) -> None:
        """To phones whose changes were not heard."""
        self._heard.difference_update(names)
        await self._listen(names)

    async def _listen_no_more(self, name: str) -> None:
        """A later account of this name is another source of events. Asterisk counts the subscriptions."""
        self._heard.discard(name)
        with contextlib.suppress(Refused):  # 409: not subscribed
            for _ in range(SUBSCRIBED_MAX):
                await self._send(commands.unsubscribe(self._devices_app, _source(name)))

    async def _drop_others(self, wanted: Mapping[str, Account]) -> None:
        others = [name for name in await self.states() if name not in wanted]
        for some in batched(others, AT_ONCE, strict=False):
            await asyncio.gather(*(self._drop_if_ours(name) for name in some))

    async def _drop_if_ours(self, name: str) -> None:
        try:
            fields = orjson.loads(await self._send(commands.get_sip("endpoint", name)))
            if {"attribute": "accountcode", "value": MARK} not in fields:
                return
            await self._listen_no_more(name)
            for kind in ("endpoint", "aor", "auth"):
                await self._send(commands.drop_sip(kind, name))
        except SwitchUnreachable:
            raise
        except SwitchError as why:
            log.warning("account=%s cannot be removed: %s", name, why)
        self._pushed.pop(name, None)

    async def states(self) -> Mapping[str, events.EndpointChanged]:
        try:
            listed = orjson.loads(await self._send(commands.endpoints()))
        except SwitchBusy:  # 404: there are none
            return {}
        return {state.endpoint: state for state in map(events.endpoint, listed)}


def _source(name: str) -> str:
    return f"endpoint:PJSIP/{name}"


def _sound(account: Account) -> bool:
    fine = _NAME.fullmatch(account.name) and _DIGEST.fullmatch(account.digest) and account.realm
    if not fine:
        log.error("account=%.80r cannot be an account", account.name)
    return bool(fine)


def _objects(account: Account) -> dict[SipObject, dict[str, str]]:
    """In the order they depend on each other."""
    name = account.name
    return {
        "auth": {
            "auth_type": "digest",
            "username": name,
            "realm": account.realm,
            "password_digest": f"MD5:{account.digest}",
        },
        "aor": {
            "max_contacts": "1",
            "remove_existing": "yes",
            "qualify_frequency": str(QUALIFY_S),
            "maximum_expiration": str(REGISTRATION_S_MAX),
        },
        "endpoint": {
            "context": CONTEXT,
            "auth": name,
            "aors": name,
            "accountcode": MARK,
            "disallow": "all",
            "allow": "ulaw,alaw,opus",  # what trunks speak first: no transcoding
            "direct_media": "no",
            "rtp_symmetric": "yes",
            "force_rport": "yes",
            "rewrite_contact": "yes",
            "dtmf_mode": "auto",
            "callerid": _caller_id(account),
            "allow_subscribe": "no",
            "rtp_timeout": str(round(account.silent_s_max)),
            "rtp_timeout_hold": str(SILENT_ON_HOLD_S_MAX if account.silent_s_max else 0),
        },
    }


def _caller_id(account: Account) -> str:
    shown = re.sub(r"[^\w .-]", "", account.display or account.name)
    number = re.sub(r"[^0-9A-Za-z*#+]", "", account.extension) or account.name
    return f'"{shown}" <{number}>'
