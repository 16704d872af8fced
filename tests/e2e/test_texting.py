"""The IVR has text messages sent by a customer's server that misbehaves on command."""

from contextlib import suppress
from typing import Any

import pytest

from ccapp.domain import events
from ccapp.domain.events import Asked
from tests.e2e.centres import agent, centre
from tests.e2e.conftest import OpenHouse
from tests.hooks.customer_server import customer_server
from tests.phone import CallOver
from tests.rows import rows

pytestmark = pytest.mark.real


def tree() -> dict[str, Any]:
    keys = {"1": "sms", "EMPTY_KEY": "failed"}
    sms = {"text": "Your code is {Code}.", "then": "sent", "otherwise": "failed"}
    return {
        "start": "menu",
        "nodes": {
            "menu": {"menu": {"say": "press one for a message", "keys": keys, "key_timeout_s": 30}},
            "sms": {"sms": sms},
            "sent": {"hang_up": {}},
            "failed": {"hang_up": {}},
        },
    }


@rows("ST-15")
async def test_a_text_message_is_sent_on_a_key_and_a_bad_server_costs_the_caller_nothing(
    open_house: OpenHouse,
) -> None:
    async with customer_server() as server:
        document = centre(
            {"alice": agent(201)},
            sms={"url": f"{server.url}/send", "sender": "Shop", "headers": {"X-Key": "k"}, "within_s": 2},
            ivr={"main": tree()},
            numbers={"300": {"ivr": "main", "data": {"Code": "4711"}}},
        )
        async with open_house(document, http_allow="127.0.0.1") as house:
            stories = []
            for way in ("send", "broken", "hang", "huge"):
                await house.apply({**document, "sms": {**document["sms"], "url": f"{server.url}/{way}"}})
                call = await house.call("300")
                await call.heard.hears_sound()
                with suppress(CallOver):  # it may end while the key is still pressed
                    await call.send_digits("1")
                await call.ended()
                stories.append(await house.story(call))
            sent = [story.one(events.IvrSmsSent) for story in stories]
            results = [fact.result for fact in sent]
            assert results[:3] == [Asked.ANSWERED, Asked.FAILED, Asked.TIMED_OUT]
            assert results[3] is not Asked.ANSWERED
            ways = [story.nodes[-1] for story in stories]
            assert ways == ["sent", "failed", "failed", "failed"]
            caller = stories[0].one(events.CallArrived).caller_number
            body = {"to": caller, "from": "Shop", "text": "Your code is 4711."}
            assert server.asked[0] == ("POST", "/send", body)
            assert server.headers[0]["X-Key"] == "k"
            assert server.headers[0]["Idempotency-Key"] == f"{stories[0].facts[0].visit}/sms"
            assert sent[0].number == caller
