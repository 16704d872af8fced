"""Questions to customers' servers: bounded in time, size and number, never to a private address.

A redirect is a new address and looked at like the first one. Nothing is sent a second time.
"""

import hmac
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from hashlib import sha256
from types import TracebackType
from typing import Self
from urllib.parse import urljoin, urlsplit

import aiohttp
import orjson

from ccapp.hooks.addresses import Network, NotAllowed, VettingResolver, allowed
from ccapp.ports import HttpQuestion, Json, NoAnswer, SignedPost

SIGNATURE = "X-ACD-Signature"
REDIRECTS = frozenset({301, 302, 303, 307, 308})
_JSON = {"Content-Type": "application/json"}
_PLAIN = {"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "ccapp"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    answer_s_max: float = 30.0
    connect_s_max: float = 5.0
    bytes_max: int = 65_536
    at_once_max: int = 50
    at_once_per_host_max: int = 10  # one server that hangs leaves room for the others
    redirects_max: int = 3


class HttpClient:
    """Used as `async with`."""

    def __init__(self, networks: Sequence[Network] = (), bounds: Bounds = Bounds(), secret: str = "") -> None:
        """`networks` may be connected to although they are private; `secret` signs questions."""
        self._networks = networks
        self._bounds = bounds
        self._secret = secret
        self._session: aiohttp.ClientSession

    async def __aenter__(self) -> Self:
        connector = aiohttp.TCPConnector(
            resolver=VettingResolver(self._networks),
            limit=self._bounds.at_once_max,
            limit_per_host=self._bounds.at_once_per_host_max,
            ttl_dns_cache=10,
        )
        self._session = aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(
                total=self._bounds.answer_s_max, sock_connect=self._bounds.connect_s_max
            ),
            auto_decompress=False,  # a small answer must not become a large one here
            trust_env=False,
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._session.close()

    async def ask(self, question: HttpQuestion) -> Json:
        """The JSON of the answer. Raises NoAnswer."""
        return _json(await self.answer(question))

    async def answer(self, question: HttpQuestion) -> bytes:
        """Of success. Raises NoAnswer."""
        with _said_why():
            return await self._follow(question)

    async def post(self, message: SignedPost) -> Json:
        """As ports.Customers."""
        with _said_why():
            async with self._posting(message) as answer:
                content = await self._content(answer)
            return _json(content) if content.strip() else None

    async def tell(self, message: SignedPost) -> None:
        """Whatever a 2xx says, it has arrived. Raises NoAnswer."""
        with _said_why():
            async with self._posting(message) as answer:
                if answer.status >= 300:
                    raise NoAnswer(f"status {answer.status}")

    @asynccontextmanager
    async def _posting(self, message: SignedPost) -> AsyncIterator[aiohttp.ClientResponse]:
        body = message.body.encode()
        headers = {**_PLAIN, **_JSON, **_signed(message.secret, body)}
        timeout = aiohttp.ClientTimeout(
            total=min(message.total_s_max, self._bounds.answer_s_max), sock_connect=message.connect_s_max
        )
        self._look_at(message.url)
        async with self._session.post(
            message.url, data=body, headers=headers, timeout=timeout, allow_redirects=False
        ) as answer:
            yield answer

    async def _follow(self, question: HttpQuestion) -> bytes:
        method, url = question.method, question.url
        body = b"" if question.body is None else orjson.dumps(question.body)
        known = True  # headers and signature are meant for the first one only
        for _ in range(self._bounds.redirects_max + 1):
            self._look_at(url)
            secrets = {**question.headers, **_signed(self._secret, body)} if known else {}
            headers = {**_PLAIN, **(_JSON if body else {}), **secrets}
            async with self._session.request(
                method, url, headers=headers, data=body or None, allow_redirects=False
            ) as answer:
                if answer.status not in REDIRECTS:
                    return await self._content(answer)
                onward = urljoin(url, answer.headers.get("Location", ""))
                if answer.status not in (307, 308):
                    method, body = "GET", b""
            known = known and _origin(onward) == _origin(url)
            url = onward
        raise NoAnswer(f"more than {self._bounds.redirects_max} redirects")

    def _look_at(self, url: str) -> None:
        """A host that is an address already is never resolved."""
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.username is not None:
            raise NoAnswer("redirected to what is no web address")
        host = parts.hostname
        if (":" in host or host.replace(".", "").isdigit()) and not allowed(host, self._networks):
            raise NotAllowed

    async def _content(self, answer: aiohttp.ClientResponse) -> bytes:
        if answer.status >= 300:
            raise NoAnswer(f"status {answer.status}")
        if answer.headers.get("Content-Encoding", "identity").lower() != "identity":
            raise NoAnswer("a compressed answer")
        content = bytearray()
        async for part in answer.content.iter_chunked(16_384):
            content += part
            if len(content) > self._bounds.bytes_max:
                raise NoAnswer(f"more than {self._bounds.bytes_max} bytes")
        return bytes(content)


@contextmanager
def _said_why() -> Iterator[None]:
    """Whatever goes wrong is NoAnswer, and says no more than the customer may know."""
    try:
        yield
    except NotAllowed:
        raise NoAnswer("a private address, which is not allowed") from None
    except TimeoutError:
        raise NoAnswer("no answer in time") from None
    except aiohttp.ClientConnectorError as error:
        private = isinstance(error.os_error, NotAllowed)
        why = "a private address, which is not allowed" if private else "cannot be reached"
        raise NoAnswer(why) from None
    except (aiohttp.ClientError, OSError, ValueError) as error:
        raise NoAnswer(f"no proper answer ({type(error).__name__})") from None


def signature(secret: str, body: bytes, now: int | None = None) -> str:
    """`now` in epoch seconds: the receiver refuses what is too old."""
    at = int(time.time()) if now is None else now
    signed = hmac.new(secret.encode(), f"{at}.".encode() + body, sha256).hexdigest()
    return f"t={at},v1={signed}"


def _signed(secret: str, body: bytes) -> Mapping[str, str]:
    return {SIGNATURE: signature(secret, body)} if secret else {}


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port


def _json(content: bytes) -> Json:
    try:
        value: Json = orjson.loads(content)
    except orjson.JSONDecodeError:
        raise NoAnswer("no JSON") from None
    if not isinstance(value, Mapping | list):
        raise NoAnswer("neither a JSON object nor a list")
    return value
