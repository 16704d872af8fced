"""A call's place in the line, and the one attempt at a time that may come of it."""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import TYPE_CHECKING, Self

from ccapp.acd.signal import Signal
from ccapp.acd.talk import Talk
from ccapp.acd.visit import Visit
from ccapp.domain.causes import DeclineReason
from ccapp.domain.ids import BridgeId, ChannelId, QueueId
from ccapp.routing.decisions import Offer, Withdrawn

if TYPE_CHECKING:
    from ccapp.acd.owner import Acd


class Stranding(Exception):
    """The queue of a waiting call is no longer configured."""


class Attempt:
    """An offer being carried out. Left unsettled, the caller has gone: exactly one outcome, always."""

    def __init__(self, acd: Acd, visit: Visit, offer: Offer) -> None:
        self._acd = acd
        self.visit = visit
        self.offer = offer
        self.settled = False
        self.withdrawn: Signal[Withdrawn] = Signal()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not self.settled:
            self._acd.caller_gone(self)

    def accepted(self, channel: ChannelId, bridge: BridgeId) -> Talk | None:
        """Both are joined. None when the offer was taken back a moment before."""
        return None if self.settled else self._acd.accepted(self, channel, bridge)

    def declined(self, reason: DeclineReason, cause: int = 0) -> None:
        if not self.settled:
            self._acd.declined(self, reason, cause)


class Place:
    """Where a call waits. Made by `Acd.waiting`, which also takes it out of the line."""

    def __init__(self, visit: Visit, queue: QueueId, entered_at: float) -> None:
        self.visit = visit
        self.queue = queue
        self.entered_at = entered_at
        self.served = False
        self.left_ringing = False  # the caller went while a phone rang for him
        self.attempt: Attempt | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._stranded = False

    @property
    def offered(self) -> bool:
        """An agent is being rung for this call, or about to be."""
        return self.attempt is not None and not self.attempt.settled

    def offer(self, attempt: Attempt) -> None:
        self.attempt = attempt
        self._wake()

    def strand(self) -> None:
        self._stranded = True
        self._wake()

    async def next_attempt(self) -> Attempt:
        """Waits for an agent to ring. Raises Stranding when the queue is taken away meanwhile."""
        while self.attempt is None or self.attempt.settled:
            if self._stranded:
                raise Stranding(self.queue)
            self._waiter = asyncio.get_running_loop().create_future()
            try:
                await self._waiter
            finally:
                self._waiter = None
        return self.attempt

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)
