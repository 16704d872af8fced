"""Queues whose calls may be given only to those the customer's server lists for them."""

from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from ccapp.domain.centre import Centre, Outside
from ccapp.domain.ids import AgentId, TrunkId, VisitId
from ccapp.domain.listing import Listed
from ccapp.domain.serving import NO_GROUPS, Strategy
from tests.routing.properties.centres import AGENTS, GROUPED, MANAGERS, QUEUES, SECONDS, STANDINGS, centres
from tests.routing.properties.machine import EXAMPLES, AnyOrder

LISTING = st.fixed_dictionaries(
    {
        "get_list_agents_url": st.sampled_from(["https://crm.example", "https://crm.example", ""]),
        "sign_in": st.sampled_from([False, False, True]),
        "needs_desk": st.sampled_from([False, False, True]),
        "requires": st.sampled_from([{}, {}, {"a": 2}]),
        "groups": st.sampled_from([NO_GROUPS, *GROUPED]),
        "tiers": st.one_of(st.just({}), st.dictionaries(st.sampled_from(AGENTS), STANDINGS)),
        "strategy": st.sampled_from([Strategy.LONGEST_IDLE, Strategy.RING_ALL, Strategy.TOP_DOWN]),
        "manager": st.sampled_from([None, *MANAGERS]),
        "priority": st.sampled_from([0, 0, 1]),
        "overdue_s": st.sampled_from([0.0, 25.0]),
        "wait_s_max": st.sampled_from([None, None, None, 12.0]),
        "retry_same_agent_s": SECONDS,
        "wrap_up_s": st.sampled_from([0.0, 1.0]),
    }
)
GUESTS = [AgentId("guest-1"), AgentId("guest-2")]
NUMBER = Outside(number="49301", trunk=TrunkId("t"))
NAMED = st.one_of(
    st.builds(Listed, agent=st.sampled_from(AGENTS), ring_s=st.sampled_from([5.0, 9.0])),
    st.builds(
        Listed, agent=st.sampled_from([*AGENTS, *GUESTS]), ring_s=st.just(7.0), outside=st.just(NUMBER)
    ),
)
NAMES = st.lists(NAMED, max_size=5, unique_by=lambda entry: entry.agent)


class ByList(AnyOrder):
    @initialize(centre=centres(LISTING), seed=st.just(0))
    def opens(self, centre: Centre, seed: int) -> None:
        super().opens(centre, seed)

    @precondition(lambda self: self.model.joined % 4 == 3)
    @rule(centre=centres(LISTING))
    def the_configuration_changes(self, centre: Centre) -> None:
        super().the_configuration_changes(centre)

    @precondition(lambda self: self.model.calls)
    @rule(data=st.data(), good=st.sampled_from([True, True, True, False]))
    def the_customer_s_server_answers(self, data: st.DataObject, good: bool) -> None:
        """Of some calls in one queue, perhaps of strangers; or not, or badly."""
        model, queue = self.model, data.draw(st.sampled_from(QUEUES))
        here = [v for v, (_, _, call) in model.calls.items() if call.queue == queue and model.is_listed(v)]
        named = data.draw(st.lists(st.sampled_from(here), unique=True)) if here else []
        lists: dict[VisitId, list[Listed]] = {visit: data.draw(NAMES) for visit in named}
        for visit in named if good else here:
            if visit in model.through:
                model.through.discard(visit)
                model.passed[visit].clear()
        if good:
            model.lists.update(lists)
        model.in_list_order = (self.router.next_deadline() or model.now + 1) > model.now
        stranger = {VisitId("stranger"): [Listed(agent=AGENTS[0], ring_s=5.0)]}
        self.tell("listed", queue, {**lists, **stranger} if good else None, model.now)

    def teardown(self) -> None:
        super().teardown()
        if hasattr(self, "model"):
            assert not self.router._rosters._naming
            assert not self.router._seats.keys() & set(GUESTS)


TestByList = ByList.TestCase
TestByList.settings = EXAMPLES
