"""Queues everyone may serve, so that there is much to choose from."""

from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from ccapp.domain.centre import Centre
from ccapp.domain.serving import Strategy
from tests.routing.properties.centres import AGENTS, STANDINGS, centres
from tests.routing.properties.machine import EXAMPLES, AnyOrder

CHOOSING = st.fixed_dictionaries(
    {
        "sign_in": st.sampled_from([False, False, True]),
        "needs_desk": st.sampled_from([False, False, True]),
        "tiers": st.dictionaries(st.sampled_from(AGENTS), STANDINGS),
        "strategy": st.sampled_from([*Strategy]),
        "wrap_up_s": st.just(0.0),
    }
)


class Choosing(AnyOrder):
    @initialize(centre=centres(CHOOSING), seed=st.integers(0, 2**64))
    def opens(self, centre: Centre, seed: int) -> None:
        super().opens(centre, seed)

    @precondition(lambda self: self.model.joined % 5 == 4)
    @rule(centre=centres(CHOOSING))
    def the_configuration_changes(self, centre: Centre) -> None:
        super().the_configuration_changes(centre)


TestChoosing = Choosing.TestCase
TestChoosing.settings = EXAMPLES
