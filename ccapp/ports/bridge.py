"""What joins legs."""

from typing import Protocol

from ccapp.domain.ids import BridgeId
from ccapp.ports.leg import Leg


class Bridge(Protocol):
    @property
    def id(self) -> BridgeId: ...

    async def add(self, *legs: Leg) -> None:
        """Moves the legs in. LegGone if one of them is no more (none is then left in by this call)."""
        ...

    async def remove(self, leg: Leg) -> None: ...

    def close(self) -> None:
        """Ends the bridge; those in it stay alive, unjoined. Synchronous and idempotent. Never raises."""
        ...
