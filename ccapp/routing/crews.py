"""Who may ever serve a queue, and whether anybody of them is there: kept up to date, never searched for.

Only of queues that ask for it. Skills a call asks for by itself do not count here: emptiness is the queue's.
"""

from collections.abc import Iterator, Mapping

from ccapp.domain.admission import WhenEmpty
from ccapp.domain.centre import Centre, Queue
from ccapp.domain.ids import AgentId, QueueId
from ccapp.domain.presence import Intent, Presence
from ccapp.domain.requirements import Requires, met, widened
from ccapp.domain.serving import AskLess
from ccapp.routing.seats import Seat
from ccapp.routing.signing import has_desk, has_signed_in


class Crew:
    """Those of one queue."""

    __slots__ = ("absent_since", "on_duty", "present", "queue", "seats")

    def __init__(self, queue: Queue, seats: tuple[Seat, ...], absent_since: float) -> None:
        self.queue = queue
        self.seats = seats
        self.on_duty = sum(self.has(seat.presence) for seat in seats)
        self.present = sum(self.has_ready(seat.presence) for seat in seats)
        self.absent_since = absent_since  # epoch s; of nobody being logged in, while nobody is

    def has(self, presence: Presence) -> bool:
        """Logged in, and signed in to the queue where that is asked for."""
        if presence.intent is Intent.LOGGED_OUT:
            return False
        return has_signed_in(presence, self.queue)

    def has_ready(self, presence: Presence) -> bool:
        """Takes calls, though he may be on one now."""
        ready = presence.intent is Intent.READY and presence.online and presence.banned_until is None
        return ready and self.has(presence) and has_desk(presence, self.queue)

    def a_seat_is_free(self, now: float) -> bool:
        free = (
            seat
            for seat in self.seats
            if seat.waits_for_call() and seat.has_room and seat.presence.not_before <= now
        )
        return any(self.has_ready(seat.presence) for seat in free)


def is_watched(queue: Queue) -> bool:
    return (
        queue.join_when_empty is not WhenEmpty.YES
        or queue.leave_when_empty is not WhenEmpty.NO
        or queue.no_agent_wait_s_max is not None
        or queue.predicted_wait_s_max is not None
    )


class Crews:
    def __init__(
        self, centre: Centre, seats: Mapping[AgentId, Seat], now: float, before: "Crews | None" = None
    ) -> None:
        self._crews = {
            queue.id: Crew(queue, tuple(_able(queue, centre, seats)), _since(before, queue.id, now))
            for queue in centre.queues.values()
            if is_watched(queue)
        }
        self._of: dict[AgentId, list[Crew]] = {}
        for crew in self._crews.values():
            for seat in crew.seats:
                self._of.setdefault(seat.id, []).append(crew)
        self.watched = bool(self._of)
        """Whether anybody's coming and going counts."""
        self.changed: set[QueueId] = set()
        """Queues to which somebody has come, or which the last one has left; cleared by who reads it."""

    def of(self, queue: QueueId) -> Crew | None:
        return self._crews.get(queue)

    def moved(self, seat: Seat, before: Presence, now: float) -> None:
        """An agent's presence has changed."""
        after = seat.presence
        for crew in self._of.get(seat.id, ()):
            was_there = crew.on_duty > 0, crew.present > 0
            crew.on_duty += crew.has(after) - crew.has(before)
            crew.present += crew.has_ready(after) - crew.has_ready(before)
            if was_there[0] and not crew.on_duty:
                crew.absent_since = now
            if was_there != (crew.on_duty > 0, crew.present > 0):
                self.changed.add(crew.queue.id)


def _since(before: Crews | None, queue: QueueId, now: float) -> float:
    crew = None if before is None else before.of(queue)
    return now if crew is None or crew.on_duty else crew.absent_since


def _able(queue: Queue, centre: Centre, seats: Mapping[AgentId, Seat]) -> Iterator[Seat]:
    members, requires = centre.members(queue), _at_last(queue)
    for agent in centre.agents.values():
        if (members is None or agent.id in members) and met(agent.skills, requires):
            yield seats[agent.id]


def _at_last(queue: Queue) -> Requires:
    """What is still asked of an agent when a call has waited long."""
    requires = queue.requires
    for step in queue.relax:
        if isinstance(step, AskLess):
            requires = widened(requires, step.skill, step.level)
    return requires
