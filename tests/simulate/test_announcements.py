"""What those who wait are told and key, on the fake switch: its rhythm, its end, and what an engine's death
leaves of it."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from ccapp.domain import events
from ccapp.domain.admission import ExitReason, Goodbye, ToQueue, ToTree
from ccapp.domain.announcing import Announcements
from ccapp.domain.causes import DeclineReason
from ccapp.domain.events import Outcome
from ccapp.domain.ids import NodeId, TreeId
from ccapp.domain.ivr import EMPTY_KEY, HangUp, Menu, Say, Tree
from ccapp.domain.waiting_words import Sentences, wait
from ccapp.simulate.people import Reaction
from tests.rows import rows
from tests.simulate.hearing import OTHER, Ears, caller, centre, lived, scenario

FIRST, SECOND, THIRD = (
    "You are the next caller in line.",
    "You are number two in line.",
    "You are number three in line.",
)


def announcing(**rules: Any) -> dict[str, Any]:
    return {"announce": Announcements(**rules)}


async def seconds(number: float) -> None:
    await asyncio.sleep(number)


@rows("VX-03", "XS-16")
def test_positions_fall_as_those_before_leave() -> None:
    async def story(ears: Ears) -> None:
        await seconds(100)

    calls = [caller(10, patience_s=20.0), caller(1, patience_s=50.0), caller(1)]
    ears = lived(scenario(centre(announcing(position=True, every_s=30.0)), calls), story, on_duty=False)
    assert ears.texts(1) == [FIRST]
    assert ears.texts(2) == [SECOND, FIRST]
    assert ears.texts(3) == [THIRD, SECOND, FIRST]
    assert ears.times(3) == pytest.approx([12, 42, 72], abs=0.2)
    told = [fact.position for fact in ears.facts(events.CallerTold) if fact.visit == "i3"]
    assert told == [3, 2, 1]


@rows("VX-03")
@pytest.mark.parametrize(
    ("language", "spoken", "position"),
    [
        ("", "en", "You are number two in line."),
        ("ru", "ru", "Ваш номер в очереди: два."),
        ("de", "en", "You are number two in line."),
    ],
)
def test_the_wait_that_is_foretold_is_said_in_the_calls_language(
    language: str, spoken: str, position: str
) -> None:
    async def story(ears: Ears) -> None:
        await seconds(25)

    queue = announcing(position=True, wait=True) | {"handling_s": 180.0}
    calls = [caller(10, talk_s=500.0), caller(5), caller(1, language=language)]
    ears = lived(scenario(centre(queue), calls), story)
    [told] = [fact for fact in ears.facts(events.CallerTold) if fact.visit == "i3"]
    assert told.expected_wait_s is not None
    assert told.expected_wait_s > 180
    assert ears.texts(3) == [position, wait(told.expected_wait_s, spoken, "en").text]


def test_nobody_knows_the_wait_where_nobody_serves() -> None:
    async def story(ears: Ears) -> None:
        await seconds(25)

    both = scenario(centre(announcing(position=True, wait=True)), [caller()])
    assert lived(both, story, on_duty=False).texts() == [FIRST]
    only = lived(scenario(centre(announcing(wait=True)), [caller()]), story, on_duty=False)
    assert (only.texts(), only.facts(events.CallerTold)) == ([], [])


def test_only_what_has_changed_is_said_again() -> None:
    async def story(ears: Ears) -> None:
        await seconds(200)

    rules = announcing(position=True, every_s=20.0, changed_only=True)
    calls = [caller(10, patience_s=70.0), caller(1)]
    ears = lived(scenario(centre(rules), calls), story, on_duty=False)
    assert ears.texts(2) == [SECOND, FIRST]
    assert ears.times(2) == pytest.approx([11, 91], abs=0.2)


def test_an_operators_own_sentence_with_the_callers_data() -> None:
    async def story(ears: Ears) -> None:
        await seconds(20)

    own = Sentences(next=Say(text="{Dialled}: next!"))
    ears = lived(scenario(centre(announcing(position=True, sentences=own)), [caller()]), story, on_duty=False)
    assert ears.texts() == ["100: next!"]


def test_who_is_served_at_once_is_told_nothing() -> None:
    async def story(ears: Ears) -> None:
        await seconds(60)
        assert len(ears.facts(events.TalkEnded)) == 1

    rules = announcing(position=True, every_s=1.0, pause_s=0.0)
    assert lived(scenario(centre(rules), [caller()]), story).texts() == []


@rows("ST-18")
def test_an_agents_answer_cuts_what_is_said() -> None:
    async def story(ears: Ears) -> None:
        await seconds(12)
        exchange = ears.world.exchange
        assert exchange.channels["i1"].playbacks, "it is being said"
        ears.world.desks[0].begin()
        await ears.until(events.CallServed)
        assert not exchange.channels["i1"].playbacks
        await seconds(60)

    long = announcing(prompts=(Say(text="x" * 500),), prompts_every_s=1.0, pause_s=0.0)
    ears = lived(scenario(centre(long), [caller(talk_s=50.0)]), story, on_duty=False)
    assert len(ears.texts()) == 1


def test_offers_go_on_while_something_is_said_and_it_goes_on_while_phones_ring() -> None:
    async def story(ears: Ears) -> None:
        await seconds(100)

    long = announcing(prompts=(Say(text="x" * 200),), prompts_every_s=1.0, pause_s=0.0)
    what = scenario(centre({**long, "ring_s": 3.0}), [caller()], reaction=Reaction.SILENT)
    ears = lived(what, story)
    assert len([fact for fact in ears.facts(events.OfferMade) if fact.visit == "i1"]) > 5
    assert ears.times()[:3] == pytest.approx([ears.times()[0] + 12 * n for n in range(3)], abs=0.3)


def test_prompts_come_in_turn_and_in_the_calls_language() -> None:
    async def story(ears: Ears) -> None:
        await seconds(110)

    prompts = (Say(text="one", translations=(("es", "uno"),)), Say(text="two"))
    rules = announcing(prompts=prompts, prompts_every_s=20.0)
    ears = lived(scenario(centre(rules), [caller(language="es")]), story, on_duty=False)
    assert ears.texts() == ["uno", "two", "uno", "two"]
    assert [fact.prompt for fact in ears.facts(events.CallerTold)] == [0, 1, 0, 1]


def test_a_change_of_the_rules_concerns_those_who_wait() -> None:
    async def story(ears: Ears) -> None:
        await seconds(30)
        engine = ears.world.engine
        assert engine is not None
        engine.do(lambda: engine.acd.reconfigure(centre(announcing(position=True, every_s=15.0))))
        await seconds(40)
        engine.do(lambda: engine.acd.reconfigure(centre()))
        await seconds(100)

    ears = lived(scenario(centre(), [caller()]), story, on_duty=False)
    assert ears.times() == pytest.approx([30, 45, 60], abs=0.2)


@pytest.mark.parametrize("kill", [True, False])
def test_after_a_restart_the_rhythm_goes_on(kill: bool) -> None:
    async def story(ears: Ears) -> None:
        await seconds(50)
        engine = ears.world.engine
        assert engine is not None
        engine.kill() if kill else engine.stop()
        ears.world.checks.engine_died()
        await seconds(5)
        ears.world.start_engine()
        await seconds(40)

    rules = announcing(
        position=True, every_s=30.0, prompts=(Say(text="one"), Say(text="two")), prompts_every_s=25.0
    )
    ears = lived(scenario(centre(rules), [caller()]), story, on_duty=False)
    assert list(zip(ears.times(), ears.texts(), strict=True)) == [
        (pytest.approx(10, abs=0.2), FIRST),
        (pytest.approx(35, abs=0.2), "one"),
        (pytest.approx(45.2, abs=0.3), FIRST),
        (pytest.approx(60, abs=0.2), "two"),
        (pytest.approx(75.2, abs=0.3), FIRST),
        (pytest.approx(87.1, abs=0.4), "one"),
    ]


# --- keys -------------------------------------------------------------------------------------------------

BYE = Goodbye(say=Say(text="Bye."))
MENU = Tree(
    id=TreeId("menu"),
    start=NodeId("menu"),
    nodes={
        NodeId("menu"): Menu(
            prompt=Say(text="menu"), branches={"1": NodeId("bye"), EMPTY_KEY: NodeId("bye")}
        ),
        NodeId("bye"): HangUp(prompt=Say(text="menu bye")),
    },
)
KEYS = {"1": ToQueue(queue=OTHER), "2": ToTree(tree=MENU.id), "#": BYE}


def keyed(*keys: tuple[float, str], **queue: Any) -> Ears:
    """What becomes of a caller who comes at 10 s and presses keys at these times."""

    async def story(ears: Ears) -> None:
        for at, key in keys:
            await seconds(at - ears.world.loop.time())
            if channel := ears.world.exchange.channels.get("i1"):
                ears.world.exchange.press(channel, key)
        await seconds(60)

    configured = centre({"keys": KEYS, **queue}, trees={MENU.id: MENU})
    return lived(scenario(configured, [caller(patience_s=50.0)]), story, on_duty=False)


@rows("XS-16")
@pytest.mark.parametrize(
    ("key", "to", "heard", "outcome"),
    [
        ("1", "queue other", [], Outcome.ABANDONED),
        ("2", "IVR menu", ["menu", "menu bye"], Outcome.IVR_ENDED),
        ("#", "", ["Bye."], Outcome.LEFT_BY_KEY),
    ],
)
def test_a_key_leads_out_of_the_line(key: str, to: str, heard: list[str], outcome: Outcome) -> None:
    ears = keyed((20, key))
    [ended] = ears.facts(events.WaitEnded)
    assert (ended.reason, ended.key, ended.to) == (ExitReason.KEY, key, to)
    assert ended.waited_s == pytest.approx(10, abs=0.2)
    assert ears.texts() == heard
    [over] = ears.facts(events.CallEnded)
    assert over.outcome is outcome
    waits = ears.facts(events.CallWaits)
    if key == "1":
        assert waits[1].queue == OTHER
        assert waits[1].brought_s == pytest.approx(10, abs=0.2)
    else:
        assert not ears.facts(events.CallAbandoned)


def test_a_key_nobody_configured_does_nothing_now_or_later() -> None:
    ears = keyed((20, "5"), (21, "1"), (22, "9"), keys={"1": ToTree(tree=MENU.id)})
    assert [fact.key for fact in ears.facts(events.WaitEnded)] == ["1"]
    assert ears.texts() == ["menu", "menu bye"], "the keys before are not the menu's"


def test_a_key_during_the_greeting_counts_in_the_line() -> None:
    ears = keyed((11, "#"), greeting=Say(text="x" * 50))
    assert ears.facts(events.WaitEnded)[0].waited_s == pytest.approx(3, abs=0.2)
    assert ears.texts()[-1] == "Bye."


def test_a_key_cuts_an_announcement() -> None:
    ears = keyed((12, "#"), announce=Announcements(prompts=(Say(text="x" * 200),), prompts_every_s=1.0))
    assert ears.texts() == ["x" * 200, "Bye."]
    assert ears.times()[1] == pytest.approx(12, abs=0.2)


def test_a_key_lets_the_phone_go_that_rings() -> None:
    async def story(ears: Ears) -> None:
        await seconds(15)
        ears.world.exchange.press(ears.world.exchange.channels["i1"], "#")
        await seconds(30)

    what = scenario(centre({"keys": KEYS, "ring_s": 30.0}), [caller()], reaction=Reaction.SILENT)
    ears = lived(what, story)
    [declined] = ears.facts(events.OfferDeclined)
    assert declined.reason is DeclineReason.CALLER_GONE
    assert ears.facts(events.CallEnded)[0].outcome is Outcome.LEFT_BY_KEY
    assert ears.facts(events.PresenceChanged)[-1].misses == 0


def test_a_key_and_an_answer_in_the_same_instant_are_one_of_both() -> None:
    """Whatever comes first, and however close."""
    outcomes = set()
    for number in range(41):
        at = 13.9 + number * 0.005

        async def story(ears: Ears, at: float = at) -> None:
            await seconds(at - ears.world.loop.time())
            if channel := ears.world.exchange.channels.get("i1"):
                ears.world.exchange.press(channel, "#")
            await seconds(30)

        what = scenario(centre({"keys": KEYS}), [caller(12.0)])
        ears = lived(replace(what, seed=number), story)
        left, served = ears.facts(events.WaitEnded), ears.facts(events.CallServed)
        assert len(left) + len(served) == 1
        outcomes.add(bool(served))
    assert outcomes == {True, False}


@pytest.mark.parametrize("after_s", [0.0, 0.001, 0.01, 1.0])
def test_a_key_is_not_lost_with_the_engine(after_s: float) -> None:
    """What it began goes on where its line had sent him."""

    async def story(ears: Ears) -> None:
        await seconds(20)
        engine, exchange = ears.world.engine, ears.world.exchange
        exchange.press(exchange.channels["i1"], "2")
        await ears.until(events.WaitEnded)
        await seconds(after_s)
        assert engine is not None
        engine.kill()
        ears.world.checks.engine_died()
        await seconds(3)
        ears.world.start_engine()
        await seconds(30)

    configured = centre({"keys": KEYS}, trees={MENU.id: MENU})
    ears = lived(scenario(configured, [caller()]), story, on_duty=False)
    assert ears.texts()[-2:] == ["menu", "menu bye"]
    assert len(ears.facts(events.WaitEnded)) == len(ears.facts(events.CallEnded)) == 1
