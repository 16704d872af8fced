"""What a lost connection to the switch has interrupted is done anew once it is back."""

import logging
from collections.abc import Awaitable, Callable

from ccapp.acd import Visit
from ccapp.calls.floor import Floor
from ccapp.ports import SwitchUnreachable

log = logging.getLogger(__name__)

OUTAGES_MAX, COMEBACK_S_MAX = 20, 3.0
"""A minute without the switch, and a call is lost."""


async def endured[T](act: Callable[[], Awaitable[T]], visit: Visit, floor: Floor) -> T:
    """A caller who has gone meanwhile is known by then."""
    for _ in range(OUTAGES_MAX):
        try:
            return await act()
        except SwitchUnreachable:
            log.warning("visit=%s waits for the switch", visit.id)
            await floor.comebacks.next(within_s=COMEBACK_S_MAX)
    return await act()
