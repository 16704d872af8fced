"""Any order of events: a Router and its twin hear the same and must decide the same, as the model has it."""

import math
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from ccapp.domain.causes import DeclineReason
from ccapp.domain.centre import Centre, Queue
from ccapp.domain.ids import AgentId, QueueId, VisitId
from ccapp.domain.presence import IllegalMove, Intent, Move, Presence, State, SubState, Traffic
from ccapp.domain.priorities import CALLER_PRIORITY
from ccapp.domain.requirements import Requires, merged
from ccapp.routing.decisions import Decision, Offer, WaitingCall
from ccapp.routing.experience import Experience
from ccapp.routing.forecast import Forecast
from ccapp.routing.presence import TABLE, Line, standing
from ccapp.routing.router import Router, UnknownOffer
from tests.routing.properties.books import without_groups
from tests.routing.properties.centres import AGENTS, ASKED, QUEUES, SECONDS, centres
from tests.routing.properties.model import Model
from tests.routing.properties.serving import Serving

OWN_LINES = (
    Line.DIALS, Line.RUNG, Line.CONNECTED, Line.NOT_REACHED, Line.OWN_TALK_ENDED, Line.HELD, Line.RESUMED,
    Line.TRANSFERS, Line.CONFERS, Line.TOGETHER_AGAIN, Line.UNPROVEN,
)  # fmt: skip
EXAMPLES = settings(
    max_examples=200,
    stateful_step_count=50,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    # Shrinking takes longer than a test may, and what was found would not be told: it is, with its blob.
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    print_blob=True,
)


class AnyOrder(RuleBasedStateMachine):
    @initialize(centre=centres(), seed=st.integers(0, 2**64))
    def opens(self, centre: Centre, seed: int) -> None:
        self.model = Model(centre)
        self.model.note_absence()
        self.router, self.twin = Router(centre, 0.0, seed=seed), Router(centre, 0.0, seed=seed)
        for agent in centre.agents:
            self.tell("online", agent, True, self.model.now)
            if not self.model.is_out_of_hours(agent):
                self.tell("move", agent, Move.LOG_IN, self.model.now)
                self.tell("move", agent, Move.READY, self.model.now)

    def tell(self, event: str, *args: Any, **more: Any) -> list[Decision]:
        self.model.open_gates()
        self.model.take_turns()
        decisions: list[Decision] = getattr(self.router, event)(*args, **more)
        assert getattr(self.twin, event)(*args, **more) == decisions, "the same events, other decisions"
        for decision in decisions:
            self.model.hear(decision)
        self.model.open_gates()
        self.model.open_to_backups()
        self.model.note_through()
        self.model.in_list_order = False
        return decisions

    # --- callers ------------------------------------------------------------------------------------------

    @rule(
        queue=st.sampled_from(QUEUES),
        own=ASKED,
        own_s=st.sampled_from([0.0, 20.0]),
        waited=SECONDS,
        caller=st.sampled_from([*[CALLER_PRIORITY] * 4, 1, 100]),
        brought_s=st.sampled_from([0.0, 0.0, 5.0]),
        manager=st.sampled_from([None, *AGENTS]),
        callback=st.sampled_from([False, False, True]),
        only_s=st.sampled_from([None, None, None, 0.0, 5.0]),
    )
    def a_call_joins(
        self,
        queue: QueueId,
        own: Requires,
        own_s: float,
        waited: float,
        caller: int = CALLER_PRIORITY,
        brought_s: float = 0.0,
        manager: AgentId | None = None,
        callback: bool = False,
        only_s: float | None = None,
    ) -> None:
        model = self.model
        model.joined += 1
        settings = model.centre.queues.get(queue, Queue(id=queue, name=queue))
        call = WaitingCall(
            visit=VisitId(f"v{model.joined}"),
            queue=queue,
            entered_at=model.now - waited,
            priority_s=settings.priority_s + own_s,
            own_priority_s=own_s,
            requires=merged(settings.requires, own),
            own_requires=own,
            caller_priority=caller,
            brought_s=brought_s,
            manager=manager,
            callback=callback,
            only_s=only_s if manager is not None and not callback else None,
            directed=model.directs(queue) and not callback,
        )
        model.calls[call.visit] = (model.turn(call), model.joined, call)
        calm = (self.router.next_deadline() or model.now + 1) > model.now
        model.open_gates()
        plain = calm and queue in model.centre.queues and model.manager(call.visit) is None
        plain = plain and not call.directed
        first = self.first_choices(call.visit) if plain else []
        decisions = self.tell("join", call, model.now)
        if first:
            chosen = [d.agent for d in decisions if isinstance(d, Offer)]
            assert chosen[0] in first
            assert len(chosen) == 1 or model.phones_max[call.visit] > 1

    def first_choices(self, visit: VisitId) -> list[AgentId]:
        model, seats = self.model, self.router._seats
        able = [agent for agent in model.free() if model.may_serve(agent, visit)]
        queue = model.centre.queues[model.calls[visit][2].queue]
        return model.choice(able, queue, lambda agent: (seats[agent].tier, seats[agent].idle_key))

    @precondition(lambda self: self.model.calls)
    @rule(data=st.data())
    def a_caller_leaves(self, data: st.DataObject) -> None:
        visit = data.draw(st.sampled_from(sorted(self.model.calls)))
        del self.model.calls[visit]
        for offer in self.model.rung(visit):
            self.model.settle(offer.offer)
        self.tell("leave", visit, self.model.now)
        assert self.router.leave(visit, self.model.now) == []

    # --- offers -------------------------------------------------------------------------------------------

    @precondition(lambda self: self.model.offers)
    @rule(data=st.data())
    def an_agent_answers(self, data: st.DataObject) -> None:
        offer = self.model.settle(data.draw(st.sampled_from(sorted(self.model.offers))))
        del self.model.calls[offer.visit]
        self.model.talks.add(offer.agent)
        self.model.answered[offer.agent] = self.model.answered.get(offer.agent, 0) + 1
        self.model.began[offer.agent] = self.model.now
        self.tell("accepted", offer.offer, None, self.model.now)
        assert not self.model.rung(offer.visit), "a phone rings on for a caller who talks"
        self.settled_for_good(offer)

    @precondition(lambda self: self.model.offers)
    @rule(data=st.data(), reason=st.sampled_from(sorted(set(DeclineReason) - {DeclineReason.CALLER_GONE})))
    def an_offer_fails(self, data: st.DataObject, reason: DeclineReason) -> None:
        self.fails(self.model.offers[data.draw(st.sampled_from(sorted(self.model.offers)))], reason)

    def fails(self, offer: Offer, reason: DeclineReason) -> None:
        model = self.model
        model.settle(offer.offer)
        queue = model.centre.queues.get(offer.queue)
        if queue is not None:
            model.barred[offer.visit, offer.agent] = model.now + queue.retry_same_agent_s
        if model.is_listed(offer.visit):
            model.passed.setdefault(offer.visit, set()).add(offer.agent)
        self.tell("declined", offer.offer, reason, model.now)
        self.settled_for_good(offer)

    def settled_for_good(self, offer: Offer) -> None:
        assert self.router.declined(offer.offer, DeclineReason.TECHNICAL, self.model.now) == []
        try:
            self.router.accepted(offer.offer, None, self.model.now)
        except UnknownOffer:
            return
        raise AssertionError("an offer was settled twice")

    # --- agents -------------------------------------------------------------------------------------------

    @precondition(lambda self: self.model.talks)
    @rule(data=st.data())
    def a_talk_ends(self, data: st.DataObject) -> None:
        agent = data.draw(st.sampled_from(sorted(self.model.talks)))
        self.model.talks.remove(agent)
        talked_s = self.model.now - self.model.began[agent]
        self.model.talked_s[agent] = self.model.talked_s.get(agent, 0.0) + talked_s
        self.tell("talk_ended", agent, self.model.now)
        comes_again = agent in self.model.here  # as a guest, for the next call
        if agent not in self.model.centre.agents and not comes_again:
            self.model.presences.pop(agent, None)

    @rule(data=st.data(), move=st.sampled_from([*Move, Move.LOG_IN, *[Move.READY] * 6]))
    def an_agent_asks(self, data: st.DataObject, move: Move) -> None:
        agent = data.draw(st.sampled_from(sorted(self.model.centre.agents)))
        before = self.router.presences()
        allowed = move in TABLE[standing(before[agent])]
        if move not in (Move.LOG_OUT, Move.SIGN_OUT, Move.BAN, Move.LIFT_BAN):
            allowed = allowed and not self.model.is_out_of_hours(agent)
        try:
            self.tell(
                "move",
                agent,
                move,
                self.model.now,
                sub_state=SubState.BREAK,
                reason="lunch",
                until=self.model.now + 20,
                queue=data.draw(st.sampled_from(QUEUES)),
            )
            assert allowed
        except IllegalMove:
            assert not allowed
            assert self.router.presences() == before

    @rule(data=st.data(), line=st.sampled_from([*OWN_LINES, Line.DIALS, Line.CONNECTED]))
    def an_agent_s_own_line_speaks(self, data: st.DataObject, line: Line) -> None:
        """A call of his own, hold, a transfer; and what nothing proves, but for a talk the model has."""
        agent = data.draw(st.sampled_from(sorted(self.model.centre.agents)))
        if agent in self.model.talks and line in (Line.OWN_TALK_ENDED, Line.UNPROVEN):
            return
        before = self.router.presences()
        allowed = line in TABLE[standing(before[agent])]
        try:
            self.tell("hears", agent, line, self.model.now, wrap_up_s=5.0)
            assert allowed
        except IllegalMove:
            assert not allowed
            assert self.router.presences() == before

    @rule(data=st.data(), on_line=st.booleans())
    def an_agent_waits_on_the_line(self, data: st.DataObject, on_line: bool) -> None:
        agent = data.draw(st.sampled_from(sorted(self.model.centre.agents)))
        (self.model.on_line.add if on_line else self.model.on_line.discard)(agent)
        self.tell("on_line", agent, on_line, self.model.now)

    @rule(data=st.data(), online=st.sampled_from([True, True, False]))
    def a_phone_comes_or_goes(self, data: st.DataObject, online: bool) -> None:
        agent = data.draw(st.sampled_from(sorted(self.model.centre.agents)))
        self.tell("online", agent, online, self.model.now)

    @rule(data=st.data(), connected=st.sampled_from([True, True, False]))
    def a_desk_comes_or_goes(self, data: st.DataObject, connected: bool) -> None:
        agent = data.draw(st.sampled_from(sorted(self.model.centre.agents)))
        ringing = dict(self.model.offers)
        self.tell("desk", agent, connected, self.model.now)
        assert ringing.items() <= self.model.offers.items(), "a phone that rang fell silent"
        assert self.router.presence(agent).at_desk is connected

    # --- time and configuration ---------------------------------------------------------------------------

    @rule(seconds=SECONDS)
    def time_passes(self, seconds: float) -> None:
        self.model.now += seconds
        self.tell("tick", self.model.now)
        at = self.router.next_deadline()
        assert at is None or at > self.model.now

    @precondition(lambda self: self.router.next_deadline() is not None)
    @rule()
    def the_deadline_comes(self) -> None:
        self.model.now = max(self.model.now, self.router.next_deadline() or 0.0)
        self.tell("tick", self.model.now)

    @rule(centre=centres())
    def the_configuration_changes(self, centre: Centre) -> None:
        model = self.model
        model.mixed = False
        model.centre = without_groups(centre)
        model.serving, model.open_s = Serving(model.centre), {}
        model.forget_lists()
        model.give_up_as_configured()
        model.here -= centre.agents.keys()
        model.ring_as_configured()
        for visit, (turn, order, call) in model.calls.items():
            known = call.queue in centre.queues
            model.calls[visit] = (model.turn(call) if known else turn, order, call)
        for agent in centre.agents:
            model.presences.setdefault(agent, Presence(agent=agent))
        model.note_absence()
        self.tell("reconfigure", centre, model.now)
        model.mixed = False  # those who have left with their queue do not count
        model.take_turns()
        on_the_phone = {agent for agent, one in self.router.presences().items() if one.state is State.BUSY}
        gone = model.presences.keys() - centre.agents.keys() - on_the_phone
        assert all(model.presences[agent].intent is Intent.LOGGED_OUT for agent in gone)
        for agent in gone:
            del model.presences[agent]

    # --- always -------------------------------------------------------------------------------------------

    @invariant()
    def nobody_who_could_serve_stands_beside_one_who_waits(self) -> None:
        if hasattr(self, "model"):
            assert not self.model.unmatched()

    @invariant()
    def nobody_is_there_outside_his_hours_unless_he_talks_on(self) -> None:
        for agent, presence in self.router.presences().items() if hasattr(self, "model") else ():
            if agent in self.model.centre.agents and self.model.is_out_of_hours(agent):
                talks = presence.traffic not in (Traffic.IDLE, Traffic.OFFERED)
                assert talks or presence.intent is Intent.LOGGED_OUT

    @invariant()
    def nobody_waits_longer_than_he_may(self) -> None:
        if hasattr(self, "model"):
            model = self.model
            for visit in model.waiting():
                assert all(at > model.now for at, _ in model.limits(visit))

    @invariant()
    def the_router_says_what_is_so(self) -> None:
        if not hasattr(self, "model"):
            return
        model, router = self.model, self.router
        for visit in model.waiting():
            if (manager := model.manager(visit)) is not None:
                assert not model.why_not_his(visit, manager), "kept for one who will not come"
        assert router.presences() == model.presences
        assert [call.visit for call in router.waiting()] == sorted(
            model.calls, key=lambda v: model.calls[v][:2]
        )
        for visit in model.calls:
            assert router.open_offers(visit) == model.rung(visit)
            assert router.waiting(model.calls[visit][2].queue)[router.position(visit) - 1].visit == visit

    @rule()
    def foretells_waits(self) -> None:
        found = self.router.forecasts(Experience(), self.model.now)
        assert found.keys() == set(self.model.calls)
        for visit, told in found.items():
            assert told is None or 0 <= told.expected_s <= told.bound_s < math.inf
            assert not self.model.rung(visit) or told == Forecast(0.0, 0.0)

    @invariant()
    def the_index_holds_the_free_and_no_others(self) -> None:
        if not hasattr(self, "model"):
            return
        index = self.router._index
        assert {a for a, seat in self.router._seats.items() if seat.free} == set(self.model.free())
        for signature in index._signatures.values():
            if signature.bench is not None:
                assert set(signature.bench) == {seat for seat in signature.capable if seat.free}
            idle = [seat for tier in index._rows(signature) for seat in tier]
            assert set(idle) == {seat for seat in signature.capable if seat.free}
            for tier in signature.tiers:
                assert list(tier) == sorted(tier, key=lambda seat: seat.idle_key)
            assert signature.staff == sum(seat.on_duty for seat in signature.capable)
            assert signature.live == len(signature.waiting())
            if index.counts_present:
                assert signature.present == sum(seat.present for seat in signature.capable)

    def teardown(self) -> None:
        """When all have gone, nothing is left."""
        if not hasattr(self, "model"):
            return
        for visit in list(self.model.calls):
            self.router.leave(visit, self.model.now)
        for agent in list(self.model.talks):
            self.router.talk_ended(agent, self.model.now)
        self.router.tick(self.model.now + 1e6)
        for due in (self.router._deadlines, self.router._steps, self.router._limits, self.router._keeping):
            assert due.earliest() is None
        assert not self.router._places
        assert not self.router._offers
        assert not any(self.router._lines.values())
        assert not any(seat.excluded or seat.offer or seat.own for seat in self.router._seats.values())
        assert not any(self.router._crowds._closed.values())
        assert not any(s.live or s.calls for s in self.router._index._signatures.values())
