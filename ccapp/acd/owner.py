"""The one owner of the Router.

Commands and events come in as plain calls, are put to the Router with the time of the one clock, and its
decisions are carried out here: facts published, stories woken, the one timer set. Nothing in here waits.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import partial
from typing import assert_never

from ccapp.acd import desks, telling
from ccapp.acd.entering import TurnedAway, turned_away
from ccapp.acd.meter import Meter
from ccapp.acd.own_calls import OwnCalls
from ccapp.acd.place import Attempt, Place
from ccapp.acd.returning import Returning
from ccapp.acd.stations import Stations
from ccapp.acd.talk import Talk
from ccapp.acd.visit import Edition, Visit
from ccapp.clock import Clock
from ccapp.domain import events
from ccapp.domain.admission import ExitReason, Goodbye
from ccapp.domain.causes import DeclineReason
from ccapp.domain.centre import Centre, Queue
from ccapp.domain.events import EndedBy, Fact, Outcome
from ccapp.domain.ids import (
    NO_QUEUE,
    AgentId,
    BridgeId,
    ChannelId,
    NodeId,
    QueueId,
    TreeId,
    TrunkId,
    VisitId,
    agent_channel,
)
from ccapp.domain.managers import Chosen, caller_key
from ccapp.domain.presence import IllegalMove, Intent, Move, Presence, SubState, Traffic, state_of
from ccapp.domain.priorities import CALLER_PRIORITY, Priority
from ccapp.domain.recording import recorded
from ccapp.domain.requirements import Requires, merged
from ccapp.ports import Arrived, Journal
from ccapp.routing.decisions import (
    Decision,
    Dismissed,
    ManagerMissed,
    Moved,
    Offer,
    WaitingCall,
    Withdrawn,
    WrapUpOver,
)
from ccapp.routing.forecast import Handling
from ccapp.routing.index import TIERS
from ccapp.routing.presence import Line
from ccapp.routing.router import Router, UnknownAgent

log = logging.getLogger(__name__)


class Acd:
    """Automatic call distribution: who waits, who serves, and the telling of it."""

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
        self._handling = Handling()
        self._returning = Returning()
        self._places: dict[VisitId, Place] = {}
        self._talks: dict[AgentId, Talk] = {}
        self._watchers: list[Callable[[Fact], None]] = []
        self._stations = Stations(self._device)
        self._alarm: asyncio.TimerHandle | None = None
        self._alarm_at: float | None = None
        self._acting = True
        self._restoring: dict[AgentId, events.PresenceChanged] = {}
        self.own_calls = OwnCalls(self)
        self._on_line: dict[AgentId, ChannelId] = {}

    # --- visits -------------------------------------------------------------------------------------------

    def arrive(self, arrived: Arrived, data: Mapping[str, str]) -> Visit:
        """A new visit, from an arrival at a trunk."""
        visit = Visit(
            id=VisitId(arrived.leg.id),
            channel=arrived.leg.id,
            arrived_at=self.clock.now(),
            trunk=TrunkId(arrived.endpoint),
            number=arrived.dialled,
            caller_number=arrived.caller.number,
            caller_name=arrived.caller.name,
            data=data,
        )
        self._publish(telling.arrived(visit))
        return visit

    @contextmanager
    def visiting(self, visit: Visit) -> Iterator[Visit]:
        """As long as the visit lasts; leaving writes its one ending."""
        self.visits[visit.id] = visit
        try:
            yield visit
        except BaseException:
            visit.ends(Outcome.LOST, EndedBy.SYSTEM)
            raise
        finally:
            del self.visits[visit.id]
            self._publish(telling.ended(visit, self.clock.now()))

    def in_node(
        self, visit: Visit, tree: TreeId, node: NodeId, back: Sequence[tuple[TreeId, NodeId]] = ()
    ) -> None:
        visit.if_caller_leaves = Outcome.LEFT_IN_IVR
        self._publish(telling.in_node(visit, tree, node, back, self.clock.now()))

    def send_event(
        self, visit: Visit, tree: TreeId, node: NodeId, name: str, values: Mapping[str, str]
    ) -> None:
        now = self.clock.now()
        self._publish(
            events.IvrEventSent(
                at=now, visit=visit.id, data=visit.data, tree=tree, node=node, name=name, values=values
            )
        )

    def asked(
        self,
        visit: Visit,
        tree: TreeId,
        node: NodeId,
        *,
        of: str,
        result: events.Asked,
        took_s: float,
        detail: str,
    ) -> None:
        self._publish(
            events.IvrAsked(
                at=self.clock.now(),
                visit=visit.id,
                data=visit.data,
                tree=tree,
                node=node,
                of=of,
                result=result,
                took_s=took_s,
                detail=detail,
            )
        )

    def forwarded(self, visit: Visit, number: str, trunk: str, *, answered: bool, talk_s: float) -> None:
        self._publish(
            events.CallForwarded(
                at=self.clock.now(),
                visit=visit.id,
                data=visit.data,
                number=number,
                trunk=TrunkId(trunk),
                answered=answered,
                talk_s=talk_s,
            )
        )

    # --- the line -----------------------------------------------------------------------------------------

    @contextmanager
    def waiting(
        self,
        visit: Visit,
        queue: QueueId,
        own: Requires,
        priority_s: float,
        *,
        entered_at: float,
        caller_priority: Priority = CALLER_PRIORITY,
        brought_s: float = 0.0,
        tried: Mapping[AgentId, float] | None = None,
        again: bool = False,
        manager: AgentId | None = None,
    ) -> Iterator[Place]:
        """A place in the line of `queue`. Leaving it unserved without another word is an abandonment.

        `own` are the call's skills beside the queue's, `brought_s` counts as waited already, `manager` is the
        caller's own agent. A place taken `again` after a crash keeps its original clock `entered_at` (epoch
        s) and those `tried` before. Raises TurnedAway when he is not let in, or when there is no such queue.
        """
        settings = self._queue(queue)
        now = self.clock.now()
        call = WaitingCall(
            visit=visit.id,
            queue=queue,
            entered_at=entered_at,
            priority_s=settings.priority_s + priority_s,
            requires=merged(settings.requires, own),
            own_requires=own,
            own_priority_s=priority_s,
            caller_priority=caller_priority,
            brought_s=brought_s,
            offers=visit.offers,
            tried=tried or {},
            manager=manager,
        )
        if not again:
            self._admit(visit, settings, call)
        place = self._places[visit.id] = Place(visit, settings, entered_at, brought_s)
        visit.queue, visit.if_caller_leaves = queue, Outcome.ABANDONED
        self._publish(telling.waits(visit, call, now))
        self._carry_out("call_joined", lambda: self._router.join(call, now))
        try:
            yield place
        finally:
            self._leave(place)

    def admit(self, visit: Visit, queue: QueueId, caller_priority: Priority, brought_s: float) -> None:
        """Whether the caller would be let in now. Raises TurnedAway."""
        settings, now = self._queue(queue), self.clock.now()
        call = WaitingCall(
            visit=visit.id,
            queue=queue,
            entered_at=now,
            priority_s=settings.priority_s,
            caller_priority=caller_priority,
            brought_s=brought_s,
        )
        self._admit(visit, settings, call)

    def returns(self, visit: Visit, queue: QueueId) -> float:
        """Seconds the caller brings from the place he left a moment ago; it is taken by asking."""
        settings = self.centre.queues.get(queue)
        return self._returning.brought_s(settings, visit.caller_number, self.clock.now()) if settings else 0.0

    def remember(self, fact: events.CallAbandoned) -> None:
        """One who hung up in a line before the engine died."""
        self._returning.left(fact)

    def _queue(self, queue: QueueId) -> Queue:
        settings = self.centre.queues.get(queue)
        if settings is None:
            raise TurnedAway(ExitReason.QUEUE_GONE, Goodbye(say=Queue(id=queue, name="").sorry))
        return settings

    def _admit(self, visit: Visit, queue: Queue, call: WaitingCall) -> None:
        now = self.clock.now()
        refusal = self._router.refusal(call, self._handling.of(queue), now)
        if refusal is not None:
            away = turned_away(visit, queue, refusal.reason)
            self._publish(telling.entry_refused(visit, queue.id, refusal, away.to, now))
            raise away

    def _dismiss(self, place: Place, reason: ExitReason) -> None:
        """His wait is over, by a rule."""
        queue = self.centre.queues.get(place.queue, place.settings)
        away = turned_away(place.visit, queue, reason)
        self._publish(telling.wait_ended(place, reason, away.to, self.clock.now()))
        place.turn_away(away)

    def _leave(self, place: Place) -> None:
        visit, now = place.visit, self._on_time()
        if place.ringing:
            self.caller_gone(visit)
        del self._places[visit.id]
        if not place.served:
            self._carry_out("caller_left", lambda: self._router.leave(visit.id, now))
            if visit.ending is None and place.away is None:
                offered = place.left_ringing
                self._publish(
                    telling.abandoned(
                        visit,
                        place.queue,
                        place.entered_at,
                        offered=offered,
                        now=now,
                        brought_s=place.brought_s,
                    )
                )

    def accepted(self, attempt: Attempt, channel: ChannelId, bridge: BridgeId) -> Talk:
        visit, offer, now = attempt.visit, attempt.offer, self._on_time()
        wrap_up_s = self.wrap_up_s(offer.agent, offer.queue)
        place = self._places[visit.id]
        place.settle(offer.offer)
        place.served = True
        self._carry_out("accepted", lambda: self._router.accepted(offer.offer, wrap_up_s, now))
        return self._talk_begins(
            visit, offer, channel, bridge, waited_s=now - place.entered_at, wrap_up_s=wrap_up_s
        )

    def _talk_begins(
        self,
        visit: Visit,
        offer: Offer,
        channel: ChannelId,
        bridge: BridgeId,
        *,
        waited_s: float,
        wrap_up_s: float,
    ) -> Talk:
        now = self.clock.now()
        visit.segments += 1
        talk = Talk(
            visit=visit.id,
            agent=offer.agent,
            queue=offer.queue,
            segment=visit.segments,
            channel=channel,
            bridge=bridge,
            began_at=now,
        )
        record = recorded(visit.data, self.centre.queues.get(offer.queue))
        self._publish(telling.served(visit, offer, talk, waited_s, wrap_up_s, record=record))
        return talk

    def declined(self, attempt: Attempt, reason: DeclineReason, cause: int) -> None:
        offer, now = attempt.offer, self.clock.now()
        self._places[attempt.visit.id].settle(offer.offer)
        self._publish(telling.offer_declined(attempt.visit, offer, reason, now, cause))
        self._carry_out("declined", lambda: self._router.declined(offer.offer, reason, now))

    def caller_gone(self, visit: Visit) -> None:
        """The caller left while a phone rang: he leaves the line, the agents are as they were."""
        place, now = self._places[visit.id], self._on_time()
        place.left_ringing = True
        for attempt in list(place.ringing.values()):
            place.settle(attempt.offer.offer)
            self._publish(telling.offer_declined(visit, attempt.offer, DeclineReason.CALLER_GONE, now))
        self._carry_out("caller_left", lambda: self._router.leave(visit.id, now))

    # --- talks --------------------------------------------------------------------------------------------

    @contextmanager
    def talking(self, visit: Visit, talk: Talk) -> Iterator[Talk]:
        """As long as the two talk; leaving it starts the agent's wrap-up."""
        visit.agent, visit.if_caller_leaves = talk.agent, Outcome.SERVED
        self._talks[talk.agent] = talk
        try:
            yield talk
        finally:
            now = self.clock.now()
            if self._talks.get(talk.agent) is talk:  # else he was set free before
                self._talk_ends(visit, talk, now)
                self._carry_out("agent_free", lambda: self._router.talk_ended(talk.agent, now))

    def _talk_ends(self, visit: Visit, talk: Talk, now: float) -> None:
        talk.hold(False, now)
        del self._talks[talk.agent]
        self._publish(telling.talk_ended(visit, talk, now))

    def held(self, talk: Talk, on: bool) -> None:
        """The agent's phone says so."""
        talk.hold(on, self.clock.now())
        self.hears(talk.agent, Line.HELD if on else Line.RESUMED)

    def wrap_up_s(self, agent: AgentId, queue: QueueId) -> float:
        """An agent's own wrap-up, else the queue's; none for those no longer configured."""
        person, line = self.centre.agents.get(agent), self.centre.queues.get(queue)
        if person is not None and person.wrap_up_s is not None:
            return person.wrap_up_s
        return line.wrap_up_s if line is not None else 0.0

    # --- agents -------------------------------------------------------------------------------------------

    def move(
        self,
        agent: AgentId,
        move: Move,
        *,
        sub_state: SubState = SubState.WAIT,
        reason: str = "",
        until: float | None = None,
        queue: QueueId = NO_QUEUE,
        phone: str | None = None,
        why: str = "command",
    ) -> Presence:
        """What an agent, or somebody for him, asks of his presence. Raises IllegalMove, UnknownAgent."""
        now, before = self._on_time(), self._router.presence(agent)
        if phone is not None:
            desks.check(before, AgentId(phone), self.presences())
        self._carry_out(
            "agent_free",
            lambda: self._router.move(
                agent,
                move,
                now,
                sub_state=sub_state,
                reason=reason,
                until=until,
                queue=queue,
                phone=phone or "",
                why=why,
            ),
        )
        if move in desks.SITTING_DOWN and before.intent is Intent.LOGGED_OUT:
            self._device(AgentId(phone or agent), self._stations.has(AgentId(phone or agent)))
        if move in telling.SIGNING and self._router.presence(agent).queues != before.queues:
            self._publish(telling.SIGNING[move](at=now, agent=agent, queue=queue))
        return self._router.presence(agent)

    def wrap_up_end(self, agent: AgentId, more_s: float) -> float:
        """When his wrap-up ends if it lasts so much longer."""
        until = self._router.presence(agent).wrap_up_until
        return (self.clock.now() if until is None else until) + more_s

    def hears(self, agent: AgentId, line: Line, *, wrap_up_s: float = 0.0, why: str = "") -> None:
        """What an agent's lines say beside offers and talks. Raises IllegalMove, UnknownAgent."""
        now = self._on_time()
        self._carry_out(
            "agent_free", lambda: self._router.hears(agent, line, now, wrap_up_s=wrap_up_s, why=why)
        )

    def set_free(self, agent: AgentId) -> None:
        """Nothing proves any more that he is on the phone, whatever a story may still say."""
        talk = self._talks.get(agent)
        if talk is not None and (visit := self.visits.get(talk.visit)) is not None:
            self._talk_ends(visit, talk, self.clock.now())
        self.own_calls.give_up(agent)
        if self.presence(agent).traffic is not Traffic.IDLE:
            self.hears(agent, Line.UNPROVEN, why="no live channel")

    def device(self, agent: AgentId, online: bool) -> None:
        """What the switch says of an agent's phone."""
        if agent in self.centre.agents or agent in self.centre.phones:
            self._stations.heard(agent, online, self.centre.offline_grace_s)

    def person_at(self, phone: AgentId) -> AgentId | None:
        """Whose telephone this account is now."""
        if phone in self.centre.phones:
            return desks.sitting_at(phone, self.presences())
        if phone not in self.centre.agents or self._router.presence(phone).phone:
            return None
        return phone

    def _device(self, phone: AgentId, online: bool) -> None:
        agent = self.person_at(phone)
        if agent is None:
            return
        person = self.centre.agents.get(agent)
        online = online or (person is not None and person.outside is not None)
        if agent not in self.centre.agents or self._router.presence(agent).online == online:
            return
        now = self.clock.now()
        self._publish(events.DeviceChanged(at=now, agent=agent, online=online))
        self._carry_out("agent_free", lambda: self._router.online(agent, online, now))

    def on_line(self, agent: AgentId, channel: ChannelId) -> None:
        """He waits off-hook on this channel: callers are joined to him without ringing."""
        self._on_line[agent] = channel
        now = self._on_time()
        self._carry_out("agent_free", lambda: self._router.on_line(agent, True, now))

    def off_line(self, agent: AgentId) -> None:
        """He has hung up, and takes no calls until he says so again."""
        with suppress(IllegalMove, UnknownAgent):
            if self.presence(agent).intent is Intent.READY:
                self.move(agent, Move.NOT_READY, why="left the line")
        now = self._on_time()
        self._carry_out("agent_free", lambda: self._router.on_line(agent, False, now))
        del self._on_line[agent]

    # --- callers' managers --------------------------------------------------------------------------------

    async def manager_of(self, number: str) -> AgentId | None:
        """Of all who call from this number, as far as it can be said at once."""
        key = caller_key(number)
        return await self._journal.manager(key) if key else None

    def choose_manager(self, number: str, agent: AgentId | None, why: Chosen) -> None:
        """From the next call on. Who calls without a number has none."""
        if key := caller_key(number):
            self._publish(events.ManagerChosen(at=self.clock.now(), number=key, agent=agent, why=why))

    def manager_asked(self, visit: Visit, agent: AgentId, *, yes: bool | None) -> None:
        self._publish(
            events.ManagerAsked(at=self.clock.now(), visit=visit.id, data=visit.data, agent=agent, yes=yes)
        )

    # --- configuration ------------------------------------------------------------------------------------

    def reconfigure(self, centre: Centre, version: int = 0) -> None:
        """Takes effect at once, also on the calls that wait; those in an IVR finish on its trees as they
        were."""
        before, self.centre = self.centre, centre
        self.edition = Edition(version, centre.trees)
        now = self.clock.now()
        self._carry_out("reconfigured", lambda: self._router.reconfigure(centre, now))
        self._outside(before)

    def _outside(self, before: Centre) -> None:
        """Who is reached outside is there always; who is not any more, as his phone says."""
        for agent in self.centre.agents.values():
            was = before.agents.get(agent.id)
            if agent.outside is not None or (was is not None and was.outside is not None):
                self._device(agent.id, self._stations.has(agent.id))
        for phone in before.phones.keys() - self.centre.phones.keys():
            if (sitting := desks.sitting_at(phone, self.presences())) is not None:
                now = self.clock.now()
                self._carry_out("agent_free", partial(self._router.online, sitting, False, now))

    # --- reading ------------------------------------------------------------------------------------------

    def presence(self, agent: AgentId) -> Presence:
        return self._router.presence(agent)

    def presences(self) -> Mapping[AgentId, Presence]:
        return self._router.presences()

    def line(self, queue: QueueId | None = None) -> Sequence[WaitingCall]:
        """Those who wait, in the order they will be served."""
        return self._router.waiting(queue)

    def handling_s(self, queue: Queue) -> float:
        """How long a call of the queue keeps an agent, on average."""
        return self._handling.of(queue)

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

    # --- recovery -----------------------------------------------------------------------------------------

    def restore(self, fact: events.PresenceChanged) -> None:
        """An agent as he was before the engine died; only before the first story runs."""
        if fact.agent in self.centre.agents:
            self._router.restore(telling.presence_from(fact))
            self._restoring[fact.agent] = fact

    def restore_talk(self, visit: Visit, talk: Talk, wrap_up_s: float) -> None:
        """A talk that went on while the engine was away."""
        visit.segments = talk.segment
        self._router.restore_talking(talk.agent, visit.id, talk.queue, wrap_up_s, self.clock.now())

    def restore_own_talk(self, agent: AgentId) -> None:
        """A call of his own that went on while the engine was away."""
        self._router.restore_own_talk(agent, self.clock.now())

    def last_told_at(self, agent: AgentId) -> float:
        """While restoring: when his present state was told. Nothing told: now."""
        fact = self._restoring.get(agent)
        return self.clock.now() if fact is None else fact.at

    def found_joined(self, visit: Visit, offer: Offer, channel: ChannelId, bridge: BridgeId) -> Talk:
        """The engine died between the join and the telling of it: tell it now."""
        wrap_up_s = self.wrap_up_s(offer.agent, offer.queue)
        talk = self._talk_begins(visit, offer, channel, bridge, waited_s=offer.waited_s, wrap_up_s=wrap_up_s)
        self.restore_talk(visit, talk, wrap_up_s)
        return talk

    def restored(self) -> None:
        """All is put back: whatever is due by now, is done now, and what is no longer so is said."""
        now = self.clock.now()
        self._carry_out("restarted", lambda: self._router.tick(now))
        self._outside(self.centre)
        restoring, self._restoring = self._restoring, {}
        for agent, fact in restoring.items():
            was, now_is = telling.presence_from(fact), self._router.presence(agent)
            if state_of(now_is) != (fact.state, fact.sub_state):
                moved = Moved(before=was, after=now_is, why="the engine was restarted")
                self._publish(replace(telling.presence_changed(moved, now), before=fact.state))

    def declare(self, fact: Fact) -> None:
        """A fact found or made by those who work with us (recovery, the engine's own life)."""
        self._publish(fact)

    # --- the world outside --------------------------------------------------------------------------------

    def watch(self, watcher: Callable[[Fact], None]) -> None:
        """`watcher` is called with every fact, after it is in the journal."""
        self._watchers.append(watcher)

    async def settled(self) -> bool:
        """Before an act that a successor must know of: waits, for a bounded time, until it is committed."""
        return await self._journal.settled()

    def let_go(self) -> None:
        """From now on nothing is published or decided: stories may die without a trace."""
        self._acting = False
        self._stations.close()
        if self._alarm is not None:
            self._alarm.cancel()

    # --- carrying out -------------------------------------------------------------------------------------

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
            case _ as never:
                assert_never(never)

    def _say(self, moved: Moved) -> None:
        """A change of presence; of an agent just restored, from the state that was told last."""
        facts = telling.presence_changes(moved, self.clock.now())
        if (told_last := self._restoring.pop(moved.after.agent, None)) is not None:
            facts[0] = replace(facts[0], before=told_last.state)
        for fact in facts:
            self._publish(fact)

    def _offer(self, offer: Offer, trigger: str) -> None:
        place = self._places[offer.visit]
        visit = place.visit
        visit.offers += 1
        explanation = self._router.explain(offer, trigger, offer.made_at)
        self._publish(telling.offer_made(visit, offer, self.channel_of(offer), explanation))
        place.offer(Attempt(self, visit, offer))

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
        self._handling.hear(fact, self.centre.queues)
        if isinstance(fact, events.CallAbandoned):
            self._returning.left(fact)
        self.meter.fact(fact)
        for watcher in self._watchers:
            watcher(fact)

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
