"""One engine's connection to the exchange: the way there, the way back, and what gets lost between.

There are a few lanes (sockets), chosen by a key. Commands of one lane arrive in the order they were sent,
each after a latency the seed draws; events come back in the order they happened; a reply may come before or
after the events of its own command. When the connection is cut, events under way are lost and commands under
way fail, done or not.
"""

import asyncio
import random
from collections import deque
from collections.abc import Callable
from contextvars import copy_context
from dataclasses import dataclass
from functools import partial
from zlib import crc32

from ccapp.ports import LegGone, Refused, SwitchBusy, SwitchError, SwitchUnreachable
from ccapp.simulate.channels import Event, NoSuch, NotNow
from ccapp.simulate.exchange import Exchange

LANES = 4
NOT_CONNECTED = "not connected"

type Act[T] = Callable[[], T]
type Done[T] = Callable[[T | None, SwitchError | None], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Latency:
    """Of a command, there and back. `most_s` 0: at once, in the very call."""

    least_s: float = 0.0003
    most_s: float = 0.003
    slow_share: float = 0.005
    slow_s: float = 0.25
    step_s: float = 0.0  # rounds every way to a multiple, so that instants meet
    busy_share: float = 0.0  # answered 5xx, not done
    lost_share: float = 0.0  # never answered, done or not
    bound_s: float = 5.0  # the engine gives up on an answer

    def draw(self, chance: random.Random) -> float:
        """One way."""
        way = chance.uniform(self.least_s, self.most_s) / 2
        if self.slow_share and chance.random() < self.slow_share:
            way += chance.uniform(0, self.slow_s)
        return round(way / self.step_s) * self.step_s if self.step_s else way


USUAL = Latency()
AT_ONCE = Latency(least_s=0.0, most_s=0.0, slow_share=0.0)


class Lane:
    """What is on its way to the exchange, first in first out."""

    __slots__ = ("at", "out")

    def __init__(self) -> None:
        self.out: deque[tuple[int, Callable[[], None]]] = deque()
        self.at = 0.0  # loop time, of the last arrival


class Link:
    """`take` gets the events, `cut_off` is called when the exchange ends the connection."""

    def __init__(
        self,
        exchange: Exchange,
        latency: Latency,
        chance: random.Random,
        take: Callable[[Event], None],
        cut_off: Callable[[bool], None],
    ) -> None:
        self.exchange = exchange
        self.up = False
        self.latency = latency
        self._chance = chance
        self._take = take
        self._cut_off = cut_off
        self._loop = asyncio.get_running_loop()
        self.context = copy_context()  # the engine's: what it is told, it is told in its own process
        self._age = 0  # of the connection; what was under way on an older one is lost
        self._lanes = [Lane() for _ in range(LANES)]
        self._in: deque[Event] = deque()
        self._in_at = 0.0
        self._unanswered: dict[object, Done[object]] = {}

    # --- the connection

    def connect(self) -> None:
        self._age += 1
        self.up = True
        self.exchange.connect(self)

    def cut(self) -> None:
        """The connection is gone, with all that was on it."""
        if not self.up:
            return
        self.up = False
        self._age += 1
        self._in.clear()
        self.exchange.disconnect(self)
        unanswered, self._unanswered = self._unanswered, {}
        for done in unanswered.values():
            done(None, SwitchUnreachable("connection lost"))

    def dead(self) -> None:
        """The engine was killed: what was under way is lost, and nobody is left to be told."""
        self.up = False
        self._age += 1
        self._in.clear()
        self._unanswered.clear()

    def replaced(self) -> None:
        """The exchange ended it: it restarted, or has another engine now."""
        other = self.exchange.ear is not None
        age = self._age
        self._loop.call_soon(partial(self._ended, age, other), context=self.context)
        self.up = False

    def _ended(self, age: int, other: bool) -> None:
        if age == self._age:
            self.up = True
            self.cut()
            self._cut_off(other)

    # --- events

    def hear(self, event: Event) -> None:
        self._in.append(event)
        age = self._age
        if self.latency.most_s == 0.0:
            self._loop.call_soon(self._deliver, age, context=self.context)
            return
        self._in_at = max(self._in_at, self._loop.time() + self.latency.draw(self._chance))
        self._loop.call_at(self._in_at, self._deliver, age, context=self.context)

    def _deliver(self, age: int) -> None:
        if age == self._age and self._in:
            self._take(self._in.popleft())

    # --- commands

    async def command[T](self, act: Act[T], key: str) -> T:
        """Does `act` at the exchange and returns its answer."""
        if self.latency.most_s == 0.0:
            result, error = self._try(act) if self.up else (None, SwitchUnreachable(NOT_CONNECTED))
            if error:
                raise error
            return result  # type: ignore[return-value]
        answer: asyncio.Future[T] = self._loop.create_future()
        self.send(act, partial(_settle, answer), key)
        return await answer

    def send[T](self, act: Act[T], done: Done[T], key: str) -> None:
        """Does `act` at the exchange and calls `done(result, error)` with its answer. Never raises."""
        if not self.up:
            self._loop.call_soon(done, None, SwitchUnreachable(NOT_CONNECTED))
        elif self.latency.most_s == 0.0:
            done(*self._try(act))
        else:
            token = object()
            self._unanswered[token] = done  # type: ignore[assignment]
            lane = self._lanes[crc32(key.encode()) % LANES]
            lane.out.append((self._age, partial(self._arrive, token, act)))
            lane.at = max(lane.at, self._loop.time() + self.latency.draw(self._chance))
            self.exchange.after(lane.at - self._loop.time(), self._execute, lane)

    def _execute(self, lane: Lane) -> None:
        age, arrive = lane.out.popleft()
        if age == self._age:
            arrive()

    def _arrive(self, token: object, act: Act[object]) -> None:
        chance, latency = self._chance, self.latency
        if latency.busy_share and chance.random() < latency.busy_share:
            outcome: tuple[object, SwitchError | None] = (None, SwitchBusy("503"))
            way_s = latency.draw(chance)
        elif latency.lost_share and chance.random() < latency.lost_share:
            if chance.random() < 0.5:
                self._try(act)
            outcome, way_s = (None, SwitchUnreachable("no answer in time")), latency.bound_s
        else:
            outcome, way_s = self._try(act), latency.draw(chance)
        self._loop.call_later(way_s, self._reply, token, *outcome, context=self.context)

    def _reply(self, token: object, result: object, error: SwitchError | None) -> None:
        if done := self._unanswered.pop(token, None):
            done(result, error)

    def _try[T](self, act: Act[T]) -> tuple[T | None, SwitchError | None]:
        error: SwitchError | None
        result: T | None
        try:
            result, error = act(), None
        except NoSuch as gone:
            result, error = None, LegGone(str(gone))
        except NotNow as refusal:
            result, error = None, Refused(str(refusal), refusal.cause)
        if self.exchange.on_command:
            self.exchange.on_command(act, type(error).__name__ if error else "done")
        return result, error


def _settle[T](answer: asyncio.Future[T], result: T | None, error: SwitchError | None) -> None:
    if answer.done():
        return
    if error:
        answer.set_exception(error)
    else:
        answer.set_result(result)  # type: ignore[arg-type]
