"""A call's place in the line, and the attempts that may come of it: one at a time, or several at once."""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import TYPE_CHECKING, Self

from ccapp.acd.entering import TurnedAway
from ccapp.acd.signal import Signal
from ccapp.acd.talk import Talk
from ccapp.acd.visit import Visit
from ccapp.domain.admission import ToAgent
from ccapp.domain.causes import DeclineReason
from ccapp.domain.centre import Queue
from ccapp.domain.ids import BridgeId, ChannelId, OfferId, QueueId
from ccapp.domain.managers import Missed
from ccapp.routing.decisions import Offer, Withdrawn

if TYPE_CHECKING:
    from ccapp.acd.lines import Lines


class Attempt:
    """An offer being carried out. Left unsettled, the caller has gone: exactly one outcome, always."""

    def __init__(self, acd: Lines, visit: Visit, offer: Offer) -> None:
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
            self._acd.caller_gone(self.visit)

    def accepted(self, channel: ChannelId, bridge: BridgeId) -> Talk | None:
        """Both are joined. None when the offer was taken back a moment before."""
        return None if self.settled else self._acd.accepted(self, channel, bridge)

    def declined(self, reason: DeclineReason, cause: int = 0) -> None:
        if not self.settled:
            self._acd.declined(self, reason, cause)


class Place:
    """Where a call waits. Made by `Lines.waiting`, which also takes it out of the line."""

    def __init__(self, visit: Visit, settings: Queue, entered_at: float, brought_s: float = 0.0) -> None:
        self.visit = visit
        self.queue: QueueId = settings.id
        self.settings = settings  # as they were when he came
        self.entered_at = entered_at
        self.brought_s = brought_s
        self.only: ToAgent | None = None  # he waits for this agent alone
        self.served = False
        self.left_ringing = False  # the caller went while a phone rang for him
        self.ringing: dict[OfferId, Attempt] = {}  # agents being rung for this call, or about to be
        self.manager_missed: Signal[Missed] = Signal()  # the caller's manager will not serve him now
        self.left_by_key: Signal[str] = Signal()
        self._rules_changed = asyncio.Event()
        self._news = asyncio.Event()
        self.away: TurnedAway | None = None  # he has been sent elsewhere

    def offer(self, attempt: Attempt) -> None:
        self.ringing[attempt.offer.offer] = attempt
        self._news.set()

    def settle(self, offer: OfferId) -> Attempt | None:
        """The attempt, from now on settled; None when it was before."""
        attempt = self.ringing.pop(offer, None)
        if attempt is not None:
            attempt.settled = True
            self._news.set()
        return attempt

    def picked_up(self) -> None:
        """One of the phones that ring has been, and waits to be joined."""
        self._news.set()

    def rules_changed(self) -> None:
        self._rules_changed.set()

    async def rules_change(self) -> None:
        """Returns once the queue's configuration may be another one."""
        await self._rules_changed.wait()
        self._rules_changed.clear()

    def turn_away(self, away: TurnedAway) -> None:
        self.away = away
        self._news.set()

    async def next_attempt(self) -> Attempt:
        """Waits for an agent to ring. Raises TurnedAway when the wait is ended by a rule meanwhile."""
        while not self.ringing:
            if self.away is not None:
                raise self.away
            await self.news()
        return next(iter(self.ringing.values()))

    async def news(self) -> None:
        """Returns once something has happened here since it was last asked: a new attempt, or one less."""
        await self._news.wait()
        self._news.clear()
