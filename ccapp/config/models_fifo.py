"""The part of the file that only queues of the kind fifo have, and what they cannot have."""

from typing import Annotated, Any

from pydantic import Field

from ccapp.domain.fifo import SLOTS, Kind
from ccapp.domain.serving import Strategy

Simo = Annotated[int, Field(ge=1, le=1000)]
Slot = Annotated[int, Field(ge=0, lt=SLOTS)]

STRICT = {"overdue_s": 0.0, "retry_same_agent_s": 0.0}
"""What is so in a strict order, though it is not written."""
NOTHING = {**STRICT, "priority_s": 0.0, "service_probability": 1.0, "relax": (), "get_list_agents_url": ""}
"""What nobody can have who is served in strict order."""
DRAWN = frozenset({Strategy.RANDOM, Strategy.WEIGHTED})


def with_defaults(given: object) -> object:
    if isinstance(given, dict) and given.get("kind") == Kind.FIFO:
        return {**given, **{name: value for name, value in STRICT.items() if given.get(name) is None}}
    return given


def check(kind: Kind, simo: int | None, queue: Any) -> None:
    if kind is Kind.CALLCENTER:
        if simo is not None:
            raise ValueError("simo goes with kind: fifo")
        return
    for name, value in NOTHING.items():
        if getattr(queue, name) != value:
            raise ValueError(f"a fifo queue is served in strict order: it has no {name}")
    if queue.strategy in DRAWN:
        raise ValueError(f"a fifo queue knows no strategy {queue.strategy}")
