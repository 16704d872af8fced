"""What the models found wrong, in words for the person who wrote the file."""

from collections.abc import Iterable, Mapping
from types import NoneType
from typing import Annotated, Any, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from ccapp.config.problem import PROBLEMS_MAX, Path, Places, Problem, did_you_mean

_MESSAGES = {
    "missing": "is required",
    "model_type": "must be a mapping: fields with values",
    "dict_type": "must be a mapping: names with values",
    "mapping_type": "must be a mapping: names with values",
    "tuple_type": "must be a list",
    "list_type": "must be a list",
    "string_type": "must be a text",
    "string_unicode": "must be a text of Unicode characters",
    "invalid_key": "names must be texts",
    "float_parsing": "must be a number",
    "float_type": "must be a number",
    "finite_number": "must be a number",
    "int_parsing": "must be a whole number",
    "int_parsing_size": "must be a whole number of reasonable size",
    "int_from_float": "must be a whole number",
    "int_type": "must be a whole number",
    "bool_parsing": "must be true or false",
    "bool_type": "must be true or false",
    "greater_than_equal": "must be at least {ge:g}",
    "greater_than": "must be more than {gt:g}",
    "less_than_equal": "must be at most {le:g}",
    "string_too_short": "must not be empty",
    "string_too_long": "must have at most {max_length} characters",
    "too_short": "must not be empty",
    "too_long": "is too long; at most {max_length}",
    "literal_error": "must be {expected}",
    "enum": "must be {expected}",
    "value_error": "{error}",
}


def told(
    error: ValidationError, model: type[BaseModel], places: Places, under: Path = ()
) -> Iterable[Problem]:
    """One problem for each thing a model found wrong. Never repeats a value: it could be a password.

    `under`: where in the file the model stands.
    """
    details = error.errors(include_url=False, include_input=False)[:PROBLEMS_MAX]
    for detail in details:
        if detail["type"] == "too_short" and any(_is_inside(other, detail) for other in details):
            continue  # said of a list because its only element is wrong, which is told
        path = tuple(part for part in detail["loc"] if part != "[key]")
        yield places.problem((*under, *path), _message(detail, model, path))


def _is_inside(detail: ErrorDetails, around: ErrorDetails) -> bool:
    size = len(around["loc"])
    return len(detail["loc"]) > size and detail["loc"][:size] == around["loc"]


def _message(detail: ErrorDetails, model: type[BaseModel], path: Path) -> str:
    if detail["type"] == "extra_forbidden":
        return f"unknown field{did_you_mean(str(path[-1]), _fields_at(model, path[:-1]))}"
    return message_of(detail)


def message_of(detail: ErrorDetails) -> str:
    template, limits = _MESSAGES.get(detail["type"]), detail.get("ctx", {})
    if limits.get("min_length", 1) > 1:
        return f"must have at least {limits['min_length']} characters"
    return detail["msg"] if template is None else template.format(**limits)


def _fields_at(model: type[BaseModel], path: Path) -> Iterable[str]:
    """The fields that may be written at `path` of the file."""
    annotation: Any = model
    for part in path:
        annotation = _inside(annotation, part)
    annotation = _bare(annotation)
    is_model = isinstance(annotation, type) and issubclass(annotation, BaseModel)
    return annotation.model_fields if is_model else ()


def _inside(annotation: Any, part: str | int) -> Any:
    annotation = _bare(annotation)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        known = annotation.model_fields.get(str(part))
        return known.annotation if known else None
    arguments = get_args(annotation)
    origin = get_origin(annotation)
    if isinstance(origin, type) and issubclass(origin, Mapping) and len(arguments) == 2:
        return arguments[1]
    return arguments[0] if arguments else None


def _bare(annotation: Any) -> Any:
    """Without Annotated and `| None`."""
    if get_origin(annotation) is Annotated:
        return _bare(get_args(annotation)[0])
    arguments = get_args(annotation)
    if NoneType in arguments:
        return _bare(next(a for a in arguments if a is not NoneType))
    return annotation
