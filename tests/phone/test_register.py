"""Registering, with a registrar of a dozen lines: challenged, renewed, taken away."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from . import Phone, SipError
from .message import Request
from .transaction import ServerTransaction, Transactions


class Registrar:
    """Challenges each REGISTER without proof, takes each with one; can be put out of order."""

    def __init__(self) -> None:
        self.transactions = Transactions(self._requested, t1_s=0.02)
        self.taken: list[Request] = []
        self.refusal: int | None = None

    def _requested(self, transaction: ServerTransaction) -> None:
        request = transaction.request
        if self.refusal:
            transaction.respond(request.reply(self.refusal, to_tag="x"))
        elif request.header("Authorization") is None:
            challenge = ("WWW-Authenticate", 'Digest realm="r", nonce="n", qop="auth"')
            transaction.respond(request.reply(401, to_tag="x", headers=[challenge]))
        else:
            self.taken.append(request)
            transaction.respond(request.reply(200, to_tag="x"))


@pytest.fixture
async def registrar() -> AsyncIterator[Registrar]:
    registrar = Registrar()
    wire = registrar.transactions.wire
    await asyncio.get_running_loop().create_datagram_endpoint(lambda: wire, local_addr=("127.0.0.1", 0))
    yield registrar
    registrar.transactions.close()


def phone_at(registrar: Registrar, password: str | None = "secret") -> Phone:
    return Phone("1001", registrar.transactions.wire.address, password=password, t1_s=0.02)


async def test_leaving_takes_the_registration_away(registrar: Registrar) -> None:
    async with phone_at(registrar) as phone:
        await phone.register()
        assert phone.registered
    assert [request.header("Expires") for request in registrar.taken] == ["300", "0"]
    assert len({request.call_id for request in registrar.taken}) == 1
    assert [request.cseq[0] for request in registrar.taken] == [2, 4]


async def test_a_registration_is_renewed_until_the_server_refuses(registrar: Registrar) -> None:
    async with phone_at(registrar) as phone:
        await phone.register(expires=1)
        async with asyncio.timeout(20):
            while len(registrar.taken) < 2:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        registrar.refusal = 503
        await asyncio.sleep(0.7)
        assert not phone.registered


async def test_without_a_password_there_is_no_second_try(registrar: Registrar) -> None:
    async with phone_at(registrar, password=None) as phone:
        with pytest.raises(SipError, match="401") as refusal:
            await phone.register()
    assert refusal.value.code == 401
    assert registrar.taken == []


async def test_a_refusal_shows_the_messages(registrar: Registrar) -> None:
    registrar.refusal = 403
    async with phone_at(registrar) as phone:
        with pytest.raises(SipError, match=r"(?s)403 Forbidden.*REGISTER sip:"):
            await phone.register()
        assert not phone.registered
