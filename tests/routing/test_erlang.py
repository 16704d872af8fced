"""The formulas against the reference table, every digit of it."""

import pytest

from ccapp.routing.erlang import erlang_a, erlang_b, erlang_c


@pytest.mark.parametrize(
    ("load", "agents", "lost"),
    [
        (10, 15, 0.036497),
        (50, 60, 0.021668),
        (84, 90, 0.044620),
        (100, 117, 0.009790),
        (1000, 1030, 0.009560),
    ],
)
def test_erlang_b(load: float, agents: int, lost: float) -> None:
    assert round(erlang_b(load, agents), 6) == pytest.approx(lost, abs=1e-9)


@pytest.mark.parametrize(
    ("load", "agents", "handling_s", "within_s", "waits", "wait_s", "in_time", "occupancy"),
    [
        (10, 12, 180, 20, 0.449388, 40.4449, 0.640158, 0.8333),
        (50, 55, 300, 20, 0.384547, 23.0728, 0.724460, 0.9091),
        (84, 90, 600, 20, 0.411957, 41.1957, 0.662718, 0.9333),
        (100, 110, 240, 20, 0.237008, 5.6882, 0.896997, 0.9091),
    ],
)
def test_erlang_c(
    load: float,
    agents: int,
    handling_s: float,
    within_s: float,
    waits: float,
    wait_s: float,
    in_time: float,
    occupancy: float,
) -> None:
    forecast = erlang_c(load, agents, handling_s, within_s)
    assert forecast.waits == pytest.approx(waits, abs=5.1e-7)
    assert forecast.wait_s == pytest.approx(wait_s, abs=5.1e-5)
    assert forecast.served_in_time == pytest.approx(in_time, abs=5.1e-7)
    assert forecast.occupancy == pytest.approx(occupancy, abs=5.1e-5)


@pytest.mark.parametrize(
    (
        *("per_hour", "handling_s", "patience_s", "agents", "within_s"),
        *("waits", "abandons", "wait_s", "in_time", "occupancy"),
    ),
    [
        (200, 180, 120, 12, 20, 0.279807, 0.061597, 7.3917, 0.825583, 0.7820),
        (600, 300, 180, 50, 20, 0.457965, 0.063447, 11.4204, 0.731105, 0.9366),
        (504, 600, 300, 84, 20, 0.431457, 0.050924, 15.2772, 0.702441, 0.9491),
        (1500, 240, 180, 95, 20, 0.660055, 0.072403, 13.0325, 0.669595, 0.9764),
    ],
)  # fmt: skip
def test_erlang_a(
    per_hour: float,
    handling_s: float,
    patience_s: float,
    agents: int,
    within_s: float,
    waits: float,
    abandons: float,
    wait_s: float,
    in_time: float,
    occupancy: float,
) -> None:
    forecast = erlang_a(per_hour / 3600, agents, handling_s, patience_s, within_s)
    assert forecast.waits == pytest.approx(waits, abs=5.1e-7)
    assert forecast.abandons == pytest.approx(abandons, abs=5.1e-7)
    assert forecast.wait_s == pytest.approx(wait_s, abs=1e-4)
    assert forecast.served_in_time == pytest.approx(in_time, abs=5.1e-7)
    assert forecast.occupancy == pytest.approx(occupancy, abs=5.1e-5)


def test_more_load_than_agents_has_no_end() -> None:
    assert erlang_c(10, 10, 180, 20).wait_s == float("inf")
    assert erlang_a(1.0, 10, 180, 60, 20).abandons > 0.9
