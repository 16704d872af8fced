"""Who may ask, and what is said when something is wrong."""

from dataclasses import replace

import aiohttp
import pytest

from ccapp.telephony.meter import BOUNDS_S, Meter
from ccapp.web import Health, make_app
from tests.web.floor import AUTH, TOKEN, Client, Floor, open_floor

PATHS = ["/v1/status", "/v1/queues", "/v1/agents", "/v1/calls", "/v1/config", "/v1/live", "/v1/nothing", "/x"]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "header", [None, "", "Bearer", "Bearer ", "Bearer x", f"Basic {TOKEN}", f"Bearer {TOKEN}x", "Bearer \xe9"]
)
async def test_nothing_without_the_token(client: Client, floor: Floor, path: str, header: str | None):
    headers = {} if header is None else {"Authorization": header}
    async with client.session.get(floor.url + path, headers=headers) as answer:
        assert answer.status == 401
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
        assert (await answer.json())["error"]["code"] == "unauthorized"


async def test_the_scheme_in_any_case(client: Client, floor: Floor):
    async with client.session.get(
        floor.url + "/v1/status", headers={"Authorization": f"bearer {TOKEN}"}
    ) as got:
        assert got.status == 200


async def test_an_empty_token_opens_nothing(floor: Floor):
    with pytest.raises(ValueError, match="empty token"):
        make_app(replace(floor.desk(), token=""))


@pytest.mark.parametrize(
    ("health", "status", "word"),
    [
        (Health(started=True, switch=True, lease=True, database=True), 200, "ok"),
        (Health(started=True, switch=True, lease=True, database=False), 200, "degraded"),
        (Health(started=True, switch=False, lease=True, database=True), 503, "down"),
        (Health(started=True, switch=True, lease=False, database=True), 503, "down"),
        (Health(started=False, switch=True, lease=True, database=True), 503, "starting"),
    ],
)
async def test_health(client: Client, floor: Floor, health: Health, status: int, word: str):
    floor.health = health
    async with client.session.get(floor.url + "/health") as answer:
        body = await answer.json()
    assert (answer.status, body["status"]) == (status, word)
    assert body["journal_backlog"] == 0


async def test_not_ready_before_the_recovery(client: Client, floor: Floor):
    floor.health = Health(started=False, switch=False, lease=True, database=True)
    async with client.session.get(floor.url + "/v1/status", headers=AUTH) as answer:
        assert answer.status == 503
        assert answer.headers["Retry-After"] == "1"
        assert (await answer.json())["error"]["code"] == "not_ready"


async def test_wrong_method(client: Client):
    status, body = await client.ask("DELETE", "/v1/config")
    assert (status, body["error"]["code"]) == (405, "method_not_allowed")


@pytest.mark.parametrize(("method", "path"), [("POST", "/v1/agents/alice/state"), ("PUT", "/v1/config")])
async def test_too_large(client: Client, method: str, path: str):
    headers = {"Content-Type": "application/json"}
    status, body = await client.ask(method, path, data=b" " * 1_000_001, headers=headers)
    assert (status, body["error"]["code"]) == (413, "too_large")


async def test_a_fault_of_ours_tells_nothing(client: Client, floor: Floor, caplog: pytest.LogCaptureFixture):
    floor.acd.visits = None  # type: ignore[assignment]
    status, body = await client.ask("GET", "/v1/calls")
    assert (status, body["error"]["code"]) == (500, "internal")
    assert "NoneType" not in body["error"]["message"]
    assert "NoneType" in caplog.text


async def test_metrics(client: Client, floor: Floor):
    floor.call().waits()
    async with client.session.get(floor.url + "/metrics") as answer:
        text = await answer.text()
    assert answer.status == 200
    for line in (
        'ccapp_waiting_calls{queue="sales"} 1.0',
        'ccapp_agents{state="LOGOUT"} 2.0',
        'ccapp_facts_total{kind="CallWaits"} 1.0',
        'ccapp_decision_seconds_bucket{le="+Inf"} 1.0',
        "ccapp_decision_seconds_count 1.0",
        "ccapp_journal_backlog 0.0",
        'ccapp_up{part="switch"} 1.0',
    ):
        assert line in text.splitlines()
    assert "ccapp_ari" not in text


async def test_metrics_of_the_switch():
    meter = Meter()
    meter.answered("answer", 204, 0.0007)
    meter.connections["ccapp"] = 3
    async with (
        open_floor(switch_meter=meter, round_trip_bounds_s=BOUNDS_S) as floor,
        aiohttp.ClientSession() as s,
        s.get(floor.url + "/metrics") as answer,
    ):
        lines = (await answer.text()).splitlines()
    assert 'ccapp_ari_round_trip_seconds_bucket{command="answer",le="0.001"} 1.0' in lines
    assert 'ccapp_ari_reconnects_total{app="ccapp"} 2.0' in lines
