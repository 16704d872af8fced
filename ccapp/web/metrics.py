"""GET /metrics: the figures in Prometheus' words, read at the moment of asking."""

import platform
from collections.abc import Iterator, Sequence

from aiohttp import web
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    InfoMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from ccapp.domain.events import KINDS
from ccapp.web.desk import Desk, Durations
from ccapp.web.health import build
from ccapp.web.keys import DESK, SINCE
from ccapp.web.live import SOCKETS
from ccapp.web.report_metrics import TodayMetrics
from ccapp.web.report_today import TODAY
from ccapp.web.views import Views

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


async def metrics(request: web.Request) -> web.Response:
    desk = request.app[DESK]
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Figures(desk, Views(desk.acd, request.app[SINCE]), len(request.app[SOCKETS])))
    registry.register(TodayMetrics(request.app[TODAY], desk.acd.clock.now()))
    return web.Response(body=generate_latest(registry), headers={"Content-Type": CONTENT_TYPE})


class Figures(Collector):
    def __init__(self, desk: Desk, views: Views, followers: int) -> None:
        self._desk = desk
        self._views = views
        self._followers = followers

    def collect(self) -> Iterator[Metric]:
        yield from self._calls()
        yield from self._agents()
        yield self._messages()
        yield from self._decisions()
        yield from self._journal()
        yield from self._switch()
        yield from self._engine()

    def _calls(self) -> Iterator[Metric]:
        status = self._views.status()
        calls = GaugeMetricFamily(
            "ccapp_calls", "Calls in the centre now, by where they are.", labels=["where"]
        )
        for where in ("in_ivr", "waiting", "ringing", "talking"):
            calls.add_metric([where], status["calls"][where])
        yield calls
        waiting = GaugeMetricFamily(
            "ccapp_waiting_calls", "Calls in line, those being offered too.", labels=["queue"]
        )
        longest = GaugeMetricFamily("ccapp_longest_wait_seconds", "Of the calls in line.", labels=["queue"])
        talking = GaugeMetricFamily("ccapp_talking_calls", "Calls with an agent.", labels=["queue"])
        ready = GaugeMetricFamily("ccapp_ready_agents", "Who could be given a call.", labels=["queue"])
        for queue in status["queues"]:
            label = [str(queue["id"])]
            waiting.add_metric(label, queue["waiting"] + queue["ringing"])
            longest.add_metric(label, queue["longest_wait_s"] or 0.0)
            talking.add_metric(label, queue["talking"])
            ready.add_metric(label, queue["ready_online"])
        yield from (waiting, longest, talking, ready)

    def _agents(self) -> Iterator[Metric]:
        agents = GaugeMetricFamily("ccapp_agents", "Agents by state.", labels=["state"])
        for state, number in self._views.status()["agents"].items():
            agents.add_metric([state], number)
        yield agents

    def _messages(self) -> Metric:
        messages = GaugeMetricFamily(
            "ccapp_messages", "Messages of callers, by mailbox.", labels=["mailbox", "state"]
        )
        for mailbox in self._views.mailboxes():
            for state in ("new", "heard"):
                messages.add_metric([mailbox["id"], state], mailbox[state])
        return messages

    def _decisions(self) -> Iterator[Metric]:
        meter = self._desk.acd.meter
        decisions = HistogramMetricFamily("ccapp_decision_seconds", "Time the router took for one event.")
        decisions.add_metric([], *_buckets(meter.decisions, meter.decisions.bounds_s))
        yield decisions
        lists = CounterMetricFamily(
            "ccapp_agent_lists", "Answers of customers' servers that list agents.", labels=["answer"]
        )
        for answer in ("good", "failed"):
            lists.add_metric([answer], meter.list_answers[answer])
        yield lists
        facts = CounterMetricFamily("ccapp_facts", "Facts published, by kind.", labels=["kind"])
        for kind in KINDS:
            facts.add_metric([kind], meter.facts[kind])
        yield facts

    def _journal(self) -> Iterator[Metric]:
        figures = self._desk.figures()
        yield GaugeMetricFamily("ccapp_journal_backlog", "Facts not yet in the database.", figures.backlog)
        yield GaugeMetricFamily("ccapp_journal_commit_seconds", "The last commit.", figures.last_commit_s)
        yield GaugeMetricFamily(
            "ccapp_database_away_seconds", "Without an answer for so long.", figures.away_s
        )
        yield CounterMetricFamily("ccapp_spool_errors", "Facts the disk did not take.", figures.spool_errors)
        yield CounterMetricFamily("ccapp_facts_refused", "Facts the database did not take.", figures.refused)
        yield GaugeMetricFamily("ccapp_live_followers", "Readers of the live stream.", self._followers)

    def _switch(self) -> Iterator[Metric]:
        meter = self._desk.switch_meter
        if meter is None:
            return
        trips = HistogramMetricFamily(
            "ccapp_ari_round_trip_seconds", "Command to reply, by kind of command.", labels=["command"]
        )
        for kind, durations in dict(meter.round_trips).items():
            trips.add_metric([kind], *_buckets(durations, self._desk.round_trip_bounds_s))
        yield trips
        reconnects = CounterMetricFamily(
            "ccapp_ari_reconnects", "New connections after the first.", labels=["app"]
        )
        for app, connections in dict(meter.connections).items():
            reconnects.add_metric([app], max(0, connections - 1))
        yield reconnects
        unanswered = CounterMetricFamily(
            "ccapp_ari_unanswered", "Commands without a reply.", labels=["command"]
        )
        for kind, number in dict(meter.unanswered).items():
            unanswered.add_metric([kind], number)
        yield unanswered

    def _engine(self) -> Iterator[Metric]:
        desk, health = self._desk, self._desk.health()
        up = GaugeMetricFamily("ccapp_up", "1 for what is up.", labels=["part"])
        for part in ("started", "switch", "lease", "database"):
            up.add_metric([part], float(getattr(health, part)))
        yield up
        yield GaugeMetricFamily("ccapp_uptime_seconds", "Of the engine.", self._views.now - desk.started_at)
        yield GaugeMetricFamily(
            "ccapp_centre_version", "Of the configuration in effect.", desk.centre_version()
        )
        info = InfoMetricFamily("ccapp_build", "What runs here.")
        info.add_metric([], {"version": build(), "python": platform.python_version()})
        yield info


def _buckets(durations: Durations, bounds_s: Sequence[float]) -> tuple[list[tuple[str, float]], float]:
    """Prometheus counts up to and including each bound."""
    total = 0
    buckets: list[tuple[str, float]] = []
    for bound, count in zip((*map(str, bounds_s), "+Inf"), durations.counts, strict=True):
        total += count
        buckets.append((bound, total))
    return buckets, durations.sum_s
