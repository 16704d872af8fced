"""A configuration and the traffic offered to it, read together for the simulator."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import Any

from pydantic import ValidationError

from ccapp.config import checks_traffic, wording, yaml_file
from ccapp.config.document import reading_of, text_of
from ccapp.config.models_traffic import TrafficPart
from ccapp.config.problem import ConfigError, Path, Places, Problem
from ccapp.domain.centre import Centre
from ccapp.domain.traffic import Traffic

SECTION = "traffic"


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """`traffic` is None where the file has no such section."""

    centre: Centre
    traffic: Traffic | None
    warnings: tuple[Problem, ...] = ()


def read_offered(path: FilePath, changes: Iterable[tuple[str, str]] = ()) -> Offered:
    """A configuration file, perhaps with a `traffic` section, after `changes` of fields (dotted path, value).

    Raises ConfigError with all problems of one of the two parts.
    """
    value, places = yaml_file.parse(text_of(path), str(path))
    for where, what in changes:
        _change(value, where, what)
    section = value.pop(SECTION, None) if isinstance(value, dict) else None
    reading = reading_of(value, places)
    if section is None:
        return Offered(centre=reading.centre, traffic=None, warnings=reading.warnings)
    traffic, warnings = _traffic(section, places, reading.centre, (SECTION,))
    return Offered(centre=reading.centre, traffic=traffic, warnings=(*reading.warnings, *warnings))


def read_traffic(path: FilePath, centre: Centre) -> Offered:
    """A file of traffic alone. Raises ConfigError."""
    value, places = yaml_file.parse(text_of(path), str(path))
    traffic, warnings = _traffic(value, places, centre, ())
    return Offered(centre=centre, traffic=traffic, warnings=tuple(warnings))


def _traffic(value: Any, places: Places, centre: Centre, path: Path) -> tuple[Traffic, list[Problem]]:
    """And what is doubtful in it. `path`: where in the file it is."""
    try:
        part = TrafficPart.model_validate({} if value is None else value)
    except ValidationError as error:
        raise ConfigError(wording.told(error, TrafficPart, places, path)) from None
    found = checks_traffic.findings(part, centre)
    problems = [places.problem((*path, *each.path), each.message, each.severity) for each in found]
    if any(problem.severity == "error" for problem in problems):
        raise ConfigError(problems)
    return part.value(centre), problems


def _change(value: Any, where: str, what: str) -> None:
    """Sets one field of the values of a file; nothing takes it out. Raises ConfigError."""
    *above, last = where.split(".")
    for name in above:
        value = _inside(value, name, where)
    if not isinstance(value, dict) or not last:
        raise _no_such_place(where)
    changed, _ = yaml_file.parse(what, f"--what-if {where}")
    if changed is None:
        value.pop(last, None)
    else:
        value[last] = changed


def _inside(value: Any, name: str, where: str) -> Any:
    if isinstance(value, dict):
        if value.get(name) is None:
            value[name] = {}
        return value[name]
    if isinstance(value, list) and name.isdecimal() and int(name) < len(value):
        return value[int(name)]
    raise _no_such_place(where)


def _no_such_place(where: str) -> ConfigError:
    return ConfigError([Problem(file="--what-if", field=where, message="no such place in the file")])
