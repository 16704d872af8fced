"""Facts to JSON and back, generic over the dataclasses of domain.events.

Writing never fails and never makes what PostgreSQL refuses: text it cannot hold (NUL, lone surrogates) is
replaced, numbers JSON has not become the nearest it has. Reading is strict: an unknown kind or field, or a
value of another type, is a FactError that names it; a missing field takes its default if it has one, so
that facts of an older engine stay readable.
"""

import dataclasses
import enum
import math
import sys
import types
import typing
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

import orjson

from ccapp.domain.events import KINDS, Fact
from ccapp.ports import Recorded
from ccapp.records.errors import FactError

type Decode = Callable[[Any], Any]

# --- writing ----------------------------------------------------------------------------------------------


def encode_line(seq: int, epoch: int, fact: Fact) -> bytes:
    """One line of the spool, newline and all: `{"seq", "epoch", "kind", "fact"}`."""
    envelope = {"seq": seq, "epoch": epoch, "kind": type(fact).__name__, "fact": fact}
    try:
        line = orjson.dumps(envelope, _other, orjson.OPT_APPEND_NEWLINE)
    except TypeError:
        return _cleaned(envelope)
    if b"\\u0000" in line or (b":null" in line and not _is_finite(fact)):
        return _cleaned(envelope)
    return line


def naming_visit(visit: str) -> bytes:
    """What is in every line about the visit, and in few others."""
    return b'"visit":' + orjson.dumps(visit)


def _other(value: object) -> object:
    """What orjson does not know by itself."""
    match value:
        case Mapping():
            return dict(value)
        case set() | frozenset():
            return sorted(value)
        case _:
            return str(value)


def _cleaned(envelope: Mapping[str, object]) -> bytes:
    return orjson.dumps(_plain(envelope), _other, orjson.OPT_APPEND_NEWLINE)


def _is_finite(value: object) -> bool:
    """Whether all the numbers of a fact are: JSON would turn the others into null."""
    if isinstance(value, float):
        return math.isfinite(value)
    if dataclasses.is_dataclass(value):
        return all(_is_finite(getattr(value, field.name)) for field in dataclasses.fields(value))
    return True


def _plain(value: object) -> object:
    """`value` of plain types that JSON and PostgreSQL can hold."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    match value:
        case enum.Enum():
            return _plain(value.value)
        case str():
            return value.encode("utf-8", "replace").decode().replace("\0", "?")
        case bool() | None:
            return value
        case int():
            return max(-(2**63), min(value, 2**63 - 1))
        case float():
            return _finite(value)
        case Mapping():
            return {str(_plain(key)): _plain(item) for key, item in value.items()}
        case list() | tuple() | set() | frozenset():
            return [_plain(item) for item in value]
        case _:
            return _plain(str(value))


def _finite(value: float) -> float:
    if math.isnan(value):
        return 0.0
    return max(-sys.float_info.max, min(value, sys.float_info.max))


# --- reading ----------------------------------------------------------------------------------------------


def decode_fact(kind: str, fields: Mapping[str, Any]) -> Fact:
    """The fact of a kind from its JSON fields; FactError names what does not fit."""
    known = KINDS.get(kind)
    if known is None:
        raise FactError(f"unknown kind of fact: {kind!r}")
    fact: Fact = _decoder(known)(fields)  # type: ignore[arg-type]  # a class is hashable, whatever its instances
    return fact


def decode_line(line: bytes) -> Recorded:
    """What `encode_line` made."""
    envelope = orjson.loads(line)
    return Recorded(seq=envelope["seq"], fact=decode_fact(envelope["kind"], envelope["fact"]))


@cache
def _decoder(cls: type[Any]) -> Decode:
    """Compiles how to read the dataclass `cls`, once per class."""
    hints = typing.get_type_hints(cls)
    decode = {field.name: _value_decoder(hints[field.name]) for field in dataclasses.fields(cls)}
    needed = frozenset(field.name for field in dataclasses.fields(cls) if _required(field))

    def read(fields: Any) -> Any:
        if not isinstance(fields, Mapping):
            raise FactError(f"{cls.__name__}: {_kind(fields)} in place of an object")
        values = {}
        for name, raw in fields.items():
            try:
                values[name] = decode[name](raw)
            except KeyError:
                raise FactError(f"{cls.__name__}: unknown field {name!r}") from None
            except ValueError as error:
                raise FactError(f"{cls.__name__}.{name}: {error}") from None
        if not needed <= values.keys():
            raise FactError(f"{cls.__name__}: missing {', '.join(sorted(needed - values.keys()))}")
        return cls(**values)

    return read


def _required(field: "dataclasses.Field[Any]") -> bool:
    return field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING


def _value_decoder(hint: Any) -> Decode:
    """How to read a value of the annotated type."""
    if isinstance(hint, typing.NewType):
        return _value_decoder(hint.__supertype__)
    if isinstance(hint, typing.TypeAliasType):
        return _value_decoder(hint.__value__)
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (types.UnionType, typing.Union):
        return _union(arguments)
    if origin is tuple:
        return _tuple(arguments)
    if origin is not None and issubclass(origin, Mapping):
        return _mapping(arguments[0], arguments[1])
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return _decoder(hint)
    if isinstance(hint, type) and issubclass(hint, enum.Enum):
        return _enum(hint)
    if hint in _SCALARS:
        return _SCALARS[hint]
    raise TypeError(f"facts cannot hold a {hint!r}")


def _text(raw: Any) -> str:
    if type(raw) is not str:
        raise ValueError(f"{_kind(raw)} in place of a text")
    return raw


def _integer(raw: Any) -> int:
    if type(raw) is not int:
        raise ValueError(f"{_kind(raw)} in place of a whole number")
    return raw


def _number(raw: Any) -> float:
    if type(raw) is not float and type(raw) is not int:
        raise ValueError(f"{_kind(raw)} in place of a number")
    return float(raw)


def _boolean(raw: Any) -> bool:
    if type(raw) is not bool:
        raise ValueError(f"{_kind(raw)} in place of true or false")
    return raw


_SCALARS: dict[Any, Decode] = {str: _text, int: _integer, float: _number, bool: _boolean}


def _kind(raw: Any) -> str:
    return f"{type(raw).__name__} {raw!r:.40}"


def _enum(cls: type[enum.Enum]) -> Decode:
    members = {member.value: member for member in cls}

    def read(raw: Any) -> enum.Enum:
        try:
            return members[raw]
        except (KeyError, TypeError):
            raise ValueError(f"{raw!r} is no {cls.__name__}") from None

    return read


def _union(arguments: tuple[Any, ...]) -> Decode:
    """Of values JSON can tell apart: a text, an object, nothing."""
    present = [argument for argument in arguments if argument is not types.NoneType]
    texts = [argument for argument in present if _is_text(argument)]
    others = [argument for argument in present if not _is_text(argument)]
    if len(others) > 1 or len(texts) > 1:
        raise TypeError(f"facts cannot hold one of {arguments!r}")
    text = _value_decoder(texts[0]) if texts else None
    other = _value_decoder(others[0]) if others else text
    nothing = len(present) < len(arguments)

    def read(raw: Any) -> Any:
        if raw is None and nothing:
            return None
        decode = text if text is not None and type(raw) is str else other
        assert decode is not None
        return decode(raw)

    return read


def _is_text(hint: Any) -> bool:
    return hint is str or (isinstance(hint, typing.NewType) and hint.__supertype__ is str)


def _tuple(arguments: tuple[Any, ...]) -> Decode:
    if len(arguments) == 2 and arguments[1] is Ellipsis:
        item = _value_decoder(arguments[0])
        return lambda raw: tuple(map(item, _sequence(raw)))
    items = [_value_decoder(argument) for argument in arguments]

    def read(raw: Any) -> tuple[Any, ...]:
        if len(_sequence(raw)) != len(items):
            raise ValueError(f"{len(raw)} in place of {len(items)} items")
        return tuple(decode(value) for decode, value in zip(items, raw, strict=True))

    return read


def _sequence(raw: Any) -> Sequence[Any]:
    if not isinstance(raw, list | tuple):
        raise ValueError(f"{_kind(raw)} in place of a list")
    return raw


def _mapping(key: Any, item: Any) -> Decode:
    decode_key, decode = _value_decoder(key), _value_decoder(item)

    def read(raw: Any) -> dict[Any, Any]:
        if not isinstance(raw, Mapping):
            raise ValueError(f"{_kind(raw)} in place of an object")
        return {decode_key(name): decode(value) for name, value in raw.items()}

    return read
