"""Who means to work when, as changes in time: of planned shifts, or as it was on a real day."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress

from ccapp.domain import events
from ccapp.domain.centre import Centre
from ccapp.domain.ids import AgentId
from ccapp.domain.presence import IllegalMove, Intent, Move, SubState
from ccapp.domain.traffic import Duty, PastDay, Shift, Traffic

BETWEEN_S = 0.001

type Change = tuple[float, AgentId, Duty]
"""From this time of day on."""


def planned(traffic: Traffic, centre: Centre) -> list[Change]:
    """In the order of time; agents of a shift who are not configured are left out."""
    everybody = Shift(agents=frozenset(centre.agents), begin_s=traffic.begin_s, end_s=traffic.end_s)
    changes = [change for shift in traffic.shifts or (everybody,) for change in _of(shift)]
    return list(_one_by_one(sorted(change for change in changes if change[1] in centre.agents)))


def _of(shift: Shift) -> Iterator[Change]:
    for agent in sorted(shift.agents):
        yield shift.begin_s, agent, Duty.READY
        for each in shift.breaks:
            yield each.at_s, agent, Duty.NOT_READY
            if each.at_s + each.lasts_s < shift.end_s:
                yield each.at_s + each.lasts_s, agent, Duty.READY
        yield shift.end_s, agent, Duty.AWAY


def again(day: PastDay, centre: Centre) -> list[Change]:
    """As it was; who is configured and was not there that day is there from begin to end."""
    known: Mapping[AgentId, Sequence[tuple[float, Duty]]] = day.duties
    changes = [
        (at_s, agent, duty) for agent, each in known.items() if agent in centre.agents for at_s, duty in each
    ]
    for agent in centre.agents.keys() - known.keys():
        changes += [(day.begin_s, agent, Duty.READY), (day.end_s, agent, Duty.AWAY)]
    return list(_one_by_one(sorted(changes)))


def _one_by_one(changes: Sequence[Change]) -> Iterator[Change]:
    """No two in the same instant: who was first must not hang on what runs the day."""
    last_s = -1.0
    for at_s, agent, duty in changes:
        last_s = max(at_s, last_s + BETWEEN_S)
        yield last_s, agent, duty


# --- doing it ---------------------------------------------------------------------------------------------

BACK_S = 60.0
"""After so long an agent whom misses made not ready presses ready again."""

MOVES = {
    Duty.READY: (Move.LOG_IN, Move.READY),
    Duty.NOT_READY: (Move.LOG_IN, Move.NOT_READY),
    Duty.AWAY: (Move.LOG_OUT,),
}
INTENTS = {Duty.READY: Intent.READY, Duty.NOT_READY: Intent.NOT_READY, Duty.AWAY: Intent.LOGGED_OUT}


class Staff:
    """The agents' own minds. `asks` may raise IllegalMove: then it is asked again after his next talk."""

    def __init__(
        self,
        asks: Callable[[AgentId, Move, SubState], None],
        later: Callable[[float, Callable[[], None]], object],
    ) -> None:
        self._asks = asks
        self._later = later
        self._duty: dict[AgentId, Duty] = {}
        self._intent: dict[AgentId, Intent] = {}

    def means(self, agent: AgentId, duty: Duty) -> None:
        self._duty[agent] = duty
        for move in MOVES[duty]:
            with suppress(IllegalMove):
                self._asks(agent, move, SubState.BREAK if move is Move.NOT_READY else SubState.WAIT)

    def hears(self, fact: events.PresenceChanged) -> None:
        """Of himself. Whom misses have made not ready comes back."""
        before = self._intent.get(fact.agent)
        self._intent[fact.agent] = fact.intent
        put_out = before is Intent.READY and fact.intent is Intent.NOT_READY
        if put_out and self._duty[fact.agent] is Duty.READY:
            self._later(BACK_S, lambda: self.does_his_duty(fact.agent))

    def does_his_duty(self, agent: AgentId) -> None:
        duty = self._duty[agent]
        if self._intent.get(agent) is not INTENTS[duty]:
            self.means(agent, duty)
