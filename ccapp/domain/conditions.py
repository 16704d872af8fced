"""What is asked of a call, as people write it: `Balance >= 100 and (Language = "es" or not Account)`.

    either  = all { "or" all }
    all     = one { "and" one }
    one     = "not" one | "(" either ")" | "open" "(" hours ")" | test
    test    = value [ sign value | "in" "(" value { "," value } ")" | word value ]
    sign    = "=" | "!=" | "<" | "<=" | ">" | ">="
    word    = "starts_with" | "ends_with" | "contains"
    value   = name of call data | number | "text" | 'text'

A value alone holds when it is not empty. Two numbers are compared as numbers, anything else as texts; `<`,
`>` and their like hold between numbers only. Length and nesting are bounded, and nothing is ever executed:
whatever is given is read or refused, with the column of what is wrong.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import NoReturn, assert_never

from ccapp.domain.expressions import DEPTH_MAX, LENGTH_MAX, ExpressionError

CHOICES_MAX = 50
SIGNS = frozenset({"=", "==", "!=", "<", "<=", ">", ">="})
WORDS = frozenset({"starts_with", "ends_with", "contains"})
RESERVED = frozenset({"and", "or", "not", "in", "open", *WORDS})


@dataclass(frozen=True, slots=True)
class Data:
    """The value of that call data."""

    name: str


@dataclass(frozen=True, slots=True)
class Literal:
    text: str


type Value = Data | Literal


@dataclass(frozen=True, slots=True)
class Given:
    """The value is not empty."""

    value: Value


@dataclass(frozen=True, slots=True)
class Compared:
    left: Value
    how: str  # one of SIGNS or WORDS
    right: Value


@dataclass(frozen=True, slots=True)
class OneOf:
    value: Value
    choices: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Open:
    """It is within these business hours."""

    hours: str


@dataclass(frozen=True, slots=True)
class Not:
    part: "Condition"


@dataclass(frozen=True, slots=True)
class All:
    parts: "tuple[Condition, ...]"


@dataclass(frozen=True, slots=True)
class Some:
    parts: "tuple[Condition, ...]"


type Condition = Given | Compared | OneOf | Open | Not | All | Some


@lru_cache(maxsize=4096)
def parse(text: str) -> Condition:
    """Raises ExpressionError."""
    if len(text) > LENGTH_MAX:
        raise ExpressionError(f"longer than {LENGTH_MAX} characters", LENGTH_MAX)
    return _Reader(text).whole()


# --- reading ----------------------------------------------------------------------------------------------

_TOKEN = re.compile(
    r"""\s*(?:(?P<word>[A-Za-z][A-Za-z0-9_-]*)
    |(?P<number>-?[0-9]+(?:\.[0-9]+)?)
    |(?P<text>"[^"]*"|'[^']*')
    |(?P<sign>>=|<=|!=|==|[=<>(),]))""",
    re.ASCII | re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    at: int
    kind: str | None

    @property
    def word(self) -> str:
        """In lower case; empty for what is no word."""
        return self.text.lower() if self.kind == "word" else ""


def _tokens(text: str) -> Iterator[_Token]:
    at, end = 0, len(text.rstrip())
    while at < end:
        found = _TOKEN.match(text, at)
        if found is None:
            blank = len(text) - len(text[at:].lstrip())
            raise ExpressionError(f"{text[blank]!a} is not understood", blank)
        kind = found.lastgroup
        assert kind is not None
        yield _Token(found[kind], found.start(kind), kind)
        at = found.end()
    yield _Token("", end, None)


class _Reader:
    """Reads by recursive descent, one function for each line of the grammar."""

    def __init__(self, text: str) -> None:
        self._left = list(_tokens(text))
        self._next = 0
        self._depth = 0

    def whole(self) -> Condition:
        condition = self._either()
        if self._token.kind is not None:
            self._refuse('"and", "or" or the end')
        return condition

    @property
    def _token(self) -> _Token:
        return self._left[self._next]

    def _refuse(self, wanted: str) -> NoReturn:
        token = self._token
        found = f'"{token.text[:40]}"' if token.text else "the end"
        raise ExpressionError(f"expected {wanted}, found {found}", token.at)

    def _take_word(self, word: str) -> bool:
        taken = self._token.word == word
        self._next += taken
        return taken

    def _take_sign(self, sign: str) -> bool:
        taken = self._token.kind == "sign" and self._token.text == sign
        self._next += taken
        return taken

    def _must(self, sign: str) -> None:
        if not self._take_sign(sign):
            self._refuse(f'"{sign}"')

    def _either(self) -> Condition:
        parts = [self._all()]
        while self._take_word("or"):
            parts.append(self._all())
        return parts[0] if len(parts) == 1 else Some(tuple(parts))

    def _all(self) -> Condition:
        parts = [self._one()]
        while self._take_word("and"):
            parts.append(self._one())
        return parts[0] if len(parts) == 1 else All(tuple(parts))

    def _one(self) -> Condition:
        self._depth += 1
        if self._depth > DEPTH_MAX:
            raise ExpressionError(f"nested deeper than {DEPTH_MAX}", self._token.at)
        condition = self._inside()
        self._depth -= 1
        return condition

    def _inside(self) -> Condition:
        if self._take_word("not"):
            return Not(self._one())
        if self._take_sign("("):
            condition = self._either()
            self._must(")")
            return condition
        if self._take_word("open"):
            return self._open()
        return self._test()

    def _open(self) -> Condition:
        self._must("(")
        hours = self._token
        if hours.kind != "word":
            self._refuse("the name of business hours")
        self._next += 1
        self._must(")")
        return Open(hours.text)

    def _test(self) -> Condition:
        value = self._value()
        token = self._token
        if (token.kind == "sign" and token.text in SIGNS) or token.word in WORDS:
            self._next += 1
            return Compared(value, token.word or token.text, self._value())
        if self._take_word("in"):
            return OneOf(value, self._choices())
        return Given(value)

    def _choices(self) -> tuple[Value, ...]:
        self._must("(")
        choices = [self._value()]
        while self._take_sign(","):
            choices.append(self._value())
        if len(choices) > CHOICES_MAX:
            raise ExpressionError(f"more than {CHOICES_MAX} choices", self._token.at)
        self._must(")")
        return tuple(choices)

    def _value(self) -> Value:
        token = self._token
        match token.kind:
            case "word" if token.word not in RESERVED:
                value: Value = Data(token.text)
            case "number":
                value = Literal(token.text)
            case "text":
                value = Literal(token.text[1:-1])
            case _:
                self._refuse("call data, a number or a text in quotes")
        self._next += 1
        return value


# --- asking -----------------------------------------------------------------------------------------------


def holds(condition: Condition, value_of: Callable[[str], str], is_open: Callable[[str], bool]) -> bool:
    """`value_of` gives call data by name, empty for none; `is_open` tells of business hours by name."""
    match condition:
        case Given(value=value):
            return bool(_text(value, value_of))
        case Compared(left=left, how=how, right=right):
            return _compared(_text(left, value_of), how, _text(right, value_of))
        case OneOf(value=value, choices=choices):
            text = _text(value, value_of)
            return any(_compared(text, "=", _text(choice, value_of)) for choice in choices)
        case Open(hours=hours):
            return is_open(hours)
        case Not(part=part):
            return not holds(part, value_of, is_open)
        case All(parts=parts):
            return all(holds(part, value_of, is_open) for part in parts)
        case Some(parts=parts):
            return any(holds(part, value_of, is_open) for part in parts)
        case _:
            assert_never(condition)


def _text(value: Value, value_of: Callable[[str], str]) -> str:
    return value.text if isinstance(value, Literal) else value_of(value.name)


_NUMBER = re.compile(r"[+-]?[0-9]{1,300}(\.[0-9]{0,300})?", re.ASCII)


def _number(text: str) -> float | None:
    return float(text) if _NUMBER.fullmatch(text) else None


def _compared(left: str, how: str, right: str) -> bool:
    one, other = _number(left), _number(right)
    match how:
        case "=" | "==" | "!=":
            same = left == right if one is None or other is None else one == other
            return same != (how == "!=")
        case "starts_with":
            return left.startswith(right)
        case "ends_with":
            return left.endswith(right)
        case "contains":
            return right in left
        case _:
            return one is not None and other is not None and _ordered(one, how, other)


def _ordered(one: float, how: str, other: float) -> bool:
    match how:
        case "<":
            return one < other
        case "<=":
            return one <= other
        case ">":
            return one > other
        case _:
            return one >= other


def hours_named(condition: Condition) -> Iterator[str]:
    """The business hours it speaks of."""
    match condition:
        case Open(hours=hours):
            yield hours
        case Not(part=part):
            yield from hours_named(part)
        case All(parts=parts) | Some(parts=parts):
            for part in parts:
                yield from hours_named(part)
        case _:
            return
