"""What is asked of an agent, as people write it: `english>=3 and (sales or billing) and not trainee`.

    either  = all { "or" all }
    all     = one { "and" one }
    one     = "not" one | "(" either ")" | skill [ comparison level ]

A skill alone is level 1 or more. `not` is pushed down to the levels while reading, so that what is left are
ranges of levels under "all of" and "any of". Length, nesting and alternatives are bounded: whatever is given
is read or refused, with the column of what is wrong.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import NewType, assert_never

from ccapp.domain.ids import SkillId

LENGTH_MAX = 500
DEPTH_MAX = 20
DEEPER_MAX = 5
"""What writing an expression out again, joined with another, may add to its depth."""
ALTERNATIVES_MAX = 64
LEVEL_MAX = 10

Expression = NewType("Expression", str)
"""A text that `parse` reads, in lower case with single spaces."""


@dataclass(frozen=True, slots=True)
class Range:
    """A level of a skill: at least `low`, and at most `high` (None: no bound). 0 is not having it."""

    skill: SkillId
    low: int
    high: int | None = None


@dataclass(frozen=True, slots=True)
class AllOf:
    parts: "tuple[Node, ...]" = ()


@dataclass(frozen=True, slots=True)
class AnyOf:
    parts: "tuple[Node, ...]" = ()


type Node = Range | AllOf | AnyOf
type Alternative = Mapping[SkillId, tuple[int, int | None]]
"""Skill -> the least and the highest level: all of them together are one way to meet an expression."""

ALWAYS, NEVER = AllOf(), AnyOf()


class ExpressionError(ValueError):
    """A text that is no expression. Says at which column, counted from 1."""

    def __init__(self, message: str, at: int) -> None:
        super().__init__(f"column {at + 1}: {message}")
        self.column = at + 1


def expression(text: str) -> Expression:
    """`text` as an Expression. Raises ExpressionError."""
    if len(text) > LENGTH_MAX:
        raise ExpressionError(f"longer than {LENGTH_MAX} characters", LENGTH_MAX)
    _Reader(text).whole()
    return Expression(" ".join(text.lower().split()))


@lru_cache(maxsize=4096)
def parse(text: Expression) -> Node:
    return _Reader(text, DEPTH_MAX + DEEPER_MAX).whole()


# --- reading ----------------------------------------------------------------------------------------------

_TOKEN = re.compile(
    r"\s*(?:(?P<word>[A-Za-z][A-Za-z0-9_-]*)|(?P<number>[0-9]+)|(?P<sign>>=|<=|!=|==|[=<>()]))", re.ASCII
)
_NAME_LENGTH_MAX = 40
_WORDS = frozenset({"and", "or", "not"})


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    at: int
    kind: str | None


def _tokens(text: str) -> Iterator[_Token]:
    at, end = 0, len(text.rstrip())
    while at < end:
        found = _TOKEN.match(text, at)
        if found is None:
            blank = len(text) - len(text[at:].lstrip())
            raise ExpressionError(f"{text[blank]!a} is not understood", blank)
        kind = found.lastgroup
        assert kind is not None
        yield _Token(found[kind].lower(), found.start(kind), kind)
        at = found.end()
    yield _Token("", end, None)


class _Reader:
    """Reads by recursive descent, one function for each line of the grammar."""

    def __init__(self, text: str, depth_max: int = DEPTH_MAX) -> None:
        self._left = list(_tokens(text))
        self._depth, self._depth_max = 0, depth_max

    def whole(self) -> Node:
        node = self._either()
        if self._left[0].kind is not None:
            raise self._unexpected('"and", "or" or the end')
        return node

    def _unexpected(self, wanted: str) -> ExpressionError:
        token = self._left[0]
        found = f'"{token.text[:_NAME_LENGTH_MAX]}"' if token.text else "the end"
        return ExpressionError(f"expected {wanted}, found {found}", token.at)

    def _take(self, text: str) -> bool:
        if self._left[0].text != text:
            return False
        self._left.pop(0)
        return True

    def _either(self) -> Node:
        parts = [self._all()]
        while self._take("or"):
            parts.append(self._all())
        return any_of(parts)

    def _all(self) -> Node:
        parts = [self._one()]
        while self._take("and"):
            parts.append(self._one())
        return all_of(parts)

    def _one(self) -> Node:
        self._depth += 1
        if self._depth > self._depth_max:
            raise ExpressionError(f"nested deeper than {self._depth_max}", self._left[0].at)
        node = self._inside()
        self._depth -= 1
        return node

    def _inside(self) -> Node:
        if self._take("not"):
            return negated(self._one())
        if not self._take("("):
            return self._level()
        node = self._either()
        if not self._take(")"):
            raise self._unexpected('")"')
        return node

    def _level(self) -> Node:
        name = self._left[0]
        if name.kind != "word" or name.text in _WORDS:
            raise self._unexpected('a skill, "not" or "("')
        if len(name.text) > _NAME_LENGTH_MAX:
            raise ExpressionError(f"a skill has at most {_NAME_LENGTH_MAX} characters", name.at)
        self._left.pop(0)
        skill, sign = SkillId(name.text), self._left[0]
        if sign.kind != "sign" or sign.text in "()":
            return Range(skill, 1)
        self._left.pop(0)
        return _compared(skill, sign.text, self._number())

    def _number(self) -> int:
        token = self._left[0]
        if token.kind != "number":
            raise self._unexpected(f"a level, 0 to {LEVEL_MAX}")
        if len(token.text) > 2 or int(token.text) > LEVEL_MAX:
            raise ExpressionError(f"a level is 0 to {LEVEL_MAX}", token.at)
        self._left.pop(0)
        return int(token.text)


def _compared(skill: SkillId, sign: str, level: int) -> Node:
    match sign:
        case ">=":
            return _range(skill, level)
        case ">":
            return _range(skill, level + 1)
        case "<=":
            return _range(skill, 0, level)
        case "<":
            return _range(skill, 0, level - 1)
        case "!=":
            return negated(_range(skill, level, level))
        case _:
            return _range(skill, level, level)


# --- building ---------------------------------------------------------------------------------------------


def _range(skill: SkillId, low: int, high: int | None = None) -> Node:
    if low > LEVEL_MAX or (high is not None and high < low):
        return NEVER
    return ALWAYS if low <= 0 and high is None else Range(skill, low, high)


def all_of(parts: Iterable[Node]) -> Node:
    flat = [inner for part in parts for inner in (part.parts if isinstance(part, AllOf) else (part,))]
    if NEVER in flat:
        return NEVER
    return flat[0] if len(flat) == 1 else AllOf(tuple(dict.fromkeys(flat)))


def any_of(parts: Iterable[Node]) -> Node:
    flat = [inner for part in parts for inner in (part.parts if isinstance(part, AnyOf) else (part,))]
    if ALWAYS in flat:
        return ALWAYS
    return flat[0] if len(flat) == 1 else AnyOf(tuple(dict.fromkeys(flat)))


def negated(node: Node) -> Node:
    match node:
        case Range(skill=skill, low=low, high=high):
            above = NEVER if high is None else _range(skill, high + 1)
            return any_of((_range(skill, 0, low - 1), above))
        case AllOf(parts=parts):
            return any_of(negated(part) for part in parts)
        case AnyOf(parts=parts):
            return all_of(negated(part) for part in parts)
        case _:
            assert_never(node)


# --- asking -----------------------------------------------------------------------------------------------


def holds(node: Node, has: Mapping[SkillId, int]) -> bool:
    """Whether one with these skills (lower-case names) is asked for."""
    match node:
        case Range(skill=skill, low=low, high=high):
            level = has.get(skill, 0)
            return level >= low and (high is None or level <= high)
        case AllOf(parts=parts):
            return all(holds(part, has) for part in parts)
        case AnyOf(parts=parts):
            return any(holds(part, has) for part in parts)
        case _:
            assert_never(node)


def failing(node: Node, has: Mapping[SkillId, int]) -> Node | None:
    """The first part that keeps one with these skills out."""
    parts = node.parts if isinstance(node, AllOf) else (node,)
    return next((part for part in parts if not holds(part, has)), None)


def ranges(node: Node) -> Iterator[Range]:
    """All comparisons in it, in the order they were written."""
    if isinstance(node, Range):
        yield node
    else:
        for part in node.parts:
            yield from ranges(part)


def widened(node: Node, skill: SkillId, level: int) -> Node:
    """`node` with no more than `level` asked of a skill; 0: the skill does not matter any more.

    Whoever was asked for still is.
    """
    match node:
        case Range(skill=asked, low=low, high=high):
            if asked != skill:
                return node
            return ALWAYS if level == 0 else _range(skill, min(low, level), high)
        case AllOf(parts=parts):
            return all_of(widened(part, skill, level) for part in parts)
        case AnyOf(parts=parts):
            return any_of(widened(part, skill, level) for part in parts)
        case _:
            assert_never(node)


def alternatives(node: Node) -> list[Alternative] | None:
    """All the ways to meet it, each a plain list of ranges; None when they are more than are worth listing.

    Ways that contradict themselves are left out: an empty list is met by nobody.
    """
    match node:
        case Range(skill=skill, low=low, high=high):
            return [{skill: (low, high)}]
        case AnyOf(parts=parts):
            return _united([alternatives(part) for part in parts])
        case AllOf(parts=parts):
            found: list[Alternative] | None = [{}]
            for part in parts:
                found = _joined(found, alternatives(part))
            return found
        case _:
            assert_never(node)


def _united(each: list[list[Alternative] | None]) -> list[Alternative] | None:
    found: list[Alternative] = []
    for ways in each:
        if ways is None or len(found) + len(ways) > ALTERNATIVES_MAX:
            return None
        found += ways
    return found


def _joined(left: list[Alternative] | None, right: list[Alternative] | None) -> list[Alternative] | None:
    if left is None or right is None or len(left) * len(right) > ALTERNATIVES_MAX:
        return None
    return [both for one, other in product(left, right) if (both := _both(one, other)) is not None]


def _both(one: Alternative, other: Alternative) -> Alternative | None:
    result: dict[SkillId, tuple[int, int | None]] = dict(one)
    for skill, (low, high) in other.items():
        low_so_far, high_so_far = result.get(skill, (0, None))
        low = max(low, low_so_far)
        highs = [bound for bound in (high, high_so_far) if bound is not None]
        if highs and min(highs) < low:
            return None
        result[skill] = (low, min(highs, default=None))
    return result


# --- writing ----------------------------------------------------------------------------------------------


def told(node: Node) -> str:
    """`node` as it could have been written; `parse(told(node))` means the same."""
    match node:
        case Range():
            return _range_told(node)
        case AllOf(parts=parts):
            inner = (f"({told(part)})" if isinstance(part, AnyOf) else told(part) for part in parts)
            return " and ".join(inner) or "any>=0"
        case AnyOf(parts=parts):
            return " or ".join(map(told, parts)) or "any<0"
        case _:
            assert_never(node)


def _range_told(asked: Range) -> str:
    skill, low, high = asked.skill, asked.low, asked.high
    if high == 0:
        return f"not {skill}"
    if high is None:
        return skill if low == 1 else f"{skill}>={low}"
    if low == high:
        return f"{skill}={low}"
    return f"{skill}<={high}" if low == 0 else f"{skill}>={low} and {skill}<={high}"
