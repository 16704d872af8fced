"""Who is in which hall, so that nobody waits there in silence.

Asterisk ends a bridge's music together with its last guest, and tells nobody. So whoever enters a hall that
was empty has the music started again. What we know of leavers is late: one who has left is a guest to us for
a moment, in which the next may have come in. Therefore a leaving counts, too.
"""

from collections.abc import Iterable
from math import inf
from typing import Final, Literal

from ccapp.domain.ids import BridgeId, ChannelId

DOUBT_S: Final = 2.0
"""How late we hear of a leaving at the most."""

type Music = Literal["plays", "start", "start in doubt"]


class Halls:
    """Times are the loop's, in seconds."""

    def __init__(self) -> None:
        self._hall_of: dict[ChannelId, BridgeId] = {}
        self._entered: dict[BridgeId, dict[ChannelId, float]] = {}
        self._emptied: dict[BridgeId, float] = {}

    def enter(self, hall: BridgeId, guests: Iterable[ChannelId], now: float) -> Music:
        """They are about to come in. What is to be done about the music once they are: "start in doubt"
        while the old one may be on its end still."""
        entered = self._entered.setdefault(hall, {})
        for guest in guests:
            self._hall_of[guest] = hall
            entered[guest] = now
        emptied = self._emptied.pop(hall, None)
        if emptied is None:
            return "plays"
        return "start in doubt" if now - emptied < DOUBT_S else "start"

    def found(self, hall: BridgeId) -> None:
        """An engine before us made it. Whoever is in it alone leaves it for a moment as he is put into it."""
        if hall not in self._entered:
            self._emptied[hall] = inf

    def leave(self, guest: ChannelId, now: float) -> BridgeId | None:
        """He is out. The hall behind him, if its music is to be started: he may have been its last guest."""
        hall = self._hall_of.pop(guest, None)
        entered = self._entered.get(hall) if hall is not None else None
        if hall is None or entered is None:
            return None
        entered.pop(guest, None)
        if not entered:
            self._emptied[hall] = now
            return None
        return hall if all(now - at < DOUBT_S for at in entered.values()) else None

    def closed(self, hall: BridgeId) -> None:
        self._emptied.pop(hall, None)
        for guest in self._entered.pop(hall, {}):
            self._hall_of.pop(guest, None)
