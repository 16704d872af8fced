"""The part of the file about mailboxes:

mailboxes: {sales: {name: Sales, greeting: {say: Please leave a message.}, agents: [alice]}}
"""

from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, model_validator

from ccapp.config.fields import AgentName, MailboxName, NodeName, Part, Seconds, Title
from ccapp.config.models_prompts import PromptPart, prompt_fields
from ccapp.domain import ivr
from ccapp.domain.ids import MailboxId
from ccapp.domain.voicemail import EMPTY, GREETING, SORRY, THANKS, EndKey, Mailbox

PROMPTS = ("greeting", "thanks", "empty", "sorry")
USUAL = Mailbox(id=MailboxId(""), name="")


def _web_address(url: str) -> str:
    if url and not url.startswith(("http://", "https://")):
        raise ValueError("must start with http:// or https://")
    return url


def _part(prompt: ivr.Prompt) -> PromptPart:
    return PromptPart.model_validate(prompt_fields(prompt))


class MailboxPart(Part):
    name: Title
    agents: tuple[AgentName, ...] = Field((), max_length=1000)
    greeting: PromptPart = _part(GREETING)
    beep: bool = USUAL.beep
    end_key: EndKey = USUAL.end_key
    seconds_max: int = Field(USUAL.seconds_max, ge=1, le=3600)
    seconds_min: Seconds = USUAL.seconds_min
    silence_s: int = Field(USUAL.silence_s, ge=0, le=60)
    messages_max: int = Field(USUAL.messages_max, ge=1, le=10_000)
    thanks: PromptPart = _part(THANKS)
    empty: PromptPart = _part(EMPTY)
    sorry: PromptPart = _part(SORRY)
    deliver: bool = USUAL.deliver
    notify: Annotated[str, AfterValidator(_web_address), Field(max_length=2000)] = ""

    @model_validator(mode="after")
    def _room(self) -> Self:
        if self.seconds_min > self.seconds_max:
            raise ValueError("seconds_min is larger than seconds_max")
        return self

    def value(self, id: MailboxId) -> Mailbox:
        prompts = {name: getattr(self, name).heard() for name in PROMPTS}
        return Mailbox(id=id, **(dict(self) | prompts))

    @classmethod
    def of(cls, mailbox: Mailbox) -> Self:
        fields: dict[str, Any] = {name: getattr(mailbox, name) for name in cls.model_fields}
        return cls(**(fields | {name: _part(fields[name]) for name in PROMPTS}))


class LeaveMessagePart(Part):
    """`voicemail: sales`, or `voicemail: {to: sales, then: thanks}` to go on with a node."""

    to: MailboxName
    then: NodeName | None = None

    @model_validator(mode="before")
    @classmethod
    def _name_alone(cls, given: object) -> object:
        return {"to": given} if isinstance(given, str) else given

    def node(self) -> ivr.LeaveMessage:
        return ivr.LeaveMessage(mailbox=self.to, then=self.then)
