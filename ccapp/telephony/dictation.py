"""What one party says, recorded on his own channel until he, silence, the length or the hang-up ends it.

Asterisk tells the end; one that was told while nobody listened is asked for at the next connection. How long
it is says the file itself, where the folder of recordings can be read here: Asterisk counts whole seconds.
"""

import asyncio
import logging
from typing import TYPE_CHECKING

from ccapp.domain.ids import ChannelId
from ccapp.domain.voicemail import file_of
from ccapp.ports import Dictated, DictationRules, Gone, LegGone, Spoken, SwitchError, SwitchUnreachable
from ccapp.telephony import commands, spoken
from ccapp.telephony.commands import Conflict, NotYetIn

if TYPE_CHECKING:
    from ccapp.telephony.office import Office

log = logging.getLogger(__name__)


class AsteriskDictation:
    def __init__(self, office: "Office", leg: ChannelId, key: str, rules: DictationRules) -> None:
        self._office, self._leg, self._key, self._rules = office, leg, key, rules
        self._over: asyncio.Future[Dictated] = asyncio.get_running_loop().create_future()

    @property
    def name(self) -> str:
        return self._rules.name

    @property
    def file(self) -> str:
        return file_of(self._rules.name)

    def start(self, gone: Gone | None) -> None:
        if gone is not None:
            self.tell_failed(f"{self._leg} is gone")
            return
        self._office.mailboxes.dictation(self)
        self._office.lines.post(commands.dictate(self._leg, self._rules), self._key, self._started)

    def _started(self, fault: SwitchError | None) -> None:
        match fault:
            case None:
                pass
            case LegGone() | NotYetIn():  # hung up, or being hung up
                self.tell_over()
            case Conflict():  # begun by an engine before us: going on, or over
                self.look_again()
            case SwitchUnreachable():  # it may have begun all the same, and the next connection tells
                if self._office.lines.connected:
                    self.look_again()
            case _:
                self.tell_failed(str(fault))

    def look_again(self) -> None:
        """Its end may have been told while nobody listened."""
        if not self._over.done():
            self._office.lines.post(commands.look_at_recording(self.name), self._key, self._looked)

    def _looked(self, fault: SwitchError | None) -> None:
        if isinstance(fault, LegGone):
            self.tell_over()

    def tell_over(self) -> None:
        if not self._over.done():
            self._over.set_result(Dictated())
        self._office.mailboxes.forget_dictation(self)

    def tell_failed(self, why: str) -> None:
        if not self._over.done():
            log.error("channel=%s recording=%s fails: %s", self._leg, self.name, why)
            self._over.set_result(Dictated(fault=why or "Asterisk could not record"))
        self._office.mailboxes.forget_dictation(self)

    async def over(self) -> Dictated:
        return await asyncio.shield(self._over)

    def stop(self) -> None:
        if not self._over.done():
            self._office.lines.post(commands.stop_recording(self.name), self._key, _ignore)


async def heard_in(office: "Office", file: str) -> Spoken | None:
    return await asyncio.to_thread(spoken.measured, office.recordings, file)


def _ignore(fault: SwitchError | None) -> None:
    """It is over already, or ends with its channel."""
