"""The callbacks that are open: who is to be rung back, from when on, and that nobody is twice.

A callback is a visit without a caller. Its story (`calls/callback.py`) waits in line with it and dials; here
is what of it must be known to others, and the telling of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ccapp.acd.signal import Signal
from ccapp.acd.visit import Visit
from ccapp.domain import events
from ccapp.domain.callbacks import CALLBACK, AskedBy, CallbackEnd, TryResult
from ccapp.domain.events import EndedBy, Fact, Outcome, VisitFact
from ccapp.domain.ids import CALLBACK_PREFIX, AgentId, ChannelId, QueueId, TrunkId, VisitId
from ccapp.domain.managers import caller_key
from ccapp.domain.priorities import CALLER_PRIORITY, Priority
from ccapp.domain.requirements import Requires

if TYPE_CHECKING:
    from ccapp.acd.lines import Lines


class NoCallback(Exception):
    """Cannot be: the queue calls nobody back, or not this number."""


class AskedAlready(Exception):
    """A callback to this number is open in this queue."""

    def __init__(self, callback: Callback) -> None:
        super().__init__(callback.visit.id)
        self.callback = callback


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where in a line the callback is to stand: what the caller had, or would have had."""

    queue: QueueId
    requires: Requires = field(default_factory=dict)
    priority_s: float = 0.0
    caller_priority: Priority = CALLER_PRIORITY
    brought_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Ending:
    reason: CallbackEnd
    by: str = ""


_OUTCOMES = {CallbackEnd.SERVED: Outcome.SERVED, CallbackEnd.LOST: Outcome.LOST}


class Callback:
    """One that is open."""

    def __init__(self, visit: Visit, asked: events.CallbackRequested) -> None:
        self.visit = visit
        self.asked = asked
        self.tries = 0
        self.spoilt = 0  # of them do not count: not dialled, or (the first such) cut by an engine's death
        self._cut = False
        self.not_before = 0.0
        self.trying: events.CallbackDialled | None = None
        self.keeps_agent = False  # one is offered to it, and rung only when the customer has answered
        self.talking = False
        self.told_end = False
        self.called_off: Signal[Ending] = Signal()  # by somebody else than its story
        self.changed: Signal[bool] = Signal()  # what decides when; another one for every change

    @property
    def queue(self) -> QueueId:
        return self.asked.queue

    @property
    def number(self) -> str:
        return self.asked.caller_number

    @property
    def key(self) -> tuple[QueueId, str]:
        return key_of(self.queue, self.number)

    def in_vain(self, fact: events.CallbackTried) -> None:
        """What a try that is over leaves behind."""
        self.trying, self.not_before, self.visit.channel = None, fact.again_at, ChannelId("")
        cut = fact.result is TryResult.ENGINE_RESTART and not self._cut
        self.spoilt += cut or fact.result is TryResult.NOT_DIALLED
        self._cut = self._cut or cut

    def waited_s(self, now: float) -> float:
        """What counts for its place."""
        return now - self.asked.at + self.asked.brought_s


def key_of(queue: QueueId, number: str) -> tuple[QueueId, str]:
    return queue, caller_key(number)


class Callbacks:
    def __init__(self, acd: Lines) -> None:
        self._acd = acd
        self._open: dict[VisitId, Callback] = {}
        self._of: dict[tuple[QueueId, str], Callback] = {}

    # --- reading -------------------------------------------------------------------------------------------

    def all(self) -> Sequence[Callback]:
        """In the order in which they were asked for."""
        return tuple(self._open.values())

    def get(self, id: VisitId) -> Callback | None:
        return self._open.get(id)

    def kept_by(self, id: VisitId) -> ChannelId | None:
        """The leg that proves what an agent is kept free for, while his own phone does not ring yet."""
        callback = self._open.get(id)
        trying = callback.trying if callback is not None and callback.keeps_agent else None
        return trying.channel if trying is not None else None

    def of(self, queue: QueueId, number: str) -> Callback | None:
        return self._of.get(key_of(queue, number))

    # --- asked for -----------------------------------------------------------------------------------------

    def ask(
        self, standing: Standing, number: str, *, by: AskedBy, origin: Visit | None = None, name: str = ""
    ) -> Callback:
        """Whoever hears the fact begins the story. Raises NoCallback, AskedAlready."""
        acd, now = self._acd, self._acd.clock.now()
        queue = acd.centre.queues.get(standing.queue)
        rules = queue.callback if queue is not None else None
        if rules is None:
            raise NoCallback(f"queue {standing.queue} calls nobody back")
        if not rules.allows(number):
            raise NoCallback("such a number is not called back")
        if (there := self.of(standing.queue, number)) is not None:
            raise AskedAlready(there)
        fact = events.CallbackRequested(
            at=now,
            visit=self._new_id(now),
            data={**(origin.data if origin else {}), CALLBACK: "Y"},
            queue=standing.queue,
            trunk=origin.trunk if origin else TrunkId(""),
            number=origin.number if origin else "",
            caller_number=number,
            caller_name=origin.caller_name if origin else name,
            asked_by=by,
            expires_at=now + rules.expires_s,
            origin=origin.id if origin else None,
            brought_s=standing.brought_s,
            own_priority_s=standing.priority_s,
            own_requires=standing.requires,
            caller_priority=standing.caller_priority,
        )
        callback = Callback(visit_of(fact), fact)
        self.adopt(callback)
        acd.declare(fact)
        return callback

    def _new_id(self, now: float) -> VisitId:
        id = VisitId(f"{CALLBACK_PREFIX}{now:.6f}")
        while id in self._open:
            id = VisitId(f"{id}x")
        return id

    def adopt(self, callback: Callback) -> None:
        """Open from now on; also one that an engine before us has left."""
        self._open[callback.visit.id] = self._of[callback.key] = callback

    # --- called off ----------------------------------------------------------------------------------------

    def cancel(self, callback: Callback, by: str) -> bool:
        """False when the customer is talking already."""
        if callback.talking:
            return False
        callback.called_off.fire(Ending(CallbackEnd.CANCELLED, by))
        return True

    def brought_s(self, visit: Visit, queue: QueueId) -> float:
        """The customer calls himself: seconds his call would bring if it took the callback's place."""
        callback = self._of_caller(visit, queue)
        return callback.waited_s(self._acd.clock.now()) if callback is not None else 0.0

    def take_up(self, visit: Visit, queue: QueueId) -> None:
        """His call stands in the line now in place of the callback."""
        if (callback := self._of_caller(visit, queue)) is not None:
            callback.called_off.fire(Ending(CallbackEnd.CALLED_IN, visit.id))

    def _of_caller(self, visit: Visit, queue: QueueId) -> Callback | None:
        if visit.callback or not caller_key(visit.caller_number):
            return None
        callback = self.of(queue, visit.caller_number)
        return None if callback is None or callback.talking or callback.called_off.fired else callback

    def hear(self, fact: Fact) -> None:
        """A standing order may concern those who wait."""
        if isinstance(fact, events.QueueClosed | events.QueueOpened | events.NumberListed):
            self.look_again()

    def look_again(self) -> None:
        """Whether it is the time for them may have changed."""
        for callback in self.all():
            changed, callback.changed = callback.changed, Signal()
            changed.fire(True)

    # --- its story -----------------------------------------------------------------------------------------

    @contextmanager
    def open(self, callback: Callback) -> Iterator[None]:
        """As long as it is open; leaving writes its one ending: what was said, or that it was lost."""
        try:
            yield
        finally:
            visit = callback.visit
            del self._open[visit.id]
            if self._of.get(callback.key) is callback:
                del self._of[callback.key]
            if not callback.told_end:
                self.ends(callback, Ending(CallbackEnd.LOST))

    def ends(self, callback: Callback, ending: Ending) -> None:
        callback.told_end = True
        callback.visit.ends(_OUTCOMES.get(ending.reason, Outcome.NOT_CALLED_BACK), EndedBy.SYSTEM)
        self._tell(events.CallbackEnded, callback, reason=ending.reason, tries=callback.tries, by=ending.by)

    def dials(self, callback: Callback, channel: ChannelId, trunk: TrunkId, agent: AgentId | None) -> None:
        callback.tries += 1
        callback.visit.channel = channel
        callback.trying = self._tell(
            events.CallbackDialled,
            callback,
            tries=callback.tries,
            channel=channel,
            trunk=trunk,
            agent=agent,
        )

    def tried(self, callback: Callback, result: TryResult, cause: int, again_at: float) -> None:
        """In vain."""
        callback.in_vain(
            self._tell(
                events.CallbackTried,
                callback,
                tries=callback.tries,
                result=result,
                cause=cause,
                again_at=again_at,
            )
        )

    def put_off(self, callback: Callback, until: float) -> None:
        self._tell(events.CallbackPutOff, callback, until=until)

    def _tell[F: VisitFact](self, kind: Callable[..., F], callback: Callback, **more: Any) -> F:
        visit, now = callback.visit, self._acd.clock.now()
        fact = kind(at=now, visit=visit.id, data=visit.data, queue=callback.queue, **more)
        self._acd.declare(fact)
        return fact


def visit_of(fact: events.CallbackRequested) -> Visit:
    visit = Visit(
        id=fact.visit,
        channel=ChannelId(""),
        arrived_at=fact.at,
        trunk=fact.trunk,
        number=fact.number,
        caller_number=fact.caller_number,
        caller_name=fact.caller_name,
        data=fact.data,
    )
    visit.callback = True
    return visit


def standing_of(fact: events.CallbackRequested) -> Standing:
    return Standing(
        queue=fact.queue,
        requires=fact.own_requires,
        priority_s=fact.own_priority_s,
        caller_priority=fact.caller_priority,
        brought_s=fact.brought_s,
    )
