"""Priorities of queues and callers: small numbers, the smallest first."""

from enum import StrEnum

type Priority = int
"""Of a queue 0 to 100, 0 highest; of a caller 1 to 100, 1 highest. Source: spec/voximplant_acd.md §2-3."""

QUEUE_PRIORITY_MAX = 100
CALLER_PRIORITY_MAX = 100
CALLER_PRIORITY = 50
"""Of a caller of whom nothing is said."""

OVERDUE_S = 600.0


class TimeBase(StrEnum):
    """From when on a call's waiting counts for its place in line."""

    QUEUE = "queue"  # its entry
    CALL = "call"  # its arrival in the centre
