"""Whether a call is to be recorded: as its data say, else as its queue does.

Source of the values: spec/call_center_phone.md §3.
"""

from ccapp.domain.calldata import CallData, lookup
from ccapp.domain.centre import Queue

RECORD = "Record"
_YES = frozenset({"y", "yes", "1", "true", "on"})


def recorded(data: CallData, queue: Queue | None) -> bool:
    told = lookup(data, RECORD).strip().lower()
    return told in _YES if told else queue is not None and queue.record
