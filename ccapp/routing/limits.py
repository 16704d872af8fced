"""How long calls may wait: the instant each must leave its line at, should nobody have served it by then.

A phone that rings then may still be answered; it is the last one that is rung.
"""

from collections.abc import Iterable

from ccapp.domain.admission import ExitReason, WhenEmpty
from ccapp.domain.centre import Queue
from ccapp.routing.crews import Crew
from ccapp.routing.seats import Place
from ccapp.routing.times import Times

type Limit = tuple[float, ExitReason]


def limit(place: Place, crew: Crew | None) -> Limit | None:
    """When (epoch s) and why it must leave, as things stand; None: it may stay.

    How long a call may wait for the customer's server to direct it, is for its story to say.
    """
    if crew is None and place.queue.wait_s_max is None:
        return None
    call = place.call
    if call.directed or call.callback or call.only_s is not None:  # it has a time of its own, or none
        return None
    return min(_limits(place.queue, place.call.entered_at, crew), default=None)


def _limits(queue: Queue, entered_at: float, crew: Crew | None) -> Iterable[Limit]:
    if queue.wait_s_max is not None:
        yield entered_at + queue.wait_s_max, ExitReason.TIMEOUT
    if crew is None:
        return
    if queue.no_agent_wait_s_max is not None and not crew.on_duty:
        wait_s = queue.no_agent_wait_s_max
        grace_s = min(queue.no_agent_grace_s, wait_s)
        at = max(crew.absent_since + wait_s, entered_at + grace_s)
        yield at, ExitReason.NO_AGENT_TIMEOUT
    nobody = not (crew.present if queue.leave_when_empty is WhenEmpty.STRICT else crew.on_duty)
    if queue.leave_when_empty is not WhenEmpty.NO and nobody:
        yield entered_at, ExitReason.EMPTY


class Limits(Times[Place]):
    """Of all calls in line."""

    def set(self, place: Place, crew: Crew | None) -> Limit | None:
        """The limit of a call as things stand now."""
        found = limit(place, crew)
        if found != place.limit:
            place.limit = found
            if found is not None:
                self.push(found[0], place)
        return found

    def applies(self, at: float, number: int, whose: Place) -> bool:
        return whose.limit is not None and whose.limit[0] == at

    def due(self, now: float) -> list[Place]:
        """The calls whose time is up, in the order in which it was; phones may still ring for some."""
        due: list[Place] = []
        while (taken := self.take(now)) is not None:
            due.append(taken[1])
        return due


def is_over(place: Place, now: float) -> bool:
    return place.limit is not None and place.limit[0] <= now
