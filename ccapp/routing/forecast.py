"""How long a call will have to wait, by its position, the staff, and how long a call keeps an agent.

While all are busy, the k-th in line is served at the k-th end of a call; with n agents these come n times as
fast as with one. Formula: spec/voximplant_acd.md §3.
"""

from collections.abc import Mapping

from ccapp.domain import events
from ccapp.domain.centre import Queue
from ccapp.domain.events import Fact
from ccapp.domain.ids import AgentId, QueueId
from ccapp.domain.presence import State

NEWEST_SHARE = 0.1
"""Of the newest handling time in its queue's moving average."""


def expected_wait_s(position: int, staff: int, handling_s: float) -> float | None:
    """Of the `position`-th in line, counted from 1, while nobody is free. None: nobody is there."""
    return position * handling_s / staff if staff else None


class Handling:
    """How long an agent is kept by a call of each queue: talk and wrap-up, the newest counting most.

    Until calls have been handled a queue's `handling_s` says it, and it goes on to count for some time.
    """

    def __init__(self) -> None:
        self._average_s: dict[QueueId, float] = {}
        self._ended: dict[AgentId, events.TalkEnded] = {}  # talks whose wrap-up may still come

    def of(self, queue: Queue) -> float:
        return self._average_s.get(queue.id, queue.handling_s)

    def hear(self, fact: Fact, queues: Mapping[QueueId, Queue]) -> None:
        match fact:
            case events.TalkEnded(agent=agent):
                self._ended[agent] = fact
            case events.WrapUpEnded(agent=agent, wrap_up_s=wrap_up_s):
                self._learn(agent, wrap_up_s, queues)
            case events.PresenceChanged(agent=agent, state=state) if state is not State.ACW:
                self._learn(agent, 0.0, queues)
            case _:
                pass

    def _learn(self, agent: AgentId, wrap_up_s: float, queues: Mapping[QueueId, Queue]) -> None:
        talk = self._ended.pop(agent, None)
        if talk is not None and talk.queue in queues:
            handling_s = talk.talk_s + wrap_up_s
            before_s = self.of(queues[talk.queue])
            self._average_s[talk.queue] = before_s + NEWEST_SHARE * (handling_s - before_s)
