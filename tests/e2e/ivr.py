"""What the tests of IVR trees share: prompts that are tones, numbers to dial, who is there."""

from math import pi, sin
from pathlib import Path
from typing import Any

from ccapp.domain import events
from ccapp.domain.events import EndedBy, Outcome
from tests.e2e.centres import agent, centre, queue
from tests.e2e.house import House
from tests.e2e.story import Story
from tests.phone import Outgoing, write_wav
from tests.phone.codec import RATE

DEADLINE_S = 30.0
ENDED = (Outcome.IVR_ENDED, EndedBy.SYSTEM)

SHORT, PARTING, LONG, TWO_SECONDS = 500, 900, 600, 700
"""Prompts that are tones, in Hz."""


def tone(hz: int, seconds: float) -> list[float]:
    return [0.3 * sin(2 * pi * hz * n / RATE) for n in range(round(seconds * RATE))]


def tones(folder: Path) -> None:
    """The prompt files; Asterisk reads them at their absolute paths."""
    folder.chmod(0o755)
    write_wav(folder / "short.wav", tone(SHORT, 0.8))
    write_wav(folder / "parting.wav", tone(PARTING, 1.0))
    write_wav(folder / "two_seconds.wav", tone(TWO_SECONDS, 2.0))
    write_wav(folder / "long.wav", tone(LONG, 60.0))


def hangs_up(*names: str) -> dict[str, Any]:
    """Nodes to arrive at."""
    return dict.fromkeys(names, "hang_up")


NUMBERS = {
    "file": "200", "speech": "201", "silent": "202", "missing": "203", "keys": "210", "cut": "211",
    "uncut": "212", "loops": "213", "plain": "214", "digits": "220", "starred": "221", "endless": "222",
    "tests": "230", "set": "231", "levels": "240", "ordinary": "241", "important": "242", "outside": "250",
    "outside_as_us": "251", "outside_or": "252", "outside_public": "253",
}  # fmt: skip


def numbered(trees: dict[str, Any]) -> dict[str, Any]:
    """A centre where each of these trees has its number."""
    named = {"speech", "set"}
    return centre(
        {"alice": agent(201, {"english": 3}), "bob": agent(202, {"spanish": 2})},
        {"sales": queue()},
        numbers={
            NUMBERS[tree]: {"ivr": tree, "data": {"Name": "Anna"} if tree in named else {}} for tree in trees
        },
        ivr=trees,
    )


async def dialled(house: House, tree: str, **more: Any) -> Outgoing:
    return await house.call(NUMBERS[tree], **more)


def passed_at(story: Story, node: str) -> float:
    return next(fact.at for fact in story.all(events.IvrVisited) if fact.node == node)
