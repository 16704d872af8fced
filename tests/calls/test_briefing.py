"""What is whispered: in the agent's language, with the call's data."""

import pytest

from ccapp.acd import Visit
from ccapp.calls.briefing import whisper_of
from ccapp.domain.centre import Agent, Centre, Queue
from ccapp.domain.ids import AgentId, ChannelId, QueueId, TrunkId, VisitId
from ccapp.domain.ivr import Prompt, Say, Sound

TEXT = Say(text="{Queue}: {CallerName}, {Orders}", translations=(("es", "{CallerName} para {Queue}"),))


def whisper(
    prompt: Prompt | None, language: str = "", caller_name: str = "Anna", orders: str = "3"
) -> Prompt | None:
    visit = Visit(
        id=VisitId("v"), channel=ChannelId("v"), arrived_at=0.0, trunk=TrunkId("t"), number="100",
        caller_number="49301", caller_name=caller_name, data={"Orders": orders, "Language": "vi"},
    )  # fmt: skip
    agent = Agent(id=AgentId("ana"), name="Ana", extension="201", language=language)
    queue = Queue(id=QueueId("sales"), name="Sales", whisper=prompt)
    return whisper_of(queue, agent, visit, Centre(voices={"es": "spanish", "vi": "vietnamese"}))


@pytest.mark.parametrize(
    ("language", "text", "voice"),
    [
        ("", "Sales: Anna, 3", ""),
        ("es", "Anna para Sales", "spanish"),
        ("es-MX", "Anna para Sales", "spanish"),
        ("vi", "Sales: Anna, 3", "vietnamese"),
    ],
)
def test_it_is_in_the_agents_language_whatever_the_callers(language: str, text: str, voice: str) -> None:
    assert whisper(TEXT, language) == Say(text=text, voice=voice)


def test_what_a_caller_brings_is_filled_in_and_not_looked_at_again() -> None:
    assert whisper(TEXT, caller_name="{Orders}{Queue}") == Say(text="Sales: {Orders}{Queue}, 3")
    assert whisper(Say(text="{Orders}", voice="deep")) == Say(text="3", voice="deep")


def test_where_nothing_is_left_to_say_nothing_is_said() -> None:
    assert whisper(Say(text=" {Orders} "), orders="") is None
    assert whisper(None) is None
    assert whisper(Sound(name="beep"), "es") == Sound(name="beep")
