"""A running engine as the command line asks it: over its REST surface, with friendly refusals."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import quote

import aiohttp
import orjson

from ccapp.cli.errors import CliError, Code
from ccapp.config import ConfigError, Settings, api_token
from ccapp.config.token import NAME as TOKEN_FILE
from ccapp.domain.calldata import clean

URL = "CCAPP_URL"
ASK_S_MAX = 15.0
REPORT_S_MAX = 70.0
_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}


class Refused(CliError):
    """The engine understood and said no; `error` is what it said."""

    def __init__(self, error: Mapping[str, Any], hint: str, code: Code) -> None:
        super().__init__(clean(str(error.get("message", "refused"))), hint, code)
        self.error = error


class Engine:
    """The engine at `url`, within the block of `engine()`."""

    def __init__(self, url: str, session: aiohttp.ClientSession) -> None:
        self.url = url
        self._session = session

    async def get(self, *path: str, **query: str | int) -> Any:
        return orjson.loads(await self._ask("GET", _path(path), params=query))

    async def report(self, **query: str | int | float) -> Any:
        """Worked out anew from the records: may take its time."""
        timeout = aiohttp.ClientTimeout(total=REPORT_S_MAX, connect=5)
        return orjson.loads(await self._ask("GET", "/v1/report", params=query, timeout=timeout))

    async def calls_csv(self, **query: str | int) -> tuple[str, str | None]:
        """A page of past calls, and which call the next page comes after; None: there is none."""
        given = {"params": {**query, "format": "csv"}}
        body, headers = await self._answer("GET", "/v1/calls", **given)
        return body.decode(), headers.get("X-Next")

    async def stream(self, path: str, take: Callable[[bytes], object], **query: str) -> None:
        """An answer of any length, piece by piece; one that breaks off is told."""
        timeout = aiohttp.ClientTimeout(total=None, connect=5, sock_read=REPORT_S_MAX)
        try:
            async with self._session.get(self.url + path, params=query, timeout=timeout) as answer:
                if answer.status >= 400:
                    raise refused(answer.status, await answer.read(), self.url)
                async for piece in answer.content.iter_any():
                    take(piece)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise self.away(error) from None

    async def post(self, *path: str, body: Mapping[str, Any]) -> Any:
        return orjson.loads(await self._ask("POST", _path(path), json=body))

    async def patch(self, *path: str, body: Mapping[str, Any], **query: str) -> Any:
        return orjson.loads(await self._ask("PATCH", _path(path), json=body, params=query))

    async def put(self, *path: str, body: Mapping[str, Any]) -> Any:
        return orjson.loads(await self._ask("PUT", _path(path), json=body))

    async def delete(self, *path: str, **query: str) -> Any:
        return orjson.loads(await self._ask("DELETE", _path(path), params=query))

    async def put_yaml(self, path: str, text: bytes, **query: str) -> Any:
        headers = {"Content-Type": "application/yaml"}
        return orjson.loads(await self._ask("PUT", path, data=text, headers=headers, params=query))

    async def yaml(self, path: str) -> str:
        return (await self._ask("GET", path, headers={"Accept": "application/yaml"})).decode()

    async def _ask(self, method: str, path: str, **given: Any) -> bytes:
        return (await self._answer(method, path, **given))[0]

    async def _answer(self, method: str, path: str, **given: Any) -> tuple[bytes, Mapping[str, str]]:
        """Its body and its headers."""
        try:
            async with self._session.request(method, self.url + path, **given) as answer:
                body = await answer.read()
                if answer.status < 400:
                    return body, answer.headers
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise self.away(error) from None
        raise refused(answer.status, body, self.url)

    @asynccontextmanager
    async def live(self) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
        """The stream of facts; entered when it has begun."""
        try:
            async with self._session.ws_connect(self.url + "/v1/live", heartbeat=20) as socket:
                await socket.receive_json(timeout=ASK_S_MAX)
                yield socket
        except aiohttp.WSServerHandshakeError as error:
            raise refused(error.status, b"", self.url) from None
        except (aiohttp.ClientError, TimeoutError, OSError, TypeError) as error:
            raise self.away(error) from None

    def away(self, error: Exception) -> CliError:
        reason = "does not answer" if isinstance(error, TimeoutError) else "cannot be reached"
        return CliError(
            f"the engine at {self.url} {reason}",
            f"is `ccapp run` running? Another address goes into {URL}.",
            Code.NO_ENGINE,
        )


def _path(parts: tuple[str, ...]) -> str:
    return "/v1/" + "/".join(quote(part, safe="") for part in parts)


def refused(status: int, body: bytes, url: str) -> CliError:
    try:
        error = orjson.loads(body)["error"]
        assert isinstance(error, dict)
    except (orjson.JSONDecodeError, KeyError, TypeError, AssertionError):
        error = {"message": f"{url} answered {status}, not as an engine of ours would"}
    match status:
        case 401:
            return CliError(
                "the engine does not accept this token",
                "set CCAPP_API_TOKEN to the engine's, or CCAPP_STATE_DIR to its folder.",
                Code.NO_RIGHT,
            )
        case 503:
            return Refused(error, "wait a moment; `ccapp doctor` tells what is missing.", Code.NO_ENGINE)
        case 404:
            return Refused(error, "", Code.NOT_FOUND)
        case _:
            return Refused(error, "", Code.REFUSED)


def url_of(settings: Settings) -> str:
    given = os.environ.get(URL, "").rstrip("/")
    if given:
        return given if "://" in given else f"http://{given}"
    host = _EVERYWHERE.get(settings.listen_host, settings.listen_host)
    bare = ":" in host and not host.startswith("[")
    return f"http://{f'[{host}]' if bare else host}:{settings.listen_port}"


def read_settings() -> Settings:
    try:
        return Settings.read()
    except ConfigError as error:
        raise CliError(str(error), "`ccapp config settings` lists all settings.") from None


def _token(settings: Settings) -> str:
    """As the engine has it. None is made here: that is the engine's business."""
    return api_token(settings) if settings.api_token or (settings.state_dir / TOKEN_FILE).exists() else ""


@asynccontextmanager
async def engine() -> AsyncIterator[Engine]:
    settings = read_settings()
    try:
        token = _token(settings)
    except ConfigError as error:
        raise CliError(str(error), "set CCAPP_API_TOKEN, or CCAPP_STATE_DIR.", Code.NO_RIGHT) from None
    headers = {"Authorization": f"Bearer {token}"}
    timeout = aiohttp.ClientTimeout(total=ASK_S_MAX, connect=5)
    async with aiohttp.ClientSession(headers=headers, timeout=timeout) as session:
        yield Engine(url_of(settings), session)


def ask[T](question: Callable[[Engine], Awaitable[T]]) -> T:
    """The answer of one question, from a command that is no coroutine."""

    async def asked() -> T:
        async with engine() as there:
            return await question(there)

    return asyncio.run(asked())
