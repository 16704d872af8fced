"""Ringing agents for a waiting caller until one has answered and both are joined.

One after the other; or, where the queue's strategy says so, several at once. Then each phone is a small task
of its own, and the caller's story joins the first who has picked up. That settles the offers of the others,
which hangs them up; should it fail, the next one who has picked up is joined.
"""

import asyncio
import logging
from types import TracebackType
from typing import Self

from ccapp.acd import Attempt, Place
from ccapp.calls import briefing, offering, on_line
from ccapp.calls.offering import Party, Served
from ccapp.calls.scope import forever, until
from ccapp.domain.causes import DeclineReason
from ccapp.ports import Leg

log = logging.getLogger(__name__)


async def first_to_answer(place: Place, party: Party) -> Served:
    """Raises TurnedAway when a rule ends the wait."""
    while True:
        if not place.ringing:
            await party.music()
        attempt = await place.next_attempt()
        with attempt:
            if served := await ring(attempt, place, party):
                return served


async def ring(attempt: Attempt, place: Place, party: Party) -> Served | None:
    if attempt.offer.phones_max > 1:
        return await several(place, party)
    if attempt.offer.on_line:
        return await on_line.joined(attempt, party)
    return await offering.one(attempt, party)


async def several(place: Place, party: Party) -> Served | None:
    """Rings all who are offered meanwhile; None when no phone rings any more."""
    with Phones(place, party) as phones:
        while place.ringing:
            phones.ring_the_new()
            if phone := phones.first_picked_up():
                if served := await phone.join():
                    return served
            else:
                await party.while_ringing()
                await place.news()
    return None


class Phones:
    """Those that ring for one caller. Leaving hangs up all but the one that was joined."""

    def __init__(self, place: Place, party: Party) -> None:
        self.place = place
        self.party = party
        self._rung: dict[Attempt, Phone] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for phone in self._rung.values():
            phone.hang_up()

    def ring_the_new(self) -> None:
        for attempt in self.place.ringing.values():
            if attempt not in self._rung:
                self._rung[attempt] = Phone(attempt, self)

    def first_picked_up(self) -> "Phone | None":
        return next((phone for phone in self._rung.values() if phone.waits), None)


class Phone:
    """One agent's, rung beside others, by a task of its own."""

    def __init__(self, attempt: Attempt, phones: Phones) -> None:
        self._attempt = attempt
        self._phones = phones
        self._picked_up: Leg | None = None
        self._joined = False
        self._task = asyncio.create_task(self._ring())
        self._task.add_done_callback(self._over)

    @property
    def waits(self) -> bool:
        """Picked up, and not joined yet."""
        return self._picked_up is not None and not self._attempt.settled

    async def _ring(self) -> None:
        """As `offering.one`; but picked up it waits for the caller's story to join it."""
        floor, agent = self._phones.party.floor, self._attempt.offer.agent
        await floor.acd.settled()
        await floor.phones.hung_up(agent)
        if self._attempt.settled:
            return
        if self._attempt.offer.on_line:
            await self._beep(floor.phones.on_line(agent))
            return
        leg = floor.switch.dial(offering.dialled(self._attempt, self._phones.party))
        floor.phones.took(agent, leg)
        try:
            async with until(self._attempt.withdrawn.on):
                if await offering.answers(self._attempt, leg, floor.acd):
                    self._picked_up = leg
                    self._phones.place.picked_up()
                    await forever()
        finally:
            if not self._joined:
                leg.release()

    async def _beep(self, leg: Leg | None) -> None:
        """He waits on the line: it is as if he had picked up."""
        async with until(self._attempt.withdrawn.on):
            if await briefing.hears(self._attempt, leg, [on_line.BEEP]):
                self._picked_up = leg
                self._phones.place.picked_up()

    async def join(self) -> Served | None:
        leg, phones = self._picked_up, self._phones
        assert leg is not None, "it was picked up"
        served = await offering.join(self._attempt, leg, phones.party)
        self._joined = served is not None
        if served is None:
            self.hang_up()
        return served

    def hang_up(self) -> None:
        """Unless it was joined: its task ends, and lets go of the leg."""
        self._task.cancel()

    def _over(self, task: "asyncio.Task[None]") -> None:
        """A fault of ours costs the caller this phone, not the others."""
        if not task.cancelled() and (fault := task.exception()) is not None:
            log.error("agent=%s could not be rung", self._attempt.offer.agent, exc_info=fault)
            self._attempt.declined(DeclineReason.TECHNICAL)
