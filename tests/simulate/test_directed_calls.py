"""Calls that a customer's server directs, in bad weather: every rule holds, it is told everything once."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import orjson
import pytest

from ccapp.domain import events
from ccapp.domain.backend import Backend
from ccapp.domain.ids import QueueId, TrunkId
from ccapp.ports import Recorded
from ccapp.simulate.scenario import Fault, Scenario
from ccapp.simulate.storm import GOLD, SALES, storm
from ccapp.simulate.world import simulate

FAULTS = (Fault.KILL, Fault.DROP, Fault.STOP, Fault.RESTART, Fault.TAKE_OVER)
RULES = Backend(
    route_url="https://crm.example/route",
    report_url="https://crm.example/report",
    access_base_url="https://acd.example",
    secret="a secret of two",
    retry_s=0.5,
    max_wait_s=40.0,
    trunk=TrunkId("pstn"),
    say_while_waiting="please wait",
)


def directed(seed: int, faults: tuple[Fault, ...] = ()) -> Scenario:
    scenario = storm(seed, faults, duration_s=150.0)
    queues: dict[QueueId, Any] = dict(scenario.centre.queues)
    queues[SALES] = replace(queues[SALES], external=RULES)
    queues[GOLD] = replace(queues[GOLD], external=replace(RULES, max_wait_s=15.0, on_timeout=None))
    return replace(scenario, centre=replace(scenario.centre, queues=queues))


def reports(told: list[Recorded]) -> Iterator[list[dict[str, Any]]]:
    """What was told of each session, in order."""
    streams = defaultdict(list)
    for item in told:
        if isinstance(item.fact, events.DeliveryDue) and item.fact.to.startswith("queue "):
            streams[item.fact.stream].append(orjson.loads(item.fact.body))
    return iter(streams.values())


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("faults", [(), FAULTS])
def test_whatever_breaks(seed: int, faults: tuple[Fault, ...]) -> None:
    result = simulate(directed(seed, faults))
    assert not result.violations
    opened = {item.fact.session for item in result.facts if isinstance(item.fact, events.SessionOpened)}
    streams = list(reports(result.facts))
    assert len(streams) == len(opened) > 0
    for stream in streams:
        assert [report["seq"] for report in stream] == list(range(1, len(stream) + 1))
        kinds = [report["type"] for report in stream]
        assert kinds[0] == "call.queued"
        assert [kind for kind in kinds if kind == "call.ended"] == kinds[-1:]
        rung = kinds.count("operator.calling")
        assert rung <= kinds.count("operator.reached") + kinds.count("operator.failed")


FOUND = [
    (355, "the bridge of a caller who had left an operator outside while no engine looked stayed"),
    (362, "a caller taken out of an agent's room after his log-out kept it open"),
    (958, "an agent on the line was joined in the instant in which his beep was stopped"),
]


@pytest.mark.parametrize(("seed", "found"), FOUND, ids=[f"{seed}-{found}" for seed, found in FOUND])
def test_found_once_and_never_again(seed: int, found: str) -> None:
    assert not simulate(directed(seed, tuple(Fault))).violations, found


def test_all_of_it_happens() -> None:
    told = [
        report for seed in range(6) for stream in reports(simulate(directed(seed)).facts) for report in stream
    ]
    kinds = Counter(report["type"] for report in told)
    usual = {
        "call.queued", "operator.calling", "operator.reached", "operator.failed", "call.joined",
        "operator.hungup", "caller.hungup", "call.abandoned", "call.released", "call.ended",
    }  # fmt: skip
    assert usual <= set(kinds) <= usual | {"answer", "command.failed", "call.held", "call.resumed"}
    assert {report["reason"] for report in told if report["type"] == "operator.failed"} >= {
        "busy", "rejected", "noanswer", "unavailable", "cancelled",
    }  # fmt: skip
    ended_by = {report["ended_by"] for report in told if report["type"] == "call.ended"}
    assert {"caller", "operator", "backend"} <= ended_by <= {"caller", "operator", "backend", "system"}
