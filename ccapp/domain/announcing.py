"""What a queue tells those who wait, and when: their position, the wait to expect, prompts of its own.

Pure: `next_due` says what comes next and when, of the rules and what was said so far.
"""

from dataclasses import dataclass
from typing import Final, Literal

from ccapp.domain.ivr import Prompt
from ccapp.domain.waiting_words import OURS, Sentences

type What = Literal["standing", "prompt"]
"""Position and wait; or the next one of the queue's own prompts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcements:
    """Times from beginning to beginning, `pause_s` from the end of one to the beginning of the next."""

    position: bool = False
    wait: bool = False
    at_entry: bool = True
    every_s: float | None = None  # of position and wait; None: at entry only
    changed_only: bool = False  # where what would be said was said the last time, nothing is
    prompts: tuple[Prompt, ...] = ()  # one after the other, and from the first again
    prompts_every_s: float = 60.0
    pause_s: float = 10.0
    sentences: Sentences = OURS

    @property
    def standing(self) -> bool:
        return self.position or self.wait


NOTHING: Final = Announcements()


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """As it was announced; None: not said. The wait is in minutes as they are said."""

    position: int | None = None
    minutes: int | None = None


@dataclass(slots=True, kw_only=True)
class Said:
    """What one caller was told in this line so far, in epoch seconds."""

    entered_at: float
    standing_at: float | None = None  # when position or wait was due and dealt with, said or not
    standing: Standing = Standing()
    prompt_at: float | None = None
    prompts: int = 0
    over_at: float | None = None  # the end of the last thing said


def next_due(rules: Announcements, said: Said) -> tuple[float, What] | None:
    """When (epoch s, perhaps long ago) and what; None: nothing more."""
    due: list[tuple[float, What]] = []
    if rules.standing:
        if said.standing_at is None and rules.at_entry:
            due.append((said.entered_at, "standing"))
        elif rules.every_s is not None:
            last = said.entered_at if said.standing_at is None else said.standing_at
            due.append((last + rules.every_s, "standing"))
    if rules.prompts:
        last = said.entered_at if said.prompt_at is None else said.prompt_at
        due.append((last + rules.prompts_every_s, "prompt"))
    if not due:
        return None
    at, what = min(due, key=lambda each: each[0])
    return (at if said.over_at is None else max(at, said.over_at + rules.pause_s)), what
