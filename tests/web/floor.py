"""A contact centre that runs without a switch: the real owner, a journal in memory, the real web server."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractContextManager, ExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any

import aiohttp

from ccapp.acd import Acd, Place, Talk, Visit
from ccapp.clock import Clock
from ccapp.config import read_document
from ccapp.domain.callbacks import CallbackRules
from ccapp.domain.causes import DeclineReason
from ccapp.domain.centre import Agent, Centre, Number, Queue, ToQueue
from ccapp.domain.events import EndedBy, Outcome
from ccapp.domain.ids import AgentId, BridgeId, ChannelId, QueueId, SkillId, TrunkId, VisitId
from ccapp.domain.presence import Move
from ccapp.ports import Arrived, CallerId
from ccapp.records.errors import DatabaseUnavailable
from ccapp.records.journal import JournalFigures
from ccapp.records.read import VisitRecord, Wanted
from ccapp.simulate.memory_journal import MemoryJournal
from ccapp.web import Desk, Health, make_app, serving

TOKEN = "let-me-in"
SALES, SUPPORT = QueueId("sales"), QueueId("support")
ALICE, BOB = AgentId("alice"), AgentId("bob")
AUTH = {"Authorization": f"Bearer {TOKEN}"}


def centre() -> Centre:
    sales, support = SkillId("sales"), SkillId("support")
    return Centre(
        name="Test Centre",
        realm="test",
        numbers={"100": Number(number="100", target=ToQueue(queue=SALES))},
        queues={
            SALES: Queue(id=SALES, name="Sales", requires={sales: 1}),
            SUPPORT: Queue(id=SUPPORT, name="Support", requires={support: 1}),
        },
        agents={
            ALICE: Agent(
                id=ALICE, name="Alice Archer", extension="201", skills={sales: 3, support: 1}, digest="a" * 32
            ),
            BOB: Agent(id=BOB, name="Bob Baker", extension="202", skills={support: 2}, digest="b" * 32),
        },
    )


class Caller:
    """One visit, moved by hand from stage to stage."""

    def __init__(self, floor: "Floor", id: str, number: str, name: str) -> None:
        self.floor = floor
        leg: Any = SimpleNamespace(id=ChannelId(id))
        arrived = Arrived(
            leg=leg,
            kind="inbound",
            endpoint="carrier",
            dialled="100",
            caller=CallerId(number=number, name=name),
        )
        self.visit: Visit = floor.acd.arrive(arrived, {})
        self._visiting = ExitStack()
        self._visiting.enter_context(floor.acd.visiting(self.visit))
        self._stage: AbstractContextManager[Any] | None = None
        self.place: Place
        self.talk: Talk

    def _enter(self, stage: AbstractContextManager[Any]) -> Any:
        self.leave()
        self._stage = stage
        return stage.__enter__()

    def leave(self) -> None:
        if self._stage is not None:
            stage, self._stage = self._stage, None
            stage.__exit__(None, None, None)

    def waits(
        self, queue: QueueId = SALES, *, ago_s: float = 0.0, entered_at: float | None = None
    ) -> "Caller":
        acd = self.floor.acd
        clock = acd.clock.now() - ago_s if entered_at is None else entered_at
        self.place = self._enter(acd.waiting(self.visit, queue, {}, 0.0, entered_at=clock))
        return self

    def answered(self) -> "Caller":
        attempt = next(iter(self.place.ringing.values()))
        talk = attempt.accepted(ChannelId("leg"), BridgeId("bridge"))
        assert talk is not None
        self.leave()
        self.talk = self._enter(self.floor.acd.talking(self.visit, talk))
        return self

    def declined(self, reason: DeclineReason = DeclineReason.NO_ANSWER) -> "Caller":
        next(iter(self.place.ringing.values())).declined(reason)
        return self

    def hangs_up(self, outcome: Outcome = Outcome.SERVED) -> None:
        if hasattr(self, "talk"):
            self.talk.ended_by = EndedBy.CALLER
        self.leave()
        self.visit.ends(outcome, EndedBy.CALLER)
        self._visiting.close()


@dataclass(kw_only=True)
class Floor:
    acd: Acd
    journal: MemoryJournal
    url: str = ""
    version: int = 7
    health: Health = field(
        default_factory=lambda: Health(started=True, switch=True, lease=True, database=True)
    )
    records: list[VisitRecord] = field(default_factory=list)
    wanted: list[Wanted] = field(default_factory=list)
    applied: list[tuple[Centre, str]] = field(default_factory=list)
    away: bool = False
    callers: list[Caller] = field(default_factory=list)  # a forgotten caller would leave the line

    def call(self, *, number: str = "18005550199", name: str = "Carol Caller") -> Caller:
        self.callers.append(Caller(self, f"1700000000.{len(self.callers) + 1}", number, name))
        return self.callers[-1]

    def ready(self, *agents: AgentId) -> None:
        for agent in agents:
            self.acd.device(agent, True)
            self.acd.move(agent, Move.LOG_IN)
            self.acd.move(agent, Move.READY)

    def calls_back(self) -> None:
        """From now on sales calls numbers back that begin with 030."""
        rules = CallbackRules(trunk=TrunkId("carrier"), numbers=("030X.",))
        centre = self.acd.centre
        sales = replace(centre.queues[SALES], callback=rules)
        self.acd.reconfigure(replace(centre, queues={**centre.queues, SALES: sales}))

    async def visits(self, wanted: Wanted) -> Sequence[VisitRecord]:
        if self.away:
            raise DatabaseUnavailable("away")
        self.wanted.append(wanted)
        return self.records

    async def apply(self, document: Any, by: str) -> int:
        new = read_document(document).centre
        self.applied.append((new, by))
        self.acd.reconfigure(new)
        self.version += 1
        return self.version

    def figures(self) -> JournalFigures:
        return JournalFigures(
            published=len(self.journal.store.facts),
            recorded=self.journal.store.recorded,
            backlog=0,
            away_s=0.0,
            last_error="",
            last_commit_s=0.001,
            spool_errors=0,
            refused=0,
            followers=0,
        )

    def desk(self, **more: Any) -> Desk:
        return Desk(
            acd=self.acd,
            journal=self.journal,
            figures=self.figures,
            visits=self.visits,
            apply=self.apply,
            centre_version=lambda: self.version,
            health=lambda: self.health,
            token=TOKEN,
            started_at=self.acd.clock.now(),
            **more,
        )


@asynccontextmanager
async def open_floor(**more: Any) -> AsyncIterator[Floor]:
    clock, journal = Clock(), MemoryJournal()
    floor = Floor(acd=Acd(centre(), clock, journal), journal=journal)
    async with serving(make_app(floor.desk(**more)), "127.0.0.1", 0) as floor.url:
        yield floor
    floor.acd.let_go()
    journal.close()


class Client:
    """Asks the surface over HTTP, with the token."""

    def __init__(self, floor: Floor, session: aiohttp.ClientSession) -> None:
        self.floor = floor
        self.session = session

    async def ask(self, method: str, path: str, **given: Any) -> tuple[int, Any]:
        given.setdefault("headers", {})
        given["headers"] = {**AUTH, **given["headers"]}
        async with self.session.request(method, self.floor.url + path, **given) as answer:
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            return answer.status, await answer.json()

    async def get(self, path: str) -> Any:
        status, body = await self.ask("GET", path)
        assert status == 200, body
        return body


def recorded_visit(id: str, **changes: Any) -> VisitRecord:
    values: dict[str, Any] = dict.fromkeys(VisitRecord.__dataclass_fields__)
    values |= {"id": VisitId(id), "offers": 1, "declines": 0, "segments": 1, "talk_s": 12.5, "data": {}}
    values |= {"abandoned": False, "abandoned_ringing": False}
    return VisitRecord(**values | changes)
