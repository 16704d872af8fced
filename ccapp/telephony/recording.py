"""A leg being recorded: two channels that listen in, one for each direction, each recorded.

The bridge in which the leg talks stays as it is. A channel that listens in ends with the leg it listens to;
hanging it up makes its file whole.
"""

import asyncio
import logging
from typing import TYPE_CHECKING, Final, Literal

from ccapp.domain.ids import ChannelId, recorder
from ccapp.domain.tape import SIDES, files_of
from ccapp.ports import Gone, LegGone, SwitchBusy, SwitchError
from ccapp.telephony import commands
from ccapp.telephony.commands import Conflict, NotYetIn

if TYPE_CHECKING:
    from ccapp.telephony.office import Office

log = logging.getLogger(__name__)

DIRECTIONS: Final[tuple[Literal["in", "out"], ...]] = ("in", "out")
ENTRY_LOOKS: Final = 50
ENTRY_LOOK_S: Final = 0.02
"""A new channel enters its application a little after the reply to the command that made it."""


class AsteriskRecording:
    def __init__(self, office: "Office", leg: ChannelId, key: str, name: str) -> None:
        self._office, self._leg, self._key, self._name = office, leg, key, name
        self._fault = ""
        self._begun = False
        self._stopped = False
        self._starting: asyncio.Task[None] | None = None

    @property
    def names(self) -> tuple[str, str]:
        """As Asterisk calls the recordings of both sides."""
        caller, agent = SIDES
        return f"{self._name}-{caller}", f"{self._name}-{agent}"

    @property
    def files(self) -> tuple[str, str]:
        return files_of(self._name)

    @property
    def begun(self) -> bool:
        return self._begun

    @property
    def fault(self) -> str:
        return self._fault

    def start(self, gone: Gone | None) -> None:
        if gone is not None:
            self._fault = f"{self._leg} is gone"
            return
        self._office.mailboxes.recording(self)
        self._starting = asyncio.get_running_loop().create_task(self._start(), name=f"record {self._name}")

    async def _start(self) -> None:
        try:
            async with asyncio.TaskGroup() as sides:
                for direction, side, name in zip(DIRECTIONS, SIDES, self.names, strict=True):
                    sides.create_task(self._one_side(direction, recorder(self._name, side), name))
            self._begun = True
        except* SwitchError as group:
            self.tell_failed(str(group.exceptions[0]))

    async def _one_side(self, direction: Literal["in", "out"], listener: ChannelId, name: str) -> None:
        """Asterisk answers 500 where somebody listens by this name already, as where it cannot do it: which
        of the two, recording tells."""
        snoop = commands.snoop(self._leg, listener, direction, self._office.recorders_app)
        refusal: SwitchBusy | None = None
        try:
            await self._office.lines.send(snoop, self._key)
        except SwitchBusy as why:
            refusal = why
        try:
            await self._recorded(listener, name)
        except Conflict:
            if refusal is None:
                raise
        except LegGone:
            if refusal is not None:
                raise refusal from None
            raise

    async def _recorded(self, listener: ChannelId, name: str) -> None:
        for _ in range(ENTRY_LOOKS):
            try:
                await self._office.lines.send(commands.record(listener, name), self._key)
                return
            except NotYetIn:
                await asyncio.sleep(ENTRY_LOOK_S)
        raise NotYetIn(f"{listener} has not entered")

    def tell_failed(self, why: str) -> None:
        if not self._fault and not self._stopped:
            log.warning("channel=%s recording=%s fails: %s", self._leg, self._name, why)
            self._fault = why or "Asterisk could not record"

    def stop(self) -> None:
        if self._stopped:
            return
        if self._starting is not None:
            self._starting.cancel()
        if not self._begun and not self._fault:
            self._fault = "the talk was over before the recording had begun"
        self._stopped = True
        self._office.mailboxes.stopped(self)
        for side in SIDES:
            hang_up = commands.hang_up(recorder(self._name, side), 16)
            self._office.lines.post(hang_up, self._key, _ignore)


def _ignore(fault: SwitchError | None) -> None:
    """What listens in has ended with its leg already, or will."""
