"""Headers of INVITEs: which can be read, which can be sent, and what may stand in them.

Names become part of a dialplan function's arguments, so only names pass that cannot be anything else.
Asterisk takes the values as they are (no evaluation of `${}` or commas: tested); only lines must stay lines.
"""

import logging
import re
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence, Set
from contextlib import suppress
from typing import Final

import orjson

from ccapp.domain.ids import ChannelId
from ccapp.ports import Refused, SwitchBusy
from ccapp.telephony import commands
from ccapp.telephony.commands import Command

log = logging.getLogger(__name__)

NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,79}")
CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
VALUE_LENGTH_MAX: Final = 1024
SENT_MAX: Final = 64
READ_MAX: Final = 64
REPEATS_MAX: Final = 4


def one_line(text: str, length_max: int = VALUE_LENGTH_MAX) -> str:
    """Without control characters, and not too long."""
    return CONTROL.sub(" ", text).strip()[:length_max]


def variables(headers: Mapping[str, str]) -> dict[str, str]:
    """The variables of an originate that add these headers to its INVITE."""
    cleaned = {name: one_line(value) for name, value in headers.items() if NAME.fullmatch(name)}
    if len(cleaned) < len(headers):
        log.warning("headers left out, their names cannot be names: %s", headers.keys() - cleaned.keys())
    filled = [(name, value) for name, value in cleaned.items() if value]
    return {f"PJSIP_HEADER(add,{name})": value for name, value in filled[:SENT_MAX]}


async def read(
    send: Callable[[Command], Awaitable[str]], channel: ChannelId, wanted: Sequence[str]
) -> Sequence[tuple[str, str]]:
    """First which there are, then those at once: an absent one would fail all.

    So does one that Asterisk cannot read (4 kB and more); then each is asked for by itself.
    """
    bare = {_bare(name): None for name in wanted}
    try:
        listed = orjson.loads(await send(commands.read(channel, "PJSIP_HEADERS()")))["value"]
        functions = _functions(listed.split(","), bare.keys())
        if not functions:
            return ()
        values = orjson.loads(await send(commands.read_many(channel, list(functions))))["variables"]
    except (SwitchBusy, Refused) as why:  # a channel that is no SIP channel has none
        log.warning("channel=%s headers cannot be read at once: %s", channel, why)
        functions = _functions([f"{prefix}{name}" for name in bare for prefix in ("", "X-")], bare.keys())
        values = await _one_by_one(send, channel, functions)
    return tuple((name, values[function]) for function, name in functions.items() if function in values)


async def _one_by_one(
    send: Callable[[Command], Awaitable[str]], channel: ChannelId, functions: Collection[str]
) -> Mapping[str, str]:
    values = {}
    for function in functions:
        with suppress(SwitchBusy, Refused):
            values[function] = orjson.loads(await send(commands.read(channel, function)))["value"]
    return values


def _functions(present: Sequence[str], wanted: Set[str]) -> dict[str, str]:
    """The function that reads each wanted header there is -> the header's name."""
    seen: Counter[str] = Counter()
    functions: dict[str, str] = {}
    for name in map(str.strip, present):
        if _bare(name) in wanted and NAME.fullmatch(name) and len(functions) < READ_MAX:
            seen[name.lower()] += 1
            if (nth := seen[name.lower()]) <= REPEATS_MAX:
                functions[f"PJSIP_HEADER(read,{name},{nth})"] = name
    return functions


def _bare(name: str) -> str:
    lower = name.strip().lower()
    return lower.removeprefix("x-")
