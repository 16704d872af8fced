"""Callbacks by REST: asked for, listed, cancelled, and what is said when they cannot be."""

import pytest

from ccapp.domain.callbacks import CallbackEnd
from tests.rows import rows
from tests.web.floor import Client, Floor

PATH = "/v1/callbacks"
WISH = {"queue": "sales", "number": "030 1234", "name": "Dana", "waited_s": 60}


@pytest.fixture
def calling_back(floor: Floor) -> Floor:
    floor.calls_back()
    return floor


@rows("VX-13")
async def test_asked_for_listed_and_cancelled(client: Client, calling_back: Floor):
    status, added = await client.ask("POST", PATH, json=WISH)
    assert status == 201
    assert (added["queue"], added["number"], added["name"]) == ("sales", "0301234", "Dana")
    assert (added["asked_by"], added["tries"], added["agent"]) == ("command", 0, None)
    assert added["waited_s"] == pytest.approx(60, abs=30)
    status, there = await client.ask("GET", PATH)
    assert status == 200
    assert [each["callback"] for each in there["callbacks"]] == [added["callback"]]
    status, now = await client.ask("GET", "/v1/status")
    assert now["calls"]["callbacks"] == 1
    status, gone = await client.ask("DELETE", f"{PATH}/{added['callback']}")
    assert (status, gone["number"]) == (200, "0301234")
    [callback] = calling_back.acd.callbacks.all()
    ending = callback.called_off.fired
    assert ending is not None
    assert ending.reason is CallbackEnd.CANCELLED


async def test_one_for_a_number(client: Client, calling_back: Floor):
    _, added = await client.ask("POST", PATH, json=WISH)
    status, refused = await client.ask("POST", PATH, json=WISH | {"number": "030-1234"})
    assert status == 409
    assert refused["error"]["callback"] == added["callback"]


@pytest.mark.parametrize(
    ("change", "status", "field"),
    [
        ({"number": "09001234"}, 409, "number"),
        ({"number": ""}, 409, "number"),
        ({"queue": "support"}, 409, "number"),
        ({"queue": "nowhere"}, 400, "queue"),
        ({"waited_s": -1}, 400, "waited_s"),
        ({"colour": "red"}, 400, "colour"),
    ],
)
async def test_what_cannot_be(
    client: Client, calling_back: Floor, change: dict[str, object], status: int, field: str
):
    answered, refused = await client.ask("POST", PATH, json=WISH | change)
    assert (answered, refused["error"]["field"]) == (status, field)
    assert not calling_back.acd.callbacks.all()


async def test_none_is_cancelled_that_is_not_there(client: Client, calling_back: Floor):
    status, _ = await client.ask("DELETE", f"{PATH}/callback-1")
    assert status == 404
