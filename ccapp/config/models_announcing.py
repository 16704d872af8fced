"""The part of the file that says what those who wait are told, and where their keys lead."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from ccapp.config.fields import Part, shaped
from ccapp.config.models_prompts import HeardPart
from ccapp.domain import ivr
from ccapp.domain.announcing import NOTHING, Announcements
from ccapp.domain.waiting_words import Sentences

PROMPTS_MAX = 50
Rhythm = Annotated[float, Field(ge=1, le=86_400, allow_inf_nan=False)]
WaitingKey = Annotated[str, shaped(r"[0-9*#]", "must be one of 0 to 9, * and #")]


class SentencesPart(Part):
    """`{position: "Sie sind Nummer {position}.", wait: "Etwa {minutes} Minuten."}`."""

    next: HeardPart = HeardPart.of(None)
    position: HeardPart = HeardPart.of(None)
    wait: HeardPart = HeardPart.of(None)

    @model_validator(mode="after")
    def _texts(self) -> Self:
        for name in SentencesPart.model_fields:
            if isinstance(getattr(self, name).prompt(), ivr.Sound):
                raise ValueError(f"{name} must be a text: a file cannot tell it")
        return self

    def value(self) -> Sentences:
        said = {name: getattr(self, name).prompt() for name in SentencesPart.model_fields}
        return Sentences(**said)

    @classmethod
    def of(cls, sentences: Sentences) -> Self:
        return cls(**{name: HeardPart.of(getattr(sentences, name)) for name in cls.model_fields})


class AnnouncePart(Part):
    """`{position: true, wait: true, every_s: 30, prompts: [Press 2 to leave a message.]}`."""

    position: bool = False
    wait: bool = False
    at_entry: bool = NOTHING.at_entry
    every_s: Rhythm | None = None
    changed_only: bool = False
    prompts: tuple[HeardPart, ...] = Field((), max_length=PROMPTS_MAX)
    prompts_every_s: Rhythm = NOTHING.prompts_every_s
    pause_s: float = Field(NOTHING.pause_s, ge=0, le=3600)
    sentences: SentencesPart = SentencesPart()

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.every_s is not None and not (self.position or self.wait):
            raise ValueError("every_s goes with position or wait")
        if any(prompt.prompt() is None for prompt in self.prompts):
            raise ValueError("a prompt must not be empty")
        return self

    def value(self) -> Announcements:
        prompts = tuple(prompt.heard() for prompt in self.prompts)
        return Announcements(**(dict(self) | {"prompts": prompts, "sentences": self.sentences.value()}))

    @classmethod
    def of(cls, rules: Announcements) -> Self:
        given = {name: getattr(rules, name) for name in cls.model_fields}
        prompts = tuple(HeardPart.of(prompt) for prompt in rules.prompts)
        return cls(**(given | {"prompts": prompts, "sentences": SentencesPart.of(rules.sentences)}))
