"""The callers of one day, drawn from a seed alone: whatever is decided, they are the same people."""

import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from heapq import merge

from ccapp.domain.ids import QueueId
from ccapp.domain.priorities import CALLER_PRIORITY, Priority
from ccapp.domain.requirements import Requires
from ccapp.domain.traffic import Answering, Duration, Law, PastCall, PastDay, Stream, Traffic


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who calls at `at_s`, and what he has in mind. Times of day in seconds."""

    at_s: float
    queue: QueueId
    talk_s: float
    patience_s: float | None = None  # in the line; None: for ever
    requires: Requires = field(default_factory=dict)
    priority_s: float = 0.0
    caller_priority: Priority = CALLER_PRIORITY


def drawn(duration: Duration, dice: random.Random) -> float:
    match duration.law:
        case Law.FIXED:
            return duration.mean_s
        case Law.EXPONENTIAL:
            return dice.expovariate(1 / duration.mean_s)
        case Law.LOGNORMAL:
            variance = math.log1p(duration.spread**2)
            return dice.lognormvariate(math.log(duration.mean_s) - variance / 2, math.sqrt(variance))


def callers(traffic: Traffic, seed: int) -> list[Caller]:
    """In the order they call."""
    streams = [_of_stream(stream, traffic, seed) for stream in traffic.streams]
    return list(merge(*streams, key=lambda caller: caller.at_s))


def _of_stream(stream: Stream, traffic: Traffic, seed: int) -> Iterator[Caller]:
    """Its own dice: what one stream brings does not depend on the others."""
    dice = random.Random(f"{stream.name}/{seed}")
    for begin_s, per_hour in zip(traffic.intervals, stream.per_hour, strict=True):
        at_s, end_s = begin_s, begin_s + traffic.interval_s
        while per_hour and (at_s := at_s + dice.expovariate(per_hour / 3600)) < end_s:
            yield Caller(
                at_s=at_s,
                queue=stream.queue,
                talk_s=drawn(stream.talk, dice),
                patience_s=None if stream.patience is None else drawn(stream.patience, dice),
                requires=stream.requires,
                priority_s=stream.priority_s,
                caller_priority=stream.caller_priority,
            )


def ring(answering: Answering, seed: int, caller: int, offer: int) -> float | None:
    """Seconds until the agent answers this offer; None: he does not. The same for the same caller's offer."""
    if answering.after is None and not answering.missed:
        return 0.0
    dice = random.Random((seed * 1_000_003 + caller) * 1_009 + offer)
    if dice.random() < answering.missed:
        return None
    return 0.0 if answering.after is None else drawn(answering.after, dice)


# --- of a real day ----------------------------------------------------------------------------------------


def again(day: PastDay, seed: int) -> list[Caller]:
    """Those who called on a real day, when they called. What was not seen of them is drawn.

    Who gave up has shown his patience; of who was answered it is known only that it was longer, and the rest
    of it is drawn from the exponential law that fits the day: time waited per hang-up. The talk of who gave
    up is one of those that were had in his queue.
    """
    dice = random.Random(f"again/{seed}")
    patience_s = _patience_s(day.calls)
    talks = _talks(day.calls)
    everywhere = [talk_s for each in talks.values() for talk_s in each] or [0.0]
    return [_again(call, patience_s, talks.get(call.queue) or everywhere, dice) for call in day.calls]


def _again(call: PastCall, patience_s: float | None, talks: Sequence[float], dice: random.Random) -> Caller:
    more_s = dice.expovariate(1.0)  # drawn for everybody, so that the dice stay in step
    talk_s = dice.choice(talks)
    if call.gave_up_after_s is not None:
        patience: float | None = call.gave_up_after_s
    else:
        patience = None if patience_s is None else call.waited_s + more_s * patience_s
    return Caller(
        at_s=call.at_s,
        queue=call.queue,
        talk_s=talk_s if call.talk_s is None else call.talk_s,
        patience_s=patience,
        requires=call.requires,
        priority_s=call.priority_s,
        caller_priority=call.caller_priority,
    )


def _patience_s(calls: Sequence[PastCall]) -> float | None:
    """The mean of the exponential law most likely to have made these waits; None: nobody gave up."""
    gave_up = sum(call.gave_up_after_s is not None for call in calls)
    waited_s = sum(call.waited_s for call in calls)
    return max(waited_s / gave_up, 1.0) if gave_up else None


def _talks(calls: Sequence[PastCall]) -> dict[QueueId, list[float]]:
    talks: dict[QueueId, list[float]] = {}
    for call in calls:
        if call.talk_s is not None:
            talks.setdefault(call.queue, []).append(call.talk_s)
    return talks
