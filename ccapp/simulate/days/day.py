"""One day to be run: the centre, its people, and nothing left to chance but the Router's own dice."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ccapp.domain.centre import Centre
from ccapp.domain.traffic import Answering, PastDay, Traffic
from ccapp.simulate.days import callers, duty

MIDNIGHT = 1_700_006_400.0
"""Of every simulated day, in epoch seconds, UTC."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    seed: int
    centre: Centre
    begin_s: float
    end_s: float
    callers: Sequence[callers.Caller]
    duties: Sequence[duty.Change]
    answering: Answering


def _all_let_in(centre: Centre) -> Centre:
    """Whoever is on duty serves all the queues he may, signed in to all of them and at his desk."""
    queues = {id: replace(queue, sign_in=False, needs_desk=False) for id, queue in centre.queues.items()}
    return replace(centre, queues=queues)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What days are drawn from: planned traffic, or a real day whose shifts the traffic may replace."""

    centre: Centre
    traffic: Traffic
    past: PastDay | None = None

    def day(self, seed: int) -> Day:
        traffic, past = self.traffic, self.past
        replayed = past is not None and not traffic.shifts
        return Day(
            seed=seed,
            centre=_all_let_in(self.centre),
            begin_s=traffic.begin_s,
            end_s=traffic.end_s,
            callers=callers.callers(traffic, seed) if past is None else callers.again(past, seed),
            duties=duty.again(past, self.centre) if past and replayed else duty.planned(traffic, self.centre),
            answering=traffic.answering,
        )
