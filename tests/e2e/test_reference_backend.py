"""The server a customer starts from directs real calls: who misses three is not offered one for a while."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest
from aiohttp import web

from ccapp.domain import events
from scripts.reference_backend import Backend
from tests.e2e.centres import agent, centre, queue
from tests.e2e.conftest import OpenHouse
from tests.phone import Answers, Rings
from tests.rows import rows

pytestmark = pytest.mark.real

SECRET = "a secret of two"
BAN_S = 4.0


@asynccontextmanager
async def reference(*names: str) -> AsyncIterator[tuple[Backend, str]]:
    backend = Backend(SECRET, list(names), ring_s=1, ban_s=BAN_S)
    runner = web.AppRunner(backend.application(), access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield backend, f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


async def press(url: str, operator: str, button: str) -> None:
    async with aiohttp.ClientSession(url) as client:
        assert (await client.post(f"/operators/{operator}/{button}")).status == 200


@rows("VB-06", "VB-02")
async def test_three_misses_are_a_ban_that_ends_and_an_answer_counts(open_house: OpenHouse) -> None:
    agents = {"alice": agent(201, max_misses=0)}
    async with (
        reference("alice") as (backend, url),
        open_house(centre(agents), http_allow="127.0.0.1") as house,
    ):
        external = {
            "route_url": f"{url}/route", "report_url": f"{url}/report", "secret": SECRET,
            "access_base_url": house.engine.url,
        }  # fmt: skip
        await house.apply(centre(agents, {"sales": queue(external=external)}))
        alice = await house.agent("alice", Rings())
        call = await house.call("100", tone_hz=1000)
        await call.heard.hears_sound()
        await press(url, "alice", "ready")
        missed = await house.until_fact(events.OfferDeclined, count=3)
        labels = await house.rest("GET", "/v1/labels/alice")
        assert (labels["offers"], labels["answered"], labels["missed_in_row"]) == (3, 0, 3)
        assert labels["banned_until"] > missed[2].at + 200
        alice.on_invite = Answers(tone_hz=700)
        await call.heard.hears(700, deadline=40)
        offers = await house.facts(events.OfferMade)
        assert len(offers) == 4
        assert offers[3].at - missed[2].at > BAN_S - 1  # not offered while he was banned
        his = backend.operators["alice"]
        await house.until(lambda: told(his.talking), "told that she talks")
        assert (his.answered, his.missed_in_row, his.offers) == (1, 0, 4)
        await call.hang_up()
        await house.until(lambda: told(his.last_call_ended_at > 0), "told that it is over")
        labels = await house.rest("GET", "/v1/labels/alice")
        assert (labels["answered"], labels["missed_in_row"], labels["talking"]) == (1, 0, False)


async def told(value: bool) -> bool:
    return value
