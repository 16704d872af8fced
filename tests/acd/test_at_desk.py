"""Desks that come and go, with their grace, over a new configuration and over the engine's death."""

import asyncio
from collections.abc import Awaitable, Callable

from ccapp.acd import Acd
from ccapp.clock import Clock
from ccapp.domain.centre import Agent, Centre, Queue
from ccapp.domain.events import PresenceChanged
from ccapp.domain.ids import AgentId, QueueId
from ccapp.simulate.loop import run
from ccapp.simulate.memory_journal import MemoryJournal

ANN = AgentId("ann")
DESK = Queue(id=QueueId("desk"), name="Desk", needs_desk=True)
CENTRE = Centre(
    agents={ANN: Agent(id=ANN, name="Ann", extension="201")}, queues={DESK.id: DESK}, offline_grace_s=7.0
)
NOBODY = Centre(agents={}, queues={DESK.id: DESK}, offline_grace_s=7.0)


class Floor:
    def __init__(self, journal: MemoryJournal | None = None) -> None:
        self.journal = journal or MemoryJournal()
        self.acd = Acd(CENTRE, Clock(epoch=1000.0), self.journal)

    def at_desk(self) -> bool:
        return self.acd.presence(ANN).at_desk

    def told(self) -> list[PresenceChanged]:
        return [fact.fact for fact in self.journal.store.facts if isinstance(fact.fact, PresenceChanged)]

    def restarted(self) -> "Floor":
        """The engine has died and another one has put back what was told."""
        self.acd.let_go()
        after = Floor(self.journal)
        for fact in self.told()[-1:]:
            after.acd.restore(fact)
        after.acd.restored()
        return after


def on_a_floor(story: Callable[[Floor], Awaitable[None]]) -> None:
    async def main() -> None:
        await story(Floor())

    run(main())


def test_back_within_the_grace_it_was_never_gone() -> None:
    async def story(floor: Floor) -> None:
        floor.acd.desk(ANN, True)
        floor.acd.desk(ANN, False)
        await asyncio.sleep(6.9)
        floor.acd.desk(ANN, True)
        await asyncio.sleep(100)
        assert [fact.at_desk for fact in floor.told()] == [True]

    on_a_floor(story)


def test_after_the_grace_it_is_gone_and_told_so() -> None:
    async def story(floor: Floor) -> None:
        floor.acd.desk(ANN, True)
        floor.acd.desk(ANN, False)
        await asyncio.sleep(6.9)
        assert floor.at_desk()
        await asyncio.sleep(0.2)
        assert not floor.at_desk()
        assert [(fact.at_desk, fact.why) for fact in floor.told()] == [
            (True, "desk connected"),
            (False, "desk disconnected"),
        ]

    on_a_floor(story)


def test_who_is_configured_again_is_still_at_the_desk_that_stayed_connected() -> None:
    async def story(floor: Floor) -> None:
        floor.acd.desk(ANN, True)
        floor.acd.reconfigure(NOBODY)
        floor.acd.reconfigure(CENTRE)
        assert floor.at_desk()
        floor.acd.reconfigure(NOBODY)
        floor.acd.desk(ANN, False)
        await asyncio.sleep(8)
        floor.acd.reconfigure(CENTRE)
        assert not floor.at_desk()

    on_a_floor(story)


def test_after_a_restart_the_desk_has_the_grace_to_come_back() -> None:
    async def story(floor: Floor) -> None:
        floor.acd.desk(ANN, True)
        after = floor.restarted()
        assert after.at_desk()
        after.acd.desk(ANN, True)
        await asyncio.sleep(100)
        assert after.at_desk()

    on_a_floor(story)


def test_after_a_restart_a_desk_that_does_not_come_back_is_gone() -> None:
    async def story(floor: Floor) -> None:
        floor.acd.desk(ANN, True)
        after = floor.restarted()
        await asyncio.sleep(7.1)
        assert not after.at_desk()
        assert not after.told()[-1].at_desk

    on_a_floor(story)


def test_after_a_restart_who_had_no_desk_has_none() -> None:
    async def story(floor: Floor) -> None:
        floor.acd.desk(ANN, True)
        floor.acd.desk(ANN, False)
        await asyncio.sleep(8)
        after = floor.restarted()
        assert not after.at_desk()
        await asyncio.sleep(100)
        assert len(after.told()) == 2

    on_a_floor(story)
