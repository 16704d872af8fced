"""What a queue's settings make of its calls: wrap-up by hand or longer, the record flag, what is shown."""

from typing import Any

import pytest

from ccapp.domain import events
from tests.e2e.centres import agent, centre, queue
from tests.e2e.conftest import SHARED
from tests.e2e.house import House
from tests.phone import Answers
from tests.rows import rows

pytestmark = SHARED


@pytest.fixture(scope="module")
def configuration() -> dict[str, Any]:
    return centre(
        {"alice": agent(201)},
        {
            "byhand": queue(wrap_up_s="until_done"),
            "brief": queue(wrap_up_s=2),
            "shown": queue(record=True, name="Sales", caller_id_name="{Queue}: {CallerName}/{Campaign}"),
        },
        wrap_up_extension_s=3,
        numbers={
            "101": {"queue": "byhand"},
            "102": {"queue": "brief"},
            "103": {"queue": "shown"},
            "104": {"queue": "shown", "data": {"Record": "N", "Campaign": "spring"}},
        },
    )


async def one_call(house: House, number: str) -> None:
    call = await house.call(number)
    await house.phones["alice"].incoming()
    await house.in_state("alice", "BUSY/ANSWERED")
    await call.hang_up()
    await house.story(call)


@rows("ST-20", "XS-07")
async def test_a_wrap_up_until_done_ends_by_hand_only(house: House) -> None:
    await house.agent("alice", Answers())
    await one_call(house, "101")
    await house.in_state("alice", "ACW")
    assert (await house.presence("alice"))["wrap_up_until"] is None
    await house.move("alice", "wrap_up_done")
    await house.in_state("alice", "READY")


@rows("ST-20", "XS-07")
async def test_a_running_wrap_up_is_extended_over_rest_and_by_code(house: House) -> None:
    alice = await house.agent("alice", Answers())
    await one_call(house, "102")
    before = await house.presence("alice")
    assert before["state"] == "ACW"
    after = await house.rest("POST", "/v1/agents/alice/state", {"move": "extend_wrap_up", "for_s": 20})
    assert after["wrap_up_until"] == pytest.approx(before["wrap_up_until"] + 20)
    code = await alice.call("*10")
    await code.ended()
    last = await house.presence("alice")
    assert last["wrap_up_until"] == pytest.approx(before["wrap_up_until"] + 23)
    await house.move("alice", "ready")
    refused = await house.rest(
        "POST", "/v1/agents/alice/state", {"move": "extend_wrap_up", "for_s": 20}, ok=False
    )
    assert refused["error"]["code"] == "illegal_move"


@pytest.mark.parametrize(
    ("number", "name", "recorded"), [("103", "Sales: Dana/", True), ("104", "Sales: Dana/spring", False)]
)
async def test_what_the_agents_phone_is_shown_and_told(
    house: House, number: str, name: str, recorded: bool
) -> None:
    alice = await house.agent("alice", Answers())
    call = await house.call(number)
    talk = await alice.incoming()
    arrived = next(fact for fact in await house.told(call) if isinstance(fact, events.CallArrived))
    assert talk.caller_id.name == name.replace("Dana", arrived.caller_name)
    assert dict(talk.headers)["X-Record"] == ("Y" if recorded else "N")
    await house.in_state("alice", "BUSY/ANSWERED")
    await call.hang_up()
    assert (await house.story(call)).one(events.CallServed).record is recorded
