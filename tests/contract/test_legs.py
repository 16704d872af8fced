"""Legs, whoever made them: arriving, hung up, held, released."""

import asyncio

import pytest

from ccapp.domain.ids import ChannelId
from ccapp.ports import Arrived, CallerId, LegGone, SwitchError
from tests.contract.steps import Told, answered, arrived, ended, picked_up, talk, within
from tests.contract.world import ALICE, TRUNK, Run, World


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
