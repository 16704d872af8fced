"""A bridge: a talk (mixing) or a hall (holding, with one source of music for all who wait)."""

import asyncio
import logging
from collections.abc import Sequence
from typing import Final, Literal

from ccapp.domain.ids import BridgeId
from ccapp.ports import Leg, LegGone, Refused, SwitchBusy, SwitchError, SwitchUnreachable
from ccapp.telephony import commands
from ccapp.telephony.commands import Command, Conflict, NoBridge
from ccapp.telephony.halls import Music
from ccapp.telephony.leg import AsteriskLeg
from ccapp.telephony.office import Office

log = logging.getLogger(__name__)

NAME_LENGTH_MAX: Final = 64
REMAKE_PAUSES_S: Final = (0.0, 0.02, 0.1)
"""A bridge closed with legs in it is found for a moment longer; after a restart there is none, too."""

PLAY_AGAIN_S: Final = (0.3, 1.0, 3.0)


class AsteriskBridge:
    """Moving legs goes the way of their call's commands, making and closing the bridge's own way: so none
    overtakes another that it depends on."""

    def __init__(self, office: Office, id: BridgeId, name: str, music: str | None) -> None:
        self._office = office
        self._id, self._name, self._music = id, name[:NAME_LENGTH_MAX], music
        self._closed = False

    def __repr__(self) -> str:
        return f"<bridge {self._id}>"

    @property
    def id(self) -> BridgeId:
        return self._id

    async def make(self) -> None:
        """Made, or found: Asterisk answers a repeat with a conflict."""
        self._office.unwanted_bridges.discard(self._id)
        for pause_s in REMAKE_PAUSES_S:
            try:
                await self._make()
                break
            except NoBridge:  # found, but just being closed
                await asyncio.sleep(pause_s)
        else:
            await self._make()
        self._office.bridges[self._id] = self._music

    async def _make(self) -> None:
        kind: Literal["mixing", "holding"] = "mixing" if self._music is None else "holding"
        try:
            await self._send(commands.make_bridge(self._id, self._name, kind), self._id)
        except Conflict:
            log.debug("bridge=%s found", self._id)
            self._office.halls.found(self._id)
        if self._music is not None:
            await self._send(commands.play_music(self._id, self._music), self._id)

    async def add(self, *legs: Leg) -> None:
        if self._closed:
            raise NoBridge(f"{self._id} is closed")
        for pause_s in REMAKE_PAUSES_S:
            try:
                return await self._move(legs)
            except NoBridge:
                self._office.bridges.pop(self._id, None)
                if self._closed:
                    raise
            await asyncio.sleep(pause_s)
            await self.make()
        try:
            await self._move(legs)
        except NoBridge as why:  # which says nothing of the legs
            raise SwitchBusy(str(why)) from why

    async def _move(self, legs: Sequence[Leg]) -> None:
        for leg in legs:
            _must_live(leg)
        music = self._expect(legs) if self._music is not None else "plays"
        try:
            await self._send(commands.add(self._id, [leg.id for leg in legs]), _key(legs[0]))
        except SwitchError as why:
            if self._music is not None:
                self._left(legs)
            # 400: no such channel; 422: it has just left (or never was in). All are checked before any moves.
            # A conflict is another matter: it is being recorded.
            if type(why) is Refused and all(map(_entered, legs)):
                raise LegGone(str(why)) from why
            raise
        if self._music is None:
            self._left(legs)
        elif music != "plays":
            play_on(self._office, self._id, self._music, in_doubt=music == "start in doubt")

    async def remove(self, leg: Leg) -> None:
        """Of a leg that is not in it, or no more: nothing to do."""
        try:
            await self._send(commands.remove(self._id, leg.id), _key(leg))
        except (Refused, LegGone) as why:
            log.debug("bridge=%s channel=%s was not in it: %s", self._id, leg.id, why)
        self._left([leg])

    def _expect(self, guests: Sequence[Leg]) -> Music:
        """They are on their way into this hall, and will leave it at their end at the latest."""
        for guest in guests:
            guest.on_gone(lambda _, guest=guest: self._left([guest]))  # type: ignore[misc]
        return self._office.halls.enter(self._id, [guest.id for guest in guests], _now())

    def _left(self, guests: Sequence[Leg]) -> None:
        """Out of whatever hall they were in."""
        for guest in guests:
            hall = self._office.halls.leave(guest.id, _now())
            if hall is not None and (music := self._office.bridges.get(hall)) is not None:
                play_on(self._office, hall, music, in_doubt=True)

    def close(self) -> None:
        if not self._closed:
            self._closed = True
            close_bridge(self._office, self._id)

    async def _send(self, command: Command, key: str) -> None:
        await self._office.lines.send(command, key)


def play_on(office: Office, id: BridgeId, music: str, *, in_doubt: bool) -> None:
    """Starts the music of a hall that may be without.

    `in_doubt`: old music that is still on its end takes along what is started now, so it is started again
    when that is over. Music that plays, plays on where it is.
    """

    def answered(fault: SwitchError | None) -> None:
        if fault and not isinstance(fault, LegGone | SwitchUnreachable):
            log.warning("bridge=%s has no music: %s", id, fault)

    def play() -> None:
        if office.bridges.get(id) == music:
            office.lines.post(commands.play_music(id, music), id, answered)

    play()
    if in_doubt:
        for pause_s in PLAY_AGAIN_S:
            asyncio.get_running_loop().call_later(pause_s, play)


def close_bridge(office: Office, id: BridgeId) -> None:
    """Ends it; remembered until it is known to be gone."""

    def answered(fault: SwitchError | None) -> None:
        if isinstance(fault, SwitchUnreachable):  # tried again at the next connection
            return
        office.unwanted_bridges.discard(id)
        if fault and not isinstance(fault, LegGone):
            log.warning("bridge=%s cannot be closed: %s", id, fault)

    office.bridges.pop(id, None)
    office.halls.closed(id)
    office.unwanted_bridges.add(id)
    office.lines.post(commands.close_bridge(id), id, answered)


def _now() -> float:
    return asyncio.get_running_loop().time()


def _key(leg: Leg) -> str:
    return leg.key if isinstance(leg, AsteriskLeg) else leg.id


def _entered(leg: Leg) -> bool:
    """Whether it is or was in the application, and not still ringing."""
    return leg.entered if isinstance(leg, AsteriskLeg) else False


def _must_live(leg: Leg) -> None:
    if leg.gone is not None or (isinstance(leg, AsteriskLeg) and leg.unwanted):
        raise LegGone(f"{leg.id} is gone: {leg.gone or 'released'}")
