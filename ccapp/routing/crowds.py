"""Too many callers in a line: then the backups serve too, the first callers, as many as there are too many.

Counted are those for whom no phone rings and who are not kept for their manager. A call that has been opened
to the backups stays so, and does not count any more: of the others never more than `above` are left, and the
first of them is found by looking at these few.
"""

from heapq import nsmallest

from ccapp.domain.ids import QueueId
from ccapp.routing.seats import Place


class Crowds:
    """The calls that are not open to the backups, of queues that open them so."""

    def __init__(self) -> None:
        self._closed: dict[QueueId, dict[Place, None]] = {}
        self.changed: dict[QueueId, int] = {}  # queue -> above, in the event being decided

    def note(self, place: Place, *, waits: bool) -> None:
        """The call waits with no phone ringing, or does not (any more); or it has climbed."""
        if place.ladder is None and not self._closed:  # nearly always
            return
        crowd = None if place.ladder is None else place.ladder.crowd
        if crowd is not None and waits and place.rung < crowd.rung and not place.call.directed:
            self._closed.setdefault(place.queue.id, {})[place] = None
            self.changed[place.queue.id] = crowd.above
        elif place.queue.id in self._closed:
            self._closed[place.queue.id].pop(place, None)

    def opened(self) -> list[Place]:
        """The calls that are to be open to the backups from now on."""
        opened: list[Place] = []
        for queue, above in self.changed.items():
            closed = [place for place in self._closed[queue] if place.kept_for is None]
            opened += nsmallest(len(closed) - above, closed, key=lambda place: place.order)
        self.changed.clear()
        for place in opened:
            place.crowded = True
            del self._closed[place.queue.id][place]
        return opened
