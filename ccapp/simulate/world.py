"""The simulated world: exchange, people, faults, one engine at a time, and the checks that watch them all."""

import asyncio
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from ccapp.domain.events import Fact, Outcome
from ccapp.domain.ids import AgentId
from ccapp.domain.presence import State
from ccapp.ports import Journal, Recorded
from ccapp.simulate.channels import Party, Phone
from ccapp.simulate.checks import Violation
from ccapp.simulate.checks.all import Checks
from ccapp.simulate.desk import Desk
from ccapp.simulate.director import Director
from ccapp.simulate.engine import EPOCH, Engine
from ccapp.simulate.exchange import Exchange
from ccapp.simulate.link import Latency
from ccapp.simulate.loop import VirtualLoop, run
from ccapp.simulate.memory_journal import MemoryJournal, MemoryStore
from ccapp.simulate.people import AgentPhone, Caller, React, Stranger
from ccapp.simulate.scenario import Breakage, Call, Fault, Scenario
from ccapp.simulate.scrap import ScrapJournal

BROKEN = Latency(least_s=0.01, most_s=0.5, busy_share=0.1, lost_share=0.05, slow_share=0.1, slow_s=3.0)


@dataclass(slots=True, kw_only=True)
class Result:
    seed: int
    violations: list[Violation] = field(default_factory=list)
    facts: list[Recorded] = field(default_factory=list)
    outcomes: dict[Outcome, int] = field(default_factory=dict)
    called: int = 0
    turned_away: int = 0
    state_s: dict[State, float] = field(default_factory=dict)
    ended_at_s: float = 0.0  # virtual


class World:
    def __init__(self, scenario: Scenario) -> None:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualLoop)
        self.loop = loop
        self.scenario = scenario
        self.exchange = Exchange()
        self.engine: Engine | None = None
        self._chance = {name: random.Random(f"{name}/{scenario.seed}") for name in _DICE}
        self._store = MemoryStore(commit_s=lambda: scenario.commit_s)
        self._engines = 0
        self._changed_at = 0.0  # when last something broke or was put right
        self.called = 0
        self.checks = Checks(scenario.centre, self.exchange, self.now)
        self.read = [self.checks.fact] if scenario.checked else []
        self.on_broken: Callable[[Breakage], None] = lambda breakage: None
        self._people()

    def now(self) -> float:
        return EPOCH + self.loop.time()

    # --- people

    def _people(self) -> None:
        scenario = self.scenario
        self.desks = []
        self.exchange.outside = self._outside
        for agent in scenario.centre.agents:
            phone = AgentPhone(self.exchange, lambda agent=agent: self._react(agent))  # type: ignore[misc]
            self.exchange.phones[agent] = Phone(name=agent, party=phone)
            chance = random.Random(f"desk/{agent}/{scenario.seed}")
            self.desks.append(Desk(self.exchange, self._living, agent, scenario.moods, chance))

        self._directors()

    def _directors(self) -> None:
        """Whoever says who takes the calls of queues in mode `external`."""
        centre = self.scenario.centre
        if any(queue.external is not None for queue in centre.queues.values()):
            agents, queues = list(centre.agents), list(centre.queues)
            chance = random.Random(f"director/{self.scenario.seed}")
            self.read.append(Director(self.exchange, self._living, agents, queues, chance).heard)

    def _outside(self, number: str, trunk: str) -> Party | None:
        """Whoever is reached by a number, anew for each call."""
        chance, outside = self._chance["outside"], self.scenario.outside
        if outside is None:
            return None
        return Stranger(self.exchange, outside(number, chance), chance.uniform(0, 60))

    def _react(self, agent: AgentId) -> React:
        return self.scenario.reacts(agent, self._chance["react"])

    def _living(self) -> Engine | None:
        """Once it has recovered."""
        engine = self.engine
        return engine if engine is not None and engine.alive and engine.reception.recovered else None

    def _calls(self) -> None:
        self._next_call(self.scenario.calls(self._chance["calls"]))

    def _next_call(self, calls: Iterator[Call]) -> None:
        call = next(calls, None)
        if call is not None and self.loop.time() + call.after_s <= self.scenario.duration_s:
            self.exchange.after(call.after_s, self._call, call, calls)

    def _call(self, call: Call, calls: Iterator[Call]) -> None:
        self.called += 1
        caller = Caller(self.exchange, call.script)
        caller.calls(trunk=call.trunk, dialled=call.dialled, number=call.number, headers=call.headers)
        self._next_call(calls)

    # --- the engine

    def start_engine(self) -> None:
        self._engines += 1
        scenario = self.scenario
        self.engine = Engine(
            self.exchange,
            scenario.centre,
            self._journal,
            self._read,
            latency=scenario.latency,
            seed=f"{scenario.seed}/{self._engines}",
            tiers=scenario.tiers,
            customers=scenario.customers,
        )
        self._touched()

    def _journal(self) -> Journal:
        return MemoryJournal(self._store) if self.scenario.recorded else ScrapJournal()

    def _read(self, fact: Fact) -> None:
        for read in self.read:
            read(fact)

    def _touched(self) -> None:
        self._changed_at = self.loop.time()
        self.checks.lines.forgive()

    # --- faults

    def _break(self, breakage: Breakage) -> None:
        engine = self._living()
        self._touched()
        if engine is None:
            return
        lasts_s = breakage.lasts_s
        self.on_broken(breakage)
        match breakage.fault:
            case Fault.DROP:
                engine.do(lambda: engine.switch.drop_connection(lasts_s))
                self.exchange.after(lasts_s + 1, self._touched)
            case Fault.RESTART:
                self.exchange.restart()
            case Fault.KILL:
                engine.kill()
                self.checks.engine_died()
                self.exchange.after(lasts_s, self.start_engine)
            case Fault.STOP:
                engine.stop()
                self.checks.engine_died()
                self.exchange.after(lasts_s, self.start_engine)
            case Fault.TAKE_OVER:
                engine.pen.taken = True  # its lease is gone: nothing more it says counts
                self.checks.engine_died()
                if not engine.switch.connected:
                    engine.stop()  # by the lease alone; one that is connected is told by the switch
                self.start_engine()
            case Fault.OUTAGE:
                self._store.away = True
                self.exchange.after(lasts_s, self._database_back)
            case Fault.SLOW:
                engine.switch.latency = BROKEN
                self.checks.lines.slow = True
                self.exchange.after(lasts_s, self._quick_again, engine)

    def _database_back(self) -> None:
        self._store.away = False
        if self.engine and isinstance(journal := self.engine.pen.journal, MemoryJournal):
            self.engine.do(journal.database_back)

    def _quick_again(self, engine: Engine) -> None:
        engine.switch.latency = self.scenario.latency
        self.exchange.after(BROKEN.bound_s + BROKEN.slow_s, self._well_again)

    def _well_again(self) -> None:
        self.checks.lines.slow = False
        self._touched()

    # --- from beginning to end

    async def run(self) -> Result:
        scenario = self.scenario
        self._watch()
        self.start_engine()
        for desk in self.desks:
            desk.begin(self._chance["arrive"].uniform(0, scenario.arrive_s))
        self._calls()
        for breakage in scenario.breakages:
            self.exchange.after(breakage.at_s, self._break, breakage)
        await asyncio.sleep(scenario.duration_s)
        await self._drain()
        return self._result()

    def _watch(self) -> None:
        if self.scenario.checked:
            self.loop.on_quiet = self.checks.quiet
            self.exchange.on_mixed = self.checks.lines.mixed
            self.exchange.on_rung = self.checks.lines.rung
            self.exchange.on_heard = self.checks.lines.heard
            self._inspect()

    def _inspect(self) -> None:
        if self._living() and self.loop.time() - self._changed_at >= self.scenario.inspect_s:
            self.checks.inspect()
        self.exchange.after(self.scenario.inspect_s, self._inspect)

    async def _drain(self) -> None:
        """Those who are there are served or give up; then the agents go home, and nothing may be left."""
        until = self.loop.time() + self.scenario.drain_s
        while self._somebody() and self.loop.time() < until and not self.checks.violated:  # noqa: ASYNC110
            await asyncio.sleep(5.0)
        for channel in list(self.exchange.channels.values()):
            self.exchange.hang_up(channel)  # whom nobody can serve any more
        for desk in self.desks:
            desk.go_home()
        await asyncio.sleep(self.scenario.close_s)
        self.checks.at_the_end()
        self._engine_is_empty()

    def _somebody(self) -> bool:
        engine = self._living()
        return (
            engine is None
            or bool(engine.acd.callbacks.all())
            or any(channel.kind == "inbound" for channel in self.exchange.channels.values())
        )

    def _engine_is_empty(self) -> None:
        must = self.checks.verdict.must
        engine = self._living()
        running = [name for name, tape in self.exchange.tapes.items() if tape.runs]
        must(not running, "no recording goes on", str(running))
        takes = self.exchange.dictations.takes
        must(not [file for file, take in takes.items() if take.runs], "nobody is recorded any more", takes)
        kept = {message.file for message in self._store.messages.values()}
        must(kept <= takes.keys(), "a message that is kept has its file", kept - takes.keys())
        must(engine is not None, "an engine lives at the end", "none")
        if engine is not None:
            acd = engine.acd
            must(not acd.visits, "no visit is left in the engine", str(list(acd.visits)))
            must(not acd.line(), "the router's line is empty", str(acd.line()))
            must(not acd.talks(), "no talk is left in the engine", str(acd.talks()))
            left = [presence for presence in acd.presences().values() if presence.state is not State.LOGOUT]
            must(not left, "everybody went home", str(left))
            if not self.checks.violated:
                must(not engine.switch.legs, "the switch knows no leg", str(engine.switch.legs))

    def _result(self) -> Result:
        return Result(
            seed=self.scenario.seed,
            violations=self.checks.verdict.violations,
            facts=self._store.facts,
            outcomes=self.checks.visits.outcomes,
            called=self.called,
            turned_away=self.exchange.turned_away,
            state_s=self.checks.agents.seconds,
            ended_at_s=self.loop.time(),
        )


_DICE = ("calls", "react", "arrive", "outside")


def simulate(scenario: Scenario) -> Result:
    """One whole world, from its seed."""

    async def main() -> Result:
        return await World(scenario).run()

    return run(main(), scenario.seed)
