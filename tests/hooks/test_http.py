"""Questions to a real web server that misbehaves on command; none of it gets further than NoAnswer."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import replace
from ipaddress import ip_network
from typing import Literal

import pytest
import pytest_asyncio
from hypothesis import given, settings
from hypothesis import strategies as st

from ccapp.hooks.addresses import allowed
from ccapp.hooks.http import Bounds, HttpClient
from ccapp.ports import HttpQuestion, NoAnswer
from tests.hooks.customer_server import CUSTOMER, CustomerServer, customer_server

HERE = (ip_network("127.0.0.1"),)
PRIVATE = {"X-Key", "X-ACD-Signature"}
QUICK = Bounds(answer_s_max=1.0, at_once_per_host_max=3)


@pytest_asyncio.fixture
async def server() -> AsyncIterator[CustomerServer]:
    async with customer_server() as server:
        yield server


@pytest_asyncio.fixture
async def client() -> AsyncIterator[HttpClient]:
    async with HttpClient(HERE, QUICK) as client:
        yield client


def get(url: str) -> HttpQuestion:
    return HttpQuestion(method="GET", url=url)


async def refused(client: HttpClient, url: str) -> str:
    with pytest.raises(NoAnswer) as why:
        await client.ask(get(url))
    return str(why.value)


async def test_a_question_and_its_answer(server: CustomerServer, client: HttpClient) -> None:
    asked = HttpQuestion(
        method="POST", url=f"{server.url}/a?n=1", headers={"X-Key": "k"}, body={"Name": "Änna"}
    )
    assert await client.ask(asked) == CUSTOMER
    assert server.asked == [("POST", "/a?n=1", {"Name": "Änna"})]
    assert server.headers[0]["X-Key"] == "k"


@pytest.mark.parametrize("path", ["bad-json", "no-object", "well"])
async def test_where_any_answer_will_do_it_is_not_looked_at(
    server: CustomerServer, client: HttpClient, path: str
) -> None:
    told = HttpQuestion(method="POST", url=f"{server.url}/{path}", body={"to": "1"})
    await client.answer(told)
    assert server.asked == [("POST", f"/{path}", {"to": "1"})]
    with pytest.raises(NoAnswer, match="status 500"):
        await client.answer(replace(told, url=f"{server.url}/broken"))


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("hang", "no answer in time"),
        ("late", "no answer in time"),
        ("broken", "status 500"),
        ("bad-json", "no JSON"),
        ("no-object", "neither a JSON object nor a list"),
        ("huge", "more than 65536 bytes"),
        ("bomb", "a compressed answer"),
        ("round", "more than 3 redirects"),
    ],
)
async def test_whatever_it_does_is_no_answer(
    server: CustomerServer, client: HttpClient, path: str, why: str
) -> None:
    assert await refused(client, f"{server.url}/{path}") == why
    assert await client.ask(get(f"{server.url}/well")) == CUSTOMER


async def test_a_server_that_is_not_there(client: HttpClient) -> None:
    async with customer_server() as gone:
        url = gone.url
    assert await refused(client, url) == "cannot be reached"


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_questions_are_signed(server: CustomerServer, method: Literal["GET", "POST"]) -> None:
    body = {"Name": "Änna"} if method == "POST" else None
    asked = HttpQuestion(method=method, url=f"{server.url}/a", body=body)
    async with HttpClient(HERE, QUICK, secret="s3cret") as client:
        await client.ask(asked)
        server.redirect_to = f"{server.url}/b"
        await client.ask(replace(asked, url=f"{server.url}/redirect"))
    assert [question[1] for question in server.asked] == ["/a", "/redirect", "/b"]
    assert all(server.is_signed(index, "s3cret") for index in range(3))
    assert not server.is_signed(0, "other")


async def test_redirects_are_followed_to_where_one_may_go_and_secrets_stay_behind(
    server: CustomerServer,
) -> None:
    """Also when that one leads on to itself, and when it leads back."""
    async with customer_server() as other, HttpClient(HERE, QUICK, secret="s3cret") as client:
        server.redirect_to, other.redirect_to = f"{other.url}/redirect", f"{other.url}/there"
        asked = HttpQuestion(method="POST", url=f"{server.url}/redirect", headers={"X-Key": "key"}, body={})
        assert await client.ask(asked) == CUSTOMER
        assert other.asked == [("GET", "/redirect", None), ("GET", "/there", None)]
        other.redirect_to = f"{server.url}/back"
        assert await client.ask(asked) == CUSTOMER
    shown = [headers for headers in (*other.headers, server.headers[-1]) if headers.keys() & PRIVATE]
    assert (shown, server.asked[-1][:2]) == ([], ("GET", "/back"))
    assert server.headers[0].keys() >= PRIVATE


@pytest.mark.parametrize(
    "to",
    ["http://127.0.0.2:{port}/x", "http://[::1]:{port}/", "file:///etc/passwd", "http://u@127.0.0.1:{port}/"],
)
async def test_a_redirect_to_what_is_not_allowed_is_not_followed(
    server: CustomerServer, client: HttpClient, to: str
) -> None:
    server.redirect_to = to.format(port=server.url.rpartition(":")[2])
    await refused(client, f"{server.url}/redirect")
    assert [path for _, path, _ in server.asked] == ["/redirect"]


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "127.1", "2130706433", "0x7f.1", "[::1]", "[::ffff:127.0.0.1]"]
)
async def test_private_addresses_are_refused_unless_allowed(server: CustomerServer, host: str) -> None:
    async with HttpClient() as strict:
        port = server.url.rpartition(":")[2]
        assert await refused(strict, f"http://{host}:{port}/") == "a private address, which is not allowed"
    assert not server.asked


async def test_no_more_than_so_many_at_once_to_one_server(server: CustomerServer) -> None:
    server.delay_s = 0.05
    async with HttpClient(HERE, Bounds(at_once_per_host_max=3)) as client:
        await asyncio.gather(*(client.ask(get(f"{server.url}/late")) for _ in range(12)))
    assert server.at_once_most == 3
    assert len(server.asked) == 12


@pytest.mark.parametrize(
    ("address", "networks", "may"),
    [
        ("93.184.216.34", [], True),
        ("2606:2800:220:1::1", [], True),
        ("10.0.0.1", [], False),
        ("10.0.0.1", ["10.0.0.0/24"], True),
        ("10.0.1.1", ["10.0.0.0/24"], False),
        ("169.254.169.254", [], False),
        ("0.0.0.0", [], False),
        ("100.64.0.1", [], False),
        ("224.0.0.1", [], False),
        ("::", [], False),
        ("fe80::1%eth0", [], False),
        ("fd00::1", ["fd00::/8"], True),
        ("::ffff:10.0.0.1", [], False),
        ("::ffff:10.0.0.1", ["10.0.0.0/8"], True),
        ("64:ff9b::a00:1", [], False),
        ("2002:a00:1::", [], False),
        ("::10.0.0.1", [], False),
        ("example.com", [], False),
    ],
)
def test_which_addresses_may_be_asked(address: str, networks: list[str], may: bool) -> None:
    assert allowed(address, [ip_network(network) for network in networks]) == may


async def test_a_server_that_hangs_does_not_hold_up_another(server: CustomerServer) -> None:
    async with customer_server("127.0.0.2") as other, HttpClient([ip_network("127.0.0.0/8")]) as client:
        hanging = [asyncio.ensure_future(client.ask(get(f"{server.url}/hang"))) for _ in range(100)]
        while server.at_once < 10:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        assert await client.ask(get(f"{other.url}/well")) == CUSTOMER
        assert not any(question.done() for question in hanging)
        for question in hanging:
            question.cancel()
        await asyncio.gather(*hanging, return_exceptions=True)
    assert server.at_once_most == 10


HEADS = [
    b"",
    b"HTTP/1.1 200 OK\r\n",
    b"HTTP/1.1 302 Found\r\nLocation: ",
    b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n",
]


@given(st.sampled_from(HEADS), st.binary(max_size=200))
@settings(max_examples=60, deadline=None)
def test_any_bytes_are_an_answer_or_none(head: bytes, rest: bytes) -> None:
    async def answers(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(head + rest)
        writer.close()

    async def asked() -> None:
        async with (
            await asyncio.start_server(answers, "127.0.0.1", 0) as raw,
            HttpClient(HERE, QUICK) as client,
        ):
            port = raw.sockets[0].getsockname()[1]
            with suppress(NoAnswer):
                await client.ask(get(f"http://127.0.0.1:{port}/"))

    asyncio.run(asked())


async def test_news_needs_no_answer_but_success(server: CustomerServer, client: HttpClient) -> None:
    assert await client.answer(get(f"{server.url}/silent")) == b""
    assert await refused(client, f"{server.url}/silent") == "no JSON"
    for path, why in (("broken", "status 500"), ("round", "more than 3 redirects"), ("hang", "no answer")):
        with pytest.raises(NoAnswer, match=why):
            await client.answer(get(f"{server.url}/{path}"))
