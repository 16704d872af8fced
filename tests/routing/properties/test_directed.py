"""Queues whose calls the customer's server directs, which may be given up and come back at any time."""

from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from ccapp.domain.backend import Backend
from ccapp.domain.causes import DeclineReason
from ccapp.domain.centre import Centre
from ccapp.domain.ids import AgentId, QueueId, VisitId
from ccapp.routing.decisions import Offer
from tests.routing.properties.centres import AGENTS, QUEUE_SETTINGS, QUEUES, centres
from tests.routing.properties.machine import EXAMPLES, AnyOrder

RULES = Backend(route_url="https://crm.example", access_base_url="https://acd.example")
DIRECTED = st.builds(
    lambda queue, external: {**queue, "external": external},
    QUEUE_SETTINGS,
    st.sampled_from([RULES, RULES, RULES, None]),
)
NAMED = st.sampled_from([*AGENTS, *AGENTS, AgentId("nobody")])


class Directed(AnyOrder):
    @initialize(centre=centres(DIRECTED), seed=st.integers(0, 2**64))
    def opens(self, centre: Centre, seed: int) -> None:
        super().opens(centre, seed)

    @precondition(lambda self: self.model.joined % 4 == 3)
    @rule(centre=centres(DIRECTED))
    def the_configuration_changes(self, centre: Centre) -> None:
        super().the_configuration_changes(centre)

    @rule(
        queue=st.sampled_from(QUEUES),
        manager=st.sampled_from([None, *AGENTS]),
        named=st.lists(NAMED, max_size=3),
    )
    def a_call_comes_and_agents_are_named(
        self, queue: QueueId, manager: AgentId | None, named: list[AgentId]
    ) -> None:
        self.a_call_joins(queue, {}, 0.0, 0.0, manager=manager)
        for agent in named:
            self.name(VisitId(f"v{self.model.joined}"), agent)

    @precondition(lambda self: self.model.directed())
    @rule(
        data=st.data(),
        named=st.lists(NAMED, min_size=1, max_size=4),
        ring_s=st.sampled_from([3.0, 7.0]),
    )
    def agents_are_named(self, data: st.DataObject, named: list[AgentId], ring_s: float) -> None:
        """One after the other; also for calls that are not directed any more."""
        visits = self.model.directed() * 3 + sorted(self.model.calls)
        visit = data.draw(st.sampled_from([*visits, VisitId("gone")]))
        for agent in named:
            self.name(visit, agent, ring_s)

    def name(self, visit: VisitId, agent: AgentId, ring_s: float = 7.0) -> None:
        model = self.model
        why = self.router.why_not(visit, agent)
        assert (None if why is None else why.busy) is model.is_busy(agent, visit)
        calm = (self.router.next_deadline() or model.now + 1) > model.now
        model.named = visit, agent, ring_s
        decisions = self.tell("direct", visit, agent, ring_s, model.now)
        if calm:
            assert (model.named is None) is (why is None), "rung, or not, against what was said of him"
        model.named = None
        for offer in decisions:
            if isinstance(offer, Offer) and offer.offer in model.offers and offer.visit in model.directed():
                told = self.router.explain(offer, "named", model.now)
                assert told.steps == ("the customer's server named him",)

    @precondition(lambda self: any(self.model.rung(visit) for visit in self.model.directed()))
    @rule(data=st.data())
    def an_agent_is_called_off(self, data: st.DataObject) -> None:
        ringing = [visit for visit in self.model.directed() if self.model.rung(visit)]
        visit = data.draw(st.sampled_from(ringing))
        (offer,) = self.model.rung(visit)
        self.fails(offer, DeclineReason.WITHDRAWN)
        assert not self.model.rung(visit)

    @precondition(lambda self: self.model.directed())
    @rule(data=st.data())
    def a_call_is_given_up(self, data: st.DataObject) -> None:
        self.give_up(data.draw(st.sampled_from(self.model.directed())))

    @rule(gone=st.sampled_from([False, False, True]))
    def the_server_goes_or_comes_back(self, gone: bool) -> None:
        self.model.directing = not gone
        for visit in self.model.directed() if gone else ():
            self.give_up(visit)

    def give_up(self, visit: VisitId) -> None:
        self.model.give_up(visit)
        self.tell("undirect", visit, self.model.now)
        assert self.router.undirect(visit, self.model.now) == []


TestDirected = Directed.TestCase
TestDirected.settings = EXAMPLES
