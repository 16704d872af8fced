"""Carrying out what the Router decides: facts published, stories woken, the one timer set.

Nothing in here waits.
"""

import asyncio
import logging
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import assert_never

from ccapp.acd import telling
from ccapp.acd.entering import TurnedAway, turned_away
from ccapp.acd.meter import Meter
from ccapp.acd.orders import Orders
from ccapp.acd.place import Place
from ccapp.acd.returning import Returning
from ccapp.acd.sessions import Sessions
from ccapp.acd.stations import Stations
from ccapp.acd.talk import Talk
from ccapp.acd.visit import Edition, Visit
from ccapp.clock import Clock
from ccapp.domain import events
from ccapp.domain.admission import CLOSED_REASONS, ExitReason, Goodbye, RefusalReason, ToAgent, Treatment
from ccapp.domain.centre import Centre, Queue
from ccapp.domain.events import Fact
from ccapp.domain.ids import (
    AgentId,
    ChannelId,
    QueueId,
    VisitId,
    agent_channel,
)
from ccapp.domain.presence import Presence
from ccapp.ports import Journal
from ccapp.routing.decisions import (
    Decision,
    Dismissed,
    ListChanged,
    ListWanted,
    ManagerMissed,
    Moved,
    Offer,
    WaitingCall,
    Withdrawn,
    WrapUpOver,
)
from ccapp.routing.experience import Experience
from ccapp.routing.forecast import Forecast
from ccapp.routing.index import TIERS
from ccapp.routing.router import Router

log = logging.getLogger(__name__)

FORETOLD_S = 1.0
"""So long a look at the line serves all who ask for one call."""


class Carrying(ABC):
    """The Router, and all that hangs on its decisions."""

    sessions: Sessions

    def __init__(
        self,
        centre: Centre,
        clock: Clock,
        journal: Journal,
        *,
        version: int = 0,
        tiers: int = TIERS,
        seed: int = 0,
    ) -> None:
        self.centre = centre
        self.edition = Edition(version, centre.trees)
        self.clock = clock
        self.meter = Meter()
        self.visits: dict[VisitId, Visit] = {}
        self._journal = journal
        self._router = Router(centre, clock.now(), tiers=tiers, seed=seed)
        self._experience = Experience()
        self._foretold: tuple[float, Mapping[VisitId, Forecast | None]] = (0.0, {})
        self._returning = Returning()
        self.orders = Orders(centre.numbering)
        self._places: dict[VisitId, Place] = {}
        self._talks: dict[AgentId, Talk] = {}
        self._stations = Stations(self._device)
        self._desks = Stations(self._at_desk)
        self._watchers: list[Callable[[Fact], None]] = []
        self._list_wanted: Callable[[QueueId], None] = lambda queue: None
        self._alarm: asyncio.TimerHandle | None = None
        self._alarm_at: float | None = None
        self._acting = True
        self._restoring: dict[AgentId, events.PresenceChanged] = {}
        self._on_line: dict[AgentId, ChannelId] = {}

    # --- reading -------------------------------------------------------------------------------------------

    def presence(self, agent: AgentId) -> Presence:
        return self._router.presence(agent)

    def presences(self) -> Mapping[AgentId, Presence]:
        return self._router.presences()

    def line(self, queue: QueueId | None = None) -> Sequence[WaitingCall]:
        """Those who wait, in the order they will be served."""
        return self._router.waiting(queue)

    def expected_wait(self, visit: VisitId) -> Forecast | None:
        """Of a call in line; None when it is not in line, or nobody is there for it. It may be a second old:
        many ask, and one look at the line answers all."""
        at, foretold = self._foretold
        if visit not in foretold or not 0 <= self.clock.now() - at < FORETOLD_S:
            foretold = self.expected_waits()
            self._foretold = self.clock.now(), foretold
        return foretold.get(visit)

    def expected_waits(self) -> Mapping[VisitId, Forecast | None]:
        """Of all calls in line, now."""
        return self._router.forecasts(self._experience, self.clock.now())

    def place(self, visit: VisitId) -> Place | None:
        return self._places.get(visit)

    def waits_on_line(self, agent: AgentId) -> bool:
        return agent in self._on_line

    def channel_of(self, offer: Offer) -> ChannelId:
        """Of the agent's leg: the one he waits on, or the one to be dialled."""
        own = self._on_line.get(offer.agent) if offer.on_line else None
        return agent_channel(offer.offer) if own is None else own

    def offer_to(self, agent: AgentId) -> Offer | None:
        """The call his phone rings for."""
        return self._router.offer_to(agent)

    def talk(self, agent: AgentId) -> Talk | None:
        return self._talks.get(agent)

    def talks(self) -> Mapping[AgentId, Talk]:
        return self._talks

    def _queue(self, queue: QueueId) -> Queue:
        settings = self.centre.queues.get(queue)
        if settings is None:
            raise TurnedAway(ExitReason.QUEUE_GONE, Goodbye(say=Queue(id=queue, name="").sorry))
        return settings

    def treatment(self, queue: Queue, reason: RefusalReason | ExitReason) -> Treatment:
        """Where a caller goes who is not served there, for this reason."""
        by_order = self.orders.treatment(queue, self.clock.now()) if reason in CLOSED_REASONS else None
        return by_order or queue.treatment(reason)

    def _turned_away(
        self,
        visit: Visit,
        queue: Queue,
        reason: RefusalReason | ExitReason,
        only: ToAgent | None = None,
    ) -> TurnedAway:
        """Who waits for one agent alone has a way of his own."""
        own = None if only is None else only.otherwise or Goodbye(say=queue.sorry)
        return turned_away(visit, queue, reason, own or self.treatment(queue, reason))

    # --- the world outside ---------------------------------------------------------------------------------

    def watch(self, watcher: Callable[[Fact], None]) -> None:
        """`watcher` is called with every fact, after it is in the journal."""
        self._watchers.append(watcher)

    def on_list_wanted(self, ask: Callable[[QueueId], None]) -> None:
        """`ask` is called when the customer's server should say whom the calls of a queue may be given to;
        what it says goes to `listed`."""
        self._list_wanted = ask

    async def settled(self) -> bool:
        """Before an act that a successor must know of: waits, for a bounded time, until it is committed."""
        return await self._journal.settled()

    def let_go(self) -> None:
        """From now on nothing is published or decided: stories may die without a trace."""
        self._acting = False
        self._stations.close()
        self._desks.close()
        if self._alarm is not None:
            self._alarm.cancel()

    def declare(self, fact: Fact) -> None:
        """A fact found or made by those who work with us (recovery, the engine's own life)."""
        self._publish(fact)

    # --- carrying out --------------------------------------------------------------------------------------

    def _carry_out(self, trigger: str, ask: Callable[[], list[Decision]]) -> None:
        if not self._acting:
            return
        began = time.perf_counter()
        decisions = ask()
        self.meter.decision_s(time.perf_counter() - began)
        for decision in decisions:
            self._do(decision, trigger)
        self._set_alarm()

    def _do(self, decision: Decision, trigger: str) -> None:
        match decision:
            case Offer():
                self._offer(decision, trigger)
            case Withdrawn(visit=visit):
                self._withdraw(self._places[visit], decision)
            case Moved():
                self._say(decision)
            case WrapUpOver(agent=agent, wrap_up_s=wrap_up_s):
                self._publish(events.WrapUpEnded(at=self.clock.now(), agent=agent, wrap_up_s=wrap_up_s))
            case Dismissed(visit=visit, reason=reason):
                self._dismiss(self._places[visit], reason)
            case ManagerMissed():
                self._miss_manager(self._places[decision.visit], decision)
            case ListWanted(queue=queue):
                self._list_wanted(queue)
            case ListChanged(visit=visit):
                self._publish(telling.agents_listed(self._places[visit], decision, self.clock.now()))
            case _ as never:
                assert_never(never)

    def _say(self, moved: Moved) -> None:
        """A change of presence; of an agent just restored, from the state that was told last."""
        facts = telling.presence_changes(moved, self.clock.now())
        if (told_last := self._restoring.pop(moved.after.agent, None)) is not None:
            facts[0] = replace(facts[0], before=told_last.state)
        for fact in facts:
            self._publish(fact)

    def _withdraw(self, place: Place, withdrawn: Withdrawn) -> None:
        attempt = place.settle(withdrawn.offer)
        if attempt is not None:
            now = self.clock.now()
            self._publish(telling.offer_declined(place.visit, attempt.offer, withdrawn.reason, now))
            attempt.withdrawn.fire(withdrawn)

    def _miss_manager(self, place: Place, missed: ManagerMissed) -> None:
        self._publish(telling.manager_missed(place.visit, place.queue, missed, self.clock.now()))
        place.manager_missed.fire(missed.why)

    def _publish(self, fact: Fact) -> None:
        if not self._acting:
            return
        self._journal.publish(fact)
        self._experience.hear(fact, self.centre.queues)
        if isinstance(fact, events.CallAbandoned):
            self._returning.left(fact)
        self.orders.hear(fact)
        self.meter.fact(fact)
        for watcher in self._watchers:
            watcher(fact)
        self.sessions.hear(fact)  # what follows of it is published after it, for everybody

    def _set_alarm(self) -> None:
        at = self._router.next_deadline()
        if at == self._alarm_at:
            return
        if self._alarm is not None:
            self._alarm.cancel()
        self._alarm_at = at
        self._alarm = None
        if at is not None:
            loop = asyncio.get_running_loop()
            self._alarm = loop.call_at(self.clock.loop_time(at), self._ring_alarm)

    def _on_time(self) -> float:
        """Now, once all is done that is due by now: what takes offers back must find them told."""
        if self._alarm is not None and self._alarm_at is not None and self._alarm_at <= self.clock.now():
            self._alarm.cancel()
            self._ring_alarm()
        return self.clock.now()

    def _ring_alarm(self) -> None:
        # a deadline is reached when its instant is: rounding must not make it ring a hair too early, for ever
        now = max(self.clock.now(), self._alarm_at or 0.0)
        self._alarm_at = None
        self._carry_out("deadline", lambda: self._router.tick(now))

    def _dismiss(self, place: Place, reason: ExitReason) -> None:
        """His wait is over, by a rule."""
        queue = self.centre.queues.get(place.queue, place.settings)
        away = self._turned_away(place.visit, queue, reason, place.only)
        if not place.visit.callback:  # its own end says so
            self._publish(telling.wait_ended(place, reason, away.to, self.clock.now()))
        place.turn_away(away)
        self.sessions.dismissed(place.visit.id, place.queue)

    @abstractmethod
    def _offer(self, offer: Offer, trigger: str) -> None: ...

    @abstractmethod
    def _device(self, phone: AgentId, online: bool) -> None: ...

    @abstractmethod
    def _at_desk(self, agent: AgentId, connected: bool) -> None: ...
