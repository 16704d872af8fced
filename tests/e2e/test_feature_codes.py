"""What an agent dials on his own phone, and the words by which he learns what became of it."""

import subprocess
from pathlib import Path
from typing import Any

import pytest

from scripts.stack.tools import espeak_ng, sox
from tests.e2e.centres import agent, centre, queue
from tests.e2e.conftest import SHARED
from tests.e2e.house import House
from tests.phone import Answers, Outgoing, Phone, Rings, SipError, read_sound
from tests.rows import rows

pytestmark = SHARED

SENTENCES = [
    "This is not possible now. You are not ready: staff meeting.",
    "You are logged out.",
    "You are ready.",
    "You are not ready.",
    "You are not ready: break.",
    "You are not ready: staff meeting.",
    "This will be done after your call.",
    "This code is not known.",
    "This is not possible now. You are logged out.",
    "This is not possible now. You are not ready.",
    "This is not possible now. You are on a call.",
]


@pytest.fixture(scope="module")
def configuration() -> dict[str, Any]:
    return centre(
        {"alice": agent(201)}, {"sales": queue(wrap_up_s=30)}, break_reasons=["break", "staff meeting"]
    )


@pytest.fixture(scope="module")
def spoken(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[float]]:
    """Each sentence as the engine speaks it."""
    folder = tmp_path_factory.mktemp("spoken")
    return {text: synthesised(folder, text) for text in SENTENCES}


def synthesised(folder: Path, text: str) -> list[float]:
    raw, out = folder / "raw.wav", folder / "out.wav"
    said = [str(espeak_ng()), "--stdin", "-v", "en", "-w", str(raw)]
    subprocess.run(said, input=text, text=True, check=True, timeout=60)
    subprocess.run(
        [str(sox()), str(raw), "-r", "8000", "-c", "1", "-b", "16", str(out)], check=True, timeout=60
    )
    return read_sound(out)


class Agent:
    """Alice's telephone, and her ear."""

    def __init__(self, phone: Phone, spoken: dict[str, list[float]]) -> None:
        self.phone, self.spoken = phone, spoken

    async def hears(self, code: str) -> str:
        """Dials a code and listens to the end: the sentence that was said."""
        call = await self.phone.call(code)
        await call.answered(30)
        assert (await call.ended(30)).by == "remote"
        return self.sentence(call)

    def sentence(self, call: Outgoing) -> str:
        """The longest that was heard whole."""

        def whole(sound: list[float]) -> bool:
            return all(call.heard.matches(part) > 0.8 for part in (sound, sound[len(sound) // 2 :]))

        return max((text for text, sound in self.spoken.items() if whole(sound)), key=len, default="")


async def test_each_code_is_confirmed_in_words(house: House, spoken: dict[str, list[float]]) -> None:
    alice = Agent(await house.agent("alice", Answers(tone_hz=700), ready=False), spoken)
    assert await alice.hears("*13") == "You are ready."
    assert await alice.hears("*142") == "You are not ready: staff meeting."
    assert (await house.presence("alice"))["reason"] == "staff meeting"
    assert await alice.hears("*143") == "This code is not known."
    assert await alice.hears("*15") == "This is not possible now. You are not ready: staff meeting."
    assert await alice.hears("*12") == "You are logged out."
    assert await alice.hears("*13") == "This is not possible now. You are logged out."
    await house.in_state("alice", "LOGOUT")


@rows("XS-09")
async def test_during_a_call_it_is_remembered_or_refused(
    house: House, spoken: dict[str, list[float]]
) -> None:
    alice = Agent(await house.agent("alice", Answers(tone_hz=700)), spoken)
    call = await house.call("100")
    await call.heard.hears(700)
    await house.in_state("alice", "BUSY/ANSWERED")
    assert await alice.hears("*15") == "This is not possible now. You are on a call."
    assert await alice.hears("*142") == "This will be done after your call."
    await house.in_state("alice", "BUSY/ANSWERED")
    await call.heard.hears(700)
    await call.hang_up()
    await house.in_state("alice", "UNREADY/BREAK")
    assert (await house.presence("alice"))["reason"] == "staff meeting"


async def test_a_ready_agent_is_rung_when_she_has_heard_so(
    house: House, spoken: dict[str, list[float]]
) -> None:
    """A phone with one line would be busy with the confirmation, which costs her a pause."""
    alice = Agent(await house.agent("alice", Rings(), ready=False), spoken)
    waiting = await house.call("100")
    await waiting.heard.hears_sound()
    code = await alice.phone.call("*13")
    rung = await alice.phone.incoming(30)
    assert code.end is not None
    assert alice.sentence(code) == "You are ready."
    await rung.answer(tone_hz=700)
    await waiting.heard.hears(700)
    await waiting.hang_up()
    await house.in_state("alice", "ACW")
    await house.move("alice", "wrap_up_done")
    await house.in_state("alice", "READY")


async def test_who_hangs_up_at_once_is_obeyed_all_the_same(house: House) -> None:
    alice = await house.agent("alice", ready=False)
    code = await alice.call("*13")
    await code.answered()
    await code.hang_up()
    await house.in_state("alice", "READY")


@pytest.mark.parametrize("trunk", ["carrier", "public"])
async def test_a_caller_who_says_he_is_the_agent_is_not(house: House, trunk: str) -> None:
    await house.agent("alice", ready=False)
    call = await house.call("*13", name="alice", trunk=trunk)
    with pytest.raises(SipError, match="404"):
        await call.answered()
    await house.in_state("alice", "UNREADY/WAIT")
