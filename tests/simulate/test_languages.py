"""Each text outside the IVR is spoken in the call's language, with its data, or as it is written."""

import asyncio

import pytest

from ccapp.domain.admission import Goodbye, WhenEmpty
from ccapp.domain.hours import Hours
from ccapp.domain.ids import HoursId
from ccapp.domain.ivr import Say, Sound
from ccapp.domain.managers import ManagerRules
from tests.rows import rows
from tests.simulate.hearing import Ears, caller, centre, lived, scenario


def said(english: str) -> Say:
    return Say(text=english, translations=(("es", f"{english} (es)"), ("pt", f"{english} (pt)")))


@pytest.mark.parametrize(
    ("language", "heard"),
    [
        ("es", "Hello. (es)"),
        ("ES", "Hello. (es)"),
        ("pt-BR", "Hello. (pt)"),
        ("de", "Hello."),
        ("", "Hello."),
    ],
)
def test_a_greeting(language: str, heard: str) -> None:
    async def story(ears: Ears) -> None:
        await asyncio.sleep(30)

    calls = [caller(language=language)]
    assert lived(scenario(centre({"greeting": said("Hello.")}), calls), story).texts() == [heard]


def test_a_greeting_with_the_callers_data_and_one_that_is_a_file() -> None:
    async def story(ears: Ears) -> None:
        await asyncio.sleep(30)

    greeting = Say(text="You called {Dialled}.")
    assert lived(scenario(centre({"greeting": greeting}), [caller()]), story).texts() == ["You called 100."]
    file = lived(scenario(centre({"greeting": Sound(name="hello")}), [caller(language="es")]), story)
    assert file.texts() == ["sound hello"]


NEVER = {HoursId("never"): Hours(id=HoursId("never"))}


@rows("ST-21", "ST-22")
@pytest.mark.parametrize(
    ("queue", "heard"),
    [
        ({"hours": HoursId("never"), "closed": Goodbye(say=said("Closed."))}, "Closed. (es)"),
        ({"size_max": 0, "overflow": Goodbye(say=said("Full."))}, "Full. (es)"),
        ({"size_max": 0, "sorry": said("Sorry.")}, "Sorry. (es)"),
        ({"join_when_empty": WhenEmpty.NO, "overflow": Goodbye(say=said("Nobody."))}, "Nobody. (es)"),
        ({"wait_s_max": 5.0, "sorry": said("Too long.")}, "Too long. (es)"),
    ],
)
def test_who_is_not_served_is_told_so_in_his_language(queue: dict[str, object], heard: str) -> None:
    async def story(ears: Ears) -> None:
        await asyncio.sleep(60)

    what = scenario(centre(queue, hours=NEVER), [caller(language="es")])
    assert lived(what, story, on_duty=False).texts() == [heard]


def test_a_goodbye_without_a_word() -> None:
    async def story(ears: Ears) -> None:
        await asyncio.sleep(60)
        assert not ears.world.exchange.channels

    what = scenario(centre({"size_max": 0, "overflow": Goodbye(say=None)}), [caller(language="es")])
    assert lived(what, story, on_duty=False).texts() == []


@rows("VB-07")
def test_what_is_said_of_an_absent_manager() -> None:
    async def story(ears: Ears) -> None:
        await asyncio.sleep(100)

    rules = ManagerRules(absent=said("Away."))
    missed = caller(language="es", manager="nobody")
    assert lived(scenario(centre({"manager": rules}), [missed]), story).texts() == ["Away. (es)"]
