"""What is done about messages when the call is over: addresses are told of new ones, deleted files go.

One address is told of its messages in their order, of each a few times until it answers. What was not told
when the engine died is told by the next one; a message may then be told twice, never not at all.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from ccapp.calls import delivering
from ccapp.calls.floor import Floor
from ccapp.calls.voicemail import discard
from ccapp.domain import events
from ccapp.domain.events import Fact
from ccapp.domain.voicemail import Message
from ccapp.ports import HttpQuestion, NoAnswer

log = logging.getLogger(__name__)

ANSWER_S_MAX: Final = 10.0
PAUSES_S: Final = (1.0, 5.0, 20.0, 60.0)
"""Between one try and the next: five tries in all."""

CATCH_UP_S_MAX: Final = 3600.0
"""What is older is not told any more: its mailbox may have had no address then."""

WAITING_MAX: Final = 1000
"""Messages one address is still to be told of; of more it is not told."""


class MessageCare:
    def __init__(self, floor: Floor) -> None:
        self._floor = floor
        self._lines: dict[str, deque[Message]] = {}  # by address: those it is still to be told of
        floor.acd.watch(self._hear)

    def catch_up(self) -> None:
        """On what an engine before us has left undone, a moment ago."""
        since = self._floor.acd.clock.now() - CATCH_UP_S_MAX
        for message in self._floor.acd.messages.all():
            if message.told_at is None and message.left_at > since:
                self._tell(message)

    def _hear(self, fact: Fact) -> None:
        match fact:
            case events.MessageLeft(message=id):
                delivering.bring(fact, self._floor)
                if (message := self._floor.acd.messages.get(id)) is not None:
                    self._tell(message)
            case events.MessageDeleted(file=file):
                self._floor.errands.soon(discard(file, self._floor))
            case _:
                pass

    def _tell(self, message: Message) -> None:
        mailbox = self._floor.acd.centre.mailboxes.get(message.mailbox)
        if mailbox is None or not mailbox.notify:
            return
        line = self._lines.get(mailbox.notify)
        if line is None:
            line = self._lines[mailbox.notify] = deque()
            self._floor.errands.soon(self._told_in_order(mailbox.notify, line))
        if len(line) < WAITING_MAX:
            line.append(message)
        else:
            self._told(message, mailbox.notify, ok=False, detail="too many wait to be told")

    async def _told_in_order(self, url: str, line: deque[Message]) -> None:
        """Until it has been told of all."""
        while line:
            detail = await self._told_at_last(url, line[0])
            self._told(line.popleft(), url, ok=not detail, detail=detail)
        del self._lines[url]

    async def _told_at_last(self, url: str, message: Message) -> str:
        """Why it could not be told; empty when it was."""
        news = HttpQuestion(method="POST", url=url, body=body(message))
        why = ""
        for pause_s in (0.0, *PAUSES_S):
            await asyncio.sleep(pause_s)
            try:
                async with asyncio.timeout(ANSWER_S_MAX):
                    await self._floor.customers.tell(news)
                return ""
            except (NoAnswer, TimeoutError) as error:
                why = str(error) or "no answer in time"
        return why

    def _told(self, message: Message, url: str, *, ok: bool, detail: str) -> None:
        if not ok:
            log.warning("message=%s of=%s is not told: %s", message.id, host(url), detail)
        self._floor.acd.messages.told(message, host(url), ok=ok, detail=detail)


def host(url: str) -> str:
    return urlsplit(url).hostname or ""


def body(message: Message) -> Mapping[str, str]:
    return {
        "event": "message_left",
        "message": message.id,
        "mailbox": message.mailbox,
        "queue": message.queue,
        "visit": message.visit,
        "caller_number": message.caller_number,
        "caller_name": message.caller_name,
        "seconds": f"{message.seconds:.1f}",
        "left_at": f"{message.left_at:.3f}",
    }
