"""Logging: one line per published fact, key=value with the call's id; everything else in the same shape.

What every call brings is for level debug: the records hold it, and ten lines a call cost more than the call's
routing. The ends of calls and whatever is out of the ordinary are for level info.

No text of a caller's, a client's or a peer's can begin a line of its own: control characters are escaped,
values with anything but plain characters are quoted. What tells who called and what was keyed (numbers,
names, call data) stands in private fields, which are left out unless `private` is asked for.
"""

import asyncio
import dataclasses
import json
import logging
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from enum import Enum
from typing import Literal, TextIO

import orjson

from ccapp.domain.events import (
    AgentsListed,
    CallArrived,
    CallerTold,
    CallServed,
    CallWaits,
    Fact,
    IvrVisited,
    OfferMade,
    PresenceChanged,
    TalkEnded,
    WrapUpEnded,
)
from ccapp.domain.explanation import Explanation

log = logging.getLogger("ccapp.cli")
facts = logging.getLogger("ccapp.facts")

PRIVATE = frozenset(
    {
        "caller_number", "caller_name", "number", "data", "values", "info", "listed", "key",
        "body", "operator", "choice",
    }
)  # fmt: skip
"""Fields that may tell who called, whom he called or what he keyed."""

PUBLIC = frozenset({
    "at", "visit", "channel", "trunk", "tree", "node", "back", "name", "of", "result",
    "took_s",
    "queue", "entered_at", "priority_s", "requires",
    "own_priority_s", "own_requires", "offer", "agent", "ring_s", "waited_s", "explanation", "reason",
    "cause", "rang_s", "segment", "bridge", "wrap_up_s", "talk_s", "ended_by", "answered", "offered",
    "outcome", "duration_s", "state", "sub_state", "before", "intent", "unready_sub_state", "online",
    "wrap_up_until", "not_before", "misses", "idle_since", "logged_in_at", "why", "version", "by",
    "epoch", "alive", "gone", "after_call", "after_call_sub_state", "after_call_reason",
    "on_demand", "overdue", "rest_since", "banned_until", "hold_s", "colleague", "queues", "phone", "at_desk",
    "caller_priority", "brought_s", "detail", "to", "then", "manager", "yes", "record", "recording", "files",
    "by_backup", "only_s", "closing",
    "session", "attempt", "action", "command_id", "command", "on", "stream",
    "seconds", "ok", "position", "expected_wait_s",
    "message", "mailbox", "otherwise", "file", "prompt",
    "asked_by", "expires_at", "origin", "tries", "again_at", "until",
    "agents", "away_s",
})  # fmt: skip
"""All others. A field that is in neither set counts as private."""

ROUTINE = frozenset({
    AgentsListed,
    CallArrived, IvrVisited, CallWaits, CallerTold, OfferMade, CallServed, TalkEnded, PresenceChanged,
    WrapUpEnded,
})  # fmt: skip
"""Logged at level debug."""

_SINGLE = frozenset({str, float, int, bool})
_BARE = re.compile(r"[!#-<>-~]+")
"""Printable ASCII but space, quote and equals sign."""

_QUOTED = str.maketrans({'"': '\\"', "\\": "\\\\"})
VALUE_LENGTH_MAX = 2000


def setup(level: str, format: Literal["text", "json"] = "text") -> None:
    """All logging to standard error, in one shape."""
    handler = Gathered(sys.stderr)
    handler.setFormatter(JsonLines() if format == "json" else TextLines())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    logging.captureWarnings(True)
    logging.getLogger("picows").setLevel(logging.WARNING)  # each connection's buffers are nobody's concern
    # nobody is shown these, and each record would look them up
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    logging.logAsyncioTasks = False  # type: ignore[attr-defined]


class Gathered(logging.StreamHandler[TextIO]):
    """Lines of the same moment are written together: a call has ten, and each write is a system call.

    A warning, and whatever is logged outside a loop, is written at once with all before it.
    """

    GATHER_S = 0.05

    def __init__(self, stream: TextIO) -> None:
        super().__init__(stream)
        self._lines: list[str] = []
        self._loop: asyncio.AbstractEventLoop | None = None

    def emit(self, record: logging.LogRecord) -> None:
        try:
            self._lines.append(self.format(record))
            if record.levelno >= logging.WARNING or not self._later():
                self.flush()
        except Exception:  # as every handler does: logging must not end what logs
            self.handleError(record)

    def _later(self) -> bool:
        """Whether a flush is on its way."""
        if len(self._lines) > 1:
            return self._loop is not None
        try:
            self._loop = asyncio.get_running_loop()
        except RuntimeError:
            self._loop = None
            return False
        self._loop.call_later(self.GATHER_S, self.flush)
        return True

    def flush(self) -> None:
        lines, self._lines = self._lines, []
        if lines:
            self.stream.write("\n".join(lines) + "\n")
        super().flush()


def watcher(*, private: bool = False) -> Callable[[Fact], None]:
    """For `Acd.watch`: logs every fact, at its level."""

    def watch(fact: Fact) -> None:
        level = logging.DEBUG if type(fact) in ROUTINE else logging.INFO
        if facts.isEnabledFor(level):
            # not by facts.log: that would look up who called, nine times a call
            record = logging.LogRecord(facts.name, level, "", 0, type(fact).__name__, (), None)
            record.fields = dict(fields(fact, private=private))
            facts.handle(record)

    return watch


_NAMES: dict[tuple[type[Fact], bool], tuple[str, ...]] = {}


def _names(fact: Fact, private: bool) -> tuple[str, ...]:
    """Its fields that are logged, in their order, the call's id first; looked up once for each kind."""
    kind = type(fact), private
    if kind not in _NAMES:
        names = [field.name for field in dataclasses.fields(fact) if private or field.name in PUBLIC]
        _NAMES[kind] = tuple(sorted(names, key=lambda name: name != "visit"))
    return _NAMES[kind]


def fields(fact: Fact, *, private: bool) -> Iterator[tuple[str, object]]:
    """What is logged of a fact: the call's id first, nothing that is empty."""
    for name in _names(fact, private):
        value = getattr(fact, name)
        if type(value) in _SINGLE:
            if value != "":
                yield name, value
        elif isinstance(value, Explanation):
            yield from _explained(value)
        elif isinstance(value, Mapping):
            if value:
                yield name, json.dumps(dict(value), separators=(",", ":"))
        elif value is not None and value != "":
            yield name, value


def _explained(told: Explanation) -> Iterator[tuple[str, object]]:
    yield "trigger", told.trigger
    yield "tier", told.tier
    yield "idle_s", told.idle_s
    yield "not_chosen", told.not_chosen_count


# --- lines ------------------------------------------------------------------------------------------------


class TextLines(logging.Formatter):
    """`2026-01-02T03:04:05.678Z info ccapp.facts CallWaits visit=… queue=sales`; a trace below it, barred."""

    def format(self, record: logging.LogRecord) -> str:
        given: Mapping[str, object] = getattr(record, "fields", {})
        words = [_at(record), record.levelname.lower(), record.name, escaped(record.getMessage())]
        words += [f"{name}={shown(value)}" for name, value in given.items()]
        return "\n".join([" ".join(words), *(f"  | {escaped(line)}" for line in self._trace(record))])

    def _trace(self, record: logging.LogRecord) -> list[str]:
        trace = self.formatException(record.exc_info) if record.exc_info else ""
        return [*trace.splitlines(), *(record.stack_info or "").splitlines()]


class JsonLines(logging.Formatter):
    """The same as one JSON document per line."""

    def format(self, record: logging.LogRecord) -> str:
        given: Mapping[str, object] = getattr(record, "fields", {})
        line = {
            "at": _at(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": escaped(record.getMessage()),
            **{name: _jsonable(value) for name, value in given.items()},
        }
        if record.exc_info:
            line["trace"] = [escaped(each) for each in self.formatException(record.exc_info).splitlines()]
        return orjson.dumps(line).decode()


def _at(record: logging.LogRecord) -> str:
    return (
        datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    )


def _jsonable(value: object) -> object:
    return value if isinstance(value, bool | int | float) else escaped(_plain(value))


def shown(value: object) -> str:
    """A value as it stands after `name=`: bare when it is plain, else quoted."""
    plain = _plain(value)
    if type(value) is float or (_BARE.fullmatch(plain) and len(plain) <= VALUE_LENGTH_MAX):
        return plain
    plain = escaped(plain)
    if _BARE.fullmatch(plain):
        return plain
    return f'"{plain.translate(_QUOTED)}"'


def _plain(value: object) -> str:
    if type(value) is float:
        return f"{value:.3f}"
    if type(value) is bool:
        return "true" if value else "false"
    return str(value.value if isinstance(value, Enum) else value)


def escaped(text: str, length_max: int = VALUE_LENGTH_MAX) -> str:
    """`text` on one line, what is not printable as `\\x0a` or `\\ud800`."""
    short = text if len(text) <= length_max else text[:length_max] + "…"
    if short.isprintable():
        return short
    return "".join(each if each.isprintable() else ascii(each)[1:-1] for each in short)
