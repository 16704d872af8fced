"""In which order a queue chooses among the free agents, where that is not simply the longest idle.

A Bench holds the idle agents of one Signature in the order of its queue: by level, then as the strategy says.
What an order goes by never changes while an agent is idle, so a bench sorts nobody twice. An agent who serves
several queues sits on a bench of each; taken by one he is off them all. Calls and talk time count over all
queues since log-in, whose turn it is and positions count for each queue alone.

The order of a fifo queue also knows for how many of its calls phones ring. While these are as many as may,
only agents who wait on the line are given calls that do not ring yet.
"""

from bisect import bisect_left, insort
from collections.abc import Callable, Iterator, Mapping

from ccapp.domain.centre import Centre, Queue
from ccapp.domain.fifo import Kind
from ccapp.domain.ids import AgentId, QueueId
from ccapp.domain.serving import Standing, Strategy
from ccapp.routing.dice import Dice
from ccapp.routing.ladder import STANDING, levels_of
from ccapp.routing.seats import Place, Seat

type Rank = tuple[float | int | str | tuple[float, int], ...]


class Order:
    """The order of one queue, as configured."""

    __slots__ = ("_levels", "_rank", "_simo", "_standings", "dice", "fifo", "queue", "ringing", "strategy")

    def __init__(self, queue: Queue, levels: Mapping[AgentId, int], dice: Dice) -> None:
        self.queue: QueueId = queue.id
        self.strategy = queue.strategy
        self.dice = dice
        self._levels = levels
        self._standings: Mapping[AgentId, Standing] = queue.tiers
        self._rank = _RANKS.get(queue.strategy, _idle)
        self.fifo = queue.kind is Kind.FIFO
        self._simo = queue.simo
        self.ringing = 0  # calls for which phones ring, where that is limited

    @property
    def limited(self) -> bool:
        return self._simo is not None

    @property
    def full(self) -> bool:
        return self._simo is not None and self.ringing >= self._simo

    def may_have(self, place: Place, seat: Seat) -> bool:
        """Whether he may be offered the call though phones ring for others."""
        return seat.on_line or bool(place.ringing) or not self.full

    def level(self, seat: Seat) -> int:
        return self._levels.get(seat.id, 1)

    def position(self, seat: Seat) -> int:
        return self._standings.get(seat.id, STANDING).position

    def turn(self, seat: Seat) -> int:
        """The number of the last offer this queue made him."""
        return seat.turns.get(self.queue, 0)

    def weight(self, seat: Seat) -> int:
        if self.strategy is not Strategy.WEIGHTED:
            return 1
        return self._standings.get(seat.id, STANDING).weight

    def rank(self, seat: Seat) -> Rank:
        """Smallest first; no two agents have the same."""
        if self.fifo:
            return (not seat.on_line, self.level(seat), *self._rank(self, seat), seat.id)
        return (self.level(seat), *self._rank(self, seat), seat.id)

    def bench(self) -> "Bench":
        drawn = self.strategy in (Strategy.RANDOM, Strategy.WEIGHTED)
        return Drawn(self) if drawn else Ranked(self)


def _idle(order: Order, seat: Seat) -> Rank:
    return (seat.tier, seat.idle_key)


_RANKS: Mapping[Strategy, Callable[[Order, Seat], Rank]] = {
    Strategy.ROUND_ROBIN: lambda order, seat: (order.turn(seat), order.position(seat)),
    Strategy.TOP_DOWN: lambda order, seat: (order.position(seat),),
    Strategy.FEWEST_CALLS: lambda order, seat: (seat.calls, seat.idle_key),
    Strategy.LEAST_TALK_TIME: lambda order, seat: (seat.talk_s, seat.idle_key),
    Strategy.SEQUENTIAL: lambda order, seat: (order.position(seat), order.turn(seat)),
    Strategy.RING_PROGRESSIVELY: lambda order, seat: (order.position(seat), seat.idle_key),
}


def order_of(queue: Queue, centre: Centre, dice: Dice) -> Order | None:
    """None: all on one level, and longest idle."""
    levels = levels_of(queue, centre)
    if not levels and queue.strategy is Strategy.LONGEST_IDLE and queue.kind is not Kind.FIFO:
        return None
    return Order(queue, levels, dice)


class Ranked:
    """The idle agents, sorted. Coming and going costs a bisection."""

    def __init__(self, order: Order) -> None:
        self.order = order
        self._rows: list[tuple[Rank, Seat]] = []
        self._ranks: dict[Seat, Rank] = {}

    def add(self, seat: Seat) -> None:
        rank = self._ranks[seat] = self.order.rank(seat)
        insort(self._rows, (rank, seat))

    def remove(self, seat: Seat) -> None:
        del self._rows[bisect_left(self._rows, (self._ranks.pop(seat),))]

    def clear(self) -> None:
        self._rows.clear()
        self._ranks.clear()

    def __iter__(self) -> Iterator[Seat]:
        return (seat for _, seat in self._rows)

    def first(self, place: Place, now: float) -> Seat | None:
        seats = (seat for _, seat in self._rows if not place.barred(seat.id, now))
        if self.order.full:
            seats = (seat for seat in seats if self.order.may_have(place, seat))
        return next(seats, None)


class Drawn:
    """The idle agents as lots: by level, and those of the same weight together."""

    def __init__(self, order: Order) -> None:
        self.order = order
        self._lots: dict[int, dict[int, list[Seat]]] = {}  # level -> weight -> agents
        self._at: dict[Seat, int] = {}

    def _urn(self, seat: Seat) -> list[Seat]:
        return self._lots.setdefault(self.order.level(seat), {}).setdefault(self.order.weight(seat), [])

    def add(self, seat: Seat) -> None:
        urn = self._urn(seat)
        self._at[seat] = len(urn)
        urn.append(seat)

    def remove(self, seat: Seat) -> None:
        urn, at = self._urn(seat), self._at.pop(seat)
        last = urn.pop()
        if last is not seat:
            urn[at] = last
            self._at[last] = at

    def clear(self) -> None:
        self._lots.clear()
        self._at.clear()

    def __iter__(self) -> Iterator[Seat]:
        for _, urns in sorted(self._lots.items()):
            for _, urn in sorted(urns.items(), reverse=True):
                yield from urn

    def first(self, place: Place, now: float) -> Seat | None:
        """One by lot, of the lowest level that has any."""
        for _, lots in sorted(self._lots.items()):
            urns = _for_call(lots, place, now)
            if any(urns.values()):
                return self._drawn(urns)
        return None

    def _drawn(self, urns: Mapping[int, list[Seat]]) -> Seat:
        number = self.order.dice.below(sum(weight * len(urn) for weight, urn in urns.items()))
        for weight, urn in sorted(urns.items()):
            if number < weight * len(urn):
                return urn[number // weight]
            number -= weight * len(urn)
        raise AssertionError("a number below the sum")


def _for_call(urns: Mapping[int, list[Seat]], place: Place, now: float) -> Mapping[int, list[Seat]]:
    if not place.tried:
        return urns
    return {weight: [seat for seat in urn if not place.barred(seat.id, now)] for weight, urn in urns.items()}


type Bench = Ranked | Drawn
