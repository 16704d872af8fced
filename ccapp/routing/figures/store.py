"""Where the tallies stand: by dimension, key and interval."""

from collections.abc import Iterable, Iterator, Sequence

from ccapp.domain.ids import AgentId
from ccapp.routing.figures.interval import Calendar, Interval
from ccapp.routing.figures.selection import Dimension, Selection, TooMany
from ccapp.routing.figures.tally import Tally

type Place = tuple[str, Interval]
type Cells = dict[Place, Tally]


class Store:
    """The one owner of the tallies of a selection."""

    def __init__(self, selection: Selection) -> None:
        self.selection = selection
        self.calendar = Calendar(selection.by, selection.zone)
        self._cells: dict[Dimension, Cells] = {each: {} for each in selection.dimensions | {Dimension.WHOLE}}
        self._count = 0

    def cell(self, of: Dimension, key: str, interval: Interval) -> Tally | None:
        """None when the dimension is not counted. Raises TooMany."""
        cells = self._cells.get(of)
        if cells is None:
            return None
        found = cells.get((key, interval))
        if found is None:
            self._count += 1
            if self._count > self.selection.cells_max:
                raise TooMany(f"more than {self.selection.cells_max:,} rows")
            found = cells[key, interval] = Tally()
        return found

    def of_call(self, instant: float, keys: Iterable[tuple[Dimension, str]]) -> Sequence[Tally]:
        """Those that count a call which belongs to `instant`; none when it is not asked for."""
        if not self.selection.holds(instant):
            return ()
        interval = self.calendar.at(instant)
        return [tally for of, key in keys if (tally := self.cell(of, key, interval)) is not None]

    def of_agent(self, agent: AgentId, instant: float) -> Tally | None:
        wanted = self.selection.agent
        if not self.selection.holds(instant) or (wanted is not None and wanted != agent):
            return None
        return self.cell(Dimension.AGENT, agent, self.calendar.at(instant))

    def places(self, of: Dimension, more: Iterable[Place] = ()) -> list[Place]:
        """Where there is something, here or in `more`: by interval, then by key."""
        return sorted({*self._cells.get(of, ()), *more}, key=lambda place: (place[1], place[0]))

    def get(self, of: Dimension, place: Place) -> Tally | None:
        return self._cells.get(of, {}).get(place)

    def pieces(self, begin: float, end: float) -> Iterator[tuple[Interval, float]]:
        """The intervals of a time, with the seconds of each, within what was asked for."""
        selection = self.selection
        for piece in self.calendar.pieces(max(begin, selection.since), min(end, selection.until)):
            yield piece.interval, piece.end - piece.begin
