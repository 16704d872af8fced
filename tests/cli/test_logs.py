"""One line per fact; nobody outside writes a line of his own, or has his number where it is not wanted."""

import dataclasses
import enum
import logging
import typing
from types import SimpleNamespace

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccapp.cli import logs, wording
from ccapp.cli.live import line
from ccapp.domain.admission import ExitReason, RefusalReason
from ccapp.domain.causes import DeclineReason
from ccapp.domain.events import (
    KINDS,
    Asked,
    CallArrived,
    CallForwarded,
    CallWaits,
    EndedBy,
    Fact,
    Outcome,
    PresenceChanged,
)
from ccapp.domain.explanation import WhyNot
from ccapp.domain.ids import AgentId, ChannelId, QueueId, SkillId, TrunkId, VisitId
from ccapp.domain.managers import Chosen, Missed
from ccapp.domain.presence import Intent, State, SubState
from ccapp.domain.standing import Closing, Listed

SECRET = "18005550199"
NASTY = st.text(
    alphabet=st.characters(exclude_categories=[]) | st.sampled_from("\n\r\x1b\x85\u2028\x00=\"'\\ ")
)


def arrived(**changes: str) -> CallArrived:
    values = {"number": "100", "caller_number": SECRET, "caller_name": "Carol", "trunk": "carrier"} | changes
    return CallArrived(
        at=1.0,
        visit=VisitId(values.get("visit", "1.1")),
        data={values.get("name", "Ani"): values.get("value", SECRET)},
        channel=ChannelId("1.1"),
        trunk=TrunkId(values["trunk"]),
        number=values["number"],
        caller_number=values["caller_number"],
        caller_name=values["caller_name"],
    )


def written(fact: Fact, form: logging.Formatter, *, private: bool = False) -> str:
    record = logging.LogRecord("ccapp.facts", logging.INFO, "", 0, type(fact).__name__, (), None)
    record.fields = dict(logs.fields(fact, private=private))
    return form.format(record)


def test_a_fact_as_text():
    fact = CallWaits(
        at=12.5,
        visit=VisitId("1700000000.1"),
        queue=QueueId("sales"),
        entered_at=12.5,
        priority_s=0.0,
        requires={SkillId("spanish"): 2},
    )
    assert written(fact, logs.TextLines()).partition("Z ")[2] == (
        "info ccapp.facts CallWaits visit=1700000000.1 at=12.500 queue=sales entered_at=12.500 "
        'priority_s=0.000 requires="{\\"spanish\\":2}" own_priority_s=0.000 '
        "caller_priority=50 brought_s=0.000"
    )


def test_the_same_as_json():
    told = orjson.loads(written(arrived(), logs.JsonLines()))
    assert told["message"] == "CallArrived"
    assert told["visit"] == "1.1"
    assert told["level"] == "info"


@pytest.mark.parametrize("form", [logs.TextLines(), logs.JsonLines()])
def test_who_called_is_private(form: logging.Formatter):
    forwarded = CallForwarded(
        at=1.0, visit=VisitId("1"), number=SECRET, trunk=TrunkId("t"), answered=True, talk_s=1.0
    )
    for fact in (arrived(), forwarded):
        assert SECRET not in written(fact, form)
        assert SECRET in written(fact, form, private=True)
    assert "Carol" not in written(arrived(), form)


def test_every_field_of_every_fact_is_public_or_private():
    names = {field.name for kind in KINDS.values() for field in dataclasses.fields(kind)}
    assert names <= logs.PUBLIC | logs.PRIVATE
    assert not logs.PUBLIC & logs.PRIVATE


@given(NASTY, NASTY, NASTY, st.booleans())
def test_no_text_starts_a_line(a: str, b: str, c: str, private: bool):
    fact = arrived(visit=a, trunk=b, caller_name=c, value=a, name=b, number=c)
    for form in (logs.TextLines(), logs.JsonLines()):
        text = written(fact, form, private=private)
        assert len(text.splitlines()) == 1
        assert text.isprintable()


@given(NASTY)
def test_no_value_makes_a_field_of_its_own(reason: str):
    fact = PresenceChanged(
        at=1.0, agent=AgentId("alice"), state=State.UNREADY, sub_state=SubState.BREAK, reason=reason,
        before=State.READY, intent=Intent.NOT_READY, unready_sub_state=SubState.BREAK, online=True,
        wrap_up_until=None, not_before=0.0, misses=0, idle_since=0.0, logged_in_at=None, why="command",
    )  # fmt: skip
    text = written(fact, logs.TextLines())
    words = _unquoted(text)
    assert sum(word.startswith("agent=") for word in words) == 1
    assert sum(word.startswith("why=") for word in words) == 1


def _unquoted(line: str) -> list[str]:
    """The words outside quotes."""
    out, quoted, escaped = "", False, False
    for character in line:
        if escaped:
            escaped = False
        elif character == "\\" and quoted:
            escaped = True
        elif character == '"':
            quoted = not quoted
        elif not quoted:
            out += character
    assert not quoted
    return out.split()


@given(NASTY, NASTY)
def test_messages_and_traces_neither(message: str, error: str):
    try:
        raise RuntimeError(error)
    except RuntimeError as raised:
        info = (type(raised), raised, raised.__traceback__)
    record = logging.LogRecord("x", logging.ERROR, "", 0, "%s", (message,), info)
    first, *rest = logs.TextLines().format(record).split("\n")
    assert first.isprintable()
    assert all(line.startswith("  | ") and line.isprintable() for line in rest)
    assert "RuntimeError" in rest[-1] or error
    assert len(logs.JsonLines().format(record).splitlines()) == 1


@given(NASTY)
def test_the_live_stream_neither(name: str):
    assert "\n" not in line(arrived(trunk=name)).plain
    assert "\x1b" not in line(arrived(trunk=name)).plain


@pytest.mark.parametrize(
    ("level", "logged"),
    [(logging.DEBUG, ["CallArrived", "CallForwarded"]), (logging.INFO, ["CallForwarded"])],
)
def test_what_every_call_brings_is_for_debug(caplog: pytest.LogCaptureFixture, level: int, logged: list[str]):
    caplog.set_level(level, "ccapp.facts")
    watch = logs.watcher()
    watch(arrived())
    watch(
        CallForwarded(
            at=1.0, visit=VisitId("1.1"), number="100", trunk=TrunkId("carrier"), answered=True, talk_s=1.0
        )
    )
    assert [record.getMessage() for record in caplog.records] == logged


@pytest.mark.parametrize(
    ("words", "enum"),
    [
        (wording.DECLINED, DeclineReason),
        (wording.WHY_NOT, WhyNot),
        (wording.OUTCOME, Outcome),
        (wording.ASKED, Asked),
        (wording.BY, EndedBy),
        (wording.REFUSAL, RefusalReason),
        (wording.EXIT, ExitReason),
        (wording.MISSED, Missed),
        (wording.CHOSEN, Chosen),
    ],
)
def test_there_is_a_word_for_everything(words: dict[typing.Any, str], enum: type):
    assert set(words) == set(enum)


def test_every_kind_has_a_sentence():
    for kind in KINDS.values():
        hollow = {field.name: _some(field) for field in dataclasses.fields(kind)}
        sentence = wording.sentence(kind(**hollow))
        assert sentence
        assert sentence != kind.__name__


def _some(field: "dataclasses.Field[object]") -> object:
    """A value that fits well enough to be told."""
    by_name = {
        "explanation": SimpleNamespace(trigger="agent_free", idle_s=0.0),
        "requires": {}, "own_requires": {}, "data": {}, "agents": (),
        "outcome": Outcome.SERVED, "ended_by": EndedBy.AGENT,
        "state": State.READY, "sub_state": SubState.NONE,
        "listed": Listed(number="4930123"), "closing": Closing(queue=QueueId("sales")),
    }  # fmt: skip
    if isinstance(field.type, type) and issubclass(field.type, enum.Enum):
        return next(iter(field.type))
    return by_name.get(field.name, 1)
