"""The reception: hears the switch's news and starts the stories."""

import asyncio
import logging
from collections.abc import Collection, Coroutine, Sequence
from dataclasses import replace
from typing import assert_never

from ccapp.calls.agent_lists import AgentLists
from ccapp.calls.arrival import story_of
from ccapp.calls.callback import ring_back
from ccapp.calls.floor import Floor
from ccapp.calls.message_care import take_care
from ccapp.calls.proof import Proof
from ccapp.calls.resume import take_over, unowned
from ccapp.domain import events
from ccapp.domain.centre import RESUME_S_MAX, Centre
from ccapp.domain.events import Fact
from ccapp.domain.ids import AgentId, ChannelId
from ccapp.domain.presence import State, state_of
from ccapp.ports import (
    Account,
    Arrived,
    Connected,
    DeviceOnline,
    Disconnected,
    Journal,
    Leg,
    Replaced,
    SwitchError,
)

log = logging.getLogger(__name__)


TOLD = ("missed", "banned", "break longer")
"""Why an agent is not ready any more, or not yet, though he did not ask for it: his phone shows it."""

STORY_S_MAX = 12 * 3600.0
"""No call is older: one that is, is a call nobody ended."""


class AnotherEngine(Exception):
    """Another engine has taken the application over: this one must not act any more."""


def accounts(centre: Centre) -> list[Account]:
    """The SIP accounts the switch is to know."""
    shared = [
        Account(
            agent=phone.id,
            name=phone.id,
            extension="",
            realm=centre.realm,
            digest=phone.digest,
            silent_s_max=centre.dead_phone_s,
        )
        for phone in centre.phones.values()
    ]
    return shared + [
        Account(
            agent=agent.id,
            name=agent.id,
            display=agent.name,
            extension=agent.extension,
            realm=centre.realm,
            digest=agent.digest,
            silent_s_max=centre.dead_phone_s,
        )
        for agent in centre.agents.values()
        if agent.digest or not (agent.outside or centre.phones)
    ]


class Reception:
    """Runs until cancelled, or until another engine takes over (AnotherEngine)."""

    def __init__(self, floor: Floor, journal: Journal) -> None:
        self._floor = floor
        self._journal = journal
        self.recovered = False
        self._stories: asyncio.TaskGroup | None = None
        self._lists = AgentLists(floor)
        self._callers: set[ChannelId] = set()  # whose arrival has begun a story
        floor.acd.watch(self._watch)
        floor.acd.watch(lambda fact: take_care(fact, floor))

    async def run(self) -> None:
        try:
            async with asyncio.TaskGroup() as stories:
                self._stories = stories
                stories.create_task(Proof(self._floor).run(), name="proof")
                stories.create_task(self._lists.run(), name="agent lists")
                await self._hear(stories)
        except* AnotherEngine as group:
            raise group.exceptions[0] from None

    async def _hear(self, stories: asyncio.TaskGroup) -> None:
        async for news in self._floor.switch.news():
            match news:
                case Arrived():
                    if news.leg.id not in self._callers:
                        self._own(news.leg)
                        self._start(stories, story_of(news, self._floor))
                case DeviceOnline(agent=agent, online=online):
                    self._floor.acd.device(agent, online)
                case Connected():
                    for story in await self._connected(news):
                        self._start(stories, story)
                case Disconnected():
                    log.warning("the switch is not connected; calls go on, nothing can be decided")
                    self._declare(events.SwitchLost(at=self._floor.acd.clock.now()))
                case Replaced():
                    self.let_go()  # before the stories end: their callers live on, and are no longer ours
                    raise AnotherEngine("it has taken over the application at Asterisk")
                case _ as never:
                    assert_never(never)

    def _start(
        self,
        stories: asyncio.TaskGroup,
        story: Coroutine[None, None, None],
        story_s_max: float | None = STORY_S_MAX,
    ) -> None:
        stories.create_task(_guarded(story, story_s_max))

    def _own(self, leg: Leg) -> None:
        """This leg's arrival has its story: the same arrival told again begins no second one."""
        self._callers.add(leg.id)
        leg.on_gone(lambda gone: self._callers.discard(leg.id))

    async def _connected(self, survey: Connected) -> Sequence[Coroutine[None, None, None]]:
        floor = self._floor
        await self.push_accounts()
        await floor.rooms.compare(survey.bridges, floor.acd.centre.queues)
        if self.recovered:
            return self._reconnected(survey)
        for fact in await self._journal.presences():
            floor.acd.restore(fact)
        for order in await self._journal.standing_orders():
            floor.acd.orders.hear(order)
        for left in await self._journal.abandoned(floor.acd.clock.now() - RESUME_S_MAX):
            floor.acd.remember(left)
        floor.acd.messages.restore(await self._journal.messages())
        visits = await self._journal.open_visits()
        survey = await self._without_over(survey, {str(facts[0].visit) for facts in visits if facts})
        stories = take_over(visits, survey, floor)
        for found in survey.legs:
            if found.arrived is not None and found.leg.gone is None:
                self._own(found.leg)
        self.recovered = True
        floor.acd.restored()
        self._close_unused_talks()
        self._declare(events.SwitchFound(at=floor.acd.clock.now(), alive=len(stories), gone=0))
        return stories

    async def _without_over(self, survey: Connected, open_visits: Collection[str]) -> Connected:
        """Callers whose visit is over have only their hang-up outstanding: it is done now."""
        legs = []
        for found in survey.legs:
            arrived = found.arrived is not None and found.leg.id not in open_visits
            if arrived and await self._is_over(found.leg.id):
                found.leg.release()
            else:
                legs.append(found)
        return replace(survey, legs=legs)

    async def _is_over(self, visit: str) -> bool:
        return any(isinstance(told.fact, events.CallEnded) for told in await self._journal.visit(visit))

    def _close_unused_talks(self) -> None:
        """Those of agents who logged out, or are no longer configured, while nobody looked."""
        presences = self._floor.acd.presences()
        for agent in self._floor.rooms.talkers:
            presence = presences.get(agent)
            if presence is None or state_of(presence)[0] is State.LOGOUT:
                self._floor.rooms.close_talk(agent)

    def _reconnected(self, survey: Connected) -> Sequence[Coroutine[None, None, None]]:
        """The stories are all alive and hear of their legs by themselves; only arrivals may be new."""
        self._floor.comebacks.tell()
        self._close_unused_talks()
        known = {found.leg.id for found in survey.legs if found.arrived is None} | self._callers
        self._declare(events.SwitchFound(at=self._floor.acd.clock.now(), alive=len(survey.legs), gone=0))
        stories = unowned(survey, known, self._floor)
        for found in survey.legs:
            if found.leg.id not in known:
                self._own(found.leg)
        return stories

    async def push_accounts(self) -> None:
        try:
            await self._floor.switch.push_accounts(accounts(self._floor.acd.centre))
        except SwitchError:
            log.exception("accounts could not be pushed; agents' phones may be refused")

    async def reconfigure(self, centre: Centre, version: int = 0) -> None:
        """A new configuration, on the calls that wait too."""
        self._floor.acd.reconfigure(centre, version)
        await self.push_accounts()

    def let_go(self) -> None:
        """Nothing is decided, published or sent any more; the stories may be cancelled without a trace."""
        self._floor.acd.let_go()
        self._floor.rooms.let_go()
        self._floor.switch.let_go()

    def _watch(self, fact: Fact) -> None:
        if isinstance(fact, events.CallbackRequested) and self._stories is not None:
            callback = self._floor.acd.callbacks.get(fact.visit)
            assert callback is not None, "just asked for"
            self._start(self._stories, ring_back(callback, self._floor), story_s_max=None)
        if not isinstance(fact, events.PresenceChanged):
            return
        if fact.state is State.LOGOUT and fact.before is not State.LOGOUT:
            self._floor.rooms.close_talk(fact.agent)
            if (leg := self._floor.phones.on_line(fact.agent)) is not None:
                leg.release()
        if fact.why.startswith(TOLD):
            self._floor.switch.tell(AgentId(fact.phone or fact.agent), f"You are not ready: {fact.why}.")

    def _declare(self, fact: Fact) -> None:
        self._floor.acd.declare(fact)


async def _guarded(story: Coroutine[None, None, None], story_s_max: float | None) -> None:
    """A programming error ends its story, not the engine."""
    try:
        async with asyncio.timeout(story_s_max):
            await story
    except Exception:
        log.exception("a story failed")
