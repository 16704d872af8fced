"""Calling somebody back: his place is kept in the line, and when it is his turn both sides are rung.

Nobody waits on a line meanwhile. It stands in the Router's line as any call does, so an agent is there for
every callback that is under way. Who is not reached goes out of the line, and later back to his place.
"""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import inf

from ccapp.acd import Acd, Attempt, Callback, Place, TurnedAway
from ccapp.acd.callbacks import Ending, standing_of
from ccapp.acd.signal import Signal
from ccapp.calls import delivering, queueing, ringing
from ccapp.calls.comfort import Comfort
from ccapp.calls.floor import Floor
from ccapp.calls.inbound import note_hang_up
from ccapp.calls.offering import Served
from ccapp.calls.scope import Undo, forever, how_gone, until, until_gone
from ccapp.domain.callbacks import CallbackEnd, CallbackRules, RungFirst, TryResult
from ccapp.domain.calldata import to_headers
from ccapp.domain.causes import Cause
from ccapp.domain.centre import Centre, Queue
from ccapp.domain.ids import AgentId, ChannelId, customer_channel
from ccapp.ports import CallerId, Dial, FoundLeg, Gone, Leg, LegGone

# --- when -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Now:
    """He may be called back, until this instant (epoch s)."""

    until: float


@dataclass(frozen=True, slots=True)
class Later:
    """Not before this instant."""

    until: float


def time_for(callback: Callback, acd: Acd) -> Now | Later | Ending:
    centre, now = acd.centre, acd.clock.now()
    queue = centre.queues.get(callback.queue)
    if queue is None:
        return Ending(CallbackEnd.QUEUE_GONE)
    rules = queue.callback
    if rules is not None and callback.tries - callback.spoilt >= rules.tries_max:
        return Ending(CallbackEnd.NOT_REACHED)
    expires_at = callback.asked.expires_at
    if now >= expires_at:
        return Ending(CallbackEnd.EXPIRED)
    if rules is None:
        return Later(expires_at)
    if not rules.allows(callback.number) or acd.orders.blocked(callback.number) is not None:
        return Ending(CallbackEnd.NOT_ALLOWED)
    if now < callback.not_before:
        return Later(min(callback.not_before, expires_at))
    if (closing := acd.orders.closing(queue.id, now)) is not None:
        return Later(expires_at if closing.until is None else min(closing.until, expires_at))
    hours = centre.hours.get(queue.hours) if queue.hours else None
    changes_at = hours.changes_after(now) if hours is not None else None
    until_at = min(expires_at, inf if changes_at is None else changes_at)
    return Now(until_at) if hours is None or hours.open_at(now) else Later(until_at)


# --- the story --------------------------------------------------------------------------------------------


async def ring_back(callback: Callback, floor: Floor, there: "Customer | None" = None) -> None:
    """From the asking to the talk, or to the end of all tries. `there`: an engine before us reached him."""
    acd, visit = floor.acd, callback.visit
    with acd.visiting(visit), acd.callbacks.open(callback):
        async with until(callback.called_off.on) as scope:
            if there is not None:
                await _with(there, callback, floor)
            await _until_over(callback, floor)
        if scope.happened is not None and not callback.told_end:
            acd.callbacks.ends(callback, scope.happened)


async def _until_over(callback: Callback, floor: Floor) -> None:
    acd, put_off_until = floor.acd, 0.0
    while not callback.told_end:
        match time_for(callback, acd):
            case Ending() as ending:
                acd.callbacks.ends(callback, ending)
            case Now():
                await _with(Customer(callback, floor), callback, floor)
            case Later(until=later):
                if later != put_off_until and acd.clock.now() >= callback.not_before:
                    acd.callbacks.put_off(callback, later)
                put_off_until = later
                await _pause(later, callback, floor)


async def _pause(until_at: float, callback: Callback, floor: Floor) -> None:
    """Until then, or until the configuration or a standing order changes."""
    async with until(callback.changed.on):
        await asyncio.sleep(max(0.0, until_at - floor.acd.clock.now()))


async def _with(customer: "Customer", callback: Callback, floor: Floor) -> None:
    """In line once, until the talk is over, or he was not reached, or it is no longer the time."""
    visit, served, failed = callback.visit, customer.served, None
    try:
        async with until_gone(customer) as scope:
            served = served or await _served(customer, callback, floor)
            if served is not None:
                callback.trying, callback.talking = None, True
                await queueing.talk(visit, customer.there, served, floor)
    except InVain as why:
        failed = why
    except (TurnedAway, NotTheTime):
        pass  # what now, is asked anew
    finally:
        customer.release()
    if served is not None:
        note_hang_up(visit, scope.happened)
        floor.acd.callbacks.ends(callback, Ending(CallbackEnd.SERVED))
    elif scope.happened is not None:
        failed = InVain(TryResult.HUNG_UP, scope.happened.cause)
    if failed is not None:
        _was_in_vain(failed, callback, floor)


AT_ONCE = (TryResult.AGENT_GONE, TryResult.NOT_DIALLED, TryResult.ENGINE_RESTART)
"""It was not the customer's doing."""


def _was_in_vain(why: "InVain", callback: Callback, floor: Floor) -> None:
    acd = floor.acd
    rules = _rules(callback, acd.centre)
    retry_s = 0.0 if rules is None or why.result in AT_ONCE else rules.retry_s
    acd.callbacks.tried(callback, why.result, why.cause, acd.clock.now() + retry_s)


async def _served(customer: "Customer", callback: Callback, floor: Floor) -> Served | None:
    """By the agent who is joined with him; None when it is no longer the time, and nobody was dialled.

    Raises InVain, TurnedAway.
    """
    standing = standing_of(callback.asked)
    with floor.acd.waiting(
        callback.visit,
        standing.queue,
        standing.requires,
        standing.priority_s,
        entered_at=callback.asked.at,
        caller_priority=standing.caller_priority,
        brought_s=standing.brought_s,
        again=True,
    ) as place:
        while not customer.is_there:
            attempt = await _his_turn(place, callback, floor)
            if attempt is None:
                return None
            if served := await _both_rung(attempt, place, customer):
                return served
            if callback.trying is not None and not customer.is_there:
                raise InVain(customer.why_absent)
        with Comfort(place, customer.there, _queue(place, floor), floor) as comfort:
            return await comfort.until_served()


async def _his_turn(place: Place, callback: Callback, floor: Floor) -> Attempt | None:
    """An agent is there for him. None: it is no longer the time to call him."""
    acd = floor.acd
    while isinstance(time := time_for(callback, acd), Now):
        async with until(callback.changed.on):
            try:
                async with asyncio.timeout(time.until - acd.clock.now()):
                    return await place.next_attempt()
            except TimeoutError:
                pass
    return None


async def _both_rung(attempt: Attempt, place: Place, customer: "Customer") -> Served | None:
    """None: he is there, and waits on; or has left; or was not dialled, and keeps his place."""
    message = delivering.message_of(attempt.visit, customer.floor)
    if message is None and customer.rules().rung_first is RungFirst.CUSTOMER:
        with customer.keeping_an_agent():
            await customer.picks_up(attempt.offer.agent)
        return None
    with attempt:
        return await ringing.ring(attempt, place, customer)


def _queue(place: Place, floor: Floor) -> Queue:
    return floor.acd.centre.queues.get(place.queue, place.settings)


def _rules(callback: Callback, centre: Centre) -> CallbackRules | None:
    queue = centre.queues.get(callback.queue)
    return queue.callback if queue is not None else None


# --- the customer -----------------------------------------------------------------------------------------


class NotTheTime(Exception):
    """Meanwhile it has ceased to be the time to call him."""


class InVain(Exception):
    def __init__(self, result: TryResult, cause: int = 0) -> None:
        super().__init__(result)
        self.result = result
        self.cause = cause


class Customer:
    """The party an agent is rung for who comes to the line only when he has been dialled."""

    def __init__(self, callback: Callback, floor: Floor) -> None:
        self.floor = floor
        self.served: Served | None = None  # by an engine before us
        self._left: Signal[Gone] = Signal()  # after he has answered
        self._callback = callback
        self._leg: Leg | None = None  # of the try that is being made

    def rules(self) -> CallbackRules:
        """Raises NotTheTime when it has none any more."""
        rules = _rules(self._callback, self.floor.acd.centre)
        if rules is None:
            raise NotTheTime
        return rules

    @property
    def channel(self) -> ChannelId | None:
        return None

    @property
    def why_absent(self) -> TryResult:
        """Though an agent had answered, or was kept for him."""
        if self._leg is None:
            return TryResult.NOT_DIALLED
        return TryResult.HUNG_UP if self._leg.answered else TryResult.AGENT_GONE

    @property
    def is_there(self) -> bool:
        return self._leg is not None and self._leg.answered and self._leg.gone is None

    @property
    def there(self) -> Leg:
        assert self._leg is not None, "he is there"
        return self._leg

    async def music(self) -> None:
        """Nobody is there to hear it."""

    async def while_ringing(self) -> None:
        """Likewise."""

    async def comes(self, attempt: Attempt, agent: Leg) -> Leg:
        """Dialled now; the agent hears music meanwhile. LegGone: the agent did not wait."""
        if self.is_there:
            return self.there
        await self._is_wanted(attempt.offer.agent, agent)
        queue = self.floor.acd.centre.queues.get(self._callback.queue)
        await agent.music(queue.music if queue is not None else "default")
        try:
            async with until(agent.on_gone):
                await self.picks_up(attempt.offer.agent, agent.id)
                return self.there
        finally:
            agent.quiet()
        raise LegGone("the agent did not wait for the customer")

    async def _is_wanted(self, agent: AgentId, leg: Leg) -> None:
        """Where he has left a message: by the agent who has heard it. Otherwise that is all."""
        message = delivering.message_of(self._callback.visit, self.floor)
        if message is None or await delivering.is_to_be_rung(message, agent, leg, self.floor):
            return
        self._callback.called_off.fire(Ending(CallbackEnd.CANCELLED, agent))
        await forever()

    @contextmanager
    def keeping_an_agent(self) -> Iterator[None]:
        self._callback.keeps_agent = True
        try:
            yield
        finally:
            self._callback.keeps_agent = False

    async def picks_up(self, agent: AgentId, originator: ChannelId | None = None) -> None:
        """The try is on record before he is dialled: a successor must know of it.

        Raises InVain, NotTheTime.
        """
        callback, acd, rules = self._callback, self.floor.acd, self.rules()
        if not isinstance(time_for(callback, acd), Now):
            raise NotTheTime
        channel = customer_channel(callback.visit.id, callback.tries + 1)
        acd.callbacks.dials(callback, channel, rules.trunk, agent)
        await acd.settled()
        self._leg = self.floor.switch.dial(self._dial(channel, rules, originator))
        try:
            async with asyncio.timeout(rules.ring_s):
                await self._leg.picked_up()
        except TimeoutError:
            raise InVain(TryResult.NO_ANSWER) from None
        except LegGone:
            gone = await how_gone(self._leg)
            raise InVain(result_of(gone.cause), gone.cause) from None
        self.found(self._leg)

    def found(self, leg: Leg) -> None:
        """He has answered, and is there until he hangs up."""
        self._leg = leg
        leg.on_gone(self._left.fire)

    def on_gone(self, callback: Callable[[Gone], None]) -> Undo:
        """When he hangs up who had answered."""
        return self._left.on(callback)

    def _dial(self, channel: ChannelId, rules: CallbackRules, originator: ChannelId | None) -> Dial:
        """What travels with a call leaves the house by trusted trunks only."""
        callback = self._callback
        trunk = self.floor.acd.centre.trunks.get(rules.trunk)
        return Dial(
            channel=channel,
            endpoint=f"{callback.number}@{rules.trunk}",
            caller=CallerId(number=rules.caller_id),
            headers=to_headers(callback.visit.data) if trunk is not None and trunk.trusted else {},
            ring_s_max=rules.ring_s + RING_S_SPARE,
            originator=originator,
        )

    def release(self) -> None:
        if self._leg is not None:
            self._leg.release()


RING_S_SPARE = 5.0
"""The switch stops ringing by itself so long after we should have: only if the engine died meanwhile."""

_RESULTS = {
    Cause.BUSY: TryResult.BUSY,
    Cause.NO_RESPONSE: TryResult.NO_ANSWER,
    Cause.NO_ANSWER: TryResult.NO_ANSWER,
    Cause.REJECTED: TryResult.REJECTED,
}


def result_of(cause: int) -> TryResult:
    """Of a customer's leg that ended before he answered."""
    return _RESULTS.get(Cause(cause), TryResult.FAILED) if cause in Cause else TryResult.FAILED


# --- after a restart --------------------------------------------------------------------------------------


def callback_found(
    callback: Callback, found: FoundLeg | None, served: Served | None, floor: Floor
) -> Customer | None:
    """The customer whom an engine before us has reached. One whose phone may still ring is let go: that try
    is over, and another one is made in its place."""
    if found is not None and found.leg.answered:
        customer = Customer(callback, floor)
        customer.found(found.leg)
        customer.served = served
        return customer
    if found is not None:
        found.leg.release()
    if callback.trying is not None:
        _was_in_vain(InVain(TryResult.ENGINE_RESTART), callback, floor)
    return None
