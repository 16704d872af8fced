"""A working day: ten thousand calls over ten hours with a morning and an afternoon peak."""

import math
import random
from collections.abc import Iterator

from ccapp.domain.ids import AgentId
from ccapp.simulate.desk import Moods
from ccapp.simulate.people import React, Reaction
from ccapp.simulate.scenario import Call, Scenario
from ccapp.simulate.storm import calls, centre

HOURS = 10
DAY_S = HOURS * 3600.0


def load(at_s: float) -> float:
    """Relative to the mean of the day, which is 1."""
    return 1 - 0.5 * math.cos(4 * math.pi * at_s / DAY_S)


def day(seed: int, count: int = 10_000, agents: int = 40) -> Scenario:
    """`count` calls to the small centre of `storm`, by people who mostly answer soon."""

    def arrivals(chance: random.Random) -> Iterator[Call]:
        at_s, kinds = 0.0, calls(1.0, talk_s=90.0)(chance)
        for _ in range(count):
            call = next(kinds)
            after_s = chance.expovariate(count / DAY_S * load(at_s))
            at_s += after_s
            yield Call(after_s=after_s, script=call.script, dialled=call.dialled, headers=call.headers)

    return Scenario(
        seed=seed,
        centre=centre(agents),
        calls=arrivals,
        duration_s=1.2 * DAY_S,
        reacts=_reacts,
        moods=Moods(every_s=1_800.0, pause_s_max=600.0),
        arrive_s=300.0,
    )


def _reacts(agent: AgentId, chance: random.Random) -> React:
    if chance.random() < 0.95:
        return React(Reaction.ANSWER, chance.uniform(1.0, 6.0))
    return React(chance.choice([Reaction.REJECT, Reaction.BUSY, Reaction.SILENT]), 2.0)
