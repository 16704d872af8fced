"""Any order of events, against a brute-force model that scans everything.

The model knows no index: it reads skill levels, memberships and presences, and checks every single decision
at the instant it was made. A second Router hears the same and must decide the same.
"""

import re
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from ccapp.domain.causes import DeclineReason
from ccapp.domain.centre import Agent, Centre, Queue
from ccapp.domain.expressions import Expression
from ccapp.domain.ids import AgentId, OfferId, QueueId, VisitId
from ccapp.domain.presence import IllegalMove, Intent, Move, Presence, SubState, Traffic
from ccapp.domain.requirements import Requires, Skills, merged
from ccapp.routing.decisions import Decision, Moved, Offer, Stranded, WaitingCall, Withdrawn, WrapUpOver
from ccapp.routing.presence import TABLE, standing
from ccapp.routing.router import Router, UnknownOffer

AGENTS = [AgentId(name) for name in ("ann", "ben", "cat", "dan")]
QUEUES = [QueueId(name) for name in ("sales", "help", "vip")]
LONG = Expression(" and ".join(["(a or b or x>=1)", *(f"(x{n} or a or b or not y{n})" for n in range(9))]))
"""Of more ways than are listed: asked of each agent."""
SKILLS = st.sampled_from([{}, {"a": 1}, {"B": 1}, {"A": 2}, {"a": 1, "b": 1}, {"a": 2, "b": 1}])
ASKED = st.sampled_from(
    [
        {},
        {},
        {},
        {"a": 1},
        {"A": 2},
        {"b": 1},
        {"c": 1},
        "a=1 or (b and not c)",
        "not a",
        "a<2 and b>=0",
        LONG,
    ]
)
CREWS = [AGENTS, AGENTS, AGENTS[:3], AGENTS[1:], AGENTS[:2]]
LINES = [QUEUES, QUEUES, QUEUES[:2], QUEUES[1:]]
SECONDS = st.sampled_from([0.0, 1.0, 2.5, 10.0])

QUEUE_SETTINGS = st.fixed_dictionaries(
    {
        "requires": ASKED,
        "agents": st.sampled_from([None, None, None, frozenset(AGENTS[:2]), frozenset(AGENTS[1:])]),
        "priority_s": st.sampled_from([0.0, 0.0, 30.0]),
        "retry_same_agent_s": SECONDS,
        "wrap_up_s": SECONDS,
    }
)
AGENT_SETTINGS = st.fixed_dictionaries(
    {
        "skills": SKILLS,
        "max_misses": st.integers(0, 2),
        "reject_delay_s": SECONDS,
        "no_answer_delay_s": SECONDS,
        "wrap_up_s": st.one_of(st.none(), SECONDS),
    }
)


@st.composite
def centres(draw: st.DrawFn) -> Centre:
    agents = {name: draw(AGENT_SETTINGS) for name in draw(st.sampled_from(CREWS))}
    queues = {name: draw(QUEUE_SETTINGS) for name in draw(st.sampled_from(LINES))}
    return Centre(
        agents={name: Agent(id=name, name=name, extension=name, **more) for name, more in agents.items()},
        queues={name: Queue(id=name, name=name, **more) for name, more in queues.items()},
    )


def asked_for(skills: Skills, requires: Requires) -> bool:
    """Whether an agent with these skills is asked for, an expression being read by Python itself."""
    has = {name.lower(): level for name, level in skills.items()}
    if isinstance(requires, str):
        python = re.sub(
            r"(?<![<>!=])=(?!=)", "==", re.sub(r"\b(?!and|or|not)([a-z]\w*)", r"has(\1)", requires)
        )
        python = re.sub(r"has\((\w+)\)(?!\s*[<>=!])", r"(has(\1)>=1)", python)
        names = {name: name for name in re.findall(r"has\((\w+)\)", python)}
        return bool(eval(python, {"has": lambda name: has.get(name, 0), **names}))
    return all(has.get(name.lower(), 0) >= level for name, level in requires.items())


class Model:
    """What is so, by what was told; and what must be so, by looking at everything."""

    def __init__(self, centre: Centre) -> None:
        self.centre = centre
        self.now = 0.0
        self.presences = {agent: Presence(agent=agent) for agent in centre.agents}
        self.calls: dict[VisitId, tuple[float, int, WaitingCall]] = {}  # in line: key, order of joining
        self.offers: dict[VisitId, Offer] = {}
        self.made: set[OfferId] = set()
        self.barred: dict[tuple[VisitId, AgentId], float] = {}
        self.talks: set[AgentId] = set()
        self.joined = 0

    def may_serve(self, agent: AgentId, visit: VisitId) -> bool:
        call = self.calls[visit][2]
        queue = self.centre.queues[call.queue]
        has = self.centre.agents[agent].skills
        return (
            asked_for(has, queue.requires)
            and asked_for(has, call.own_requires)
            and (queue.agents is None or agent in queue.agents)
            and self.barred.get((visit, agent), self.now) <= self.now
        )

    def free(self) -> list[AgentId]:
        return [agent for agent, presence in self.presences.items() if self.is_free(presence)]

    def is_free(self, presence: Presence) -> bool:
        return (
            presence.agent in self.centre.agents
            and presence.intent is Intent.READY
            and presence.traffic is Traffic.IDLE
            and presence.online
            and presence.wrap_up_until is None
            and presence.not_before <= self.now
        )

    def waiting(self) -> list[VisitId]:
        ranked = sorted(self.calls, key=lambda visit: self.calls[visit][:2])
        return [visit for visit in ranked if visit not in self.offers]

    def hear(self, decision: Decision) -> None:
        match decision:
            case Offer():
                self._offered(decision)
            case Moved(before=before, after=after):
                assert self.presences[before.agent] == before, "a change of presence was kept quiet"
                assert before != after, "no change was told as one"
                self.presences[after.agent] = after
            case Withdrawn(visit=visit, offer=offer):
                assert self.offers.pop(visit).offer == offer, "withdrawn, but not open"
            case Stranded(visit=visit):
                assert self.calls[visit][2].queue not in self.centre.queues
                del self.calls[visit]
            case WrapUpOver(wrap_up_s=wrap_up_s):
                assert wrap_up_s >= 0

    def _offered(self, offer: Offer) -> None:
        visit, agent = offer.visit, offer.agent
        assert offer.offer not in self.made, "an offer's name was used twice"
        assert visit not in self.offers, "a caller was offered to two agents"
        assert agent not in {open.agent for open in self.offers.values()}, "an agent was offered two calls"
        assert agent in self.free(), "an agent was offered a call who is not free"
        assert self.may_serve(agent, visit), "an agent was offered a call he may not serve"
        older = [other for other in self.waiting() if self.calls[other][:2] < self.calls[visit][:2]]
        assert not [other for other in older if self.may_serve(agent, other)], "an older call was passed over"
        self.made.add(offer.offer)
        self.offers[visit] = offer

    def unmatched(self) -> list[tuple[VisitId, AgentId]]:
        return [
            (visit, agent)
            for visit in self.waiting()
            for agent in self.free()
            if self.may_serve(agent, visit)
        ]


class AnyOrder(RuleBasedStateMachine):
    @initialize(centre=centres())
    def opens(self, centre: Centre) -> None:
        self.model = Model(centre)
        self.router, self.twin = Router(centre, 0.0), Router(centre, 0.0)
        for agent in centre.agents:
            self.tell("online", agent, True, self.model.now)
            self.tell("move", agent, Move.LOG_IN, self.model.now)
            self.tell("move", agent, Move.READY, self.model.now)

    def tell(self, event: str, *args: Any, **more: Any) -> list[Decision]:
        decisions: list[Decision] = getattr(self.router, event)(*args, **more)
        assert getattr(self.twin, event)(*args, **more) == decisions, "the same events, other decisions"
        for decision in decisions:
            self.model.hear(decision)
        return decisions

    # --- callers ------------------------------------------------------------------------------------------

    @rule(queue=st.sampled_from(QUEUES), own=ASKED, own_s=st.sampled_from([0.0, 20.0]), waited=SECONDS)
    def a_call_joins(self, queue: QueueId, own: Requires, own_s: float, waited: float) -> None:
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
        )
        model.calls[call.visit] = (call.key, model.joined, call)
        calm = (self.router.next_deadline() or model.now + 1) > model.now
        first = self.first_choice(call.visit) if calm and queue in model.centre.queues else None
        decisions = self.tell("join", call, model.now)
        if first:
            assert [d.agent for d in decisions if isinstance(d, Offer)] == [first]

    def first_choice(self, visit: VisitId) -> AgentId | None:
        able = [agent for agent in self.model.free() if self.model.may_serve(agent, visit)]
        seats = self.router._seats
        return min(able, key=lambda a: (seats[a].tier, seats[a].idle_key), default=None)

    @precondition(lambda self: self.model.calls)
    @rule(data=st.data())
    def a_caller_leaves(self, data: st.DataObject) -> None:
        visit = data.draw(st.sampled_from(sorted(self.model.calls)))
        del self.model.calls[visit]
        self.model.offers.pop(visit, None)
        self.tell("leave", visit, self.model.now)
        assert self.router.leave(visit, self.model.now) == []

    # --- offers -------------------------------------------------------------------------------------------

    @precondition(lambda self: self.model.offers)
    @rule(data=st.data())
    def an_agent_answers(self, data: st.DataObject) -> None:
        offer = self.model.offers.pop(data.draw(st.sampled_from(sorted(self.model.offers))))
        del self.model.calls[offer.visit]
        self.model.talks.add(offer.agent)
        self.tell("accepted", offer.offer, None, self.model.now)
        self.settled_for_good(offer)

    @precondition(lambda self: self.model.offers)
    @rule(data=st.data(), reason=st.sampled_from(sorted(set(DeclineReason) - {DeclineReason.CALLER_GONE})))
    def an_offer_fails(self, data: st.DataObject, reason: DeclineReason) -> None:
        model = self.model
        offer = model.offers.pop(data.draw(st.sampled_from(sorted(model.offers))))
        queue = model.centre.queues.get(offer.queue)
        if queue is not None:
            model.barred[offer.visit, offer.agent] = model.now + queue.retry_same_agent_s
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
        self.tell("talk_ended", agent, self.model.now)
        if agent not in self.model.centre.agents:
            del self.model.presences[agent]

    @rule(data=st.data(), move=st.sampled_from([*Move, Move.LOG_IN, *[Move.READY] * 6]))
    def an_agent_asks(self, data: st.DataObject, move: Move) -> None:
        agent = data.draw(st.sampled_from(sorted(self.model.centre.agents)))
        before = self.router.presences()
        allowed = move in TABLE[standing(before[agent])]
        try:
            self.tell("move", agent, move, self.model.now, sub_state=SubState.BREAK, reason="lunch")
            assert allowed
        except IllegalMove:
            assert not allowed
            assert self.router.presences() == before

    @rule(data=st.data(), online=st.sampled_from([True, True, False]))
    def a_phone_comes_or_goes(self, data: st.DataObject, online: bool) -> None:
        agent = data.draw(st.sampled_from(sorted(self.model.centre.agents)))
        self.tell("online", agent, online, self.model.now)

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
        model.centre = centre
        for visit, (key, order, call) in model.calls.items():
            queue = centre.queues.get(call.queue)
            if queue is not None:
                key = call.entered_at - queue.priority_s - call.own_priority_s
            model.calls[visit] = (key, order, call)
        for agent in centre.agents:
            model.presences.setdefault(agent, Presence(agent=agent))
        self.tell("reconfigure", centre, model.now)
        gone = model.presences.keys() - centre.agents.keys() - model.talks
        assert all(model.presences[agent].intent is Intent.LOGGED_OUT for agent in gone)
        for agent in gone:
            del model.presences[agent]

    # --- always -------------------------------------------------------------------------------------------

    @invariant()
    def nobody_who_could_serve_stands_beside_one_who_waits(self) -> None:
        if hasattr(self, "model"):
            assert not self.model.unmatched()

    @invariant()
    def the_router_says_what_is_so(self) -> None:
        if not hasattr(self, "model"):
            return
        model, router = self.model, self.router
        assert router.presences() == model.presences
        assert [call.visit for call in router.waiting()] == sorted(
            model.calls, key=lambda v: model.calls[v][:2]
        )
        for visit in model.calls:
            assert router.open_offer(visit) == model.offers.get(visit)
            assert router.waiting(model.calls[visit][2].queue)[router.position(visit) - 1].visit == visit

    @invariant()
    def the_index_holds_the_free_and_no_others(self) -> None:
        if not hasattr(self, "model"):
            return
        index = self.router._index
        assert {a for a, seat in self.router._seats.items() if seat.free} == set(self.model.free())
        for signature in index._signatures.values():
            idle = [seat for tier in signature.tiers for seat in tier]
            assert set(idle) == {seat for seat in signature.capable if seat.free}
            for tier in signature.tiers:
                assert list(tier) == sorted(tier, key=lambda seat: seat.idle_key)
            assert signature.staff == sum(seat.on_duty for seat in signature.capable)
            assert signature.live == sum(place.waiting for _, _, place in signature.heap)

    def teardown(self) -> None:
        """When all have gone, nothing is left."""
        if not hasattr(self, "model"):
            return
        for visit in list(self.model.calls):
            self.router.leave(visit, self.model.now)
        for agent in list(self.model.talks):
            self.router.talk_ended(agent, self.model.now)
        self.router.tick(self.model.now + 1e6)
        assert self.router.next_deadline() is None
        assert not self.router._places
        assert not self.router._offers
        assert not any(self.router._lines.values())
        assert not any(seat.excluded or seat.offer for seat in self.router._seats.values())
        assert not any(s.live or s.calls for s in self.router._index._signatures.values())


TestAnyOrder = AnyOrder.TestCase
TestAnyOrder.settings = settings(
    max_examples=200,
    stateful_step_count=50,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink),
)
