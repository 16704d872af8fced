"""What a node of the IVR lets the caller hear, as the file says it."""

from typing import Any, ClassVar, Self, assert_never

from pydantic import Field, model_serializer, model_validator

from ccapp.config.fields import Language, Part, SoundName, Spoken, Text, Voice
from ccapp.domain import ivr


class PromptPart(Part):
    """What a node lets the caller hear: a text to speak (`say`) or a sound file (`sound`)."""

    silent_allowed: ClassVar[bool] = False

    say: Text | None = Field(None, min_length=1)
    voice: Voice = ""
    speed: int = Field(0, ge=-3, le=3)
    translations: dict[Language, Spoken] = Field({}, max_length=30)
    sound: SoundName | None = None

    @model_validator(mode="after")
    def _one_prompt(self) -> Self:
        if self.say is not None and self.sound is not None:
            raise ValueError("has both say and sound; one is played")
        if self.prompt() is None and not self.silent_allowed:
            raise ValueError("needs say (a text) or sound (a file)")
        if self.voice and self.say is None:
            raise ValueError("voice goes with say")
        if self.speed and self.say is None:
            raise ValueError("speed goes with say")
        if self.translations and self.say is None:
            raise ValueError("translations go with say")
        return self

    def prompt(self) -> ivr.Prompt | None:
        if self.say is not None:
            others = tuple(sorted(self.translations.items()))
            return ivr.Say(text=self.say, voice=self.voice, speed=self.speed, translations=others)
        return None if self.sound is None else ivr.Sound(name=self.sound)

    def heard(self) -> ivr.Prompt:
        prompt = self.prompt()
        assert prompt is not None, "validated"
        return prompt


class HeardPart(PromptPart):
    """`A sentence.`, or as an IVR has it: `{say: A sentence., translations: {es: Una frase.}}`.

    An empty sentence is none.
    """

    silent_allowed = True

    @model_validator(mode="before")
    @classmethod
    def _sentence(cls, given: object) -> object:
        if isinstance(given, str):
            return {"say": given} if given.strip() else {}
        if not isinstance(given, dict | HeardPart):
            raise ValueError("must be a text, or a mapping with say or sound")
        return given

    @model_serializer
    def _as_written(self) -> str | dict[str, Any]:
        match self.prompt():
            case None:
                return ""
            case ivr.Say(text=text, voice="", speed=0, translations=()):
                return text
            case prompt:
                return {name: value for name, value in prompt_fields(prompt).items() if value}

    @classmethod
    def of(cls, prompt: ivr.Prompt | None) -> Self:
        return cls.model_validate(prompt_fields(prompt))


def prompt_fields(prompt: ivr.Prompt | None) -> dict[str, Any]:
    match prompt:
        case ivr.Say(text=text, voice=voice, speed=speed, translations=others):
            return {"say": text, "voice": voice, "speed": speed, "translations": dict(others)}
        case ivr.Sound(name=name):
            return {"sound": name}
        case None:
            return {}
        case _:
            assert_never(prompt)
