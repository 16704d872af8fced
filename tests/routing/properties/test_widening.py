"""Queues whose calls may be served by more people with time: nearly all of the widening there is."""

from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from ccapp.domain.centre import Centre
from ccapp.domain.ids import QueueId
from ccapp.domain.serving import QueueGroups
from tests.routing.properties.centres import (
    AGENTS,
    MANAGERS,
    NORTH,
    QUEUES,
    RELAX,
    RULES,
    SECONDS,
    SOUTH,
    STANDINGS,
    centres,
)
from tests.routing.properties.machine import EXAMPLES, AnyOrder

WIDENING = st.fixed_dictionaries(
    {
        "sign_in": st.sampled_from([False, False, True]),
        "needs_desk": st.sampled_from([False, False, True]),
        "requires": st.sampled_from([{}, {}, {"a": 2}, "a>=2 and (b or not c)"]),
        "groups": st.sampled_from(
            [
                QueueGroups(primary=(NORTH,), backup=(SOUTH,), backup_after_s=10.0),
                QueueGroups(primary=(NORTH,), backup=(SOUTH,)),
                QueueGroups(primary=(NORTH,)),
                QueueGroups(primary=(NORTH,), backup=(SOUTH,), backup_above=1),
                QueueGroups(primary=(NORTH,), backup=(SOUTH,), backup_above=2, backup_after_s=10.0),
            ]
        ),
        "tiers": st.one_of(st.just({}), st.dictionaries(st.sampled_from(AGENTS), STANDINGS)),
        "tier_rules": st.sampled_from([None, *RULES]),
        "relax": st.lists(RELAX, max_size=3).map(tuple),
        "priority_s": st.sampled_from([0.0, 30.0]),
        "manager": st.sampled_from([None, None, *MANAGERS]),
        "wrap_up_s": st.just(0.0),
    }
)


class Widening(AnyOrder):
    @initialize(centre=centres(WIDENING), seed=st.just(0))
    def opens(self, centre: Centre, seed: int) -> None:
        super().opens(centre, seed)

    @rule(centre=centres(WIDENING))
    def the_configuration_changes(self, centre: Centre) -> None:
        super().the_configuration_changes(centre)

    @rule(online=st.sampled_from([False, False, True]))
    def the_primary_group_goes_or_comes(self, online: bool) -> None:
        for agent in sorted(self.model.centre.groups[NORTH].agents & self.model.centre.agents.keys()):
            self.tell("online", agent, online, self.model.now)

    @rule(queue=st.sampled_from(QUEUES), waited=SECONDS)
    def several_join(self, queue: QueueId, waited: float) -> None:
        for own_s in (0.0, 20.0, 0.0):
            self.a_call_joins(queue, {}, own_s, waited)


TestWidening = Widening.TestCase
TestWidening.settings = EXAMPLES
