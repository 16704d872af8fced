"""Call data in the nodes of an IVR: looked up, filled into texts, compared."""

import re
from collections.abc import Callable
from typing import assert_never

from ccapp.acd import Visit
from ccapp.domain import conditions, ivr
from ccapp.domain.calldata import lookup
from ccapp.domain.centre import Centre

_FIELD = re.compile(r"\{([A-Za-z][A-Za-z0-9_-]*)\}")


def value_of(visit: Visit, name: str) -> str:
    """That call data; where there is none of the name, what is known of every call."""
    return lookup(visit.data, name) or _known(visit, name.lower())


def _known(visit: Visit, name: str) -> str:
    match name:
        case "callernumber":
            return visit.caller_number
        case "callername":
            return visit.caller_name
        case "dialled":
            return visit.number
        case "visit":
            return visit.id
        case _:
            return ""


def filled(text: str, visit: Visit, quoted: Callable[[str], str] = str) -> str:
    """`{Name}` replaced by that call data, `quoted`; nothing in the data is looked at again."""
    return _FIELD.sub(lambda match: quoted(value_of(visit, match[1])), text)


def spoken(prompt: ivr.Prompt, visit: Visit, centre: Centre) -> ivr.Prompt:
    """As the caller is to hear it: in his language, with his data."""
    match prompt:
        case ivr.Say(voice=voice):
            language = lookup(visit.data, "Language")
            text = filled(prompt.in_language(language), visit)
            return ivr.Say(text=text, voice=voice or centre.voice_of(language), speed=prompt.speed)
        case ivr.Sound():
            return prompt


def heard(prompt: ivr.Prompt | None, visit: Visit, centre: Centre) -> list[ivr.Prompt]:
    """As `spoken`, to be played; nothing where nothing is said."""
    return [] if prompt is None else [spoken(prompt, visit, centre)]


def holds(case: ivr.Case, visit: Visit, is_open: Callable[[str], bool]) -> bool:
    """An order comparison with something that is not a number does not hold."""
    value = value_of(visit, case.data)
    match case.test:
        case "when":
            condition = conditions.parse(case.value)
            return conditions.holds(condition, lambda name: value_of(visit, name), is_open)
        case "equals":
            return value == case.value
        case "not_equals":
            return value != case.value
        case "starts_with":
            return value.startswith(case.value)
        case "one_of":
            return value in {part.strip() for part in case.value.split(",")}
        case "present":
            return bool(value)
        case "at_least" | "at_most" as test:
            return _compares(value, test == "at_least", case.value)
        case _ as never:
            assert_never(never)


def _compares(value: str, at_least: bool, bound: str) -> bool:
    try:
        number, limit = float(value), float(bound)
    except ValueError:
        return False
    return number >= limit if at_least else number <= limit
