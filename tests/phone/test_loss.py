"""Loss: whatever single message disappears, the call comes about, and each side sees each event once."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from . import Answers, Phone
from .message import Request, Response
from .wire import Way


class FirstOnly:
    """Loses the first message whose first line contains `text`."""

    def __init__(self, text: str, times: int = 1) -> None:
        self.text, self.left = text, times

    def __call__(self, way: Way, message: Request | Response) -> bool:
        if way == "sent" and self.left and self.text in message.first_line:
            self.left -= 1
            return True
        return False


@pytest.fixture
async def alice() -> AsyncIterator[Phone]:
    async with Phone("alice", t1_s=0.05) as phone:
        yield phone


@pytest.fixture
async def bob() -> AsyncIterator[Phone]:
    async with Phone("bob", t1_s=0.05) as phone:
        yield phone


@pytest.mark.parametrize("lost", ["INVITE ", "ACK ", "BYE "])
async def test_a_lost_request_of_the_caller(alice: Phone, bob: Phone, lost: str) -> None:
    alice.lose(loss := FirstOnly(lost, times=2))
    await _whole_call(alice, bob)
    assert loss.left == 0


@pytest.mark.parametrize("lost", ["100 ", "180 ", "200 "])
async def test_a_lost_response_of_the_called(alice: Phone, bob: Phone, lost: str) -> None:
    bob.lose(loss := FirstOnly(lost))
    await _whole_call(alice, bob)
    assert loss.left == 0


async def test_a_lost_200_is_repeated_until_the_ack(alice: Phone, bob: Phone) -> None:
    bob.lose(FirstOnly("200 OK", times=3))
    await _whole_call(alice, bob)
    sent = [line for line in bob.trace().splitlines() if "→ SIP/2.0 200 OK  [1 INVITE]" in line]
    assert len(sent) == 4
    assert sum("dropped" in line for line in sent) == 3


async def test_a_lost_refusal(alice: Phone, bob: Phone) -> None:
    bob.lose(FirstOnly("486 "))
    alice.lose(FirstOnly("ACK "))
    call = await alice.call(bob.uri)
    await (await bob.incoming()).reject(486)
    assert (await call.ended()).code == 486


@pytest.mark.parametrize("lost", ["CANCEL ", "487 "])
async def test_a_lost_cancel(alice: Phone, bob: Phone, lost: str) -> None:
    alice.lose(FirstOnly(lost))
    bob.lose(FirstOnly(lost))
    call = await alice.call(bob.uri)
    await call.ringing()
    await call.hang_up()
    assert (await (await bob.incoming()).ended()).code == 487


async def test_without_any_ack_the_called_one_hangs_up(alice: Phone, bob: Phone) -> None:
    alice.lose(lambda way, m: way == "sent" and m.first_line.startswith("ACK"))
    bob.on_invite = Answers()
    call = await alice.call(bob.uri)
    assert (await call.ended(deadline=20)).by == "remote"


async def _whole_call(alice: Phone, bob: Phone) -> None:
    bob.on_invite = Answers(tone_hz=440)
    call = await alice.call(bob.uri)
    await call.answered()
    await call.heard.hears(440)
    await call.hang_up()
    incoming = await bob.incoming()
    await incoming.ended()
    with pytest.raises(AssertionError):
        await bob.incoming(deadline=0.05)
    assert [m.first_line[:4] for m in incoming.messages] == ["INVI", "BYE "]
    await asyncio.sleep(0)
