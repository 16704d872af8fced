"""Whether a call is let into a line, and why not."""

from collections.abc import Callable
from dataclasses import dataclass

from ccapp.domain.admission import RefusalReason, WhenEmpty
from ccapp.domain.centre import Centre, Queue
from ccapp.routing.crews import Crew


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """`detail` as a person reads it, e.g. `5 wait, 5 may`."""

    reason: RefusalReason
    detail: str


type Predicted = Callable[[], float | None]


def refusal(
    queue: Queue, centre: Centre, now: float, *, in_line: int, crew: Crew | None, predicted_s: Predicted
) -> Refusal | None:
    """None: he may wait. The reasons are asked for in the order of RefusalReason, but emptiness before the
    prediction, which knows nothing of a queue without agents."""
    hours = centre.hours.get(queue.hours) if queue.hours else None
    if hours is not None and not hours.open_at(now):
        return Refusal(reason=RefusalReason.CLOSED, detail=f"hours {hours.id}")
    if queue.size_max is not None and in_line >= queue.size_max:
        return Refusal(reason=RefusalReason.FULL, detail=f"{in_line} wait, {queue.size_max} may")
    return _emptiness(queue, crew) or _prediction(queue, predicted_s)


def _emptiness(queue: Queue, crew: Crew | None) -> Refusal | None:
    if crew is None or queue.join_when_empty is WhenEmpty.YES:
        return None
    if not crew.on_duty:
        return Refusal(reason=RefusalReason.OFFLINE, detail="nobody is logged in")
    if queue.join_when_empty is WhenEmpty.STRICT and not crew.present:
        return Refusal(reason=RefusalReason.NOBODY_READY, detail="nobody takes calls")
    return None


def _prediction(queue: Queue, predicted_s: Predicted) -> Refusal | None:
    limit_s = queue.predicted_wait_s_max
    expected_s = None if limit_s is None else predicted_s()
    if limit_s is None or expected_s is None or expected_s <= limit_s:
        return None
    return Refusal(
        reason=RefusalReason.WAIT_TOO_LONG,
        detail=f"{expected_s:.0f} s expected, {limit_s:g} s may be",
    )
