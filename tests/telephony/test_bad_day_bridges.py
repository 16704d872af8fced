"""Bridges that are gone, or being closed, when somebody is put into them."""

from typing import Any

import pytest

from ccapp.domain.ids import BridgeId
from ccapp.ports import Dial, LegGone, Refused
from ccapp.telephony.bridge import PLAY_AGAIN_S
from tests.telephony.bad_asterisk import Asked
from tests.telephony.bed import OFFER, Bed, until


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
