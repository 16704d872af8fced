"""Queues that agents sign in to one by one or serve at their desks only: who of those able to serve them may,
kept in their signatures.

A signature of such a queue is its own, shared with no other queue, and holds as capable only those who are
let in. Everything else of routing sees no difference to a queue that never had the others.
"""

from bisect import insort
from collections.abc import Iterable

from ccapp.domain.centre import Queue
from ccapp.domain.ids import QueueId
from ccapp.domain.presence import Presence
from ccapp.routing.seats import Seat
from ccapp.routing.signatures import Signature


def has_signed_in(presence: Presence, queue: Queue) -> bool:
    """To the queue, where it asks for it."""
    return not queue.sign_in or presence.queues is None or queue.id in presence.queues


def has_desk(presence: Presence, queue: Queue) -> bool:
    """That is connected, where the queue asks for it."""
    return not queue.needs_desk or presence.at_desk


def is_let_in(presence: Presence, queue: Queue) -> bool:
    return has_signed_in(presence, queue) and has_desk(presence, queue)


class Signing:
    def __init__(self, queues: Iterable[Queue]) -> None:
        self.queues = {queue.id: queue for queue in queues if queue.sign_in or queue.needs_desk}
        self._signatures: dict[QueueId, list[tuple[Signature, frozenset[Seat]]]] = {}

    @staticmethod
    def differ(before: Presence, after: Presence) -> bool:
        """Whether he may be let in elsewhere than before."""
        return after.at_desk is not before.at_desk or after.queues != before.queues

    def _let_in(self, presence: Presence) -> frozenset[QueueId]:
        """The queues of ours that he is let in to."""
        return frozenset(queue.id for queue in self.queues.values() if is_let_in(presence, queue))

    def made(self, signature: Signature, queue: QueueId) -> None:
        """A new signature, with all who are able to serve it: only those stay who are let in."""
        if (asks := self.queues.get(queue)) is not None:
            able = frozenset(signature.capable)
            self._signatures.setdefault(queue, []).append((signature, able))
            signature.capable = [seat for seat in signature.capable if is_let_in(seat.presence, asks)]

    def forgotten(self, signature: Signature) -> None:
        for queue, known in self._signatures.items():
            self._signatures[queue] = [entry for entry in known if entry[0] is not signature]

    def change(self, seat: Seat, before: Presence, after: Presence) -> list[Signature]:
        """He is let in and out, while he is in no tier. Returns the signatures that have lost him."""
        was, is_now = self._let_in(before), self._let_in(after)
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
