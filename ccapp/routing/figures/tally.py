"""Raw counts, from which every figure is read: formula and thresholds are chosen at the reading."""

from collections import Counter
from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Self

from ccapp.domain.admission import ExitReason, RefusalReason
from ccapp.domain.callbacks import CallbackEnd
from ccapp.domain.causes import DeclineReason
from ccapp.domain.presence import State, SubState
from ccapp.routing.figures.stat import Length, Stat, Waits


class Ending(StrEnum):
    """How a stay in a line ended. The first is answered, the last rejected, the others are unanswered."""

    ANSWERED = "answered"
    ABANDONED = "abandoned"  # the caller hung up
    TIMED_OUT = "timed_out"  # the queue's limit
    OVERFLOWED = "overflowed"  # into another line
    KEYED = "keyed"  # by a key, wherever it leads
    LOST = "lost"  # with the switch or by a fault
    REJECTED = "rejected"  # never let in


@dataclass(slots=True)
class Tally:
    """Of a queue, agent, skill, caller or the whole, in one interval. `merge` adds another one's."""

    visits: int = 0  # calls that came in; of callers and the whole only
    offered: int = 0  # stays in a line that began
    endings: Counter[Ending] = field(default_factory=Counter)
    by_backup: int = 0  # of those answered
    answered: Waits = field(default_factory=Waits)
    abandoned: Waits = field(default_factory=Waits)
    waiting: Stat = field(default_factory=Stat)  # of all stays that ended
    abandonment: Stat = field(default_factory=Stat)
    offers: int = 0  # phones rung, with their outcome known
    missed: Counter[DeclineReason] = field(default_factory=Counter)
    refused: Counter[RefusalReason] = field(default_factory=Counter)
    exits: Counter[ExitReason] = field(default_factory=Counter)
    callbacks: int = 0  # asked for
    called_back: Counter[CallbackEnd] = field(default_factory=Counter)  # those over
    ring: Stat = field(default_factory=Stat)  # of answered offers
    talk: Stat = field(default_factory=Stat)
    after_call: Stat = field(default_factory=Stat)
    handling: Stat = field(default_factory=Stat)
    length: Length = field(default_factory=Length)
    states: dict[tuple[State, SubState], Stat] = field(default_factory=dict)

    @property
    def unanswered(self) -> int:
        return self.total - self.endings[Ending.ANSWERED] - self.endings[Ending.REJECTED]

    @property
    def total(self) -> int:
        return sum(self.endings.values())

    def in_state(self, state: State, sub_state: SubState, seconds: float) -> None:
        stat = self.states.get((state, sub_state))
        if stat is None:
            stat = self.states[state, sub_state] = Stat()
        stat.add(seconds)

    def seconds(self, *states: State, sub_states: frozenset[SubState] | None = None) -> float:
        """Spent in any of the states, in those of their sub-states only if they are named."""
        return sum(
            stat.sum
            for (state, sub_state), stat in self.states.items()
            if state in states and (sub_states is None or sub_state in sub_states)
        )

    def merge(self, other: Self) -> None:
        for name in _NAMES:
            mine, more = getattr(self, name), getattr(other, name)
            match mine:
                case int():
                    setattr(self, name, mine + more)
                case Counter():
                    mine.update(more)
                case dict():
                    for key, stat in more.items():
                        mine.setdefault(key, Stat()).merge(stat)
                case _:
                    mine.merge(more)


_NAMES = tuple(each.name for each in fields(Tally))
