"""What is said to an agent before he is joined, as the file says it."""

from typing import Any, Self

from pydantic import model_validator

from ccapp.config.models_prompts import PromptPart, prompt_fields
from ccapp.domain.ivr import Prompt


class WhisperPart(PromptPart):
    """A text, or `{say: "{Queue}, {CallerName}", translations: {es: ...}}`, or `{sound: name}`."""

    @model_validator(mode="before")
    @classmethod
    def _a_text(cls, given: Any) -> Any:
        return {"say": given} if isinstance(given, str) else given

    @classmethod
    def of(cls, prompt: Prompt) -> Self:
        return cls(**prompt_fields(prompt))
