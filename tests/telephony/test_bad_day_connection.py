"""The connection to an Asterisk that boots, is ill, is taken over, or answers late."""

import asyncio
from typing import Any

import pytest

from ccapp.domain.ids import ChannelId
from ccapp.ports import (
    Arrived,
    Connected,
    Dial,
    Disconnected,
    LegGone,
    Refused,
    Replaced,
    SwitchBusy,
    SwitchError,
    SwitchUnreachable,
)
from tests.telephony.bad_asterisk import Asked, BadAsterisk, channel
from tests.telephony.bed import Bed, opened, soon, until


@pytest.mark.parametrize("status", [401, 404, 503])
async def test_a_switch_that_boots_is_tried_again(bad: BadAsterisk, status: int) -> None:
    bad.handshake_status = status
    async with opened(bad) as switch:
        await asyncio.sleep(0.15)
        assert not switch.healthy
        bad.handshake_status = 0
        await Bed(bad, switch).next(Connected)


async def test_connected_but_not_booted_is_tried_again(bad: BadAsterisk) -> None:
    bad.on("GET channels", 503, {"message": "Asterisk not booted"})
    async with opened(bad) as switch:
        await until(lambda: bad.count("GET channels") >= 2)
        bad.behaviour.clear()
        await Bed(bad, switch).next(Connected)


async def test_the_filter_lets_replies_through(bed: Bed) -> None:
    filters = {asked.path: asked.body for asked in bed.bad.asked if asked.path.endswith("eventFilter")}
    types = [one["type"] for one in filters["applications/ccapp/eventFilter"]["allowed"]]
    assert {"RESTResponse", "StasisStart", "ApplicationReplaced"} <= set(types)
    assert filters["applications/ccapp-devices/eventFilter"]["allowed"][0] == {"type": "EndpointStateChange"}


async def test_an_arrival_while_comparing_is_told_once_and_after(bad: BadAsterisk) -> None:
    async def enters(asked: Asked) -> None:
        await bad.tell("StasisStart", channel=channel("listed"), args=["inbound", "carrier"])
        await bad.tell("StasisStart", channel=channel("unlisted"), args=["inbound", "carrier"])
        await bad.tell("StasisStart", channel=channel("ended"), args=["inbound", "carrier"])
        await bad.tell("StasisEnd", channel=channel("ended"))

    bad.ours = ["listed", "ended"]
    bad.on("GET channels", 200, [channel("listed"), channel("ended")], before=enters)
    async with opened(bad) as switch:
        bed = Bed(bad, switch)
        connected = await bed.next(Connected)
        assert [found.leg.id for found in connected.legs] == ["listed"]
        assert connected.legs[0].arrived
        assert (await bed.next(Arrived)).leg.id == "unlisted"
        assert await bed.nothing() is None


async def test_who_enters_and_is_nobodys_is_hung_up(bed: Bed) -> None:
    stray = channel("offer-v7-1", state="Up", data="ccapp,dialled")
    await bed.bad.tell("StasisStart", channel=stray, args=["dialled"])
    await until(lambda: bed.bad.count("DELETE channels/offer-v7-1"))
    assert await bed.nothing() is None


async def test_a_ringing_offer_nobody_hears_is_subscribed_to(bad: BadAsterisk) -> None:
    bad.channels = [
        channel("offer-v9-1", state="Ringing", app="AppDial2", data=""),
        channel("offer-v9-2", state="Ringing", app="AppDial2", data=""),
        channel("foreign", app="Dial"),
    ]

    async def subscribed(asked: Asked) -> tuple[int, Any] | None:
        return (204, None) if asked.query["eventSource"].endswith("-1") else (422, {"message": "gone"})

    bad.behaviour["POST applications/ccapp/subscription"] = subscribed
    async with opened(bad) as switch:
        (found,) = (await Bed(bad, switch).next(Connected)).legs
        assert (found.leg.id, found.arrived, found.leg.answered) == ("offer-v9-1", None, False)


async def test_taken_over_means_silence(bed: Bed) -> None:
    leg = (await bed.arrived()).leg
    await bed.bad.tell("ApplicationReplaced")
    await bed.next(Replaced)
    before = len(bed.bad.asked)
    leg.release()
    with pytest.raises(SwitchUnreachable):
        await leg.answer()
    await asyncio.sleep(0.4)
    assert len(bed.bad.asked) == before, "nothing is sent, and nobody connects again"


@pytest.mark.parametrize(
    ("status", "expected"),
    [(404, LegGone), (409, LegGone), (412, LegGone), (400, Refused), (422, Refused), (503, SwitchBusy)],
)
async def test_refusals_are_told_apart(bed: Bed, status: int, expected: type[SwitchError]) -> None:
    await refused(bed, status, expected)


async def test_who_cannot_be_answered_is_hanging_up(bed: Bed) -> None:
    await refused(bed, 500, LegGone)


async def refused(bed: Bed, status: int, expected: type[SwitchError]) -> None:
    leg = (await bed.arrived()).leg
    bed.bad.on("POST channels/c1/answer", status, {"message": "no"})
    with pytest.raises(expected):
        await leg.answer()
    assert not leg.answered


async def test_a_command_has_a_bounded_time_and_a_late_reply_is_nothing(bed: Bed) -> None:
    leg = (await bed.arrived()).leg
    bed.bad.on("POST channels/c1/answer", 204, after_s=0.7)
    with pytest.raises(SwitchUnreachable):
        await soon(leg.answer(), 1)
    await until(lambda: bed.switch.meter.late_replies)
    assert bed.switch.meter.unanswered["answer"] == 1
    assert not leg.answered


async def test_a_frozen_asterisk_is_ill_until_it_answers_again(bad: BadAsterisk) -> None:
    async with opened(bad, command_s_max=0.05, ping_s=0.05) as switch:
        await until(lambda: switch.healthy)
        bad.silent_on("GET asterisk/ping")
        await until(lambda: not switch.healthy)
        bad.behaviour.clear()
        await until(lambda: switch.healthy)


async def test_replies_may_come_in_any_order(bed: Bed) -> None:
    one, two = (await bed.arrived("c1")).leg, (await bed.arrived("c2")).leg
    bed.bad.on("POST channels/c1/answer", 404, after_s=0.2)
    results = await asyncio.gather(one.answer(), two.answer(), return_exceptions=True)
    assert isinstance(results[0], LegGone)
    assert results[1] is None


async def test_commands_fail_at_once_when_the_connection_ends(bed: Bed) -> None:
    leg = (await bed.arrived()).leg
    bed.bad.silent_on("POST channels/c1/ring")
    ringing = asyncio.create_task(leg.ring())
    await until(lambda: bed.bad.count("POST channels/c1/ring"))
    bed.bad.channels, bed.bad.ours = [channel("c1")], ["c1"]
    await bed.bad.drop()
    with pytest.raises(SwitchUnreachable):
        await soon(ringing, 0.4)
    await bed.next(Disconnected)
    (found,) = (await bed.next(Connected)).legs
    assert found.leg is leg


async def test_nonsense_is_survived(bed: Bed) -> None:
    await bed.bad.tell("StasisStart")
    await bed.bad.tell("ChannelDestroyed", channel={})
    await next(iter(bed.bad.sockets.values())).send_str("{]")
    assert (await bed.arrived()).leg.id == "c1"


async def test_one_calls_commands_go_one_way(bad: BadAsterisk) -> None:
    async with opened(bad, command_sockets=3) as switch:
        bed = Bed(bad, switch)
        await bed.next(Connected)
        await until(lambda: len(bad.sockets) == 4)
        await asyncio.sleep(0.1)
        for n in range(12):
            leg = (await bed.arrived(f"c{n}")).leg
            await leg.answer()
            switch.dial(Dial(channel=ChannelId(f"offer-c{n}-1"), endpoint="alice"))
        await asyncio.sleep(0.1)
        ways: dict[str, set[str]] = {}
        for asked in bad.asked:
            if asked.path.startswith("channels/"):
                call = asked.path.split("/")[1].removeprefix("offer-").removesuffix("-1")
                ways.setdefault(call, set()).add(asked.apps)
        assert len(ways) == 12
        assert all(len(way) == 1 for way in ways.values())
        assert len({next(iter(way)) for way in ways.values()}) == 3
