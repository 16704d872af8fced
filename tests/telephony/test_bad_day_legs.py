"""Legs of an Asterisk that tells their ends early, late, twice, or not at all."""

import asyncio

import pytest

from ccapp.domain.ids import BridgeId
from ccapp.ports import Connected, Dial, LegGone
from tests.telephony.bad_asterisk import Asked, channel
from tests.telephony.bed import OFFER, Bed, soon, until


async def test_picked_up_before_the_reply(bed: Bed) -> None:
    async def answers(asked: Asked) -> None:
        up = channel(OFFER, state="Up", data="ccapp,dialled")
        await bed.bad.tell("StasisStart", channel=up, args=["dialled"])
        await asyncio.sleep(0.1)

    bed.bad.on(f"POST channels/{OFFER}", 200, {}, before=answers)
    leg = bed.switch.dial(Dial(channel=OFFER, endpoint="alice"))
    await soon(leg.picked_up())
    assert leg.answered


async def test_ended_before_the_reply(bed: Bed) -> None:
    async def ends(asked: Asked) -> None:
        await bed.bad.tell("ChannelDestroyed", channel=channel(OFFER), cause=17, cause_txt="busy")
        await asyncio.sleep(0.1)

    bed.bad.on(f"POST channels/{OFFER}", 200, {}, before=ends)
    leg = bed.switch.dial(Dial(channel=OFFER, endpoint="alice"))
    with pytest.raises(LegGone):
        await soon(leg.picked_up())
    assert leg.gone
    assert leg.gone.cause == 17


@pytest.mark.parametrize(
    ("endpoint", "status", "cause"),
    [
        ("alice", 500, 20),
        ("alice", 400, 41),
        ("123@carrier", 500, 41),
        ("al/ice", 204, 41),
        ("12 3@carrier", 204, 41),
        ("x@y@carrier", 204, 41),
    ],
)
async def test_a_refused_dial_ends_the_leg(bed: Bed, endpoint: str, status: int, cause: int) -> None:
    bed.bad.on(f"POST channels/{OFFER}", status, {"error": "Allocation failed"})
    leg = bed.switch.dial(Dial(channel=OFFER, endpoint=endpoint))
    with pytest.raises(LegGone):
        await soon(leg.picked_up())
    assert leg.gone
    assert leg.gone.cause == cause


async def test_a_repeated_dial_is_the_first_one(bed: Bed) -> None:
    bed.bad.on(f"POST channels/{OFFER}", 409)
    leg = bed.switch.dial(Dial(channel=OFFER, endpoint="alice"))
    await asyncio.sleep(0.1)
    assert leg.gone is None


async def test_a_dial_without_a_reply_is_settled_by_the_next_connection(bed: Bed) -> None:
    bed.bad.silent_on(f"POST channels/{OFFER}")
    leg = bed.switch.dial(Dial(channel=OFFER, endpoint="alice"))
    await until(lambda: bed.bad.count(f"POST channels/{OFFER}"))
    await bed.bad.drop()
    await bed.next(Connected)
    assert leg.gone
    assert leg.gone.switch_lost


async def test_release_of_what_is_gone_already_ends_it(bed: Bed) -> None:
    leg = (await bed.arrived()).leg
    bed.bad.on("DELETE channels/c1", 404)
    leg.release(17)
    await until(lambda: leg.gone)
    assert leg.gone
    assert (leg.gone.ours, leg.gone.cause) == (True, 17)


@pytest.mark.parametrize("silent", [False, True])
async def test_a_release_that_failed_is_repeated(bed: Bed, silent: bool) -> None:
    leg = (await bed.arrived()).leg
    what = "DELETE channels/c1"
    if silent:
        bed.bad.silent_on(what)
    else:
        bed.bad.on(what, 500)
    leg.release()
    await until(lambda: bed.bad.count(what) == 1)
    bed.bad.on(what, 404)
    await until(lambda: leg.gone)
    assert bed.bad.count(what) == 2


async def test_a_release_that_was_not_answered_is_repeated_after_reconnecting(bed: Bed) -> None:
    leg = (await bed.arrived()).leg
    bed.bad.silent_on("DELETE channels/c1")
    leg.release()
    await until(lambda: bed.bad.count("DELETE channels/c1") == 1)
    bed.bad.channels, bed.bad.ours = [channel("c1")], ["c1"]
    await bed.bad.drop()
    assert not (await bed.next(Connected)).legs, "nobody's any more: not to be taken for a caller who waits"
    await until(lambda: bed.bad.count("DELETE channels/c1") == 2)


async def test_a_bridge_that_could_not_be_closed_is_closed_after_reconnecting(bed: Bed) -> None:
    bridge = await bed.switch.talk_bridge(BridgeId("talk-a"), "talk a")
    bed.bad.silent_on("DELETE bridges/talk-a")
    bridge.close()
    await until(lambda: bed.bad.count("DELETE bridges/talk-a") == 1)
    bed.bad.bridges = [{"id": "talk-a", "channels": [], "bridge_class": "stasis"}]
    await bed.bad.drop()
    await until(lambda: bed.bad.count("DELETE bridges/talk-a") == 2)


async def test_a_second_entry_of_an_ended_channel_is_no_new_caller(bed: Bed) -> None:
    leg = (await bed.arrived()).leg
    await bed.bad.tell("StasisEnd", channel=channel("c1"))
    await bed.bad.tell("StasisStart", channel=channel("c1"), args=["inbound", "carrier"])
    assert await bed.nothing() is None
    assert leg.gone


async def test_digits_are_bounded(bed: Bed) -> None:
    leg = (await bed.arrived()).leg
    for _ in range(200):
        await bed.bad.tell("ChannelDtmfReceived", channel=channel("c1"), digit="5")
    await bed.bad.tell("ChannelHangupRequest", channel=channel("c1"), cause=16)
    await asyncio.sleep(0.1)
    for _ in range(64):
        assert await soon(leg.digit()) == "5"
    with pytest.raises(TimeoutError):
        await soon(leg.digit(), 0.1)
