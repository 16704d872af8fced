"""Today's figures of each queue in Prometheus' words. They begin anew at midnight, local time."""

from collections.abc import Iterator

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from ccapp.domain.ids import QueueId
from ccapp.routing.figures import CALLS, Choice, Dimension, Figures
from ccapp.web.report_today import Today

CHOICE = Choice()
_BY_CODE = {figure.code: figure for figure in CALLS}
_TOLD = {
    "OC": ("ccapp_offered_calls_today", "Calls that came into the line today."),
    "AC": ("ccapp_answered_calls_today", "Calls answered today."),
    "ABC": ("ccapp_abandoned_calls_today", "Callers who hung up in the line today."),
    "ABR": ("ccapp_abandonment_ratio_today", "Of the calls of today whose end is known."),
    "ASA": ("ccapp_answer_wait_seconds_today", "Mean wait of today's answered calls."),
}


class TodayMetrics(Collector):
    def __init__(self, today: Today, now: float) -> None:
        self._today = today
        self._now = now

    def collect(self) -> Iterator[Metric]:
        """Nothing while the figures are not there."""
        if not self._today.ready:
            return
        self._today.turn_over(self._now)
        figures = self._today.figures
        for code, (name, help) in _TOLD.items():
            family = GaugeMetricFamily(name, help, labels=["queue"])
            for row in figures.peek(Dimension.QUEUE):
                value = _BY_CODE[code].read(row.tally, CHOICE)
                if value is not None:
                    family.add_metric([row.key], value)
            yield family
        yield _levels(figures)
        yield _handling(figures)


def _levels(figures: Figures) -> Metric:
    what = f"Answered within {CHOICE.thresholds_s[0]:g} s, of all answered and unanswered today."
    family = GaugeMetricFamily("ccapp_service_level_today", what, labels=["queue"])
    for row in figures.peek(Dimension.QUEUE):
        [level] = _BY_CODE["SL"].read(row.tally, CHOICE)
        if level["service_level"] is not None:
            family.add_metric([row.key], level["service_level"])
    return family


def _handling(figures: Figures) -> Metric:
    what = "Talk and after-call work: exponentially weighted mean."
    family = GaugeMetricFamily("ccapp_handling_seconds", what, labels=["queue"])
    for queue, seconds in figures.handling_s.items():
        family.add_metric([QueueId(queue)], seconds)
    return family
