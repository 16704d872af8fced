"""YAML text as plain values, with the line of every field.

A scalar stays the text that was written; the field it stands in decides what it means. So `no` is a language,
`0201` an extension, `12:30` a text and `1:` a key, whatever YAML 1.1 makes of them. Only an empty value, `~`
and `null` mean "nothing". Anchors, aliases and tags are refused; size, depth and number are bounded.
"""

from collections.abc import Iterator

import yaml

from ccapp.config.problem import ConfigError, Path, Places, Problem, shown

SIZE_MAX = 1_000_000  # characters
DEPTH_MAX = 16
VALUES_MAX = 100_000

type Value = str | list[Value] | dict[str, Value] | None

_Loader: type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NOTHING = frozenset({"", "~", "null"})


class _TooMuch(Exception):
    """Deeper or larger than any configuration: reading stops here."""


def parse(text: str, file: str) -> tuple[Value, Places]:
    """The values in `text` and where each was written. Raises ConfigError with all that is wrong."""
    if len(text) > SIZE_MAX:
        raise ConfigError([Problem(file=file, line=1, message=f"larger than {SIZE_MAX:,} characters")])
    tree = _Tree(file)
    value: Value = None
    try:
        value = tree.read(yaml.parse(text, Loader=_Loader))
    except yaml.YAMLError as error:
        tree.problems.append(_syntax_problem(error, text, file))
    except UnicodeEncodeError as error:
        line = text.count("\n", 0, error.start) + 1
        tree.problems.append(Problem(file=file, line=line, column=1, message="not a Unicode character"))
    except _TooMuch:
        pass  # told in `problems`
    if tree.problems:
        raise ConfigError(tree.problems)
    return value, Places(file, tree.at)


class _Tree:
    """Builds values from the parser's events, one call per value, and remembers where they were."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.at: dict[Path, tuple[int, int]] = {(): (1, 1)}
        self.problems: list[Problem] = []
        self._values = 0

    def read(self, events: Iterator[yaml.Event]) -> Value:
        value: Value = None
        documents = 0
        for event in events:
            if isinstance(event, yaml.NodeEvent):
                documents += 1
                if documents > 1:
                    self._tell(event, (), "a second document; a configuration is one")
                    raise _TooMuch
                value = self._value(event, events, ())
        return value

    def _value(self, event: yaml.Event, events: Iterator[yaml.Event], path: Path) -> Value:
        self._bound(event, path)
        if getattr(event, "anchor", None) and not isinstance(event, yaml.AliasEvent):
            self._tell(event, path, "anchors (&name) are not allowed; a text that starts with & needs quotes")
        if getattr(event, "tag", None):
            self._tell(event, path, "tags (!name) are not allowed; a text that starts with ! needs quotes")
        match event:
            case yaml.ScalarEvent():
                return None if not event.style and event.value in _NOTHING else str(event.value)
            case yaml.SequenceStartEvent():
                return self._list(events, path)
            case yaml.MappingStartEvent():
                return self._mapping(events, path)
            case _:
                self._tell(event, path, 'aliases (*name) are not allowed; the star itself needs quotes: "*"')
                return None

    def _list(self, events: Iterator[yaml.Event], path: Path) -> list[Value]:
        result: list[Value] = []
        for event in events:
            if isinstance(event, yaml.SequenceEndEvent):
                break
            inside = (*path, len(result))
            self.at[inside] = _place(event)
            if isinstance(event, yaml.ScalarEvent):
                self.at.setdefault((*path, event.value), _place(event))  # a list of names: by the name, too
            result.append(self._value(event, events, inside))
        return result

    def _mapping(self, events: Iterator[yaml.Event], path: Path) -> dict[str, Value]:
        result: dict[str, Value] = {}
        for event in events:
            if isinstance(event, yaml.MappingEndEvent):
                break
            key = self._key(event, events, path)
            inside = path if key is None else (*path, key)
            if key in result:
                self._tell(event, inside, f"written twice; first in line {self.at[inside][0]}")
            else:
                self.at.setdefault(inside, _place(event))
            value = self._value(next(events), events, inside)
            if key is not None:
                result.setdefault(key, value)
        return result

    def _key(self, event: yaml.Event, events: Iterator[yaml.Event], path: Path) -> str | None:
        """The key as it was written, or None when a name cannot be so; then that has been told."""
        if not isinstance(event, yaml.ScalarEvent):
            self._value(event, events, (*path, "?"))
            if not isinstance(event, yaml.AliasEvent):
                self._tell(event, path, "a name must be a plain text")
            return None
        if event.tag or event.anchor:
            self._value(event, events, path)
        return str(event.value)

    def _bound(self, event: yaml.Event, path: Path) -> None:
        self._values += 1
        if len(path) > DEPTH_MAX:
            self._tell(event, path[:4], f"nested deeper than {DEPTH_MAX} levels")
            raise _TooMuch
        if self._values > VALUES_MAX:
            self._tell(event, (), f"more than {VALUES_MAX:,} values")
            raise _TooMuch

    def _tell(self, event: yaml.Event, path: Path, message: str) -> None:
        line, column = _place(event)
        places = Places(self.file, {(): (line, column)})
        self.problems.append(places.problem(path, message))


def _place(event: yaml.Event) -> tuple[int, int]:
    mark = event.start_mark
    assert mark is not None, "events of a parser have one"
    return mark.line + 1, mark.column + 1


def _syntax_problem(error: yaml.YAMLError, text: str, file: str) -> Problem:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    if mark is not None:
        said = [getattr(error, "context", None), getattr(error, "problem", None)]
        message = ", ".join(str(part) for part in said if part)
        if "alias" in message:
            message += '; the star itself needs quotes: "*"'
        line = min(mark.line, text.count("\n", 0, len(text.rstrip())))  # the end is in the last line
        return Problem(file=file, line=line + 1, column=mark.column + 1, message=f"not YAML: {message}")
    position = getattr(error, "position", 0)
    line = text.count("\n", 0, position) + 1
    reason = shown(str(getattr(error, "reason", "cannot be read")))
    return Problem(file=file, line=line, column=1, message=f"not YAML: {reason}")
