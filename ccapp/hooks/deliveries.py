"""Brings messages to customers' servers: signed, those of a stream in their order, each at least once.

A server that does not take one is tried again, with growing pauses, for a day; only its own stream waits for
that. Bounded in what is sent at once and in what waits. It is on no call's path.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Never

from ccapp.ports import Delivery, NoAnswer, Outbox, OutboxAway, SignedPost

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Destination:
    url: str
    secret: str = field(repr=False)  # empty: nothing is signed


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    at_once_max: int = 64
    kept_max: int = 20_000
    age_s_max: float = 86_400.0
    pause_s: float = 1.0  # after the first failure; doubled with each
    pause_s_max: float = 300.0
    answer_s_max: float = 10.0
    look_again_s: float = 60.0  # should news be lost
    away_s: float = 2.0  # between two looks while the database is away


class Deliveries:
    """`send` posts a message and raises NoAnswer; `find` says where a destination is, None: nowhere any more;
    `settled` waits a moment until what was published is in the outbox, False when it is not yet; `ended` is
    told of each that has arrived, or why it was given up."""

    def __init__(
        self,
        outbox: Outbox,
        send: Callable[[SignedPost], Awaitable[None]],
        find: Callable[[str], Destination | None],
        settled: Callable[[], Awaitable[bool]],
        ended: Callable[[Delivery, str], None] = lambda message, why_not: None,
        limits: Limits = Limits(),
    ) -> None:
        self._outbox, self._send, self._find, self._settled = outbox, send, find, settled
        self._ended = ended
        self._limits = limits
        self._sending: dict[str, asyncio.Task[None]] = {}
        self._counted_at = 0.0
        self._news = asyncio.Event()

    def news(self) -> None:
        """There is something to deliver, or more room to do it."""
        self._news.set()

    async def run(self) -> Never:
        """Until cancelled. What is being sent then may be sent again by the engine after us."""
        async with asyncio.TaskGroup() as work:
            while True:
                self._news.clear()
                try:
                    pause_s = await self._start_due(work)
                except OutboxAway:
                    pause_s = self._limits.away_s
                except Exception:  # a fault of ours costs messages time, not calls their engine
                    log.exception("deliveries stop for a moment")
                    pause_s = self._limits.away_s
                with suppress(TimeoutError):
                    async with asyncio.timeout(pause_s):
                        await self._news.wait()

    async def _start_due(self, work: asyncio.TaskGroup) -> float:
        """Starts what is due; how long (s) nothing else will be."""
        limits = self._limits
        recorded = await self._settled()
        room = limits.at_once_max - len(self._sending)
        if room <= 0:
            return limits.look_again_s
        now = time.time()
        if now >= self._counted_at + limits.look_again_s:
            self._counted_at = now
            if given_up := await self._outbox.keep_the_last(limits.kept_max):
                log.error("deliveries_given_up count=%d why=%s", given_up, "too many wait")
        heads = await self._outbox.heads(list(self._sending), room)
        for head in heads:
            if head.next_at > now:
                return min(head.next_at - now, limits.look_again_s)
            task = work.create_task(self._deliver(head), name=f"delivery {head.stream}")
            self._sending[head.stream] = task
        return limits.look_again_s if recorded else limits.away_s

    async def _deliver(self, message: Delivery) -> None:
        try:
            await self._try(message)
        except OutboxAway as error:
            log.warning("delivery stream=%s cannot be noted: %s", message.stream, error)
            await asyncio.sleep(self._limits.away_s)
        except Exception:
            log.exception("delivery stream=%s failed by a fault of ours", message.stream)
            await asyncio.sleep(self._limits.away_s)
        finally:
            self._sending.pop(message.stream, None)
            self._news.set()

    async def _try(self, message: Delivery) -> None:
        limits, to = self._limits, self._find(message.to)
        if to is None:
            await self._give_up(message, "its destination is not configured any more")
            return
        post = SignedPost(url=to.url, body=message.body, secret=to.secret, total_s_max=limits.answer_s_max)
        try:
            await self._send(post)
        except NoAnswer as why:
            if time.time() - message.due_at > limits.age_s_max:
                await self._give_up(message, str(why))
                return
            pause_s = min(limits.pause_s * 2 ** min(message.tries, 30), limits.pause_s_max)
            log.info("delivery stream=%s failed, again in %g s: %s", message.stream, pause_s, why)
            await self._outbox.failed(message.seq, time.time() + pause_s)
        else:
            await self._outbox.delivered(message.seq)
            self._ended(message, "")

    async def _give_up(self, message: Delivery, why: str) -> None:
        log.error("delivery_given_up stream=%s to=%s why=%s", message.stream, message.to, why)
        await self._outbox.give_up(message.seq, why)
        self._ended(message, why)
