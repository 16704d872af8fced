"""Callers who hung up in a line and call again: their place is kept for them for some time.

Known by their number; one place is kept for one call. Rebuilt from the facts after a restart.
"""

from ccapp.domain.centre import RESUME_S_MAX, Queue
from ccapp.domain.events import CallAbandoned
from ccapp.domain.ids import QueueId

KEPT_MAX = 10_000


class Returning:
    def __init__(self) -> None:
        self._left: dict[tuple[QueueId, str], CallAbandoned] = {}  # the latest last

    def left(self, fact: CallAbandoned) -> None:
        if not fact.caller_number:
            return
        key = fact.queue, fact.caller_number
        self._left.pop(key, None)
        self._left[key] = fact
        oldest = next(iter(self._left))
        if len(self._left) > KEPT_MAX or self._left[oldest].at < fact.at - RESUME_S_MAX:
            del self._left[oldest]

    def brought_s(self, queue: Queue, caller_number: str, now: float) -> float:
        """What somebody who calls now has waited since he came first; his place is taken by that."""
        fact = self._left.pop((queue.id, caller_number), None)
        if fact is None or now - fact.at > queue.resume_within_s:
            return 0.0
        return now - fact.at + fact.waited_s + fact.brought_s
