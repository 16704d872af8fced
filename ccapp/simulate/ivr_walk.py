"""A path through an IVR without a phone: the real story, a caller on paper who keys what he is told to.

Time is virtual: prompts and waits take none. Whom a node would ask or dial is told, not asked or dialled.
"""

import asyncio
import re
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from ccapp.acd import Acd
from ccapp.calls.floor import Floor, Rooms
from ccapp.calls.ivr import walk
from ccapp.calls.scope import forever
from ccapp.calls.waypoint import InLine, InMailbox, InTree
from ccapp.clock import Clock
from ccapp.domain import events
from ccapp.domain.centre import Centre
from ccapp.domain.events import Fact
from ccapp.domain.ids import ChannelId, TreeId
from ccapp.domain.ivr import Prompt, Say
from ccapp.ports import (
    Arrived,
    CallerId,
    Dial,
    Gone,
    HttpQuestion,
    Json,
    Leg,
    LegGone,
    NoAnswer,
    NoCustomers,
    SignedPost,
    SqlQuestion,
    Switch,
)
from ccapp.simulate.loop import run
from ccapp.simulate.memory_journal import MemoryJournal

SOUND_S = 3.0
SAY_S_PER_CHARACTER = 0.06
KEY_AFTER_S = 0.5


@dataclass(frozen=True, slots=True)
class Heard:
    """Something the caller hears, keys, or would have caused."""

    at_s: float  # since the call began
    what: str  # node, hears, keys, event, asks, dials, music, goes, ends
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """What is tried. `answers` are given to the nodes that ask, one after the other; then no answer comes."""

    keys: str = ""
    data: Mapping[str, str] = field(default_factory=dict)
    caller_number: str = "4930123456"
    dialled: str = ""
    answers: Sequence[Json] = ()
    at: float = 1_767_600_000.0  # when the call comes, epoch s


def try_walk(centre: Centre, tree: TreeId, walk: Walk) -> list[Heard]:
    """What happens on the way, to the queue or the end it comes to."""
    return run(_tried(centre, tree, walk), shuffle=False)


async def _tried(centre: Centre, tree: TreeId, given: Walk) -> list[Heard]:
    loop = asyncio.get_running_loop()
    clock = Clock(epoch=given.at, loop=loop)
    told: list[Heard] = []

    def tell(what: str, text: str) -> None:
        told.append(Heard(clock.now() - given.at, what, text))

    acd = Acd(centre, clock, MemoryJournal())
    acd.watch(lambda fact: _tell(fact, tell))
    leg = cast(Leg, PaperLeg(given.keys, tell))
    switch = cast(Switch, PaperSwitch(tell))
    floor = Floor(acd, switch, Rooms(switch), customers=PaperCustomers(given.answers, tell))
    caller = CallerId(number=given.caller_number)
    arrived = Arrived(leg=leg, kind="inbound", endpoint="walk", dialled=given.dialled, caller=caller)
    visit = acd.arrive(arrived, given.data)
    line = await walk(visit, leg, InTree(tree=tree), floor)
    while isinstance(line, InMailbox) and line.then is not None:
        tell("goes", f"to the mailbox {line.mailbox}, and on")
        line = await walk(visit, leg, line.then, floor)
    tell(*_ending(line, visit.data))
    return told


def _ending(line: InLine | InMailbox | None, data: Mapping[str, str]) -> tuple[str, str]:
    known = ", ".join(f"{name}={value}" for name, value in data.items())
    rest = f" ({known})" if known else ""
    if line is None:
        return "ends", f"the call{rest}"
    if isinstance(line, InMailbox):
        return "goes", f"to the mailbox {line.mailbox}{rest}"
    alone = "" if line.only is None else f"agent {line.only.agent} in the "
    return "goes", f"to the {alone}queue {line.queue}{rest}"


def _tell(fact: Fact, tell: Callable[[str, str], None]) -> None:
    match fact:
        case events.IvrVisited(tree=tree, node=node):
            tell("node", f"{tree}/{node}")
        case events.CallbackRequested(caller_number=number, queue=queue):
            tell("goes", f"to be called back at {number} for {queue}")
        case events.IvrEventSent(name=name, values=values):
            tell("event", " ".join([name, *(f"{key}={value}" for key, value in values.items())]))


class PaperLeg:
    """Keys are pressed one after the other, each when somebody waits for one."""

    def __init__(self, keys: str, tell: Callable[[str, str], None]) -> None:
        self._keys = deque(keys)
        self._tell = tell
        self.id = ChannelId("walk")
        self.answered = False
        self.gone: Gone | None = None

    async def answer(self) -> None:
        self.answered = True

    async def play(self, prompts: Sequence[Prompt]) -> None:
        for prompt in prompts:
            said = isinstance(prompt, Say)
            self._tell("hears", f'"{prompt.text}"' if isinstance(prompt, Say) else f"sound {prompt.name}")
            await asyncio.sleep(len(prompt.text) * SAY_S_PER_CHARACTER if said else SOUND_S)  # type: ignore[union-attr]

    async def digit(self) -> str:
        if not self._keys:
            await forever()
        await asyncio.sleep(KEY_AFTER_S)
        key = self._keys.popleft()
        self._tell("keys", key)
        return key

    def forget_digits(self) -> None:
        """None is pressed before it is waited for."""

    async def music(self, music: str) -> None:
        self._tell("music", music)

    def quiet(self) -> None:
        pass


class PaperSwitch:
    """Nobody can be dialled."""

    def __init__(self, tell: Callable[[str, str], None]) -> None:
        self._tell = tell

    def dial(self, dial: Dial) -> Any:
        self._tell("dials", f"{dial.endpoint}, taken as not reached")
        return NotReached()


class NotReached:
    async def picked_up(self) -> None:
        raise LegGone("on paper")

    def release(self, cause: int = 16) -> None:
        pass


class PaperCustomers(NoCustomers):
    def __init__(self, answers: Sequence[Json], tell: Callable[[str, str], None]) -> None:
        self._answers = deque(answers)
        self._tell = tell

    async def http(self, question: HttpQuestion) -> Json:
        return self._answer(f"{question.method} {question.url}")

    async def tell(self, news: HttpQuestion) -> None:
        self._tell("tells", f"{news.method} {news.url}")

    async def post(self, message: SignedPost) -> Json:
        raise NoAnswer("no server can be told here")

    async def sql(self, question: SqlQuestion) -> Mapping[str, Json] | None:
        query = re.sub(r"\s+", " ", question.query)
        answer = self._answer(f"{query} with {list(question.values)}")
        if answer is not None and not isinstance(answer, Mapping):
            raise NoAnswer("no row")
        return answer

    def _answer(self, asked: str) -> Json:
        if not self._answers:
            self._tell("asks", f"{asked}: taken as failed")
            raise NoAnswer("on paper")
        answer = self._answers.popleft()
        self._tell("asks", f"{asked}: {answer}")
        return answer
