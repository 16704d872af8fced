"""Queues that agents sign in to one by one: who of those able to serve them has, kept in their signatures.

A signature of such a queue is its own, shared with no other queue, and holds as capable only those who have
signed in. Everything else of routing sees no difference to a queue that never had the others.
"""

from bisect import insort
from collections.abc import Iterable

from ccapp.domain.ids import QueueId
from ccapp.domain.presence import Presence
from ccapp.routing.seats import Seat
from ccapp.routing.signatures import Signature


class Signing:
    def __init__(self, queues: Iterable[QueueId]) -> None:
        self.queues = frozenset(queues)
        self._signatures: dict[QueueId, list[tuple[Signature, frozenset[Seat]]]] = {}

    def signed_in(self, presence: Presence) -> frozenset[QueueId]:
        """The queues of ours that he has signed in to."""
        return self.queues if presence.queues is None else self.queues.intersection(presence.queues)

    def made(self, signature: Signature, queue: QueueId) -> None:
        """A new signature, with all who are able to serve it: only those stay who have signed in."""
        if queue in self.queues:
            able = frozenset(signature.capable)
            self._signatures.setdefault(queue, []).append((signature, able))
            signature.capable = [seat for seat in signature.capable if queue in self.signed_in(seat.presence)]

    def forgotten(self, signature: Signature) -> None:
        for queue, known in self._signatures.items():
            self._signatures[queue] = [entry for entry in known if entry[0] is not signature]

    def change(self, seat: Seat, before: Presence, after: Presence) -> list[Signature]:
        """He signs in and out, while he is in no tier. Returns the signatures that have lost him."""
        was, is_now = self.signed_in(before), self.signed_in(after)
        for queue in sorted(is_now - was):
            for signature in self._able(seat, queue):
                insort(signature.capable, seat, key=lambda each: each.id)
                _his(seat, signature).append(signature)
                signature.staff += seat.on_duty
                signature.present += seat.present
        lost = []
        for queue in sorted(was - is_now):
            for signature in self._able(seat, queue):
                signature.capable.remove(seat)
                _his(seat, signature).remove(signature)
                signature.staff -= seat.on_duty
                signature.present -= seat.present
                lost.append(signature)
        return lost

    def _able(self, seat: Seat, queue: QueueId) -> Iterable[Signature]:
        return (signature for signature, able in self._signatures.get(queue, ()) if seat in able)


def _his(seat: Seat, signature: Signature) -> list[Signature]:
    return seat.signatures if signature.bench is None else seat.ordered
