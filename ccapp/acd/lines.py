"""Callers in line, the offers of their calls, and their talks."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from ccapp.acd import telling
from ccapp.acd.callbacks import Callbacks
from ccapp.acd.entering import TurnedAway
from ccapp.acd.own_calls import OwnCalls
from ccapp.acd.people import People
from ccapp.acd.place import Attempt, Place
from ccapp.acd.talk import Talk
from ccapp.acd.visit import Visit
from ccapp.domain import events
from ccapp.domain.admission import ExitReason, ToAgent, Treatment
from ccapp.domain.causes import DeclineReason
from ccapp.domain.centre import Queue
from ccapp.domain.events import Outcome, TalkHeld
from ccapp.domain.ids import (
    AgentId,
    BridgeId,
    ChannelId,
    QueueId,
    VisitId,
)
from ccapp.domain.presence import Traffic
from ccapp.domain.priorities import CALLER_PRIORITY, Priority
from ccapp.domain.recording import recorded
from ccapp.domain.requirements import Requires, merged
from ccapp.domain.standing import Closing, Waiting
from ccapp.routing.decisions import (
    Offer,
    WaitingCall,
)
from ccapp.routing.listing import Lists
from ccapp.routing.presence import Line


class Lines(People):
    own_calls: OwnCalls
    callbacks: Callbacks

    # --- the line ------------------------------------------------------------------------------------------

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
        only: ToAgent | None = None,
        directed: bool = False,
    ) -> Iterator[Place]:
        """A place in the line of `queue`. Leaving it unserved without another word is an abandonment.

        `own` are the call's skills beside the queue's, `brought_s` counts as waited already, `manager` is the
        caller's own agent; with `only` one agent alone is waited for; a `directed` call is offered to whom
        `direct` names, and to nobody else. A place taken `again` after a crash keeps its original clock
        `entered_at` (epoch s) and those `tried` before. Raises TurnedAway when he is not let in, or when
        there is no such queue.
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
            manager=manager if only is None else only.agent,
            only_s=None if only is None else only.wait_s,
            callback=visit.callback,
            directed=directed,
        )
        if not again:
            self._admit(visit, settings, call)
            self.callbacks.take_up(visit, queue)
        place = self._places[visit.id] = Place(visit, settings, entered_at, brought_s)
        place.only = only
        visit.queue, visit.if_caller_leaves = queue, Outcome.ABANDONED
        self._publish(telling.waits(visit, call, now))
        self._carry_out("call_joined", lambda: self._router.join(call, now))
        try:
            yield place
        finally:
            self._leave(place)

    def admit(
        self,
        visit: Visit,
        queue: QueueId,
        caller_priority: Priority,
        brought_s: float,
        only: ToAgent | None = None,
    ) -> None:
        """Whether the caller would be let in now. Raises TurnedAway."""
        settings, now = self._queue(queue), self.clock.now()
        call = WaitingCall(
            visit=visit.id,
            queue=queue,
            entered_at=now,
            priority_s=settings.priority_s,
            caller_priority=caller_priority,
            brought_s=brought_s,
            only_s=None if only is None else only.wait_s,
        )
        self._admit(visit, settings, call)

    def returns(self, visit: Visit, queue: QueueId) -> float:
        """Seconds the caller brings from the place he left a moment ago, which is taken by asking, or from
        that of his callback, which is taken when he is in the line."""
        settings = self.centre.queues.get(queue)
        if settings is None:
            return 0.0
        left_s = self._returning.brought_s(settings, visit.caller_number, self.clock.now())
        return max(left_s, self.callbacks.brought_s(visit, queue))

    def remember(self, fact: events.CallAbandoned) -> None:
        """One who hung up in a line before the engine died."""
        self._returning.left(fact)

    def _admit(self, visit: Visit, queue: Queue, call: WaitingCall) -> None:
        now = self.clock.now()
        refusal = self.orders.blocked(visit.caller_number)
        if call.only_s is None:  # else the queue's limits are not his
            refusal = refusal or self.orders.closed(queue.id, now)
            refusal = refusal or self._router.refusal(call, self._experience, now)
        if refusal is not None:
            away = self._turned_away(visit, queue, refusal.reason)
            self._publish(telling.entry_refused(visit, queue.id, refusal, away.to, now))
            raise away

    def _leave(self, place: Place) -> None:
        visit, now = place.visit, self._on_time()
        if place.ringing:
            self.caller_gone(visit)
        del self._places[visit.id]
        if not place.served:
            self._carry_out("caller_left", lambda: self._router.leave(visit.id, now))
            if visit.ending is None and place.away is None and not visit.callback:
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
            record=recorded(visit.data, self.centre.queues.get(offer.queue)),
            by_backup=self.centre.is_backup(offer.queue, offer.agent),
        )
        self._publish(telling.served(visit, offer, talk, waited_s, wrap_up_s))
        return talk

    def declined(self, attempt: Attempt, reason: DeclineReason, cause: int) -> None:
        offer, now = attempt.offer, self.clock.now()
        self._places[attempt.visit.id].settle(offer.offer)
        self._publish(telling.offer_declined(attempt.visit, offer, reason, now, cause))
        self._carry_out("declined", lambda: self._router.declined(offer.offer, reason, now))
        self._send_out_if_closed(attempt.visit.id)

    def caller_gone(self, visit: Visit) -> None:
        """The caller left while a phone rang: he leaves the line, the agents are as they were."""
        place, now = self._places[visit.id], self._on_time()
        place.left_ringing = True
        for attempt in list(place.ringing.values()):
            place.settle(attempt.offer.offer)
            self._publish(telling.offer_declined(visit, attempt.offer, DeclineReason.CALLER_GONE, now))
        self._carry_out("caller_left", lambda: self._router.leave(visit.id, now))

    def leaves_by_key(self, place: Place, key: str, to: Treatment) -> None:
        """The caller goes elsewhere by a key: out of the line at once, and whoever is rung for him is let go.
        Too late where he has been served or sent elsewhere already."""
        visit, now = place.visit, self._on_time()
        if place.served or place.away is not None:
            return
        if place.ringing:
            self.caller_gone(visit)
        else:
            self._carry_out("caller_left", lambda: self._router.leave(visit.id, now))
        place.away = TurnedAway(ExitReason.KEY, to)
        self._publish(telling.wait_ended(place, ExitReason.KEY, to, now, key))
        place.left_by_key.fire(key)

    # --- what those who wait are told ----------------------------------------------------------------------

    def position(self, visit: VisitId) -> int:
        """In his line, from 1; 0: he is in none."""
        return self._router.position(visit)

    def expected_wait_s(self, place: Place) -> float | None:
        """As it is foretold now; None: nobody is there for him."""
        wait = self.expected_wait(place.visit.id)
        return None if wait is None else wait.expected_s

    def told_prompt(self, place: Place, number: int) -> None:
        self._publish(telling.caller_told(place, self.clock.now(), prompt=number))

    def told_standing(self, place: Place, position: int | None, expected_wait_s: float | None) -> None:
        now = self.clock.now()
        self._publish(telling.caller_told(place, now, position=position, expected_wait_s=expected_wait_s))

    def listed(self, queue: QueueId, lists: Lists | None) -> None:
        """What the customer's server has answered; None: nothing good."""
        now = self._on_time()
        self._carry_out("agents_listed", lambda: self._router.listed(queue, lists, now))

    # --- closing by hand ---------------------------------------------------------------------------------

    def close_queue(self, closing: Closing) -> None:
        """At once for new callers; who waits stays or is treated, once no phone rings for him."""
        self._publish(events.QueueClosed(at=self.clock.now(), closing=closing))
        for visit in [each for each, place in self._places.items() if place.queue == closing.queue]:
            self._send_out_if_closed(visit)

    def _send_out_if_closed(self, visit: VisitId) -> None:
        place, now = self._places.get(visit), self._on_time()
        if place is None or place.only or place.visit.callback:
            return
        if place.ringing or place.served or place.away:
            return
        closing = self.orders.closing(place.queue, now)
        if closing is not None and closing.waiting is Waiting.TREAT:
            self._carry_out("queue_closed", lambda: self._router.leave(visit, now))
            self._dismiss(place, ExitReason.CLOSED)

    # --- offers --------------------------------------------------------------------------------------------

    def _offer(self, offer: Offer, trigger: str) -> None:
        place = self._places[offer.visit]
        visit = place.visit
        visit.offers += 1
        explanation = self._router.explain(offer, trigger, offer.made_at)
        self._publish(telling.offer_made(visit, offer, self.channel_of(offer), explanation))
        place.offer(Attempt(self, visit, offer))

    # --- talks ---------------------------------------------------------------------------------------------

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

    def held(self, visit: Visit, talk: Talk, on: bool) -> None:
        """The agent's phone says so."""
        talk.hold(on, self.clock.now())
        self.hears(talk.agent, Line.HELD if on else Line.RESUMED)
        if self.sessions.of(talk.visit, talk.queue) is not None:
            self._publish(TalkHeld(at=self.clock.now(), visit=talk.visit, data=visit.data, on=on))

    def wrap_up_s(self, agent: AgentId, queue: QueueId) -> float:
        """An agent's own wrap-up, else the queue's; none for those no longer configured."""
        person, line = self.centre.agents.get(agent), self.centre.queues.get(queue)
        if person is not None and person.wrap_up_s is not None:
            return person.wrap_up_s
        return line.wrap_up_s if line is not None else 0.0

    def set_free(self, agent: AgentId) -> None:
        """Nothing proves any more that he is on the phone, whatever a story may still say."""
        talk = self._talks.get(agent)
        if talk is not None and (visit := self.visits.get(talk.visit)) is not None:
            self._talk_ends(visit, talk, self.clock.now())
        self.own_calls.give_up(agent)
        if self.presence(agent).traffic is not Traffic.IDLE:
            self.hears(agent, Line.UNPROVEN, why="no live channel")
