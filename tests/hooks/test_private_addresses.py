"""No customer's URL leads inside: not by any spelling, not by a name, not by a name that changes its mind."""

import asyncio
import socket
from collections.abc import AsyncIterator
from ipaddress import ip_network
from typing import Any

import pytest
import pytest_asyncio

from ccapp.hooks.addresses import allowed
from ccapp.hooks.http import HttpClient
from ccapp.ports import HttpQuestion, NoAnswer, SignedPost
from tests.hooks.customer_server import CUSTOMER, CustomerServer, customer_server
from tests.rows import rows

PRIVATE = "a private address, which is not allowed"


@pytest_asyncio.fixture
async def server() -> AsyncIterator[CustomerServer]:
    async with customer_server("0.0.0.0") as server:
        yield server


def port_of(server: CustomerServer) -> str:
    return server.url.rpartition(":")[2]


async def both(client: HttpClient, url: str) -> set[str]:
    """What comes of a question and of a message to this URL."""
    said = set()
    for doing in (
        client.ask(HttpQuestion(method="GET", url=url)),
        client.post(SignedPost(url=url, body="{}", secret="s", connect_s_max=1.0, total_s_max=2.0)),
    ):
        with pytest.raises(NoAnswer) as why:
            await doing
        said.add(str(why.value))
    return said


@rows("X-07")
@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "127.1", "127.255.255.254", "localhost", "0", "0.0.0.0",
        "2130706433", "017700000001", "0177.0.0.1", "0x7f000001", "0x7f.0.0.1",
        "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254", "100.64.0.1",
        "[::1]", "[::]", "[fc00::1]", "[fd12:3456::1]", "[fe80::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]",
        "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[::127.0.0.1]",
    ],
)  # fmt: skip
async def test_every_spelling_of_an_inside_address_is_refused(server: CustomerServer, host: str) -> None:
    async with HttpClient() as client:
        assert await both(client, f"http://{host}:{port_of(server)}/") == {PRIVATE}
    assert not server.asked


class Names:
    """A name server with a list of answers for each name, one after the other; the last one stays."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, answers: list[list[str]]) -> None:
        self.answers, self.asked = answers, 0
        loop = asyncio.get_running_loop()
        monkeypatch.setattr(loop, "getaddrinfo", self._getaddrinfo)

    async def _getaddrinfo(self, host: str, port: int, **_: Any) -> list[Any]:
        self.asked += 1
        found = self.answers[min(self.asked, len(self.answers)) - 1]
        return [
            (
                socket.AF_INET6 if ":" in address else socket.AF_INET,
                socket.SOCK_STREAM,
                socket.IPPROTO_TCP,
                "",
                (address, port),
            )
            for address in found
        ]


@rows("X-07")
@pytest.mark.parametrize(
    "address", ["127.0.0.1", "10.1.2.3", "169.254.169.254", "::1", "fd00::1", "::ffff:127.0.0.1", "0.0.0.0"]
)
async def test_a_name_for_an_inside_address_is_refused(
    server: CustomerServer, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    Names(monkeypatch, [[address]])
    async with HttpClient() as client:
        assert await both(client, f"http://crm.example:{port_of(server)}/") == {PRIVATE}
    assert not server.asked


@rows("X-07")
async def test_of_a_name_with_several_addresses_only_the_allowed_are_connected_to(
    server: CustomerServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name server that gives a good address when it is looked at has no second chance to give another."""
    names = Names(monkeypatch, [["127.0.0.9", "127.0.0.1", "10.0.0.1"], ["127.0.0.9"]])
    async with HttpClient([ip_network("127.0.0.1")]) as client:
        url = f"http://crm.example:{port_of(server)}/"
        assert await client.ask(HttpQuestion(method="GET", url=url)) == CUSTOMER
        assert names.asked == 1
    async with HttpClient([ip_network("127.0.0.1")]) as client:
        assert await both(client, url) == {PRIVATE}
    assert len(server.asked) == 1


@rows("X-07")
async def test_a_signed_message_follows_no_redirect(server: CustomerServer) -> None:
    server.redirect_to = f"http://127.0.0.1:{port_of(server)}/well"
    async with HttpClient([ip_network("127.0.0.1")]) as client:
        with pytest.raises(NoAnswer, match="status 302"):
            await client.post(
                SignedPost(url=f"http://127.0.0.1:{port_of(server)}/redirect", body="{}", secret="s")
            )
    assert [path for _, path, _ in server.asked] == ["/redirect"]


@pytest.mark.parametrize(
    ("address", "may"),
    [
        ("172.15.255.255", True), ("172.32.0.1", True), ("192.167.1.1", True), ("9.255.255.255", True),
        ("172.16.0.0", False), ("192.168.255.255", False), ("198.18.0.1", False), ("240.0.0.1", False),
        ("255.255.255.255", False), ("fec0::1", False), ("ff02::1", False), ("2001:db8::1", False),
    ],
)  # fmt: skip
def test_where_inside_ends(address: str, may: bool) -> None:
    assert allowed(address, []) is may
