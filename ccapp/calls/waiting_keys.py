"""The keys of one who waits: those of his queue lead him out of its line, all others do nothing."""

from typing import Protocol

from ccapp.acd import Acd, Place
from ccapp.ports import Leg


class Waiting(Protocol):
    @property
    def joining(self) -> bool:
        """An agent has answered, and has him."""
        ...


async def listen(place: Place, caller: Leg, waiting: Waiting, acd: Acd) -> None:
    """Until cancelled. What was keyed since he came to the queue, during its greeting, counts, too."""
    while True:
        key = await caller.digit()
        queue = acd.centre.queues.get(place.queue)
        to = queue.keys.get(key) if queue is not None else None
        if to is not None and not waiting.joining:
            acd.leaves_by_key(place, key, to)
