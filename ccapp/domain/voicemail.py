"""Mailboxes, and the messages callers leave in them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, Literal

from ccapp.domain.ids import AgentId, MailboxId, MessageId, QueueId, VisitId
from ccapp.domain.ivr import Prompt, Say
from ccapp.domain.tape import ENDING, fit

type EndKey = Literal["#", "*", "any", "none"]

MESSAGE: Final = "Message"
"""The call data that names the message a caller has left."""

GREETING: Final = Say(
    text="Please leave a message after the tone. When you have finished, press hash or hang up."
)
THANKS: Final = Say(text="Thank you. Your message has been recorded. Goodbye.")
EMPTY: Final = Say(text="We have heard nothing, so no message has been recorded. Goodbye.")
SORRY: Final = Say(text="We are sorry, no message can be recorded now. Please call again later.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailbox:
    """Where callers leave messages, and for whom."""

    id: MailboxId
    name: str
    agents: tuple[AgentId, ...] = ()  # whose phones play them
    greeting: Prompt = GREETING
    beep: bool = True
    end_key: EndKey = "#"
    seconds_max: int = 180
    seconds_min: float = 1.0  # what is shorter is not kept
    silence_s: int = 8  # of it end the message; 0: none does
    messages_max: int = 500  # kept at a time
    thanks: Prompt = THANKS  # heard when it is kept
    empty: Prompt = EMPTY  # when there was nothing to keep
    sorry: Prompt = SORRY  # when it cannot be recorded, or the mailbox is full
    deliver: bool = False  # one of a caller from a queue goes into its line, for an agent to hear
    notify: str = ""  # address that is told of every message


class NotKept(StrEnum):
    """Why there is no message of what a caller began to leave."""

    SHORT = "short"
    SILENT = "silent"
    FULL = "full"  # the mailbox
    FAILED = "failed"  # Asterisk could not record it


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What a caller has left."""

    id: MessageId
    mailbox: MailboxId
    queue: QueueId  # whose line he came from; empty: none's
    visit: VisitId
    left_at: float
    caller_number: str
    caller_name: str
    seconds: float
    file: str  # in Asterisk's folder of recordings
    data: Mapping[str, str] = field(default_factory=dict)
    heard_at: float | None = None  # None: it is new
    heard_by: str = ""
    told_at: float | None = None  # when the mailbox's `notify` was told, or given up

    @property
    def new(self) -> bool:
        return self.heard_at is None


def message_id(visit: VisitId, number: int) -> MessageId:
    """The visit's messages are counted from 1."""
    return MessageId(f"{fit(visit)}-{number}")


def recording_of(visit: VisitId, number: int) -> str:
    """The message's recording, beside those of the visit's talks."""
    return f"{fit(visit)}/message-{number}"


def file_of(recording: str) -> str:
    return f"{recording}{ENDING}"
