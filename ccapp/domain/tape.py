"""What recordings are called: a folder for each call, in it one recording for each talk, in two files.

`VISIT/CALLID-SEGMENT`, and of the files `…-caller.wav` and `…-agent.wav`. `CALLID` is the call data's, where
they have one, else the call's own id; the folder keeps calls apart that bring the same one.
"""

import re
from typing import Final

from ccapp.domain.calldata import CallData, lookup

SIDES: Final = ("caller", "agent")
ENDING: Final = ".wav"
CALL_ID_LENGTH_MAX: Final = 64

_UNFIT = re.compile(r"[^A-Za-z0-9_.-]")
_PART = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]{0,99}")


def tape_name(call: str, data: CallData, segment: int = 1) -> str:
    called = fit(lookup(data, "CallId")) or fit(call)
    return f"{fit(call)}/{called}-{segment}"


def fit(text: str) -> str:
    """Of letters, digits, `_`, `-` and `.`, not beginning with one."""
    return _UNFIT.sub("_", text)[:CALL_ID_LENGTH_MAX].lstrip(".")


def files_of(name: str) -> tuple[str, str]:
    """The caller's and the agent's file."""
    caller, agent = SIDES
    return f"{name}-{caller}{ENDING}", f"{name}-{agent}{ENDING}"


def is_tape_name(text: str) -> bool:
    """Whether it can be the name of a recording; what leads elsewhere cannot."""
    parts = text.split("/")
    return len(parts) == 2 and all(_PART.fullmatch(part) for part in parts)
