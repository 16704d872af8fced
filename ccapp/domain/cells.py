"""A value in a cell of a spreadsheet: nothing a caller brings may become a formula or a second line there."""

import re
from typing import Any

_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")


def harmless(value: Any) -> Any:
    """A text of a caller's that a spreadsheet would take for a formula is marked as text."""
    if not isinstance(value, str):
        return value
    line = "".join(each if each.isprintable() else " " for each in value)
    return f"'{line}" if line[:1] in ("=", "+", "-", "@") and not _NUMBER.fullmatch(line) else line
