"""Messages that callers leave in mailboxes, and what becomes of them."""

from dataclasses import dataclass

from ccapp.domain.events.fact import Fact, VisitFact
from ccapp.domain.events.visits import Outcome
from ccapp.domain.ids import MailboxId, MessageId, QueueId
from ccapp.domain.voicemail import NotKept


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageBegun(VisitFact):
    """The caller is about to speak. MessageLeft or MessageNotKept follows, exactly one of them."""

    message: MessageId
    mailbox: MailboxId
    queue: QueueId  # whose line he came from; empty: none's
    recording: str
    otherwise: Outcome  # how his visit ends if he leaves none


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageLeft(VisitFact):
    message: MessageId
    mailbox: MailboxId
    queue: QueueId
    caller_number: str
    caller_name: str
    seconds: float
    file: str  # in Asterisk's folder of recordings


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageNotKept(VisitFact):
    """Without a MessageBegun before it where none could begin."""

    message: MessageId
    mailbox: MailboxId
    queue: QueueId
    why: NotKept
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageHeard(Fact):
    message: MessageId
    mailbox: MailboxId
    by: str  # an agent, or `api`


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageDeleted(Fact):
    """Its file goes, too."""

    message: MessageId
    mailbox: MailboxId
    file: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageTold(Fact):
    """The mailbox's address was told of the message, or is told no more. `of`: its host."""

    message: MessageId
    mailbox: MailboxId
    of: str
    ok: bool
    detail: str = ""
