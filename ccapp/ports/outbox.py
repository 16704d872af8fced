"""Messages to customers' servers, kept until they are delivered."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A message, the first of its stream, with what has been tried. Times in epoch seconds."""

    seq: int
    stream: str
    to: str  # as `queue sales`
    body: str
    due_at: float
    tries: int
    next_at: float


class OutboxAway(Exception):
    """It cannot be said now what is to be delivered."""


class Outbox(Protocol):
    """What is to be delivered, kept until it is. All may raise OutboxAway."""

    async def heads(self, busy: Collection[str], limit: int) -> Sequence[Delivery]:
        """The first message of each stream that is not `busy`, those that are due first."""
        ...

    async def delivered(self, seq: int) -> None: ...

    async def failed(self, seq: int, next_at: float) -> None: ...

    async def give_up(self, seq: int, why: str) -> None:
        """The next of its stream comes first then."""
        ...

    async def keep_the_last(self, most: int) -> int:
        """Gives up the oldest, so that no more than so many are left; how many those were."""
        ...
