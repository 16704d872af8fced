"""The standing orders in force: a fold over their facts, complete in memory, so that no call waits for it."""

from ccapp.domain import events
from ccapp.domain.admission import Goodbye, RefusalReason, Treatment
from ccapp.domain.centre import Queue
from ccapp.domain.events import Fact
from ccapp.domain.ids import QueueId
from ccapp.domain.ivr import Say
from ccapp.domain.numbering import Numbering
from ccapp.domain.standing import Closing, Listed
from ccapp.routing.admission import Refusal


class Orders:
    def __init__(self, numbering: Numbering) -> None:
        self._numbering = numbering
        self._numbers: dict[str, Listed] = {}
        self._closings: dict[QueueId, Closing] = {}

    def hear(self, fact: Fact) -> None:
        match fact:
            case events.NumberListed(listed=listed):
                self._numbers[self._numbering.e164(listed.number)] = listed
            case events.NumberUnlisted(number=number):
                self._numbers.pop(self._numbering.e164(number), None)
            case events.QueueClosed(closing=closing):
                self._closings[closing.queue] = closing
            case events.QueueOpened(queue=queue):
                self._closings.pop(queue, None)

    def renumber(self, numbering: Numbering) -> None:
        """Numbers are compared otherwise from now on."""
        if numbering != self._numbering:
            self._numbering = numbering
            self._numbers = {numbering.e164(each.number): each for each in self._numbers.values()}

    def listed(self, number: str) -> Listed | None:
        key = self._numbering.e164(number)
        return self._numbers.get(key) if key else None

    @property
    def numbers(self) -> list[Listed]:
        return list(self._numbers.values())

    def closing(self, queue: QueueId, now: float) -> Closing | None:
        found = self._closings.get(queue)
        return found if found is not None and found.holds(now) else None

    def blocked(self, caller: str) -> Refusal | None:
        listed = self.listed(caller)
        if listed is None or not listed.queue_blocked:
            return None
        return Refusal(reason=RefusalReason.BLOCKED, detail=listed.note or "on the list")

    def closed(self, queue: QueueId, now: float) -> Refusal | None:
        closing = self.closing(queue, now)
        if closing is None:
            return None
        return Refusal(reason=RefusalReason.CLOSED, detail=f"closed by {closing.by or 'hand'}")

    def treatment(self, queue: Queue, now: float) -> Treatment | None:
        """Of who finds the queue closed, or is sent out of it; None: the queue's own."""
        closing = self.closing(queue.id, now)
        return Goodbye(say=Say(text=closing.say)) if closing is not None and closing.say else None
