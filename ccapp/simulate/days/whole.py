"""A day through the whole stories: the engine as it is, on a fake switch without delay.

Whatever a configuration can say is simulated here, and every decision is made as it would be made live; it
takes some ten times as long as `swift`. Callers reach their queue by a number of their own, without an IVR.
"""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from ccapp.domain.centre import Centre, Number, ToTree, Trunk
from ccapp.domain.events import Fact, PresenceChanged, TalkEnded
from ccapp.domain.ids import AgentId, NodeId, TreeId, TrunkId, offer_of
from ccapp.domain.ivr import Enqueue, Tree
from ccapp.domain.presence import Move, SubState
from ccapp.domain.traffic import Answering
from ccapp.simulate import people
from ccapp.simulate.channels import Channel, Phone
from ccapp.simulate.days.callers import Caller, ring
from ccapp.simulate.days.day import MIDNIGHT, Day
from ccapp.simulate.days.duty import Staff
from ccapp.simulate.engine import EPOCH, Engine
from ccapp.simulate.exchange import Exchange
from ccapp.simulate.link import AT_ONCE
from ccapp.simulate.loop import run
from ccapp.simulate.people import CallerScript, React, Reaction
from ccapp.simulate.scrap import ScrapJournal

TRUNK = TrunkId("simulated")
DRAIN_S_MAX = 12 * 3600.0
LOOK_S = 30.0


def numbered(centre: Centre, callers: "list[Caller]") -> tuple[Centre, list[str]]:
    """`centre` with a number for each kind of caller, and what each caller dials."""
    kinds: dict[str, str] = {}
    dialled, trees = [], {}
    for caller in callers:
        kind = repr((caller.queue, caller.requires, caller.priority_s, caller.caller_priority))
        if kind not in kinds:
            number = kinds[kind] = f"9{len(kinds):05}"
            enqueue = Enqueue(
                queue=caller.queue,
                requires=caller.requires,
                priority_s=caller.priority_s,
                caller_priority=caller.caller_priority,
            )
            id, node = TreeId(f"simulated-{number}"), NodeId("queue")
            trees[number] = Tree(id=id, start=node, nodes={node: enqueue})
        dialled.append(kinds[kind])
    numbers = {number: Number(number=number, target=ToTree(tree=tree.id)) for number, tree in trees.items()}
    return replace(
        centre,
        trunks={**centre.trunks, TRUNK: Trunk(id=TRUNK, trusted=True)},
        numbers={**centre.numbers, **numbers},
        trees={**centre.trees, **{tree.id: tree for tree in trees.values()}},
    ), dialled


class AgentPhone(people.AgentPhone):
    """Answers an offer after the time that belongs to it."""

    def __init__(self, exchange: Exchange, answering: Answering, seed: int) -> None:
        super().__init__(exchange)
        self._answering = answering
        self._seed = seed

    def rings(self, channel: Channel) -> None:
        self.lines[channel.id] = channel
        offer = offer_of(channel.id)
        assert offer is not None
        visit, _, number = offer.rpartition("/")
        after_s = ring(self._answering, self._seed, int(visit[1:]) - 1, int(number))
        silent = React(Reaction.SILENT)
        self._do(channel, silent if after_s is None else React(Reaction.ANSWER, after_s))


class Whole:
    def __init__(self, day: Day, read: Callable[[Fact], None]) -> None:
        self._day = day
        self._read = read
        self._centre, self._dialled = numbered(day.centre, list(day.callers))

    def run(self) -> None:
        run(self._main(), self._day.seed, shuffle=False)

    async def _main(self) -> None:
        self._exchange = Exchange()
        for agent in self._centre.agents:
            phone = AgentPhone(self._exchange, self._day.answering, self._day.seed)
            self._exchange.phones[agent] = Phone(name=agent, party=phone)
        self._staff = Staff(self._asks, self._exchange.after)
        self._engine = Engine(
            self._exchange,
            self._centre,
            ScrapJournal,
            self._hears,
            latency=AT_ONCE,
            seed=self._day.seed,
        )
        for at_s, agent, duty in self._day.duties:
            self._exchange.after(self._in_s(at_s), partial(self._staff.means, agent, duty))
        self._next_caller(0)
        await asyncio.sleep(self._in_s(self._day.end_s))
        await self._until_all_have_gone()

    def _in_s(self, at_s: float) -> float:
        """From now until a time of the day."""
        return MIDNIGHT - EPOCH + at_s - self._exchange.loop.time()

    async def _until_all_have_gone(self) -> None:
        until = self._exchange.loop.time() + DRAIN_S_MAX
        while self._somebody() and self._exchange.loop.time() < until:  # noqa: ASYNC110 - virtual time
            await asyncio.sleep(LOOK_S)

    def _somebody(self) -> bool:
        return any(channel.kind == "inbound" for channel in self._exchange.channels.values())

    def _next_caller(self, number: int) -> None:
        if number < len(self._day.callers):
            self._exchange.after(self._in_s(self._day.callers[number].at_s), self._comes, number)

    def _comes(self, number: int) -> None:
        self._next_caller(number + 1)
        caller = self._day.callers[number]
        script = CallerScript(talk_s=caller.talk_s, patience_s=caller.patience_s)
        people.Caller(self._exchange, script).calls(trunk=TRUNK, dialled=self._dialled[number])

    def _asks(self, agent: AgentId, move: Move, sub_state: SubState) -> None:
        acd = self._engine.acd
        self._engine.do(lambda: acd.move(agent, move, sub_state=sub_state, why="shift"))

    def _hears(self, fact: Fact) -> None:
        self._read(fact)
        match fact:
            case PresenceChanged():
                self._staff.hears(fact)
            case TalkEnded(agent=agent):
                self._exchange.after(0.0, self._staff.does_his_duty, agent)
