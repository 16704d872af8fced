"""Calling back on the fake switch: who is rung when, and what a try in vain leads to."""

import asyncio
from dataclasses import replace

import pytest

from ccapp.domain import events
from ccapp.domain.callbacks import CallbackEnd, RungFirst, TryResult
from ccapp.domain.causes import DeclineReason
from ccapp.domain.centre import Centre
from ccapp.domain.hours import DAYS, Hours, Span
from ccapp.domain.ids import HoursId
from ccapp.domain.presence import State, state_of
from ccapp.domain.standing import Closing, Listed, Waiting
from ccapp.simulate.people import CallerScript, React, Reaction
from tests.simulate.callbacks import ANN, DANA, FIRST, RULES, SALES, Floor, centre, lived


@FIRST
def test_both_sides_are_rung_and_talk(first: RungFirst) -> None:
    async def story(floor: Floor) -> None:
        await floor.ready()
        floor.ask(DANA)
        served = await floor.until(events.CallServed)
        assert served.agent == ANN
        assert floor.facts(events.CallbackDialled)[0].tries == 1
        await floor.until(events.CallEnded)
        assert floor.ended() == [CallbackEnd.SERVED]
        assert floor.facts(events.CallEnded)[0].outcome is events.Outcome.SERVED
        assert not floor.facts(events.CallAbandoned)
        assert not floor.acd.visits

    lived(story, centre(replace(RULES, rung_first=first)))


@pytest.mark.parametrize(
    ("customer", "result"),
    [
        (React(Reaction.BUSY, 1.0), TryResult.BUSY),
        (React(Reaction.REJECT, 1.0), TryResult.REJECTED),
        (React(Reaction.SILENT), TryResult.NO_ANSWER),
        (React(Reaction.FAIL, 1.0), TryResult.FAILED),
    ],
)
@FIRST
def test_who_is_not_reached_is_tried_so_often_and_costs_the_agent_nothing(
    first: RungFirst, customer: React, result: TryResult
) -> None:
    async def story(floor: Floor) -> None:
        await floor.ready()
        floor.ask(DANA)
        ended = await floor.until(events.CallbackEnded)
        assert (ended.reason, ended.tries) == (CallbackEnd.NOT_REACHED, 2)
        tried = floor.facts(events.CallbackTried)
        assert [fact.result for fact in tried] == [result] * 2
        assert tried[0].again_at == pytest.approx(tried[0].at + RULES.retry_s)
        assert floor.facts(events.CallbackDialled)[1].at >= tried[0].again_at
        assert {fact.reason for fact in floor.facts(events.OfferDeclined)} == {DeclineReason.CALLER_GONE}
        assert not floor.facts(events.WrapUpEnded)
        assert state_of(floor.acd.presence(ANN))[0] is State.READY
        assert floor.facts(events.CallEnded)[0].outcome is events.Outcome.NOT_CALLED_BACK

    lived(story, centre(replace(RULES, rung_first=first, tries_max=2)), customer)


def test_an_agent_who_rejects_costs_no_try() -> None:
    reacts = iter([React(Reaction.REJECT, 1.0), *[React(Reaction.ANSWER, 1.0)] * 9])

    async def story(floor: Floor) -> None:
        await floor.ready()
        floor.ask(DANA)
        await floor.until(events.CallServed)
        assert [fact.reason for fact in floor.facts(events.OfferDeclined)] == [DeclineReason.REJECTED]
        assert [fact.tries for fact in floor.facts(events.CallbackDialled)] == [1]

    lived(story, centre(), agents=reacts)


def test_an_agent_on_the_line_hears_music_until_the_customer_is_there_or_not_reached() -> None:
    async def story(floor: Floor) -> None:
        await floor.ready()
        line = floor.exchange.call_from_phone(ANN, "*19")
        await asyncio.sleep(10)
        floor.ask(DANA)
        await floor.until(events.CallbackDialled)
        await asyncio.sleep(0.5)
        assert line.music == "default"
        await floor.until(events.CallbackTried)
        await asyncio.sleep(0.5)
        assert (line.music, line.cause) == ("", None)
        floor.cancel(floor.acd.callbacks.all()[0])
        await floor.until(events.CallEnded)

    lived(story, centre(), React(Reaction.BUSY, 5.0))


def test_an_agent_who_does_not_wait_for_the_customer() -> None:
    async def story(floor: Floor) -> None:
        await floor.ready()
        floor.ask(DANA)
        await floor.until(events.CallbackDialled)
        floor.hangs_up(ANN)
        tried = await floor.until(events.CallbackTried)
        assert (tried.result, tried.again_at) == (TryResult.AGENT_GONE, tried.at)
        [declined] = floor.facts(events.OfferDeclined)
        assert declined.reason is DeclineReason.AGENT_GONE
        await floor.until(events.CallServed)
        assert [fact.tries for fact in floor.facts(events.CallbackDialled)] == [1, 2]

    lived(story, centre(), React(Reaction.ANSWER, 5.0))


def test_an_agent_who_is_gone_before_the_customer_is_dialled_costs_no_try() -> None:
    async def story(floor: Floor) -> None:
        await floor.ready()
        floor.ask(DANA)
        agent = (await floor.until(events.CallbackDialled)).agent
        assert agent is not None
        floor.logs_out(agent)
        tried = await floor.until(events.CallbackTried)
        assert (tried.result, tried.again_at) == (TryResult.NOT_DIALLED, tried.at)
        served = await floor.until(events.CallServed)
        assert served.agent != agent
        await floor.settled(1)

    lived(story, centre(replace(RULES, tries_max=1), agents=2), commit_s=0.2)


def test_a_customer_who_answered_first_waits_on_the_line_for_another_agent() -> None:
    reacts = iter([React(Reaction.REJECT, 1.0), *[React(Reaction.ANSWER, 1.0)] * 9])

    async def story(floor: Floor) -> None:
        await floor.ready()
        floor.ask(DANA)
        served = await floor.until(events.CallServed)
        [declined] = floor.facts(events.OfferDeclined)
        assert declined.agent != served.agent
        assert [fact.tries for fact in floor.facts(events.CallbackDialled)] == [1]
        await floor.until(events.CallEnded)

    lived(story, centre(replace(RULES, rung_first=RungFirst.CUSTOMER), agents=2), agents=reacts)


def test_his_place_is_kept_between_those_who_came_before_and_after() -> None:
    async def story(floor: Floor) -> None:
        await floor.ready()
        busy = floor.call(CallerScript(talk_s=100.0))
        await floor.until(events.CallServed)
        before = floor.call(CallerScript(talk_s=5.0))
        await asyncio.sleep(5)
        back = floor.ask(DANA)
        await asyncio.sleep(5)
        after = floor.call(CallerScript(talk_s=5.0))
        await floor.until(events.CallWaits, 4)
        assert [call.visit for call in floor.acd.line()] == [
            before.channel.id,
            back.visit.id,
            after.channel.id,
        ]
        await floor.until(events.CallServed, 4)
        served = [fact.visit for fact in floor.facts(events.CallServed)]
        assert served == [busy.channel.id, before.channel.id, back.visit.id, after.channel.id]

    lived(story, centre())


def test_never_more_under_way_than_agents() -> None:
    async def story(floor: Floor) -> None:
        await floor.ready()
        for n in range(6):
            floor.ask(f"030{n}00")
        await floor.until(events.CallbackEnded, 6)
        under_way, most = 0, 0
        for item in floor.world._store.facts:
            if isinstance(item.fact, events.CallbackDialled):
                under_way += 1
                most = max(most, under_way)
            under_way -= isinstance(item.fact, events.TalkEnded | events.CallbackTried)
        assert most == 2
        dialled = [fact.visit for fact in floor.facts(events.CallbackDialled)]
        assert dialled == [fact.visit for fact in floor.facts(events.CallbackRequested)]

    lived(story, centre(agents=2))


def test_nobody_is_called_outside_the_business_hours() -> None:
    opens = 22 * 60 + 14  # a minute after the world begins, at 22:13:20 UTC
    hours = Hours(id=HoursId("day"), weekly={day: (Span(opens, opens + 60),) for day in DAYS})

    async def story(floor: Floor) -> None:
        await floor.ready()
        floor.ask(DANA)
        put_off = await floor.until(events.CallbackPutOff)
        dialled = await floor.until(events.CallbackDialled)
        assert dialled.at >= put_off.until
        await floor.until(events.CallEnded)

    lived(story, replace(centre(hours=hours.id), hours={hours.id: hours}))


def test_a_queue_that_is_closed_by_hand_calls_nobody_until_it_is_opened() -> None:
    async def story(floor: Floor) -> None:
        await floor.ready()
        floor.call(CallerScript(talk_s=30.0))
        await floor.until(events.CallServed)
        callback = floor.ask(DANA)
        await floor.until(events.CallWaits, 2)
        floor.do(lambda: floor.acd.close_queue(Closing(queue=SALES, waiting=Waiting.TREAT)))
        put_off = await floor.until(events.CallbackPutOff)
        assert put_off.until == callback.asked.expires_at
        await asyncio.sleep(60)
        assert not floor.facts(events.CallbackDialled)
        floor.do(lambda: floor.acd.open_queue(SALES, "test"))
        await floor.until(events.CallbackDialled)
        await floor.until(events.CallEnded, 2)
        assert floor.ended() == [CallbackEnd.SERVED]

    lived(story, centre())


def test_nobody_is_called_whom_the_queue_refuses_by_now() -> None:
    async def story(floor: Floor) -> None:
        floor.ask(DANA)
        await floor.until(events.CallWaits)
        floor.do(lambda: floor.acd.list_number(Listed(number=DANA, queue_blocked=True), "test"))
        await floor.until(events.CallEnded)
        assert floor.ended() == [CallbackEnd.NOT_ALLOWED]

    lived(story, centre(agents=0))


def test_nobody_is_there_until_it_expires() -> None:
    async def story(floor: Floor) -> None:
        floor.ask(DANA)
        await floor.until(events.CallEnded)
        assert floor.ended() == [CallbackEnd.EXPIRED]
        assert not floor.facts(events.CallbackDialled)

    lived(story, centre(replace(RULES, expires_s=100), agents=0))


@pytest.mark.parametrize(
    ("after", "end"),
    [
        (replace(centre(), queues={}, numbers={}, trees={}), CallbackEnd.QUEUE_GONE),
        (centre(replace(RULES, numbers=("0900X.",))), CallbackEnd.NOT_ALLOWED),
        (centre(None), CallbackEnd.EXPIRED),
    ],
)
def test_another_configuration_meanwhile(after: Centre, end: CallbackEnd) -> None:
    async def story(floor: Floor) -> None:
        floor.ask(DANA)
        await asyncio.sleep(5)
        floor.reconfigure(after)
        await floor.until(events.CallEnded)
        assert floor.ended() == [end]
        assert not floor.facts(events.CallbackDialled)

    lived(story, centre(replace(RULES, expires_s=100), agents=0))
