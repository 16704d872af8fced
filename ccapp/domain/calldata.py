"""What travels with a call: data from a trusted trunk's SIP headers, and what the IVR adds to it.

Names are compared without case and kept in one spelling. Nothing in here can become a header, a variable,
a dialplan step or a log line of its own: control characters are dropped and lengths are bounded.
Source of the transferred names: spec/call_center_phone.md §3.
"""

import re
from collections.abc import Iterable, Mapping

type CallData = Mapping[str, str]
"""Spelling-normalised name -> cleaned value. Never mutated: `merged` makes a new one."""

TRANSFERRED = ("Dnis", "Ani", "callerId", "URL", "Transfer", "CallId", "CallCenter", "Skills", "Record")
USER_TO_USER = "User-to-User"

VALUE_LENGTH_MAX = 512
NAME_LENGTH_MAX = 64
ENTRIES_MAX = 64

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
_PREFIX = re.compile(r"^(?:x-)+", re.IGNORECASE)
_UNFIT = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
_SPELLING = {name.lower(): name for name in (*TRANSFERRED, USER_TO_USER)}


def clean(value: str) -> str:
    """`value` on one line, no control characters or half characters, at most VALUE_LENGTH_MAX long."""
    return _UNFIT.sub(" ", value).strip()[:VALUE_LENGTH_MAX].rstrip()


def spelled(name: str) -> str | None:
    """The one spelling of a data name (bare or with `X-`), or None if it cannot be one."""
    bare = _PREFIX.sub("", name)
    if len(bare) > NAME_LENGTH_MAX or not _NAME.fullmatch(bare):
        return None
    return _SPELLING.get(bare.lower(), bare)


def merged(data: CallData, more: Mapping[str, str]) -> CallData:
    """`data` with `more` laid over it; names that cannot be names are left out."""
    result = dict(data)
    by_lower = {name.lower(): name for name in result}
    for raw, value in more.items():
        name = spelled(raw)
        if name is None:
            continue
        known = by_lower.setdefault(name.lower(), name)
        if known in result or len(result) < ENTRIES_MAX:
            result[known] = clean(value)
    return result


def from_headers(headers: Iterable[tuple[str, str]], extra: Iterable[str] = ()) -> CallData:
    """The call data in a trusted trunk's SIP headers.

    Read are the TRANSFERRED names, User-to-User and the `extra` configured ones, bare or with `X-`;
    of two spellings of one name the first with a value wins.
    """
    wanted = {name.lower() for name in (*TRANSFERRED, USER_TO_USER)}
    wanted |= {name.lower() for name in map(spelled, extra) if name}
    data: CallData = {}
    for raw, value in headers:
        name = spelled(raw)
        if name and name.lower() in wanted and not lookup(data, name) and clean(value):
            data = merged(data, {name: value})
    return data


def to_headers(data: CallData) -> dict[str, str]:
    """The headers of the agent's INVITE: `X-` names only, User-to-User as it is."""
    return {
        (name if name == USER_TO_USER else f"X-{name}"): clean(value)
        for name, value in data.items()
        if value and spelled(name)
    }


def lookup(data: CallData, name: str) -> str:
    """The value of `name` in any spelling; empty when absent."""
    if name in data:
        return data[name]
    lower = (spelled(name) or name).lower()
    return next((value for known, value in data.items() if known.lower() == lower), "")


def skills(data: CallData) -> dict[str, int]:
    """The skills a call asks for: `Skills: sales, spanish:2` is `{"sales": 1, "spanish": 2}`.

    A level that is not a number from 1 to 10 counts as 1: a caller is never lost to a typing slip.
    """
    wanted: dict[str, int] = {}
    for part in lookup(data, "Skills").split(","):
        name, _, level = part.strip().partition(":")
        name = name.strip().lower()
        if name:
            number = int(level) if level.strip().isascii() and level.strip().isdigit() else 1
            wanted[name] = number if 1 <= number <= 10 else 1
    return wanted
