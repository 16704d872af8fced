"""Figures: one pure fold over the facts for live, historical and simulated reports alike.

    figures = Figures(Selection(since=..., until=..., by=By.HOUR, zone=ZoneInfo("Europe/Berlin")))
    for fact in facts: figures.feed(fact)
    for row in figures.rows(Dimension.QUEUE, now): document(row.tally, CALLS, Choice(thresholds_s=(20.0,)))

`fold.py` says how facts count, `catalogue.py` what each figure means.
"""

from ccapp.routing.figures.catalogue import AGENTS, CALLERS, CALLS, WHOLE, Choice, Figure, Unit, document
from ccapp.routing.figures.fold import NEEDED, Figures, Row, merged
from ccapp.routing.figures.interval import By, Calendar, Interval
from ccapp.routing.figures.level import Formula, service_level
from ccapp.routing.figures.selection import Belongs, Dimension, Selection, TooMany
from ccapp.routing.figures.tally import Ending, Tally

__all__ = [
    "AGENTS", "CALLERS", "CALLS", "NEEDED", "WHOLE",
    "Belongs", "By", "Calendar", "Choice", "Dimension", "Ending", "Figure", "Figures", "Formula", "Interval",
    "Row", "Selection", "Tally", "TooMany", "Unit",
    "document", "merged", "service_level",
]  # fmt: skip
