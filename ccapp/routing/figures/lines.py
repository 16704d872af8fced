"""How long the lines were, over time. Who is being offered to an agent still stands in line."""

from ccapp.domain.ids import QueueId
from ccapp.routing.figures.selection import Dimension
from ccapp.routing.figures.store import Cells, Store
from ccapp.routing.figures.tally import Tally

ALL = ""
"""The key of all lines together."""


class Lines:
    def __init__(self, store: Store) -> None:
        self._store = store
        self._lines: dict[str, tuple[int, float]] = {}  # queue -> its length, since when

    def changes(self, queue: QueueId, by: int, at: float) -> None:
        for key in (queue, ALL):
            length, since = self._lines.get(key, (0, self._beginning(at)))
            at = max(at, since)
            self._lasted(key, length, since, at)
            self._lines[key] = length + by, at
            if by > 0:
                self._peak(key, length + by, at)

    def anew(self, store: Store) -> None:
        """The lines stay as they are; their past is another store's."""
        self._store = store

    def length(self, queue: QueueId) -> int:
        return self._lines.get(queue, (0, 0.0))[0]

    def so_far(self, of: Dimension, cells: Cells, now: float) -> None:
        """Adds the time since the last change."""
        for key, (length, since) in self._lines.items():
            if of is _dimension(key):
                for interval, seconds in self._store.pieces(since, now):
                    cells.setdefault((key, interval), Tally()).length.lasted(length, seconds)

    def _beginning(self, at: float) -> float:
        """Of what is known of a line at its first caller: it was empty since the time asked for began."""
        since = self._store.selection.since
        return since if 0 < since < at else at

    def _lasted(self, key: str, length: int, since: float, at: float) -> None:
        for interval, seconds in self._store.pieces(since, at):
            if tally := self._store.cell(_dimension(key), key, interval):
                tally.length.lasted(length, seconds)

    def _peak(self, key: str, length: int, at: float) -> None:
        if self._store.selection.holds(at) and (
            tally := self._store.cell(_dimension(key), key, self._store.calendar.at(at))
        ):
            tally.length.lasted(length, 0.0)


def _dimension(key: str) -> Dimension:
    return Dimension.WHOLE if key == ALL else Dimension.QUEUE
