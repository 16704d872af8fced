"""The part of the file that says which prompts are recorded over the phone, and by whom."""

from typing import Annotated, Self

from pydantic import Field

from ccapp.config.fields import ID, AgentName, Part, shaped
from ccapp.domain.centre import RecordPrompts

Slot = Annotated[str, shaped(r"[0-9]{1,4}", "must be a number of at most 4 digits")]
PromptName = Annotated[str, ID]


class RecordPromptsPart(Part):
    """`{agents: [anna], prompts: {1: welcome, 2: closed}}`."""

    agents: tuple[AgentName, ...] = Field((), max_length=1000)
    prompts: dict[Slot, PromptName] = Field({}, max_length=1000)

    def value(self) -> RecordPrompts:
        return RecordPrompts(agents=self.agents, prompts=self.prompts)

    @classmethod
    def of(cls, recorded: RecordPrompts) -> Self:
        return cls(agents=recorded.agents, prompts=dict(recorded.prompts))
