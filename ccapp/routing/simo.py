"""For how many of a fifo queue's calls phones ring at once. A call counts while a phone rings for it that is
not held by an agent who waits on the line."""

from collections.abc import Mapping

from ccapp.domain.ids import QueueId, VisitId
from ccapp.routing.order import Order
from ccapp.routing.seats import OpenOffer, Place


class Simo:
    """Keeps the count in the queues' orders, and remembers which of them have room again."""

    def __init__(self) -> None:
        self.room: dict[QueueId, Order] = {}
        """Queues that have room again, in the event being decided."""

    def rings(self, opened: OpenOffer) -> None:
        """To be told of each offer once it is among those of its call; again after a new configuration."""
        bench = opened.place.signature.bench
        opened.limits = None
        if bench is None or not bench.order.limited or opened.seat.on_line:
            return
        if not any(other.limits is bench.order for other in opened.place.ringing):
            bench.order.ringing += 1
        opened.limits = bench.order

    def over(self, opened: OpenOffer) -> None:
        """To be told of each offer that is settled, once it is no longer among those of its call."""
        order = opened.limits
        if order is not None and not any(other.limits is order for other in opened.place.ringing):
            order.ringing -= 1
            self.room[order.queue] = order

    def next_calls(self, lines: Mapping[QueueId, Mapping[VisitId, Place]]) -> list[Place]:
        """The calls that may ring now, as far as their queues have room; out of their heaps."""
        found: list[Place] = []
        for queue in self.room:
            found += [place for place in lines.get(queue, {}).values() if place.waiting]
        self.room.clear()
        for place in found:
            place.signature.dequeue(place)
        return found
