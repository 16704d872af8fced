"""A bridge: a talk (mixing) or a hall (holding, with one source of music for all who wait)."""

import logging
from typing import Final

from ccapp.domain.ids import BridgeId
from ccapp.ports import Leg, LegGone, Refused, SwitchError, SwitchUnreachable
from ccapp.telephony import commands
from ccapp.telephony.commands import Command, Conflict
from ccapp.telephony.leg import AsteriskLeg
from ccapp.telephony.office import Office

log = logging.getLogger(__name__)

NAME_LENGTH_MAX: Final = 64


class AsteriskBridge:
    """Moving legs goes the way of their call's commands, making and closing the bridge's own way: so none
    overtakes another that it depends on."""

    def __init__(self, office: Office, id: BridgeId) -> None:
        self._office = office
        self._id = id
        self._closed = False

    def __repr__(self) -> str:
        return f"<bridge {self._id}>"

    @property
    def id(self) -> BridgeId:
        return self._id

    async def add(self, *legs: Leg) -> None:
        for leg in legs:
            _must_live(leg)
        try:
            await self._send(commands.add(self._id, [leg.id for leg in legs]), _key(legs[0]))
        except Refused as why:
            # 400: no such channel; 422: it has just left (or never was in). All are checked before any moves.
            if all(map(_entered, legs)):
                raise LegGone(str(why)) from why
            raise

    async def remove(self, leg: Leg) -> None:
        """Of a leg that is not in it, or no more: nothing to do."""
        try:
            await self._send(commands.remove(self._id, leg.id), _key(leg))
        except Refused as why:
            log.debug("bridge=%s channel=%s was not in it: %s", self._id, leg.id, why)

    def close(self) -> None:
        if not self._closed:
            self._closed = True
            self._office.unwanted_bridges.add(self._id)
            self._office.lines.post(commands.close_bridge(self._id), self._id, self._close_answered)

    def _close_answered(self, fault: SwitchError | None) -> None:
        if isinstance(fault, SwitchUnreachable):  # tried again at the next connection
            return
        self._office.unwanted_bridges.discard(self._id)
        if fault and not isinstance(fault, LegGone):
            log.warning("bridge=%s cannot be closed: %s", self._id, fault)

    async def _send(self, command: Command, key: str) -> None:
        await self._office.lines.send(command, key)


async def made(office: Office, id: BridgeId, name: str, music: str | None) -> AsteriskBridge:
    """Made, or found: a bridge that exists already is answered as a conflict."""
    office.unwanted_bridges.discard(id)
    kind = commands.make_bridge(id, name[:NAME_LENGTH_MAX], "mixing" if music is None else "holding")
    try:
        await office.lines.send(kind, id)
    except Conflict:
        log.debug("bridge=%s found", id)
    if music is not None:
        await office.lines.send(commands.play_music(id, music), id)
    return AsteriskBridge(office, id)


def _key(leg: Leg) -> str:
    return leg.key if isinstance(leg, AsteriskLeg) else leg.id


def _entered(leg: Leg) -> bool:
    """Whether it is or was in the application, and not still ringing."""
    return leg.entered if isinstance(leg, AsteriskLeg) else False


def _must_live(leg: Leg) -> None:
    if leg.gone is not None:
        raise LegGone(f"{leg.id} is gone: {leg.gone}")
