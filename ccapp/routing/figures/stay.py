"""A call's stay in one line, and the talk that may come of it: what is open while the fold goes on."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from ccapp.domain.ids import AgentId, QueueId
from ccapp.routing.figures.selection import Dimension
from ccapp.routing.figures.tally import Tally


@dataclass(slots=True, eq=False)
class Stay:
    """From the entry into a line until served, given up or moved on.

    `belongs_at` is the instant whose interval counts it. While that is not known (a call that belongs to its
    end goes on) everything to be counted is held back.
    """

    queue: QueueId
    entered_at: float
    skills: Sequence[str]
    caller: str
    callback: bool = False  # nobody was on the line: counted apart
    belongs_at: float | None = None
    tallies: Sequence[Tally] = ()
    held: list[tuple[Callable[..., None], tuple[Any, ...]]] = field(default_factory=list)

    @property
    def keys(self) -> list[tuple[Dimension, str]]:
        return [
            (Dimension.WHOLE, ""),
            (Dimension.QUEUE, self.queue),
            (Dimension.CALLER, self.caller),
            *((Dimension.SKILL, skill) for skill in self.skills),
        ]


@dataclass(slots=True, eq=False)
class Visit:
    """A caller, the line he stands in, and the stay he was served from last."""

    caller: str = ""
    callback: bool = False
    arrived_at: float = 0.0
    stay: Stay | None = None
    last: Stay | None = None
    waited: bool = False


@dataclass(slots=True, eq=False)
class Talk:
    """Of an agent: goes on, or is over and awaits its wrap-up."""

    stay: Stay
    agent: AgentId
    queue: QueueId
    talk_s: float | None = None  # None: it goes on
    wrapping_up: bool = False
