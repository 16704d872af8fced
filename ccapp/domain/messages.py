"""The messages there are now: a fold over the facts about them."""

from dataclasses import replace

from ccapp.domain import events
from ccapp.domain.events import Fact
from ccapp.domain.ids import MessageId
from ccapp.domain.voicemail import Message

type Messages = dict[MessageId, Message]
"""The oldest first."""


def fold(messages: Messages, fact: Fact) -> None:
    """What `fact` changes in them. One about a message that is not there changes nothing."""
    match fact:
        case events.MessageLeft():
            messages.setdefault(fact.message, _left(fact))
        case events.MessageHeard(message=id, at=at, by=by):
            if (message := messages.get(id)) is not None and message.new:
                messages[id] = replace(message, heard_at=at, heard_by=by)
        case events.MessageTold(message=id, at=at):
            if (message := messages.get(id)) is not None and message.told_at is None:
                messages[id] = replace(message, told_at=at)
        case events.MessageDeleted(message=id):
            messages.pop(id, None)
        case _:
            pass


def _left(fact: events.MessageLeft) -> Message:
    return Message(
        id=fact.message,
        mailbox=fact.mailbox,
        queue=fact.queue,
        visit=fact.visit,
        left_at=fact.at,
        caller_number=fact.caller_number,
        caller_name=fact.caller_name,
        seconds=fact.seconds,
        file=fact.file,
        data=fact.data,
    )
