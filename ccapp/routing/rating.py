"""How widely skilled an agent is, as a tier: the calls only few can take must find those few free.

An agent's flexibility is the sum, over all he may serve, of load by staff: the share of each kind of call
that falls to each of those on duty who may take it. Tiers are its quantiles over the agents on duty. Load is
counted in calls seen, halved at each rating, above one for each queue: at first all queues count alike.

All are rated again when a quarter of the staff has changed or many calls have come since, so that it costs
a constant per log-in and per call; who logs in between is rated by the bounds there are.
"""

from bisect import bisect_left
from collections.abc import Collection
from itertools import chain

from ccapp.routing.seats import Seat
from ccapp.routing.signatures import Signature

CHANGED_PART = 4
"""All are rated again when one in so many of the staff has come or gone since."""
CALLS_MIN, CALLS_PER_AGENT = 256, 16
"""... or when so many calls have come, whichever is more."""


class Rating:
    """The bounds of the tiers, and what has happened since they were drawn."""

    def __init__(self, tiers: int) -> None:
        self.tiers = tiers
        self._bounds: list[float] = []
        self._staff = 0
        self._changes = 0
        self._calls = 0

    def came(self, seat: Seat) -> bool:
        """An agent is on duty. True: all are to be rated again; else he is rated now."""
        for signature in chain(seat.signatures, seat.ordered):
            signature.staff += 1
        self._staff += 1
        if self._changed():
            return True
        self._rate(seat)
        return False

    def went(self, seat: Seat) -> bool:
        for signature in chain(seat.signatures, seat.ordered):
            signature.staff -= 1
        self._staff -= 1
        return self._changed()

    def _changed(self) -> bool:
        self._changes += 1
        return self._changes * CHANGED_PART >= self._staff

    def called(self, signature: Signature) -> bool:
        """A call has come. True: all are to be rated again."""
        signature.seen += 1
        self._calls += 1
        return self._calls >= CALLS_MIN and self._calls >= CALLS_PER_AGENT * self._staff

    def rate_all(self, on_duty: Collection[Seat], signatures: Collection[Signature]) -> bool:
        """Draws the bounds anew. True: somebody is in another tier now."""
        before = [seat.tier for seat in on_duty]
        ranked = sorted(self._flexibility(seat) for seat in on_duty)
        self._bounds = [ranked[len(ranked) * n // self.tiers] for n in range(1, self.tiers)] if ranked else []
        for seat in on_duty:
            seat.tier = bisect_left(self._bounds, seat.flex)
        for signature in signatures:
            signature.seen /= 2
        self._changes = self._calls = 0
        return before != [seat.tier for seat in on_duty]

    def _rate(self, seat: Seat) -> None:
        seat.tier = bisect_left(self._bounds, self._flexibility(seat))

    def _flexibility(self, seat: Seat) -> float:
        shares = ((s.queues + s.seen) / s.staff for s in chain(seat.signatures, seat.ordered) if s.staff)
        seat.flex = round(sum(shares), 9)  # equals must be equal, whatever the order of adding
        return seat.flex
