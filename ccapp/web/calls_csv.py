"""Past calls as CSV: a line for each, or for each thing that happened in it, the call told again before it.

Times are RFC 3339 in UTC; call data and what is told of an event are JSON.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from ccapp.domain.cells import harmless
from ccapp.web.wire import dumps

CALL = (
    "visit", "arrived_at", "trunk", "number", "caller_number", "caller_name", "queue", "entered_at",
    "waited_s", "offers", "declines", "agent", "segments", "answered_at", "talk_s", "wrap_up_s",
    "forwarded_to", "abandoned", "outcome", "ended_by", "ended_at", "duration_s", "data",
)  # fmt: skip
EVENT = ("event_seq", "event_at", "event", "event_agent", "event_queue", "event_fields")
_COLUMNS_OF_THEIR_OWN = ("at", "visit", "agent", "queue", "data")


def text(calls: Iterable[Mapping[str, Any]]) -> str:
    """Of calls as `GET /v1/calls` tells them; with columns for events if they have some."""
    rows = list(calls)
    columns = CALL + EVENT if any("events" in row for row in rows) else CALL
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, restval="", extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    for row in rows:
        for line in _lines(row):
            writer.writerow({name: harmless(_cell(name, value)) for name, value in line.items()})
    return out.getvalue()


def _lines(call: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    if "events" not in call:
        yield call
    for event in call.get("events", ()):
        fact = {name: getattr(event["fact"], name) for name in event["fact"].__dataclass_fields__}
        rest = {name: value for name, value in fact.items() if name not in _COLUMNS_OF_THEIR_OWN}
        yield {
            **call,
            "event_seq": event["seq"],
            "event_at": fact["at"],
            "event": event["kind"],
            "event_agent": fact.get("agent"),
            "event_queue": fact.get("queue"),
            "event_fields": dumps(rest).decode(),
        }


def _cell(name: str, value: Any) -> Any:
    if name == "data":
        return dumps(value).decode()
    if name.endswith("_at") and value is not None:
        return datetime.fromtimestamp(value, UTC).isoformat(timespec="milliseconds")
    return value
