"""The messages callers have left, and the telling of what becomes of them."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import orjson

from ccapp.acd.visit import Visit
from ccapp.clock import Clock
from ccapp.domain import events
from ccapp.domain.events import DeliveryDue, Fact, Outcome
from ccapp.domain.ids import MailboxId, MessageId, QueueId
from ccapp.domain.messages import fold
from ccapp.domain.voicemail import MESSAGE, Mailbox, Message, NotKept, file_of, message_id, recording_of


@dataclass(frozen=True, slots=True)
class Count:
    new: int
    heard: int


class MessageBook:
    """`declare` publishes a fact, and has it come back to `hear`."""

    def __init__(self, declare: Callable[[Fact], None], clock: Clock) -> None:
        self._declare = declare
        self._clock = clock
        self._messages: dict[MessageId, Message] = {}

    def restore(self, messages: Iterable[Message]) -> None:
        """Those from before this engine."""
        self._messages = {message.id: message for message in messages} | self._messages

    def hear(self, fact: Fact) -> None:
        fold(self._messages, fact)

    # --- reading

    def all(self, mailbox: MailboxId | None = None) -> Sequence[Message]:
        """The oldest first."""
        return [each for each in self._messages.values() if mailbox in (None, each.mailbox)]

    def get(self, id: str) -> Message | None:
        return self._messages.get(MessageId(id))

    def count(self, mailbox: MailboxId) -> Count:
        states = [message.new for message in self.all(mailbox)]
        return Count(new=sum(states), heard=len(states) - sum(states))

    def is_full(self, mailbox: Mailbox) -> bool:
        return len(self.all(mailbox.id)) >= mailbox.messages_max

    # --- what becomes of them

    def begun(
        self, visit: Visit, mailbox: MailboxId, queue: QueueId, otherwise: Outcome
    ) -> events.MessageBegun:
        visit.messages += 1
        fact = events.MessageBegun(
            at=self._clock.now(),
            visit=visit.id,
            data=visit.data,
            message=message_id(visit.id, visit.messages),
            mailbox=mailbox,
            queue=queue,
            recording=recording_of(visit.id, visit.messages),
            otherwise=otherwise,
        )
        self._declare(fact)
        return fact

    def left(self, visit: Visit, begun: events.MessageBegun, seconds: float, *, notify: bool) -> None:
        """`notify`: the mailbox's address is to be told. The news goes first: when the engine dies between
        the two, the message is kept, and told, once more by the next one, never untold."""
        visit.left_message = True
        visit.learn({MESSAGE: begun.message})
        left = events.MessageLeft(
            at=self._clock.now(),
            visit=visit.id,
            data=visit.data,
            message=begun.message,
            mailbox=begun.mailbox,
            queue=begun.queue,
            caller_number=visit.caller_number,
            caller_name=visit.caller_name,
            seconds=seconds,
            file=file_of(begun.recording),
        )
        if notify:
            self._declare(_news(left))
        self._declare(left)

    def not_kept(self, visit: Visit, begun: events.MessageBegun, why: NotKept, detail: str) -> None:
        self._not_kept(visit, begun.message, begun.mailbox, begun.queue, why, detail)

    def refused(
        self, visit: Visit, mailbox: MailboxId, queue: QueueId, why: NotKept, detail: str = ""
    ) -> None:
        """Nothing could begin."""
        visit.messages += 1
        self._not_kept(visit, message_id(visit.id, visit.messages), mailbox, queue, why, detail)

    def _not_kept(
        self, visit: Visit, message: MessageId, mailbox: MailboxId, queue: QueueId, why: NotKept, detail: str
    ) -> None:
        self._declare(
            events.MessageNotKept(
                at=self._clock.now(),
                visit=visit.id,
                data=visit.data,
                message=message,
                mailbox=mailbox,
                queue=queue,
                why=why,
                detail=detail,
            )
        )

    def heard(self, id: MessageId, by: str) -> None:
        """Once."""
        if (message := self._messages.get(id)) is not None and message.new:
            now = self._clock.now()
            self._declare(events.MessageHeard(at=now, message=id, mailbox=message.mailbox, by=by))

    def delete(self, id: MessageId, by: str) -> None:
        if (message := self._messages.get(id)) is not None:
            now = self._clock.now()
            self._declare(
                events.MessageDeleted(at=now, message=id, mailbox=message.mailbox, file=message.file, by=by)
            )

    def told(self, of: str, news: str, why_not: str) -> None:
        """A delivery has arrived at the host, or was given up; `news` is its body."""
        told = orjson.loads(news)
        self._declare(
            events.MessageTold(
                at=self._clock.now(),
                message=MessageId(told["message"]),
                mailbox=MailboxId(told["mailbox"]),
                of=of,
                ok=not why_not,
                detail=why_not,
            )
        )


def _news(left: events.MessageLeft) -> DeliveryDue:
    body = {
        "event": "message_left",
        "message": left.message,
        "mailbox": left.mailbox,
        "queue": left.queue,
        "visit": left.visit,
        "caller_number": left.caller_number,
        "caller_name": left.caller_name,
        "seconds": f"{left.seconds:.1f}",
        "left_at": f"{left.at:.3f}",
    }
    to = f"mailbox {left.mailbox}"
    return DeliveryDue(
        at=left.at, visit=left.visit, data=left.data, stream=to, to=to, body=orjson.dumps(body).decode()
    )
