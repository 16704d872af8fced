"""Materialised eligibility: who may serve what, kept ready so that a match costs no search.

A Signature is one distinct requirement. It knows who can meet it, holds the idle ones among them in tiers
(least widely skilled first, longest idle first within one), and the calls that ask for it in a heap.

- a call comes: first agent of the first tier that has one;
- an agent comes free: smallest head among his signatures' heaps, else one insertion per signature;
- a call goes: marked, and dropped when it reaches the head or when half of the heap is dead.

The selection is `Index.agent_for` and `Index.call_for`, and nowhere else.
"""

from collections import OrderedDict
from collections.abc import Iterator, Mapping

from ccapp.domain.centre import Centre
from ccapp.domain.expressions import Expression
from ccapp.domain.ids import AgentId, QueueId
from ccapp.domain.requirements import Requires
from ccapp.routing.rating import Rating
from ccapp.routing.seats import Place, Seat
from ccapp.routing.signatures import Entry, Signature, Tier
from ccapp.routing.skills import Bits, Key, Members

TIERS = 8
OWN_SIGNATURES_MAX = 256
"""Requirements only calls have brought (no queue has them) that are kept when nobody waits for them."""

KEYS_MAX = 4096
"""Expressions whose ways are remembered."""

LONGEST_IDLE = (float("-inf"), 0)


class Index:
    """All signatures of one configuration."""

    def __init__(self, centre: Centre, seats: Mapping[AgentId, Seat], tiers: int = TIERS) -> None:
        queues = centre.queues.values()
        self.agents: Mapping[AgentId, Seat] = {agent: seats[agent] for agent in sorted(centre.agents)}
        self._rating = Rating(tiers)
        self._signatures: dict[Key, Signature] = {}
        self._own: OrderedDict[Key, Signature] = OrderedDict()
        self._keys: dict[tuple[Expression, Members], Key] = {}  # of expressions that were read already
        self._newest = LONGEST_IDLE  # idle key of the agent who came last
        self._bits = Bits(
            (centre.agents[agent] for agent in self.agents),
            (queue.agents for queue in queues if queue.agents is not None),
        )
        self._of_queue: dict[QueueId, Signature] = {}
        for queue in queues:
            signature = self._of_queue[queue.id] = self._signature(queue.requires, queue.agents)
            signature.queues += 1

    def adopt(self) -> None:
        """Makes the seats this index's own: nobody is free yet. From here on the old index is dead."""
        for agent, seat in self.agents.items():
            seat.mask, seat.signatures, seat.free = self._bits.masks[agent], [], False
        for signature in self._signatures.values():
            for seat in signature.capable:
                seat.signatures.append(signature)
        for seat in self.agents.values():
            if seat.on_duty:
                self._rating.came(seat)
        self._rate_all()

    # --- staff --------------------------------------------------------------------------------------------

    def on_duty(self, seat: Seat, on_duty: bool) -> None:
        """An agent has logged in or out. To be told of those this index holds."""
        stale = self._rating.came(seat) if on_duty else self._rating.went(seat)
        if stale:
            self._rate_all()

    def _rate_all(self) -> None:
        staff = [seat for seat in self.agents.values() if seat.on_duty]
        if self._rating.rate_all(staff, self._signatures.values()):
            self._sort_tiers()

    def _sort_tiers(self) -> None:
        for signature in self._signatures.values():
            for tier in signature.tiers:
                tier.clear()
        self._newest = LONGEST_IDLE
        for seat in sorted((s for s in self.agents.values() if s.free), key=lambda s: s.idle_key):
            self.add(seat)

    # --- signatures ---------------------------------------------------------------------------------------

    def _signature(self, requires: Requires, members: Members) -> Signature:
        key = self._key(requires, members)
        if key not in self._signatures:
            capable = [self.agents[agent] for agent in self._bits.capable(key)]
            self._signatures[key] = Signature(capable, self._rating.tiers)
        return self._signatures[key]

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
        place.signature = signature = self._of_queue[queue.id] if plain else self._of_call(place)
        place.in_heap = False
        signature.calls += 1
        if self._rating.called(signature):
            self._rate_all()

    def _of_call(self, place: Place) -> Signature:
        known = len(self._signatures)
        signature = self._signature(place.call.requires, place.queue.agents)
        if len(self._signatures) > known:
            self._adopt_own(signature)
        return signature

    def _adopt_own(self, signature: Signature) -> None:
        self._own[next(reversed(self._signatures))] = signature
        signature.staff = sum(seat.on_duty for seat in signature.capable)
        for seat in signature.capable:
            seat.signatures.append(signature)
        for seat in sorted((s for s in signature.capable if s.free), key=lambda s: s.idle_key):
            signature.tiers[seat.tier][seat] = None
        if len(self._own) > OWN_SIGNATURES_MAX:
            self._forget_unused()

    def _forget_unused(self) -> None:
        for key, signature in list(self._own.items())[:-1]:
            if not signature.calls:
                del self._own[key], self._signatures[key]
                for seat in signature.capable:
                    seat.signatures.remove(signature)

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

    def remove(self, seat: Seat) -> None:
        seat.free = False
        tier = seat.tier
        for signature in seat.signatures:
            del signature.tiers[tier][seat]

    # --- the selection ------------------------------------------------------------------------------------

    def agents_for(self, place: Place, now: float) -> Iterator[Seat]:
        """The free agents for a call, best first: least widely skilled, then longest idle."""
        for tier in place.signature.tiers:
            for seat in tier:
                if not (place.tried and place.barred(seat.id, now)):
                    yield seat

    def agent_for(self, place: Place, now: float) -> Seat | None:
        for tier in place.signature.tiers:
            if tier:
                if not place.tried:
                    return next(iter(tier))
                for seat in tier:
                    if not place.barred(seat.id, now):
                        return seat
        return None

    def call_for(self, seat: Seat, now: float) -> Place | None:
        """The smallest key among all the agent may serve."""
        best: Entry | None = None
        excluded = seat.excluded
        for signature in seat.signatures:
            if signature.live:
                head = signature.head_for(seat.agent.id, now) if excluded else signature.head()
                if head is not None and (best is None or head < best):
                    best = head
        return best[2] if best else None


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
