"""`external`, a customer's server that says who serves: slips are told with their place."""

import pytest

from ccapp.config import ConfigError, read

EXTERNAL = (
    "external: {route_url: 'https://crm.example/route', access_base_url: 'https://acd.example', "
    "secret: keep-it-quiet}"
)
TRUNK = "trunks: {carrier: {}}"


@pytest.mark.parametrize(
    ("queue", "problem"),
    [
        (f"{EXTERNAL}, kind: fifo", "goes with kind callcenter"),
        (f"{EXTERNAL}, get_list_agents_url: 'https://crm.example/a'", "goes without get_list_agents_url"),
        (f"{EXTERNAL}, callback: {{trunk: carrier, numbers: ['0X.']}}", "goes without callback"),
    ],
)
def test_slips(queue: str, problem: str) -> None:
    with pytest.raises(ConfigError) as refused:
        read(f"{TRUNK}\nqueues: {{q: {{name: Q, {queue}}}}}", "f.yaml")
    assert f"queues.q.external: {problem}" in str(refused.value)


def test_a_secret_that_is_too_short_is_told_so() -> None:
    short = EXTERNAL.replace("keep-it-quiet", "x")
    with pytest.raises(ConfigError, match=r"q\.external\.secret: must have at least 8 characters"):
        read(f"queues: {{q: {{name: Q, {short}}}}}", "f.yaml")


def test_alone_it_is_taken() -> None:
    rules = read(f"queues: {{q: {{name: Q, {EXTERNAL}}}}}", "f.yaml").centre.queues
    [queue] = rules.values()
    assert queue.external is not None
    assert queue.external.route_url == "https://crm.example/route"
