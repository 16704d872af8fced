"""Materialised eligibility: who may serve what, kept ready so that a match costs no search.

A Signature is one distinct requirement. It knows who can meet it, holds the idle ones among them in tiers
(least widely skilled first, longest idle first within one), and the calls that ask for it in a heap.

- a call comes: first agent of the first tier that has one;
- an agent comes free: smallest head among his signatures' heaps, else one insertion per signature;
- a call goes: marked, and dropped when it reaches the head or when half of the heap is dead.

The selection is `Index.agent_for` and `Index.call_for`, and nowhere else.
"""

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain

from ccapp.domain.centre import Centre
from ccapp.domain.expressions import Expression
from ccapp.domain.ids import AgentId, QueueId
from ccapp.domain.presence import Presence
from ccapp.domain.requirements import Requires, met
from ccapp.routing.dice import Dice
from ccapp.routing.ladder import Ladder, ladder_of
from ccapp.routing.order import Order, order_of
from ccapp.routing.precedence import OVERDUE, Precedence, precedence_of, rank
from ccapp.routing.rating import Rating
from ccapp.routing.seats import Place, Seat
from ccapp.routing.signatures import Entry, Signature, Tier
from ccapp.routing.signing import Signing
from ccapp.routing.skills import Bits, Key, Members

type Name = tuple[Key, Order | None, Precedence, QueueId | None]
"""What makes two signatures the same one."""

TIERS = 8
OWN_SIGNATURES_MAX = 256
OWN_PER_QUEUE = 4
"""Requirements only calls have brought (no queue begins with them) that are kept though nobody waits."""

KEYS_MAX = 4096
"""Expressions whose ways are remembered."""

LONGEST_IDLE = (float("-inf"), 0)


class Index:
    """All signatures of one configuration."""

    def __init__(self, centre: Centre, seats: Mapping[AgentId, Seat], tiers: int, dice: Dice) -> None:
        queues = centre.queues.values()
        self.agents: Mapping[AgentId, Seat] = {agent: seats[agent] for agent in sorted(centre.agents)}
        self._rating = Rating(tiers)
        self._signatures: dict[Name, Signature] = {}
        self._own: OrderedDict[Name, Signature] = OrderedDict()
        self._own_max = max(OWN_SIGNATURES_MAX, OWN_PER_QUEUE * len(queues))
        self._keys: dict[tuple[Expression, Members], Key] = {}  # of expressions that were read already
        self._newest = LONGEST_IDLE  # idle key of the agent who came last
        self._ladders = {queue.id: ladder_of(queue, centre) for queue in queues}
        self._climbed = {
            queue.id: ladder for queue in queues if not (ladder := self._ladders[queue.id]).is_plain(queue)
        }
        self._precedences = {queue.id: precedence_of(queue) for queue in queues}
        self._orders = {queue.id: order_of(queue, centre, dice) for queue in queues}
        self._bits = Bits(
            (centre.agents[agent] for agent in self.agents),
            chain.from_iterable(ladder.memberships() for ladder in self._ladders.values()),
        )
        self.signing = Signing(queues)
        self._of_queue: dict[QueueId, Signature] = {}
        for queue in queues:
            members, first = self._ladders[queue.id].members(0, 0), precedence_of(queue)
            signature = self._of_queue[queue.id] = self._signature(queue.requires, members, queue.id, first)
            signature.queues += 1
        self.ranked = len({queue.priority for queue in queues}) > 1  # else there is nothing to be overdue for
        self.chancy = self.ranked and any(queue.service_probability < 1 for queue in queues)
        self.counts_present = any(
            rung.at_once for ladder in self._ladders.values() for rung in ladder.rungs[1:]
        )
        self._emptied: list[Signature] = []

    def adopt(self) -> None:
        """Makes the seats this index's own: nobody is free yet. From here on the old index is dead."""
        for seat in self.agents.values():
            seat.signatures, seat.ordered, seat.free = [], [], False
        for signature in self._signatures.values():
            self._enrol(signature)
        for seat in self.agents.values():
            if seat.on_duty:
                self._rating.came(seat)
        self._rate_all()

    def _enrol(self, signature: Signature) -> None:
        """Those who can meet it come to know it."""
        for seat in signature.capable:
            (seat.signatures if signature.bench is None else seat.ordered).append(signature)
        if self.counts_present:
            signature.present = sum(seat.present for seat in signature.capable)

    def of_queue(self, queue: QueueId) -> Signature:
        """What its calls ask for that ask for nothing more, when they come."""
        return self._of_queue[queue]

    def ladder(self, queue: QueueId) -> Ladder | None:
        return self._ladders.get(queue)

    # --- staff --------------------------------------------------------------------------------------------

    def on_duty(self, seat: Seat, on_duty: bool) -> None:
        """An agent has logged in or out. To be told of those this index holds."""
        stale = self._rating.came(seat) if on_duty else self._rating.went(seat)
        if stale:
            self._rate_all()

    def signs(self, seat: Seat, before: Presence, after: Presence) -> None:
        """He signs in to single queues and out of them, or comes to his desk, while he is in no tier."""
        lost = self.signing.change(seat, before, after)
        if self.counts_present:
            self._emptied += [signature for signature in lost if not signature.present]

    def present(self, seat: Seat, present: bool) -> None:
        """An agent has come to mean to take calls, or has ceased to. Only to be told if `counts_present`."""
        for signature in chain(seat.signatures, seat.ordered):
            signature.present += 1 if present else -1
            if not signature.present:
                self._emptied.append(signature)

    def deserted(self) -> list[Place]:
        """The calls that nobody is there for any more and that may climb for it; out of their heaps."""
        emptied, self._emptied = self._emptied, []
        places = [
            place
            for signature in emptied
            if not signature.present
            for place in signature.waiting()
            if place.ladder is not None and place.ladder.may_climb_at_once(place.rung)
        ]
        for place in places:
            place.signature.dequeue(place)
        return places

    def _rate_all(self) -> None:
        staff = [seat for seat in self.agents.values() if seat.on_duty]
        if self._rating.rate_all(staff, self._signatures.values()):
            self._sort_tiers()

    def _sort_tiers(self) -> None:
        for signature in self._signatures.values():
            for tier in signature.tiers:
                tier.clear()
            if signature.bench is not None:
                signature.bench.clear()
        self._newest = LONGEST_IDLE
        for seat in sorted((s for s in self.agents.values() if s.free), key=lambda s: s.idle_key):
            self.add(seat)

    # --- signatures ---------------------------------------------------------------------------------------

    def _signature(
        self, requires: Requires, members: Members, queue: QueueId, precedence: Precedence
    ) -> Signature:
        key, order = self._key(requires, members), self._orders.get(queue)
        name = (key, order, precedence, queue if queue in self.signing.queues else None)
        if name not in self._signatures:
            capable = [self.agents[agent] for agent in self._bits.capable(key)]
            bench = None if order is None else order.bench()
            self._signatures[name] = signature = Signature(capable, self._rating.tiers, bench)
            self.signing.made(signature, queue)
        return self._signatures[name]

    def _key(self, requires: Requires, members: Members) -> Key:
        """What is the same for requirements that are; an expression is taken apart but once."""
        if not isinstance(requires, str):
            return self._bits.key(requires, members)
        known = self._keys.get((requires, members))
        if known is None:
            if len(self._keys) >= KEYS_MAX:
                self._keys.clear()
            known = self._keys[requires, members] = self._bits.key(requires, members)
        return known

    def place(self, place: Place) -> None:
        """Gives a call its signature: its queue's, unless it asks for more than that."""
        queue = place.queue
        plain = place.call.requires == queue.requires and queue.id in self._of_queue
        place.ladder = self._climbed.get(queue.id)
        place.eased, place.rung, place.crowded = 0, 0, False
        place.precedence = self._precedences.get(queue.id) or precedence_of(queue)
        place.rank = rank(place.precedence, place.call.caller_priority)
        place.overdue_at = self.overdue_at(place) if self.ranked else None
        place.signature = signature = self._of_queue[queue.id] if plain else self._of_call(place)
        place.in_heap = False
        signature.calls += 1
        if self._rating.called(signature):
            self._rate_all()

    @staticmethod
    def overdue_at(place: Place) -> float | None:
        queue, call = place.queue, place.call
        return call.entered_at - call.brought_s + queue.overdue_s if queue.overdue_s else None

    def promote(self, place: Place, now: float) -> None:
        """Lets a call that is in no heap go before all others, if it is overdue by now."""
        if place.overdue_at is not None and place.overdue_at <= now:
            place.overdue_at, place.precedence = None, OVERDUE
            place.rank = rank(OVERDUE, place.call.caller_priority)
            self._to(place, self._of_call(place))

    def climb(self, place: Place, now: float) -> None:
        """Takes a call that is in no heap as far as it may go: up its ladder, and before all when overdue."""
        self.promote(place, now)
        place.step_at = place.overdue_at
        ladder = place.ladder
        if ladder is None:
            return
        entered_at = place.call.entered_at
        self._stand(
            place,
            ladder.eased(entered_at, place.eased, now),
            ladder.rung(entered_at, place.rung, now, crowded=place.crowded),
        )
        while ladder.may_climb_at_once(place.rung) and not place.signature.present:
            self._stand(place, place.eased, place.rung + 1)
        step_at = ladder.next_at(entered_at, place.eased, place.rung)
        if step_at is not None and (place.step_at is None or step_at < place.step_at):
            place.step_at = step_at

    def _stand(self, place: Place, eased: int, rung: int) -> None:
        if (eased, rung) == (place.eased, place.rung):
            return
        place.eased, place.rung = eased, rung
        self._to(place, self._of_call(place))

    @staticmethod
    def _to(place: Place, signature: Signature) -> None:
        if signature is not place.signature:
            place.signature.calls -= 1
            place.signature, place.in_heap = signature, False
            signature.calls += 1

    def _of_call(self, place: Place) -> Signature:
        known = len(self._signatures)
        signature = self._signature(place.asks, place.members, place.queue.id, place.precedence)
        if len(self._signatures) > known:
            self._adopt_own(signature)
        return signature

    def _adopt_own(self, signature: Signature) -> None:
        self._own[next(reversed(self._signatures))] = signature
        signature.staff = sum(seat.on_duty for seat in signature.capable)
        self._enrol(signature)
        for seat in sorted((s for s in signature.capable if s.free), key=lambda s: s.idle_key):
            if signature.bench is None:
                signature.tiers[seat.tier][seat] = None
            else:
                signature.bench.add(seat)
        if len(self._own) > self._own_max:
            self._forget_unused()

    def _forget_unused(self) -> None:
        for key, signature in list(self._own.items())[:-1]:
            if not signature.calls:
                del self._own[key], self._signatures[key]
                self.signing.forgotten(signature)
                for seat in signature.capable:
                    (seat.signatures if signature.bench is None else seat.ordered).remove(signature)

    # --- the idle -----------------------------------------------------------------------------------------

    def add(self, seat: Seat) -> None:
        seat.free = True
        tier = seat.tier
        newest = seat.idle_key >= self._newest
        if newest:
            self._newest = seat.idle_key
        for signature in seat.signatures:
            idle = signature.tiers[tier]
            idle[seat] = None
            if not newest:
                _into_order(idle, seat)
        for signature in seat.ordered:
            assert signature.bench is not None
            signature.bench.add(seat)

    def remove(self, seat: Seat) -> None:
        seat.free = False
        tier = seat.tier
        for signature in seat.signatures:
            del signature.tiers[tier][seat]
        for signature in seat.ordered:
            assert signature.bench is not None
            signature.bench.remove(seat)

    # --- the selection ------------------------------------------------------------------------------------

    def agents_for(self, place: Place, now: float) -> Iterator[Seat]:
        """The free agents for a call, best first: least widely skilled, then longest idle."""
        for tier in self._rows(place.signature):
            for seat in tier:
                if not (place.tried and place.barred(seat.id, now)):
                    yield seat

    @staticmethod
    def _rows(signature: Signature) -> Iterable[Iterable[Seat]]:
        return signature.tiers if signature.bench is None else (signature.bench,)

    def agent_for(self, place: Place, now: float) -> Seat | None:
        bench = place.signature.bench
        if bench is not None:
            return bench.first(place, now)
        for tier in place.signature.tiers:
            if tier:
                if not place.tried:
                    return next(iter(tier))
                for seat in tier:
                    if not place.barred(seat.id, now):
                        return seat
        return None

    def could_ever_serve(self, seat: Seat, place: Place) -> bool:
        """Whether he may serve the call at the latest when it stands at the top of its ladder."""
        ladder = self._ladders[place.queue.id]
        eased, rung = len(ladder.eases), len(ladder.rungs) - 1
        members = ladder.members(eased, rung)
        let_in = members is None or seat.id in members
        return let_in and met(seat.agent.skills, ladder.asks(place.call.requires, eased))

    def call_for(self, seat: Seat, now: float) -> Place | None:
        """The first among all the agent may serve."""
        best: Entry | None = None
        excluded = seat.excluded
        for signature in chain(seat.signatures, seat.ordered) if seat.ordered else seat.signatures:
            if signature.live:
                if signature.bench is not None and signature.bench.order.full:
                    head = _head_beside(signature, seat, now)
                else:
                    head = signature.head_for(seat.agent.id, now) if excluded else signature.head()
                if head is not None and (best is None or head < best):
                    best = head
        return best[3] if best else None

    def heads_for(self, seat: Seat, now: float) -> list[Entry]:
        """The first call of each of his lines that he may be given."""
        live = (signature for signature in chain(seat.signatures, seat.ordered) if signature.live)
        heads = (_head_beside(signature, seat, now) for signature in live)
        return [head for head in heads if head is not None]


def _head_beside(signature: Signature, seat: Seat, now: float) -> Entry | None:
    """The first call he may be given though phones ring for others of its queue."""
    if signature.bench is None:
        return signature.head_for(seat.agent.id, now)
    order = signature.bench.order
    return signature.head_that(lambda place: not place.barred(seat.id, now) and order.may_have(place, seat))


def _into_order(idle: Tier, seat: Seat) -> None:
    """Brings the agent just appended to where his idle time puts him: nearly always the very front."""
    key = seat.idle_key
    if key <= next(iter(idle)).idle_key:
        idle.move_to_end(seat, last=False)
        return
    newest_first = reversed(idle)
    next(newest_first)
    if next(newest_first).idle_key <= key:
        return
    in_order = sorted(idle, key=lambda s: s.idle_key)
    idle.clear()
    idle.update(dict.fromkeys(in_order))
