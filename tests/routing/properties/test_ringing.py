"""Queues that ring several at once for one call."""

from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from ccapp.domain.centre import Centre
from ccapp.domain.serving import Strategy
from tests.routing.properties.centres import AGENTS, RELAX, RULES, SECONDS, STANDINGS, centres
from tests.routing.properties.machine import EXAMPLES, AnyOrder

RINGING = st.fixed_dictionaries(
    {
        "strategy": st.sampled_from([*[Strategy.RING_ALL, Strategy.RING_PROGRESSIVELY] * 3, *Strategy]),
        "needs_desk": st.sampled_from([False, False, True]),
        "ring_at_once_max": st.integers(2, 3),
        "ring_next_after_s": st.sampled_from([1.0, 2.5]),
        "agents": st.sampled_from([None, None, frozenset(AGENTS[:2])]),
        "tiers": st.one_of(st.just({}), st.dictionaries(st.sampled_from(AGENTS), STANDINGS)),
        "tier_rules": st.sampled_from([None, None, *RULES]),
        "relax": st.one_of(st.just(()), st.lists(RELAX, max_size=2).map(tuple)),
        "retry_same_agent_s": SECONDS,
        "priority_s": st.sampled_from([0.0, 30.0]),
        "wrap_up_s": st.sampled_from([0.0, 1.0]),
    }
)


class Ringing(AnyOrder):
    @initialize(centre=centres(RINGING), seed=st.just(0))
    def opens(self, centre: Centre, seed: int) -> None:
        super().opens(centre, seed)

    @precondition(lambda self: self.model.joined % 4 == 3)
    @rule(centre=centres(RINGING))
    def the_configuration_changes(self, centre: Centre) -> None:
        super().the_configuration_changes(centre)


TestRinging = Ringing.TestCase
TestRinging.settings = EXAMPLES
