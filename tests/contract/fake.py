"""The contract's stories over the simulated switch, on a virtual clock, with several seeds."""

import asyncio
import hashlib
from collections import deque
from collections.abc import Mapping
from typing import Literal

from ccapp.domain.ids import AgentId
from ccapp.domain.ivr import Prompt, Say, Sound
from ccapp.ports import Account, CallerId
from ccapp.simulate import channels as truth
from ccapp.simulate.channels import Channel, Party
from ccapp.simulate.exchange import Exchange
from ccapp.simulate.loop import run as run_virtual
from ccapp.simulate.people import AgentPhone, React, Reaction
from ccapp.simulate.switch import FakeSwitch
from tests.contract.world import ALICE, BOB, TRUNK, Answers, Behaviour, Busy, Rejects, Rings, Story

SEEDS = 5
BOUND_S = 300.0
NO_SUCH_SOUND = "no/such/sound"


class Carol(Party):
    """The one caller. What she hears she remembers."""

    def __init__(self) -> None:
        self.heard = {"ringing": asyncio.Event(), "answer": asyncio.Event()}
        self.over = asyncio.Event()

    def hears_ringing(self, channel: Channel) -> None:
        self.heard["ringing"].set()

    def answered(self, channel: Channel) -> None:
        self.heard["answer"].set()

    def ended(self, channel: Channel, cause: int) -> None:
        self.over.set()


class Handset(AgentPhone):
    """A phone whose hand does what the story says."""

    def __init__(self, exchange: Exchange, name: str) -> None:
        super().__init__(exchange, self._reaction)
        self._name = name
        self._behaviour: Behaviour = Rings()
        self._calls: deque[Mapping[str, str]] = deque()
        self._idle = asyncio.Event()
        self._rang = asyncio.Event()

    def behaves(self, behaviour: Behaviour) -> None:
        self._behaviour = behaviour

    def _reaction(self) -> React:
        match self._behaviour:
            case Answers(after_s=after_s):
                return React(Reaction.ANSWER, after_s)
            case Rejects():
                return React(Reaction.REJECT, 0.05)
            case Busy():
                return React(Reaction.BUSY, 0.05)
            case Rings():
                return React(Reaction.SILENT)

    def rings(self, channel: Channel) -> None:
        self._calls.append(channel.headers)
        self._rang.set()
        self._idle.clear()
        super().rings(channel)

    def ended(self, channel: Channel, cause: int) -> None:
        super().ended(channel, cause)
        if not self.lines:
            self._idle.set()

    async def rung(self) -> Mapping[str, str]:
        while not self._calls:
            self._rang.clear()
            await self._rang.wait()
        return self._calls.popleft()

    async def over(self) -> None:
        await self._idle.wait()

    async def hangs_up(self) -> None:
        self.hang_up()

    async def holds(self, on: bool) -> None:
        for channel in self.lines.values():
            self._exchange.hold(channel, on)

    async def calls(self, number: str) -> None:
        channel = self._exchange.call_from_phone(self._name, number)
        self.lines[channel.id] = channel

    async def goes_offline(self) -> None:
        self._exchange.register(self._name, False)

    async def comes_online(self) -> None:
        self._exchange.register(self._name, True)


class FakeWorld:
    def __init__(self, seed: int) -> None:
        self._exchange = Exchange()
        self._exchange.missing_sounds.add(NO_SUCH_SOUND)
        self.switch = FakeSwitch(self._exchange, seed=seed)
        self._phones = {name: Handset(self._exchange, name) for name in (ALICE, BOB)}
        for name, handset in self._phones.items():
            self._exchange.phones[name] = truth.Phone(name=name, party=handset)
        self._exchange.push([_account(name) for name in self._phones])
        self.switch.connect()
        self._carol = Carol()
        self._call: Channel | None = None

    def phone(self, name: str) -> Handset:
        return self._phones[name]

    def sound(self, length: Literal["short", "long"]) -> Prompt:
        return Say(text="x" * (20 if length == "short" else 200))

    def missing_sound(self) -> Prompt:
        return Sound(name=NO_SUCH_SOUND)

    async def caller_calls(self, number: str, headers: Mapping[str, str] | None = None) -> None:
        self._call = self._exchange.call(
            self._carol,
            trunk=TRUNK,
            dialled=number,
            caller=CallerId(number="5551000", name="Carol"),
            headers=headers,
        )

    async def caller_hears(self, what: Literal["ringing", "answer"]) -> None:
        await self._carol.heard[what].wait()

    async def caller_presses(self, keys: str) -> None:
        assert self._call
        for key in keys:
            self._exchange.press(self._call, key)
            await asyncio.sleep(0.1)

    def caller_speaks(self, loud: bool) -> None:
        self._carol.silent = not loud

    async def caller_hangs_up(self) -> None:
        assert self._call
        self._exchange.hang_up(self._call)

    async def caller_over(self) -> None:
        await self._carol.over.wait()

    async def recorders(self) -> int:
        return sum(tape.runs for tape in self._exchange.tapes.values())

    async def has_recording(self, name: str) -> bool:
        return name in self._exchange.tapes and not self._exchange.tapes[name].runs

    def may_record(self, allowed: bool) -> None:
        self._exchange.cannot_record = not allowed

    async def cut(self) -> None:
        self.switch.drop_connection(back_after_s=None)

    async def mend(self) -> None:
        self.switch.reconnect()


def _account(name: str) -> Account:
    digest = hashlib.md5(f"{name}:ccapp:secret".encode(), usedforsecurity=False).hexdigest()
    return Account(agent=AgentId(name), name=name, extension="1", realm="ccapp", digest=digest)


def run(story: Story) -> None:
    for seed in range(SEEDS):
        run_virtual(_bounded(story, seed), seed)


async def _bounded(story: Story, seed: int) -> None:
    async with asyncio.timeout(BOUND_S):
        await story(FakeWorld(seed))
