"""What an engine before us left in the spool: what of it is still to be recorded, and what never will be.

Facts are recorded in order, so what is newer than the newest recorded fact is due. What is older and not
there was published by an engine that had been fenced: its numbers belong to its successor, so its lines are
set aside, loudly.
"""

import logging
from collections.abc import Callable, Iterable
from itertools import batched
from typing import TYPE_CHECKING, NamedTuple

from ccapp.records.spool import Line, Spool
from ccapp.records.sql import query

if TYPE_CHECKING:
    from ccapp.records.database import Connection

log = logging.getLogger(__name__)


class Resumed(NamedTuple):
    recorded: int  # the newest fact in the database
    last: int  # the newest there or due in the spool
    due: int  # how many are
    is_due: Callable[[Line], bool]


async def resume(connection: "Connection", spool: Spool) -> Resumed:
    """Compares spool and database; removes the segments nothing is due of."""
    newest = await connection.fetchrow(query("last_fact"))
    recorded, epoch = (newest["seq"], newest["epoch"]) if newest else (0, 0)

    def is_due(line: Line) -> bool:
        return line.seq > recorded and line.epoch >= epoch

    last, due, keep = recorded, 0, set[int]()
    for chunk in batched(spool.lines(), 1000, strict=False):
        await _set_aside(connection, spool, (line for line, _ in chunk if not is_due(line)))
        for line, place in chunk:
            if is_due(line):
                last, due = max(last, line.seq), due + 1
                keep.add(place.segment)
    spool.keep_only(keep)
    if due:
        log.warning("spool_resumed facts=%d recorded=%d last=%d", due, recorded, last)
    return Resumed(recorded, last, due, is_due)


async def _set_aside(connection: "Connection", spool: Spool, old: Iterable[Line]) -> None:
    """Keeps those of the old lines that are not recorded where someone can look at them."""
    lines = list(old)
    pairs = [line.seq for line in lines], [line.epoch for line in lines]
    there = {(row["seq"], row["epoch"]) for row in await connection.fetch(query("facts_there"), *pairs)}
    fenced = [line for line in lines if (line.seq, line.epoch) not in there]
    for line in fenced:
        spool.set_aside("fenced", line)
    if fenced:
        log.error(
            "spool_fenced facts=%d first=%d file=%s/fenced.ndjson", len(fenced), fenced[0].seq, spool.folder
        )
