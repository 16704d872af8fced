"""Whatever is written, it is read or refused with a ConfigError that says where; nothing else comes out."""

import json
from collections.abc import Callable, Sequence
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from ccapp.config import (
    SAMPLE,
    ConfigError,
    Problem,
    from_document,
    read,
    read_document,
    read_file,
    to_document,
)
from tests.domain.steady import STEADY

SAMPLE_TEXT = SAMPLE.read_text(encoding="utf-8")
SAMPLE_LINES = SAMPLE_TEXT.splitlines()

NAMES: list[str] = json.loads("""[
    "name", "realm", "voice", "trunks", "numbers", "queues", "agents", "ivr", "start", "nodes", "menu",
    "keys", "say", "then", "to", "requires", "ring_s", "data", "cases", "digest", "password", "extension",
    "skills", "hang_up", "EMPTY_KEY", "sales", "main", "alice", "*", "1", "-1", "0", "1e400", ".inf", ".nan",
    "null", "~", "yes", "no", "-", "[]", "{}", "true", "99999999999999999999", "2024-01-01", "12:30",
    "a>=2 and (b or not c)", "groups", "relax", "tiers", "strategy", "not (", "a>99", "manager", "ask"
]""")
SCALARS = st.one_of(
    st.sampled_from(NAMES), st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8)
)
VALUES: st.SearchStrategy[Any] = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=4), inner, max_size=4)
    ),
    max_leaves=12,
)


def is_read_or_refused(text: str) -> None:
    lines = text.count("\n") + 1
    problems = refusal(lambda: read(text, "f.yaml"))
    for problem in problems:
        assert problem.file == "f.yaml"
        assert 1 <= problem.line <= lines


def refusal(attempt: Callable[[], object]) -> Sequence[Problem]:
    """The problems of an attempt that was refused, each on one line; none when it succeeded."""
    refused: ConfigError | None = None
    try:
        attempt()
    except ConfigError as error:
        refused = error
    if refused is None:
        return ()
    assert refused.problems
    assert all(str(problem).splitlines() == [str(problem)] for problem in refused.problems)
    return refused.problems


@given(st.text())
@STEADY
def test_any_text(text: str) -> None:
    is_read_or_refused(text)


@given(st.text(alphabet="ab:-?#*&!|>'\"%@`{}[], \n\t~"))
@STEADY
def test_text_of_yaml_signs(text: str) -> None:
    is_read_or_refused(text)


@given(VALUES)
@STEADY
def test_any_values_as_yaml(value: Any) -> None:
    is_read_or_refused(yaml.safe_dump(value))


@given(st.integers(0, len(SAMPLE_TEXT)), st.integers(0, 40), st.text(max_size=10) | st.sampled_from(NAMES))
@settings(STEADY, max_examples=300)
def test_the_sample_with_a_piece_replaced(start: int, length: int, piece: str) -> None:
    is_read_or_refused(SAMPLE_TEXT[:start] + piece + SAMPLE_TEXT[start + length :])


@given(st.data())
@STEADY
def test_the_sample_with_lines_moved(data: st.DataObject) -> None:
    lines = list(SAMPLE_LINES)
    for _ in range(data.draw(st.integers(1, 4))):
        line = lines.pop(data.draw(st.integers(0, len(lines) - 1)))
        lines.insert(data.draw(st.integers(0, len(lines))), " " * data.draw(st.integers(0, 6)) + line.strip())
    is_read_or_refused("\n".join(lines))


def places_of(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(found for key, each in inside for found in places_of(each, (*path, key)))]


SAMPLE_DOCUMENT = to_document(read_file(SAMPLE).centre, with_digests=True)
PLACES = places_of(SAMPLE_DOCUMENT)


def with_value(path: tuple[Any, ...], value: Any) -> Any:
    """A copy of the sample's document with `value` at `path`."""
    if not path:
        return value
    document = json.loads(json.dumps(SAMPLE_DOCUMENT))
    around = document
    for part in path[:-1]:
        around = around[part]
    around[path[-1]] = value
    return document


@given(st.sampled_from(PLACES), VALUES)
@settings(STEADY, max_examples=300)
def test_the_sample_with_any_value_anywhere(path: tuple[Any, ...], value: Any) -> None:
    document = with_value(path, value)
    is_read_or_refused(yaml.safe_dump(document))
    if not refusal(lambda: read_document(document)):
        centre = from_document(document)
        assert from_document(to_document(centre, with_digests=True)) == centre


@given(st.dictionaries(SCALARS, SCALARS | st.dictionaries(SCALARS, SCALARS)))
@STEADY
def test_keys_that_are_no_texts(document: Any) -> None:
    refusal(lambda: read_document(document))


def many(count: int, pattern: str) -> str:
    """`{ ... }` with the pattern `count` times, each with its number for the sign §."""
    return "{" + ",".join(pattern.replace("§", str(number)) for number in range(count)) + "}"


SKILLED = "{a: {name: A, extension: 1, skills: " + many(20_000, "skill§: 1") + "}}"
LARGE = {
    "unknown fields": many(40_000, "field§: x"),
    "one field": "name: x\n" * 90_000,
    "unknown skills": f"agents: {SKILLED}\nqueues: {{q: {{name: Q, requires: {many(20_000, 'skil§: 1')}}}}}",
    "unknown queues": f"queues: {many(10_000, 'queue§: {name: Q}')}\n"
    f"numbers: {many(20_000, '§: {queue: quee§}')}",
    "empty lists": f"ivr: {{t: {{nodes: {many(20_000, 'a§: {branch: {cases: [], otherwise: b}}')}}}}}",
}


@pytest.mark.timeout(20)
@pytest.mark.parametrize("name", LARGE)
def test_a_large_file_full_of_slips_does_not_hang(name: str) -> None:
    is_read_or_refused(LARGE[name])


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "piece",
    [
        "[",
        "{",
        "- ",
        "? ",
        "a: ",
        "'",
        '"',
        "|\n",
        "&a ",
        "*a ",
        "!a ",
        "\t",
        "#",
        "%",
        "a",
        "a,",
        "[a]: ",
        "\n",
    ],
)
def test_no_long_repetition_hangs(piece: str) -> None:
    is_read_or_refused(piece * (900_000 // len(piece)))
    is_read_or_refused("a:\n  " + piece * (900_000 // len(piece)))


EXPRESSION_PIECES = st.sampled_from(
    ["a", "b1", "and", "or", "not", "(", ")", ">=", "<", "!=", "=", "2", "10", "11", "é", "&", "  "]
)
ASKING = """\
agents: {{a: {{name: A, extension: 1, digest: 0123456789abcdef0123456789abcdef, skills: {{a: 3}}}}}}
queues:
  q:
    name: Q
    requires: {first}
ivr:
  t:
    start: n
    nodes:
      n:
        queue:
          to: q
          requires: {second}
"""
LINES = {5: "queues.q.requires", 13: "ivr.t.nodes.n.queue.requires"}


@given(*[st.lists(EXPRESSION_PIECES, min_size=1, max_size=12).map(" ".join)] * 2)
@settings(STEADY, max_examples=300)
def test_whatever_a_queue_or_an_ivr_asks_for_is_told_where_it_stands(first: str, second: str) -> None:
    """Refused, doubted or read: what is said names the line and the field of the expression."""
    text = ASKING.format(first=json.dumps(first), second=json.dumps(second))
    problems = refusal(lambda: read(text, "f.yaml")) or read(text, "f.yaml").warnings
    for problem in problems:
        assert problem.file == "f.yaml"
        assert problem.field.startswith(LINES[problem.line])
