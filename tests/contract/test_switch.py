"""What every `Switch` does, told as stories and run over each implementation."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from ccapp.domain.ids import AgentId, BridgeId, ChannelId
from ccapp.ports import (
    Arrived,
    Bridge,
    CallerId,
    Connected,
    DeviceOnline,
    Dial,
    Disconnected,
    Leg,
    LegGone,
    News,
    SwitchError,
)
from tests.contract.world import ALICE, BOB, TRUNK, Answers, Behaviour, Busy, Rejects, Rings, Run, World

OFFER = ChannelId("offer-v1-1")


class Told:
    """The news, one kind at a time; what is of another kind is passed over."""

    def __init__(self, world: World) -> None:
        self._news: AsyncIterator[News] = world.switch.news()

    async def next[T](self, kind: type[T]) -> T:
        async with asyncio.timeout(10):
            async for news in self._news:
                if isinstance(news, kind):
                    return news
        raise AssertionError("the news have ended")

    async def device(self, agent: str, *, online: bool) -> None:
        while await self.next(DeviceOnline) != DeviceOnline(agent=AgentId(agent), online=online):
            pass


async def arrived(world: World, told: Told | None = None) -> Leg:
    await world.caller_calls("1000")
    return (await (told or Told(world)).next(Arrived)).leg


async def answered(world: World, told: Told | None = None) -> Leg:
    leg = await arrived(world, told)
    await leg.answer()
    await world.caller_hears("answer")
    return leg


def dialled(world: World, phone: str = ALICE, channel: ChannelId = OFFER, ring_s_max: float = 30) -> Leg:
    return world.switch.dial(Dial(channel=channel, endpoint=phone, ring_s_max=ring_s_max))


async def picked_up(world: World, phone: str = ALICE, channel: ChannelId = OFFER) -> Leg:
    world.phone(phone).behaves(Answers())
    leg = dialled(world, phone, channel)
    await within(20, leg.picked_up())
    return leg


async def within[T](seconds: float, awaitable: "asyncio._CoroutineLike[T] | asyncio.Future[T]") -> T:
    async with asyncio.timeout(seconds):
        return await awaitable


async def ended(leg: Leg) -> None:
    done = asyncio.Event()
    leg.on_gone(lambda _: done.set())
    await within(10, done.wait())


async def hall(world: World) -> Bridge:
    return await world.switch.hall(BridgeId("hall-sales"), "hall sales", "default")


async def talk(world: World) -> Bridge:
    return await world.switch.talk_bridge(BridgeId("talk-alice"), "talk alice")


# --- arrivals


def test_the_first_news_is_that_it_is_connected(run: Run) -> None:
    async def story(world: World) -> None:
        first = await anext(aiter(world.switch.news()))
        assert isinstance(first, Connected)
        assert not first.legs

    run(story)


def test_a_caller_arrives_with_what_he_dialled(run: Run) -> None:
    async def story(world: World) -> None:
        told = Told(world)
        await world.caller_calls("1000")
        news = await told.next(Arrived)
        assert (news.kind, news.endpoint, news.dialled) == ("inbound", TRUNK, "1000")
        assert news.caller == CallerId(number="5551000", name="Carol")
        assert not news.leg.answered

    run(story)


def test_an_agents_own_call_arrives_from_his_phone(run: Run) -> None:
    async def story(world: World) -> None:
        told = Told(world)
        await world.phone(ALICE).calls("2000")
        news = await told.next(Arrived)
        assert (news.kind, news.endpoint, news.dialled) == ("phone", ALICE, "2000")

    run(story)


def test_ringing_then_an_answer_twice_is_one_answer(run: Run) -> None:
    async def story(world: World) -> None:
        leg = await arrived(world)
        await leg.ring()
        await world.caller_hears("ringing")
        await leg.answer()
        await leg.answer()
        await world.caller_hears("answer")
        assert leg.answered

    run(story)


def test_headers_are_found_bare_or_with_x_in_any_case(run: Run) -> None:
    async def story(world: World) -> None:
        told = Told(world)
        sent = {"X-Skills": "sales, spanish:2", "User-to-User": "00;encoding=hex", "X-Other": "unasked"}
        await world.caller_calls("1000", sent)
        leg = (await told.next(Arrived)).leg
        found = dict(await leg.headers(["skills", "User-to-User", "Ani"]))
        assert {name.lower(): value for name, value in found.items()} == {
            "x-skills": "sales, spanish:2",
            "user-to-user": "00;encoding=hex",
        }
        assert not await leg.headers(["Nothing"])

    run(story)


def test_a_caller_who_hangs_up_is_gone_and_all_commands_say_so(run: Run) -> None:
    async def story(world: World) -> None:
        leg = await answered(world)
        await world.caller_hangs_up()
        await ended(leg)
        assert leg.gone is not None
        assert leg.gone.cause == 16
        assert not leg.gone.ours
        with pytest.raises(LegGone):
            await leg.play([world.sound("short")])
        with pytest.raises(LegGone):
            await leg.digit()

    run(story)


def test_on_gone_calls_back_once_even_late_unless_undone(run: Run) -> None:
    async def story(world: World) -> None:
        leg = await answered(world)
        calls: list[str] = []
        leg.on_gone(lambda _: calls.append("early"))
        undo = leg.on_gone(lambda _: calls.append("undone"))
        undo()
        leg.release()
        await ended(leg)
        leg.on_gone(lambda _: calls.append("late"))
        leg.on_gone(lambda _: calls.append("undone"))()
        await asyncio.sleep(0.1)
        assert calls == ["early", "late"]

    run(story)


def test_a_channel_lives_until_it_does_not(run: Run) -> None:
    async def story(world: World) -> None:
        leg = await answered(world)
        assert await within(20, world.switch.lives(leg.id))
        await world.caller_hangs_up()
        await ended(leg)
        async with asyncio.timeout(20):  # its end is told before the very last of it
            while await world.switch.lives(leg.id):  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        assert not await within(20, world.switch.lives(ChannelId("never-was")))
        await world.cut()
        with pytest.raises(SwitchError):
            await within(10, world.switch.lives(leg.id))

    run(story)


def test_a_party_who_holds_and_resumes_is_heard_unless_undone(run: Run) -> None:
    async def story(world: World) -> None:
        caller, agent = await answered(world), await picked_up(world)
        await (await talk(world)).add(caller, agent)
        heard: asyncio.Queue[bool] = asyncio.Queue()
        undone: list[bool] = []
        agent.on_hold(heard.put_nowait)
        agent.on_hold(undone.append)()
        for on in (True, False, True):
            await world.phone(ALICE).holds(on)
            assert await within(20, heard.get()) is on
        assert not undone
        caller.on_hold(undone.append)
        await world.phone(ALICE).hangs_up()
        await ended(agent)
        assert not undone, "only who holds is told so"

    run(story)


def test_a_release_is_ours_and_a_second_one_nothing(run: Run) -> None:
    async def story(world: World) -> None:
        leg = await answered(world)
        leg.release()
        leg.release(21)
        await world.caller_over()
        await ended(leg)
        assert leg.gone
        assert (leg.gone.ours, leg.gone.cause) == (True, 16)
        leg.release()

    run(story)


# --- prompts and keys


def test_play_returns_at_the_end_of_the_last_prompt(run: Run) -> None:
    async def story(world: World) -> None:
        leg = await answered(world)
        await within(20, leg.play([world.sound("short"), world.sound("short")]))

    run(story)


def test_a_prompt_that_cannot_be_played_is_passed_over(run: Run) -> None:
    async def story(world: World) -> None:
        leg = await answered(world)
        await within(20, leg.play([world.missing_sound(), world.sound("short")]))

    run(story)


def test_a_cancelled_prompt_is_silent_for_the_next_one(run: Run) -> None:
    async def story(world: World) -> None:
        leg = await answered(world)
        with pytest.raises(TimeoutError):
            await within(0.5, leg.play([world.sound("long")]))
        await within(20, leg.play([world.sound("short")]))

    run(story)


def test_a_caller_gone_while_playing_ends_the_play(run: Run) -> None:
    async def story(world: World) -> None:
        leg = await answered(world)
        playing = asyncio.create_task(leg.play([world.sound("long")]))
        await asyncio.sleep(0.5)
        await world.caller_hangs_up()
        with pytest.raises(LegGone):
            await within(20, playing)

    run(story)


def test_music_is_heard_until_quiet_and_prompts_and_keys_go_on_after_it(run: Run) -> None:
    async def story(world: World) -> None:
        leg = await answered(world)
        await within(20, leg.music("default"))
        await world.caller_presses("5")
        assert await within(20, leg.digit()) == "5"
        leg.quiet()
        leg.quiet()
        await within(20, leg.play([world.sound("short")]))
        await within(20, leg.music("no-such-music"))
        await world.caller_hangs_up()
        await world.caller_over()
        leg.quiet()

    run(story)


def test_keys_come_in_order_and_are_kept_until_asked_for(run: Run) -> None:
    async def story(world: World) -> None:
        leg = await answered(world)
        await world.caller_presses("12")
        assert [await within(20, leg.digit()) for _ in "12"] == ["1", "2"]
        waiting = asyncio.create_task(leg.digit())
        await world.caller_presses("#")
        assert await within(20, waiting) == "#"

    run(story)


def test_forgotten_keys_do_not_come(run: Run) -> None:
    async def story(world: World) -> None:
        leg = await answered(world)
        await world.caller_presses("1")
        await asyncio.sleep(0.5)
        leg.forget_digits()
        await world.caller_presses("2")
        assert await within(20, leg.digit()) == "2"

    run(story)


def test_keys_are_heard_in_the_hall(run: Run) -> None:
    async def story(world: World) -> None:
        leg = await answered(world)
        await (await hall(world)).add(leg)
        await world.caller_presses("7")
        assert await within(20, leg.digit()) == "7"

    run(story)


# --- dialling


def test_a_dialled_phone_rings_with_caller_and_headers_and_is_picked_up(run: Run) -> None:
    async def story(world: World) -> None:
        world.phone(ALICE).behaves(Answers())
        nasty = 'a,b;c="d" ${EXTEN} $[1+1] `|\\n é'
        dial = Dial(
            channel=OFFER,
            endpoint=ALICE,
            caller=CallerId(number="5551000", name='Ca"rol, <x>'),
            headers={"X-Call-Id": "v1", "X-Nasty": nasty, "X-Line": "one\r\nX-Evil: two"},
        )
        leg = world.switch.dial(dial)
        assert leg.id == OFFER
        assert not leg.answered
        headers = await within(20, world.phone(ALICE).rung())
        assert headers["X-Call-Id"] == "v1"
        assert headers["X-Nasty"] == nasty
        assert headers["X-Line"].startswith("one ")
        assert "X-Evil" not in headers
        await within(20, leg.picked_up())
        assert leg.answered

    run(story)


@pytest.mark.parametrize(("behaviour", "cause"), [(Busy(), 17), (Rejects(), 21)])
def test_a_dialled_phone_that_will_not(run: Run, behaviour: Behaviour, cause: int) -> None:
    async def story(world: World) -> None:
        world.phone(ALICE).behaves(behaviour)
        leg = dialled(world)
        with pytest.raises(LegGone):
            await within(20, leg.picked_up())
        assert leg.gone
        assert (leg.gone.cause, leg.gone.ours) == (cause, False)

    run(story)


def test_a_phone_that_is_not_there_is_not_registered(run: Run) -> None:
    async def story(world: World) -> None:
        told = Told(world)
        await told.device(ALICE, online=True)
        await world.phone(ALICE).goes_offline()
        await told.device(ALICE, online=False)
        leg = dialled(world)
        assert leg.gone is None, "a refused dial ends the leg soon, not at once"
        with pytest.raises(LegGone):
            await within(20, leg.picked_up())
        assert leg.gone
        assert leg.gone.cause == 20

    run(story)


def test_the_switch_itself_ends_the_ringing(run: Run) -> None:
    async def story(world: World) -> None:
        leg = dialled(world, ring_s_max=1)
        with pytest.raises(LegGone):
            await within(20, leg.picked_up())
        assert leg.gone
        assert leg.gone.cause == 19
        await world.phone(ALICE).rung()
        await world.phone(ALICE).over()

    run(story)


@pytest.mark.parametrize("after_s", [0.0, 0.3])
def test_a_dial_taken_back_stops_the_ringing(run: Run, after_s: float) -> None:
    async def story(world: World) -> None:
        leg = dialled(world)
        await asyncio.sleep(after_s)
        leg.release(26)
        with pytest.raises(LegGone):
            await within(20, leg.picked_up())
        assert leg.gone
        assert leg.gone.ours
        if after_s:
            await world.phone(ALICE).rung()
            await world.phone(ALICE).over()

    run(story)


def test_the_caller_goes_while_the_phone_rings(run: Run) -> None:
    async def story(world: World) -> None:
        caller = await answered(world)
        leg = world.switch.dial(Dial(channel=OFFER, endpoint=ALICE, originator=caller.id))
        await world.phone(ALICE).rung()
        await world.caller_hangs_up()
        await ended(caller)
        assert leg.gone is None, "no leg hangs on another but by a story"
        leg.release()
        await world.phone(ALICE).over()
        await ended(leg)

    run(story)


# --- bridges


def test_two_talk_until_one_hangs_up_and_the_other_lives(run: Run) -> None:
    async def story(world: World) -> None:
        caller = await answered(world)
        agent = await picked_up(world)
        bridge = await talk(world)
        await bridge.add(caller, agent)
        await asyncio.sleep(0.3)
        await world.phone(ALICE).hangs_up()
        await ended(agent)
        assert caller.gone is None
        await within(20, caller.play([world.sound("short")]))

    run(story)


def test_a_leg_that_is_gone_cannot_be_added_and_the_other_stays_out(run: Run) -> None:
    async def story(world: World) -> None:
        told = Told(world)
        caller = await answered(world, told)
        agent = await picked_up(world)
        bridge = await talk(world)
        agent.release()
        with pytest.raises(LegGone):
            await bridge.add(caller, agent)
        await ended(agent)
        with pytest.raises(LegGone):
            await bridge.add(caller, agent)
        await world.cut()
        await told.next(Disconnected)
        await world.mend()
        found = (await told.next(Connected)).legs
        assert [(one.leg.id, one.bridge) for one in found] == [(caller.id, None)]

    run(story)


def test_from_the_hall_into_the_talk_in_one_move(run: Run) -> None:
    async def story(world: World) -> None:
        told = Told(world)
        caller = await answered(world, told)
        waiting, talking = await hall(world), await talk(world)
        await waiting.add(caller)
        agent = await picked_up(world)
        await talking.add(caller, agent)
        await world.cut()
        await told.next(Disconnected)
        await world.mend()
        connected = await told.next(Connected)
        assert connected.bridges[talking.id] == {caller.id, agent.id}
        assert connected.bridges[waiting.id] == frozenset()

    run(story)


def test_an_announcement_in_the_hall_lets_keys_through_and_is_cut_for_the_talk(run: Run) -> None:
    async def story(world: World) -> None:
        caller = await answered(world)
        await (await hall(world)).add(caller)
        agent = await picked_up(world)
        told = asyncio.create_task(caller.play([world.sound("long")]))
        await world.caller_presses("7")
        assert await within(20, caller.digit()) == "7"
        assert not told.done()
        told.cancel()
        await asyncio.wait([told])
        await within(4, (await talk(world)).add(caller, agent))

    run(story)


def test_an_announcement_in_the_hall_ends(run: Run) -> None:
    async def story(world: World) -> None:
        caller = await answered(world)
        await (await hall(world)).add(caller)
        await within(20, caller.play([world.sound("short")]))

    run(story)


def test_bridges_are_found_when_they_exist(run: Run) -> None:
    async def story(world: World) -> None:
        caller = await answered(world)
        await (await talk(world)).add(caller)
        again = await talk(world)
        await again.remove(caller)
        await again.remove(caller)
        assert (await hall(world)).id == (await hall(world)).id

    run(story)


def test_a_closed_bridge_lets_its_legs_live_and_may_be_made_again(run: Run) -> None:
    async def story(world: World) -> None:
        caller = await answered(world)
        bridge = await talk(world)
        await bridge.add(caller)
        bridge.close()
        bridge.close()
        again = await talk(world)
        await again.add(caller)
        assert caller.gone is None
        again.close()
        with pytest.raises(SwitchError):
            await again.add(caller)

    run(story)


# --- the connection


def test_known_legs_are_found_again_as_the_same_objects(run: Run) -> None:
    async def story(world: World) -> None:
        told = Told(world)
        caller = await answered(world, told)
        waiting = await hall(world)
        await waiting.add(caller)
        await world.cut()
        await told.next(Disconnected)
        with pytest.raises(SwitchError):
            await caller.play([world.sound("short")])
        await world.mend()
        connected = await told.next(Connected)
        (found,) = connected.legs
        assert found.leg is caller
        assert found.bridge == waiting.id
        assert found.arrived
        assert (found.arrived.kind, found.arrived.dialled) == ("inbound", "1000")
        await within(20, caller.play([world.sound("short")]))

    run(story)


def test_a_leg_lost_while_away_is_told_gone_before_connected(run: Run) -> None:
    async def story(world: World) -> None:
        told = Told(world)
        caller = await answered(world, told)
        await world.cut()
        await told.next(Disconnected)
        await world.caller_hangs_up()
        await asyncio.sleep(0.3)
        await world.mend()
        assert not (await told.next(Connected)).legs
        assert caller.gone
        assert caller.gone.switch_lost

    run(story)


def test_what_was_let_go_while_away_is_hung_up_after(run: Run) -> None:
    async def story(world: World) -> None:
        told = Told(world)
        caller = await answered(world, told)
        await world.cut()
        await told.next(Disconnected)
        caller.release()
        await asyncio.sleep(0.2)
        assert caller.gone is None
        await world.mend()
        await world.caller_over()
        await ended(caller)
        assert caller.gone
        assert caller.gone.ours

    run(story)


def test_a_dial_while_away_ends(run: Run) -> None:
    async def story(world: World) -> None:
        told = Told(world)
        await told.next(Connected)
        await world.cut()
        await told.next(Disconnected)
        leg = dialled(world)
        with pytest.raises(LegGone):
            await within(20, leg.picked_up())
        assert leg.gone
        assert leg.gone.switch_lost

    run(story)


def test_a_leg_still_ringing_is_found(run: Run) -> None:
    async def story(world: World) -> None:
        told = Told(world)
        await told.next(Connected)
        leg = dialled(world)
        await world.phone(ALICE).rung()
        await world.cut()
        await told.next(Disconnected)
        await world.mend()
        (found,) = (await told.next(Connected)).legs
        assert found.leg is leg
        assert found.arrived is None
        assert not leg.answered
        leg.release()
        await world.phone(ALICE).over()
        await ended(leg)

    run(story)


def test_a_prompt_in_flight_ends_with_the_new_connection(run: Run) -> None:
    async def story(world: World) -> None:
        told = Told(world)
        caller = await answered(world, told)
        playing = asyncio.create_task(caller.play([world.sound("short")]))
        await asyncio.sleep(0.05)
        await world.cut()
        await asyncio.sleep(1)
        await world.mend()
        await told.next(Connected)
        try:
            await within(20, playing)
        except LegGone:
            raise
        except SwitchError:  # the command itself was cut off
            pass

    run(story)


def test_after_letting_go_nothing_is_hung_up(run: Run) -> None:
    async def story(world: World) -> None:
        caller = await answered(world)
        world.switch.let_go()
        caller.release()
        with pytest.raises(TimeoutError):
            await within(0.5, world.caller_over())

    run(story)


# --- devices


def test_phones_come_and_go(run: Run) -> None:
    async def story(world: World) -> None:
        told = Told(world)
        await told.device(BOB, online=True)
        await world.phone(BOB).goes_offline()
        await told.device(BOB, online=False)
        await world.phone(BOB).comes_online()
        await told.device(BOB, online=True)

    run(story)


def test_a_ringing_phone_stays_as_online_as_it_was(run: Run) -> None:
    async def story(world: World) -> None:
        told = Told(world)
        world.phone(ALICE).behaves(Rings())
        leg = dialled(world)
        await world.phone(ALICE).rung()
        leg.release()
        await world.phone(ALICE).over()
        await world.phone(BOB).goes_offline()
        before = []
        while (news := await told.next(DeviceOnline)) != DeviceOnline(agent=AgentId(BOB), online=False):
            before.append(news)
        assert before.count(DeviceOnline(agent=AgentId(ALICE), online=True)) <= 1
        assert DeviceOnline(agent=AgentId(ALICE), online=False) not in before[1:]

    run(story)


def test_looking_for_phones_tells_nothing_that_was_told(run: Run) -> None:
    async def story(world: World) -> None:
        told = Told(world)
        await told.next(Connected)
        await told.device(ALICE, online=True)
        await within(20, world.switch.look_for_phones())
        await world.phone(ALICE).goes_offline()
        await told.device(ALICE, online=False)
        await within(20, world.switch.look_for_phones())
        await world.phone(ALICE).comes_online()
        await told.device(ALICE, online=True)

    run(story)
