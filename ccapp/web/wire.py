"""JSON in and out, and the one shape of an error."""

from collections.abc import Mapping
from typing import Any

import orjson
from aiohttp import web
from pydantic import BaseModel, ConfigDict, ValidationError

from ccapp.config.wording import message_of

BODY_BYTES_MAX = 1_000_000
ID_LENGTH_MAX = 128


class ApiError(Exception):
    """Said to the client as `{"error": {"code", "message", "field", ...}}` with its status."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        field: str = "",
        *,
        headers: Mapping[Any, str] | None = None,
        **more: Any,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.headers = headers
        self.body = {"error": {"code": code, "message": message, "field": field, **more}}


class Body(BaseModel):
    """What a client may send: unknown fields are refused, values are never repeated in errors."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


def bad(field: str, message: str) -> ApiError:
    return ApiError(400, "bad_request", f"{field}: {message}" if field else message, field)


def unknown(noun: str, id: str) -> ApiError:
    return ApiError(404, "not_found", f"no {noun} {id[:ID_LENGTH_MAX]!r}", noun)


def reply(value: object, status: int = 200, headers: Mapping[Any, str] | None = None) -> web.Response:
    return web.Response(
        body=dumps(value), status=status, content_type="application/json", charset="utf-8", headers=headers
    )


def dumps(value: object) -> bytes:
    """JSON, whatever text a caller brought: what UTF-8 cannot hold is replaced."""
    try:
        return orjson.dumps(value, _other)
    except TypeError:
        return orjson.dumps(_plain(value), _other)


def _other(value: object) -> object:
    """What orjson does not know by itself."""
    match value:
        case Mapping():
            return dict(value)
        case set() | frozenset():
            return sorted(value)
        case _:
            raise TypeError(f"no JSON for {type(value).__name__}")


def _plain(value: object) -> object:
    match value:
        case str():
            return value.encode("utf-8", "replace").decode()
        case Mapping():
            return {str(_plain(key)): _plain(item) for key, item in value.items()}
        case list() | tuple():
            return [_plain(item) for item in value]
        case _ if hasattr(value, "__dataclass_fields__"):
            return {name: _plain(getattr(value, name)) for name in value.__dataclass_fields__}
        case _:
            return value


async def document(request: web.Request) -> dict[str, Any]:
    """The JSON object in the body. 400 when there is none."""
    try:
        value = orjson.loads(await request.read())
    except orjson.JSONDecodeError as error:
        raise bad("", f"the body is not JSON: {error.msg} at line {error.lineno}") from None
    if not isinstance(value, dict):
        raise bad("", "the body must be a JSON object")
    return value


def checked[B: Body](model: type[B], values: Mapping[str, Any]) -> B:
    """`values` as the model. 400 naming the first field that does not fit."""
    try:
        return model.model_validate(dict(values))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        field = ".".join(str(part) for part in first["loc"])[:ID_LENGTH_MAX]
        message = "unknown field" if first["type"] == "extra_forbidden" else message_of(first)
        raise bad(field, message) from None


def path_id(request: web.Request, name: str, noun: str) -> str:
    """The id in the path; 404 for what can be nobody's id."""
    id = request.match_info[name]
    if len(id) > ID_LENGTH_MAX or not id.isprintable():
        raise unknown(noun, id)
    return id
