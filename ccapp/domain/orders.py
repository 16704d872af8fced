"""Which standing orders are in force, folded from facts."""

from collections.abc import Iterable

from ccapp.domain.events import Fact, NumberListed, NumberUnlisted, QueueClosed, QueueOpened, StandingOrder
from ccapp.domain.standing import Closing, Listed


def standing(facts: Iterable[Fact]) -> list[StandingOrder]:
    """Those in force after these facts, in the order in which they were given."""
    last: dict[str, StandingOrder] = {}
    for fact in facts:
        match fact:
            case NumberListed(listed=Listed(number=number)) | NumberUnlisted(number=number):
                about = f"number {number}"
            case QueueClosed(closing=Closing(queue=queue)) | QueueOpened(queue=queue):
                about = f"queue {queue}"
            case _:
                continue
        last.pop(about, None)
        if isinstance(fact, NumberListed | QueueClosed):
            last[about] = fact
    return list(last.values())
