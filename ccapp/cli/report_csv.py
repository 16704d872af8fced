"""A report as CSV: one row per line, every figure of it in columns of its own."""

import csv
import sys
from collections.abc import Iterator
from typing import Any

from ccapp.domain.cells import harmless


def write(document: dict[str, Any]) -> None:
    """To standard output."""
    rows = [dict(_flat("", row)) for row in document["rows"]]
    columns = dict.fromkeys(column for row in rows for column in row) or dict.fromkeys(("key", "interval"))
    writer = csv.DictWriter(sys.stdout, list(columns), restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows({column: harmless(value) for column, value in row.items()} for row in rows)


def _flat(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    match value:
        case dict():
            for part, item in value.items():
                yield from _flat(f"{name}_{part}" if name else part, item)
        case list():  # service levels, one for each acceptable waiting time
            for level in value:
                threshold = f"{level['acceptable_waiting_time']:g}"
                yield f"{name}_{threshold}", level["service_level"]
                yield f"{name}_{threshold}_calls", level["call_count"]
        case _:
            yield name, value
