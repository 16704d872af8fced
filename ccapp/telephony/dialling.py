"""From a `Dial` to an originate, and what its refusal says about the leg."""

import math
import re
from typing import Final

from ccapp.domain.causes import Cause
from ccapp.domain.commands import SIP_URI
from ccapp.ports import CallerId, Dial, SwitchBusy, SwitchError
from ccapp.telephony import commands, sip_headers
from ccapp.telephony.commands import Command

_ACCOUNT: Final = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_NUMBER: Final = re.compile(r"[0-9A-Za-z+*#_.-]{1,64}")
_NAME_LENGTH_MAX: Final = 80
_NOBODY: Final = "anonymous"
"""Without any number Asterisk would send that of the originator, as he wrote it."""


class CannotDial(Exception):
    """An endpoint that cannot be one."""


def originate(dial: Dial, app: str) -> Command:
    return commands.originate(
        dial.channel,
        endpoint=_endpoint(dial.endpoint),
        app=app,
        caller_id=_caller_id(dial.caller),
        timeout_s=max(1, math.ceil(dial.ring_s_max)),
        variables=sip_headers.variables(dial.headers),
        originator=dial.originator,
    )


def cause_of_refusal(dial: Dial, fault: SwitchError) -> Cause:
    """Asterisk answers 500 "Allocation failed" when there is no contact to ring."""
    if isinstance(fault, SwitchBusy) and "@" not in dial.endpoint:
        return Cause.NOT_REGISTERED
    return Cause.TEMPORARY_FAILURE


def _endpoint(endpoint: str) -> str:
    """Of an account, `number@trunk`, or `sip:user@host@trunk`."""
    number, at, trunk = endpoint.rpartition("@")
    if _ACCOUNT.fullmatch(trunk) and SIP_URI.fullmatch(number):
        return f"PJSIP/{trunk}/{number}"
    if not _ACCOUNT.fullmatch(trunk) or (at and not _NUMBER.fullmatch(number)):
        raise CannotDial(f"{endpoint[:80]!r} cannot be dialled")
    return f"PJSIP/{endpoint}"


def _caller_id(caller: CallerId) -> str:
    """`"name" <number>`, with nothing in it that could end either."""
    number = "".join(re.findall(r"[0-9A-Za-z+*#_.-]", caller.number))[:64]
    name = re.sub(r'["<>\\]', "", sip_headers.one_line(caller.name, _NAME_LENGTH_MAX))
    return f'"{name}" <{number or _NOBODY}>'
