"""Queues served in strict order, ringing for few calls at once."""

from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from ccapp.domain.centre import Centre
from ccapp.domain.fifo import Kind
from ccapp.domain.serving import Strategy
from tests.routing.properties.centres import AGENTS, STANDINGS, centres
from tests.routing.properties.machine import EXAMPLES, AnyOrder

IN_ORDER = st.fixed_dictionaries(
    {
        "kind": st.sampled_from([Kind.FIFO, Kind.FIFO, Kind.CALLCENTER]),
        "simo": st.sampled_from([None, 1, 1, 2]),
        "needs_desk": st.sampled_from([False, False, True]),
        "strategy": st.sampled_from([Strategy.LONGEST_IDLE, Strategy.TOP_DOWN, Strategy.RING_ALL]),
        "ring_at_once_max": st.integers(2, 3),
        "agents": st.sampled_from([None, None, frozenset(AGENTS[:2])]),
        "tiers": st.one_of(st.just({}), st.dictionaries(st.sampled_from(AGENTS), STANDINGS)),
        "retry_same_agent_s": st.just(0.0),
        "overdue_s": st.just(0.0),
        "priority": st.sampled_from([0, 0, 3]),
        "wrap_up_s": st.just(0.0),
    }
).map(lambda queue: queue if queue["kind"] is Kind.FIFO else queue | {"simo": None})


class InOrder(AnyOrder):
    @initialize(centre=centres(IN_ORDER), seed=st.just(0))
    def opens(self, centre: Centre, seed: int) -> None:
        super().opens(centre, seed)

    @precondition(lambda self: self.model.joined % 4 == 3)
    @rule(centre=centres(IN_ORDER))
    def the_configuration_changes(self, centre: Centre) -> None:
        super().the_configuration_changes(centre)


TestInOrder = InOrder.TestCase
TestInOrder.settings = EXAMPLES
