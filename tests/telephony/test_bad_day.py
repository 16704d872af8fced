"""The switch against an Asterisk that is late, out of order, refuses, and goes away."""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from typing import Any

import pytest

from ccapp.clock import Clock
from ccapp.domain.ids import BridgeId, ChannelId
from ccapp.domain.ivr import Sound
from ccapp.ports import (
    Arrived,
    Connected,
    Dial,
    Disconnected,
    LegGone,
    News,
    Refused,
    Replaced,
    SwitchBusy,
    SwitchError,
    SwitchUnreachable,
)
from ccapp.telephony.bridge import PLAY_AGAIN_S
from ccapp.telephony.settings import AsteriskSettings
from ccapp.telephony.switch import AsteriskSwitch
from tests.telephony.bad_asterisk import Asked, BadAsterisk, channel

OFFER = ChannelId("offer-v1-1")


class Bed:
    def __init__(self, bad: BadAsterisk, switch: AsteriskSwitch) -> None:
        self.bad, self.switch = bad, switch
        self._news = switch.news()

    async def next[T](self, kind: type[T]) -> T:
        async with asyncio.timeout(20):
            async for news in self._news:
                if isinstance(news, kind):
                    return news
        raise AssertionError

    async def nothing(self, within_s: float = 0.1) -> News | None:
        try:
            async with asyncio.timeout(within_s):
                return await anext(self._news)
        except TimeoutError:
            return None

    async def arrived(self, id: str = "c1") -> Arrived:
        await self.bad.tell("StasisStart", channel=channel(id), args=["inbound", "carrier"])
        return await self.next(Arrived)


@pytest.fixture
async def bad() -> AsyncIterator[BadAsterisk]:
    async with BadAsterisk() as bad:
        yield bad


@pytest.fixture
async def bed(bad: BadAsterisk) -> AsyncIterator[Bed]:
    async with opened(bad) as switch:
        bed = Bed(bad, switch)
        await bed.next(Connected)
        yield bed


def opened(bad: BadAsterisk, **choices: Any) -> AsteriskSwitch:
    quick: dict[str, Any] = {"command_s_max": 0.5, "playback_start_s_max": 0.3, "command_sockets": 1}
    return AsteriskSwitch(AsteriskSettings(url=bad.url, user="u", password="p", **(quick | choices)), Clock())


async def soon[T](awaitable: Awaitable[T], within_s: float = 20) -> T:
    async with asyncio.timeout(within_s):
        return await awaitable


async def until(true: Any) -> None:
    async with asyncio.timeout(20):
        while not true():  # noqa: ASYNC110
            await asyncio.sleep(0.005)


# --- connecting


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


# --- commands


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


# --- legs


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


# --- prompts


async def test_a_prompt_that_never_starts_is_passed_over(bed: Bed) -> None:
    leg = (await bed.arrived()).leg
    await soon(leg.play([Sound(name="beep")]), 1)


async def test_a_prompt_may_end_before_it_starts_and_before_the_reply(bed: Bed) -> None:
    leg = (await bed.arrived()).leg

    async def plays(asked: Asked) -> None:
        playback = {"id": asked.path.rpartition("/")[2], "state": "done"}
        await bed.bad.tell("PlaybackFinished", playback=playback)
        await bed.bad.tell("PlaybackStarted", playback=playback)

    async def behaviour(asked: Asked) -> tuple[int, Any]:
        await plays(asked)
        return 201, {}

    bed.bad.behaviour = _AnyPlay(behaviour)
    await soon(leg.play([Sound(name="beep"), Sound(name="beep")]), 0.2)


async def test_a_prompt_cut_by_the_hang_up_is_no_prompt_that_failed(bed: Bed) -> None:
    """Asterisk tells the prompt's end first: what follows it in a story must not begin."""
    leg = (await bed.arrived()).leg

    async def hangs_up(asked: Asked) -> tuple[int, Any]:
        playback = {"id": asked.path.rpartition("/")[2], "state": "failed"}
        await bed.bad.tell("ChannelHangupRequest", channel=channel("c1"), cause=16)
        await bed.bad.tell("PlaybackFinished", playback=playback)
        return 201, {}

    bed.bad.behaviour = _AnyPlay(hangs_up)
    playing = asyncio.create_task(leg.play([Sound(name="beep")]))
    await asyncio.sleep(0.1)
    assert not playing.done()
    await bed.bad.tell("StasisEnd", channel=channel("c1"))
    with pytest.raises(LegGone):
        await soon(playing)


async def test_a_cancelled_prompt_is_stopped_even_before_the_reply(bed: Bed) -> None:
    leg = (await bed.arrived()).leg

    async def never(asked: Asked) -> None:
        return None

    bed.bad.behaviour = _AnyPlay(never)
    playing = asyncio.create_task(leg.play([Sound(name="beep")]))
    await until(lambda: any("play/" in asked.path for asked in bed.bad.asked))
    playing.cancel()
    await until(lambda: any(str(asked).startswith("DELETE playbacks/play-") for asked in bed.bad.asked))


class _AnyPlay(dict[str, Any]):
    """One behaviour for all plays, whose ids we cannot know."""

    def __init__(self, behaviour: Any) -> None:
        self._behaviour = behaviour

    def get(self, key: str, default: Any = None) -> Any:
        return self._behaviour if "/play/" in key else default


# --- bridges


async def test_one_move_of_a_leg_that_has_just_left_is_leg_gone(bed: Bed) -> None:
    leg = (await bed.arrived()).leg
    bridge = await bed.switch.talk_bridge(BridgeId("talk-a"), "talk a")
    for status in (400, 422):
        bed.bad.on("POST bridges/talk-a/addChannel", status)
        with pytest.raises(LegGone):
            await bridge.add(leg)


async def test_a_leg_that_still_rings_is_refused(bed: Bed) -> None:
    leg = bed.switch.dial(Dial(channel=OFFER, endpoint="alice"))
    bridge = await bed.switch.talk_bridge(BridgeId("talk-a"), "talk a")
    bed.bad.on("POST bridges/talk-a/addChannel", 422)
    with pytest.raises(Refused):
        await bridge.add(leg)


@pytest.mark.parametrize("status", [404, 409])
async def test_a_hall_vanished_or_being_closed_is_made_again_with_its_music(bed: Bed, status: int) -> None:
    leg = (await bed.arrived()).leg
    hall = await bed.switch.hall(BridgeId("hall-s"), "hall s", "calm")

    async def gone_once(asked: Asked) -> tuple[int, Any]:
        bed.bad.behaviour.clear()
        return status, {"message": "Bridge not in Stasis application"}

    bed.bad.behaviour["POST bridges/hall-s/addChannel"] = gone_once
    await hall.add(leg)
    assert bed.bad.count("POST bridges/hall-s") == 2
    assert bed.bad.count("POST bridges/hall-s/moh") == 2


@pytest.mark.parametrize("status", [404, 409])
async def test_a_hall_found_while_it_is_being_closed_is_made_again(bed: Bed, status: int) -> None:
    async def gone_once(asked: Asked) -> tuple[int, Any]:
        bed.bad.behaviour.clear()
        return status, {"message": "Bridge not in Stasis application"}

    bed.bad.on("POST bridges/hall-s", 409)
    bed.bad.behaviour["POST bridges/hall-s/moh"] = gone_once
    await bed.switch.hall(BridgeId("hall-s"), "hall s", "calm")
    assert bed.bad.count("POST bridges/hall-s") == 2
    assert bed.bad.count("POST bridges/hall-s/moh") == 2


async def test_who_enters_an_emptied_hall_has_its_music_started(bed: Bed) -> None:
    leg = (await bed.arrived()).leg
    hall = await bed.switch.hall(BridgeId("hall-s"), "hall s", "calm")
    talk = await bed.switch.talk_bridge(BridgeId("talk-a"), "talk a")
    await hall.add(leg)
    assert bed.bad.count("POST bridges/hall-s/moh") == 1
    await talk.add(leg)
    await hall.add(leg)
    again = len(PLAY_AGAIN_S)  # what is on its end takes what was started with it, and nobody tells
    await until(lambda: bed.bad.count("POST bridges/hall-s/moh") == 2 + again)


# --- sockets


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
