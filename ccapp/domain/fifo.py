"""Queues of the kind fifo: callers in ten slots, strictly in order; agents may wait for them on the line."""

from enum import StrEnum

from ccapp.domain.priorities import Priority


class Kind(StrEnum):
    CALLCENTER = "callcenter"
    FIFO = "fifo"


SLOTS = 10
SLOT = 5
"""Of a caller of whom nothing is said."""


def in_slot(slot: int) -> Priority:
    """Slot 0 is served first. A slot is a caller priority: 1 to 10 of the 100."""
    return min(max(slot, 0), SLOTS - 1) + 1
